//! Manifests, specs, configurations and files of control planes with something wrong anywhere in them: none makes a panic, and
//! none takes long. The changes are the same in each run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tightship::internals::check::{self, Baseline, Input, Options, Selection, Text, config, fix};
use tightship::internals::diagnostic::{self, Safety};
use tightship::internals::render::{Lock, redact};
use tightship::internals::report::{self, Format};
use tightship::internals::rules::Settings;
use tightship::internals::spec;
use tightship::internals::wizard::of_dockerfile;
use tightship::internals::yaml::{self, Source};

/// None of them is large.
const LONGEST: usize = 16 * 1024;
/// Far more than any of them takes, on a slow machine that does other things.
const SLOW: Duration = Duration::from_secs(10);

/// Numbers that look random: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count.max(1) as u64) as usize
    }
}

/// The files of a folder of the tests and those below it, by their names, so that they are in one order everywhere.
fn corpus(folders: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_text = path
                .extension()
                .is_some_and(|end| ["yaml", "yml", "json", "service", "flags", "env"].iter().any(|it| *it == end));
            if path.is_dir() {
                collect(&path, found);
            } else if is_text {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in folders {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder), &mut found);
    }
    found.sort();
    let texts = found.into_iter().map(|path| (path.clone(), fs::read(path).unwrap()));
    let texts: Vec<_> = texts.filter(|(_, text)| text.len() <= LONGEST && !text.is_empty()).collect();
    assert!(texts.len() > 20, "{folders:?} has {} texts", texts.len());
    texts
}

/// Bytes that mean something to a reader.
const PIECES: [&[u8]; 24] = [
    b"---\n",
    b"...\n",
    b"&a ",
    b"*a",
    b"<<: *a\n",
    b"? ",
    b": ",
    b"- ",
    b"|\n",
    b">-\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"'",
    b"#",
    b"# tightship: allow[",
    b"\t",
    b"\r",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"!!binary ",
];

/// A text with one to four changes.
fn mutant(text: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let lines: Vec<usize> = std::iter::once(0)
            .chain(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        let line = |random: &mut Random| {
            let start = random.below(lines.len());
            lines[start]..lines.get(start + 1).copied().unwrap_or(bytes.len())
        };
        match random.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at),
            2 => {
                let range = line(random);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, copy);
            }
            3 => drop(bytes.drain(line(random))),
            4 => {
                let from = random.below(other.len());
                let end = (from + random.below(200)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            5 => {
                let (range, place) = (line(random), line(random).start);
                let moved = bytes[range].to_vec();
                bytes.splice(place..place, moved);
            }
            6 => {
                // another depth
                let start = line(random).start;
                bytes.splice(start..start, vec![b' '; random.below(6)]);
            }
            7 => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
        }
    }
    bytes
}

/// Goes through changed texts of a corpus, with the name of the file that each is made of.
fn mutants(count: usize, folders: &[&str], look: impl Fn(&str, &str)) {
    let corpus = corpus(folders);
    let mut random = Random(0x7469_6768_7473_6869);
    for _ in 0..count {
        let (path, text) = &corpus[random.below(corpus.len())];
        let (_, other) = &corpus[random.below(corpus.len())];
        let changed = String::from_utf8_lossy(&mutant(text, other, &mut random)).into_owned();
        let start = Instant::now();
        let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            look(path.file_name().unwrap().to_str().unwrap(), &changed);
        }));
        assert!(looked.is_ok(), "{} changed to:\n{changed}", path.display());
        assert!(start.elapsed() < SLOW, "{:?} for {} changed to:\n{changed}", start.elapsed(), path.display());
    }
}

fn options() -> Options {
    let settings = Settings { fixes: true, ..Settings::default() };
    Options { settings, selection: Selection::from_words(&["all".to_owned()], &[]).unwrap(), ..Options::default() }
}

#[test]
fn the_check_of_any_text_ends_without_a_panic() {
    let options = options();
    mutants(2000, &["data/rules", "data/control-plane", "well_known"], |name, text| {
        let inputs = [Input { name: name.to_owned(), text: Text::Here(text.into()) }];
        let mut outcome = check::run(&inputs, &options);
        let others = [Format::Json, Format::Sarif, Format::Github, Format::Concise, Format::Junit, Format::Html];
        for format in [Format::Text].into_iter().chain(others) {
            report::write(&outcome, format, true, &mut std::io::sink()).unwrap();
        }
        let baseline = Baseline::of(&outcome);
        assert_eq!(baseline.apply(&mut outcome), 0);
    });
}

#[test]
fn fixes_of_any_text_end_without_a_panic() {
    let options = options();
    mutants(500, &["data/rules/pod", "data/rules/pod_security", "well_known"], |name, text| {
        let inputs = [Input { name: name.to_owned(), text: Text::Here(text.into()) }];
        let outcome = check::run(&inputs, &options);
        fix::fix(&inputs, &outcome, &options, Safety::Unsafe);
    });
}

#[test]
fn specs_locks_and_configurations_are_read_without_a_panic() {
    mutants(3000, &["data/spec"], |_, text| {
        let source = Source::new("tightship.yaml", text);
        let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
        diagnostic::render(&source, &outcome.problems, &outcome.hidden);
        let read = config::read(&source);
        diagnostic::render(&source, &read.problems, &[]);
        let _ = (Lock::parse(text), redact(text), of_dockerfile(text), Baseline::parse(text), yaml::split(text, 100));
    });
}
