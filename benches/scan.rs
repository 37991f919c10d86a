//! How fast the scanner of YAML is, measured against another parser in turn on the same texts. Fails if the ratio, which is
//! nearly the same on every machine, is worse by a fifth than the one that was recorded.
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark is for people"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use granit_parser::Parser;
use tightship::internals::yaml::scan::{Kind, Scanner};
use tightship::internals::yaml::{Document, parse};

/// How many times as fast as granit-parser 2.2.0, on 2026-11-30, by the least of seven times on a shared machine.
const RECORDED: [(&str, f64); 4] =
    [("Deployments", 12.9), ("well known manifests", 6.6), ("JSON", 8.6), ("JSON on a line each", 13.4)];
/// What is left of it when it fails.
const PART: f64 = 0.8;
const ROUNDS: usize = 15;
/// About the size of a text: larger than the caches that are next to a core.
const BYTES: usize = 4_000_000;

const DEPLOYMENT: &str = include_str!("data/deployment.yaml");

fn deployments() -> String {
    let one = |at: usize| DEPLOYMENT.replace("@N@", &at.to_string()).replace("@M@", &(at % 50).to_string());
    (0..BYTES / DEPLOYMENT.len()).map(one).collect::<Vec<_>>().join("---\n")
}

fn well_known() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/well_known");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let texts = texts.map(|path| std::fs::read_to_string(path).unwrap()).filter(|text| parse(text).errors.is_empty());
    let all: String = texts.map(|text| text + "\n---\n").collect();
    all.repeat(BYTES / all.len() + 1)
}

/// As `kubectl get --output=json` prints it.
fn json(manifests: &str) -> String {
    let stream = parse(manifests);
    let items: Vec<_> =
        stream.documents.iter().filter_map(Document::root).map(|root| root.to_json().unwrap()).collect();
    serde_json::to_string_pretty(&serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items})).unwrap()
}

/// As logs and pipes have it: an object on each line.
fn lines(manifests: &str) -> String {
    let stream = parse(manifests);
    let objects = stream.documents.iter().filter_map(Document::root).map(|root| root.to_json().unwrap().to_string());
    objects.collect::<Vec<_>>().join("\n---\n")
}

fn ours(text: &str) -> usize {
    let mut scanner = Scanner::new(text, 0..text.len());
    let mut count = 0;
    loop {
        let event = scanner.next_event().unwrap_or_else(|problem| panic!("{problem:?}"));
        if event.kind == Kind::StreamEnd {
            return count;
        }
        black_box(event);
        count += 1;
    }
}

/// Without what the other parser tells beside.
fn theirs(text: &str) -> usize {
    let mut count = 0;
    for next in Parser::new_from_str(text) {
        use granit_parser::Event::{Comment, StreamEnd, StreamStart};
        let (event, _) = black_box(next.unwrap());
        count += usize::from(!matches!(event, Comment(..) | StreamStart | StreamEnd));
    }
    count
}

fn time(work: impl FnOnce() -> usize) -> (Duration, usize) {
    let start = Instant::now();
    let count = work();
    (start.elapsed(), count)
}

fn main() {
    let deployments = deployments();
    let texts = [&deployments, &well_known(), &json(&deployments), &lines(&deployments)];
    let mut is_slower = false;
    for ((name, recorded), text) in RECORDED.into_iter().zip(texts) {
        let (mut best, mut other) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            let (our_time, our_events) = time(|| ours(text));
            let (their_time, their_events) = time(|| theirs(text));
            assert_eq!(our_events, their_events, "{name}");
            (best, other) = (best.min(our_time), other.min(their_time));
        }
        let rate = |time: Duration| text.len() as f64 / time.as_secs_f64() / 1e6;
        let ratio = other.as_secs_f64() / best.as_secs_f64();
        println!(
            "{name:<22} {:>6.0} MB/s, granit-parser {:>5.0} MB/s: {ratio:.1} times, {recorded:.1} recorded",
            rate(best),
            rate(other)
        );
        is_slower |= ratio < recorded * PART;
    }
    assert!(!is_slower, "the scanner is slower than it was");
}
