//! What is read of every text of the repository, against what decoders of Go make of it: that of kubectl, and yaml.v3.
//!
//! `TIGHTSHIP_YAML_ORACLE` names the program of `tests/oracles/`, as `just yaml-oracles` compiles it. kubectl decides; where anything differs from it is a
//! list with reasons.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use tightship::internals::yaml::{Document, parse};

use crate::yaml::same;

/// Documents that kubectl refuses as it parts a text at the lines that begin with `---`, and takes no more of such a line than a comment.
const PARTED: &[&str] = &[
    "suite/2G84/02",
    "suite/2G84/03",
    "suite/2XXW",
    "suite/35KP",
    "suite/4Q9F",
    "suite/6FWR",
    "suite/6JQW",
    "suite/753E",
    "suite/82AN",
    "suite/93WF",
    "suite/96L6",
    "suite/9MQT/00",
    "suite/B3HG",
    "suite/C4HZ",
    "suite/EXG3",
    "suite/FTA2",
    "suite/J7PZ",
    "suite/K54U",
    "suite/KSS4",
    "suite/L383",
    "suite/T26H",
    "suite/T5N4",
    "suite/UGM3",
];

/// Where kubectl does not read what stands here, by the reason. What it would read otherwise without a word is refused, but for the end of a text.
const KUBECTL: &[(&str, &[&str])] = &[
    ("kubectl refuses text behind `---`", PARTED),
    (
        "kubectl refuses text behind `---` before it comes to the rest",
        &["suite/27NA", "suite/6LVF", "suite/DK3J", "suite/FP8R", "suite/W4TN"],
    ),
    (
        "kubectl parts documents before it reads directives, which are then alone, and refuses others than that of YAML 1.1",
        &[
            "suite/2LFX",
            "suite/5TYM",
            "suite/6CK3",
            "suite/BEC7",
            "suite/CC74",
            "suite/DK95/07",
            "suite/MUS6/02",
            "suite/MUS6/03",
            "suite/MUS6/04",
            "suite/MUS6/05",
            "suite/MUS6/06",
            "suite/P76L",
            "suite/RTP8",
            "suite/U3C3",
            "suite/Z9M4",
        ],
    ),
    ("kubectl refuses `...` where no document is open", &["suite/6ZKB", "suite/9DXL", "suite/HWV9", "suite/QT73"]),
    ("kubectl looks over what follows `...`", &["suite/7Z25", "suite/M7A3"]),
    (
        "kubectl refuses tabs that separate, and do not indent",
        &[
            "suite/6BCT",
            "suite/6CA3",
            "suite/96NN/00",
            "suite/96NN/01",
            "suite/A2M4",
            "suite/DK95/00",
            "suite/DK95/03",
            "suite/DK95/04",
            "suite/R4YG",
            "suite/Y79Y/001",
            "suite/Y79Y/010",
        ],
    ),
    (
        "kubectl refuses a `:` in brackets that is not on the line of its key",
        &["suite/5MUD", "suite/9SA2", "suite/K3WX", "suite/NJ66", "suite/UT92", "suite/VJP3/01"],
    ),
    ("what begins as JSON does is JSON for kubectl", &["suite/4MUZ/01", "suite/4MUZ/02", "suite/WZ62"]),
    ("an escape of JSON, which kubectl takes in JSON alone", &["suite/3UYS"]),
    ("kubectl passes on bytes that are no text", &["suite/565N"]),
    (
        "refused as the standard says, where kubectl looks over the mistake or does not read so far",
        &[
            "suite/3HFZ",
            "suite/4H7K",
            "suite/9HCY",
            "suite/9JBA",
            "suite/BS4K",
            "suite/CVW2",
            "suite/EB22",
            "suite/G5U8",
            "suite/KS4U",
            "suite/RHX7",
            "suite/S98Z",
            "suite/SU5Z",
            "suite/U99R",
            "suite/X4QW",
            "suite/Y79Y/003",
            "suite/YJV2",
        ],
    ),
    ("refused, as kubectl reads something else than what stands there", &["suite/652Z", "suite/HM87/01", "suite/Y2GN"]),
    (
        "kubectl adds the line break that the last line lacks, which ends in nothing but blanks",
        &["suite/JEF9/02", "suite/L24T/01"],
    ),
];

/// Where yaml.v3 reads something else than kubectl, by the reason, beside what [`explained`] knows. tightship reads it as kubectl does.
const VERSION_3: &[(&str, &[&str])] = &[
    (
        "kubectl looks over a byte order mark at the begin of a document",
        &["tests/data/verdicts/cases/23c-bom-twice.yaml"],
    ),
    ("kubectl refuses text behind `---`", PARTED),
    (
        "kubectl parts documents before it reads directives, which are then alone",
        &[
            "suite/5TYM",
            "suite/6CK3",
            "suite/CC74",
            "suite/MUS6/00",
            "suite/MUS6/02",
            "suite/MUS6/03",
            "suite/MUS6/04",
            "suite/P76L",
            "suite/U3C3",
            "suite/Z9M4",
        ],
    ),
    (
        "kubectl reads no further than the mistake",
        &[
            "suite/3HFZ",
            "suite/4H7K",
            "suite/7Z25",
            "suite/BS4K",
            "suite/EB22",
            "suite/KS4U",
            "suite/M7A3",
            "suite/RHX7",
        ],
    ),
    ("what begins as JSON does is JSON for kubectl", &["suite/4MUZ/00", "suite/DFF7", "suite/Q5MG"]),
    ("kubectl takes no null for a key", &["suite/FH7J", "suite/PW8X"]),
    ("kubectl takes a value with the tag `!` for a text", &["suite/S4JQ", "suite/UKK6/02"]),
    ("kubectl adds the line break that the last line lacks", &["suite/JEF9/02", "suite/L24T/01"]),
];

/// What is read of a text: its documents, as far as they can be read.
#[derive(Debug, Deserialize)]
struct Read {
    documents: Vec<Value>,
    refused: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    name: String,
    kubectl: Read,
    v3: Read,
}

impl Read {
    fn ours(text: &str) -> Self {
        let stream = parse(text);
        let roots = stream.documents.iter().filter_map(Document::root);
        let (mut documents, mut refused) = (Vec::new(), stream.errors.first().map(|error| error.message.clone()));
        for root in roots {
            match root.to_json() {
                Ok(value) => documents.push(value),
                Err(problem) => refused = refused.or(Some(format!("{problem:?}"))),
            }
        }
        Self { documents, refused }
    }

    /// Whether both are refused, or are the same documents but for empty ones.
    fn is_same(&self, other: &Self) -> bool {
        let full = |read: &Self| read.documents.iter().filter(|document| !document.is_null()).cloned().collect();
        let (ours, theirs): (Vec<Value>, Vec<Value>) = (full(self), full(other));
        match (&self.refused, &other.refused) {
            (None, None) => {
                ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(ours, theirs)| same(ours, theirs))
            }
            (ours, theirs) => ours.is_some() && theirs.is_some(),
        }
    }
}

/// What yaml.v3 does otherwise wherever it stands, with what it makes of it: it refuses keys that are there twice, takes words of YAML 1.1 for text, and
/// adds the time to a day.
fn explained(version_3: &Read, kubectl: &Read) -> bool {
    let is_twice = |refused: &String| refused.contains("mapping key ") && refused.contains("already defined at line");
    match (&version_3.refused, &kubectl.refused) {
        (Some(refused), None) => is_twice(refused),
        (None, None) => {
            let pairs = version_3.documents.iter().zip(&kubectl.documents);
            version_3.documents.len() == kubectl.documents.len()
                && pairs.into_iter().all(|(ours, theirs)| is_1_1(ours, theirs))
        }
        _ => false,
    }
}

/// Whether a value is another one as YAML 1.1 reads it.
fn is_1_1(version_3: &Value, kubectl: &Value) -> bool {
    let word = |text: &str| match text.to_lowercase().as_str() {
        "yes" | "on" | "y" => Some(true),
        "no" | "off" | "n" => Some(false),
        _ => None,
    };
    match (version_3, kubectl) {
        (Value::String(text), Value::Bool(read)) => word(text) == Some(*read),
        (Value::String(time), Value::String(day)) => time == day || *time == format!("{day}T00:00:00Z"),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_1_1(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let of = |key: &String| theirs.get(key).or_else(|| theirs.get(&word(key)?.to_string()));
            ours.len() == theirs.len()
                && ours.iter().all(|(key, value)| of(key).is_some_and(|other| is_1_1(value, other)))
        }
        _ => same(version_3, kubectl),
    }
}

fn texts_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_below(&path, found);
        } else if ["yaml", "yml", "json"].iter().any(|known| path.extension().is_some_and(|it| it == *known)) {
            found.push(path);
        }
    }
}

/// The name and the text of every manifest of the repository, and of every case of the YAML test suite.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests", "labs", "benches", "examples", ".github"] {
        texts_below(&root.join(folder), &mut paths);
    }
    paths.sort();
    let text = |path: &PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        // some are no text
        Some((name, std::fs::read_to_string(path).ok()?))
    };
    let mut texts: Vec<(String, String)> = paths.iter().filter_map(text).collect();
    for case in include_str!("../data/yaml-test-suite/cases.jsonl").lines() {
        let (name, text, _): (String, String, Option<Vec<String>>) = serde_json::from_str(case).unwrap();
        texts.push((format!("suite/{name}"), text));
    }
    texts
}

/// What the decoders say of the texts, in their order.
fn said(program: &str, corpus: &[(String, String)]) -> Vec<Said> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let lines: String = corpus.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
    let writer = std::thread::spawn(move || pipe.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Says what differs and is not listed, and what is listed and does not differ.
fn unlisted(list: &[(&str, &[&str])], name: &str, [read, kubectl]: [&Read; 2], out: &mut String) {
    let is_same = read.is_same(kubectl);
    let is_listed = list.iter().any(|(_, names)| names.contains(&name));
    if is_listed == is_same {
        writeln!(
            out,
            "{name} {}:\n  {read:?}\n  {kubectl:?}",
            if is_same { "is listed and is the same" } else { "differs" }
        )
        .unwrap();
    }
}

#[test]
fn every_text_of_the_repository_reads_as_kubectl_reads_it() {
    let Ok(program) = std::env::var("TIGHTSHIP_YAML_ORACLE") else {
        eprintln!("left out: TIGHTSHIP_YAML_ORACLE names no program (just yaml-oracles)");
        return;
    };
    let corpus = corpus();
    let answers = said(&program, &corpus);
    assert_eq!(answers.len(), corpus.len());
    let (mut wrong, mut refused, mut other) = (String::new(), 0, 0);
    for ((name, text), said) in corpus.iter().zip(&answers) {
        assert_eq!(*name, said.name);
        let ours = Read::ours(text);
        refused += usize::from(said.kubectl.refused.is_some());
        unlisted(KUBECTL, name, [&ours, &said.kubectl], &mut wrong);
        if explained(&said.v3, &said.kubectl) {
            other += usize::from(!said.v3.is_same(&said.kubectl));
        } else {
            unlisted(VERSION_3, name, [&said.v3, &said.kubectl], &mut wrong);
        }
    }
    let listed = |list: &[(&str, &[&str])]| list.iter().map(|(_, names)| names.len()).sum::<usize>();
    println!(
        "{} texts, {refused} of which kubectl refuses; differences: {} from kubectl, {} of yaml.v3 from kubectl and {other} by its version of YAML",
        corpus.len(),
        listed(KUBECTL),
        listed(VERSION_3)
    );
    assert!(wrong.is_empty(), "{wrong}");
    assert!(corpus.len() > 2_000 && refused > 100, "{} {refused}", corpus.len());
}
