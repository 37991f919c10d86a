//! The scanner of YAML against two oracles: the YAML test suite, and another parser.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tightship::internals::yaml::{Document, parse};

use crate::events::{may_differ, ours, theirs};
use crate::yaml::same;

/// What the suite decides otherwise than the scanner, by the reason: kubectl, whose parser is that of go-yaml.
const SUITE: &[(&str, &[&str])] = &[
    ("kubectl refuses or cuts such names of anchors", &["2SXE", "8XYN", "W5VH", "Y2GN"]),
    ("before a comma or bracket kubectl takes a `:` for a part of the text", &["4ABK", "FRK4"]),
    ("kubectl takes a `:` in brackets for the begin of a value", &["58MP", "5T43", "DBG4", "HM87/00"]),
    ("kubectl takes a `?` in brackets for the begin of a key", &["652Z", "HM87/01", "JR7V"]),
    ("an escape that kubectl reads", &["HRE5"]),
    ("kubectl reads lines in brackets and quotes that are not deeper than their key", &["9C9N", "DK95/01", "QB6E"]),
    ("kubectl adds no line break at the end of a text", &["JEF9/02", "L24T/01"]),
];

/// The events of the suite without those of the stream, anchors as numbers.
fn numbered<'a>(events: &'a [String]) -> Vec<String> {
    let mut names: Vec<&'a str> = Vec::new();
    let number = |event: &'a String| {
        let mut words = event.splitn(2, ' ');
        let mut out = words.next().unwrap().to_owned();
        let mut rest = words.next().filter(|rest| *rest != "...");
        while let Some(text) = rest {
            let is_property = ["&", "<", "*", "---", "{}", "[]"].iter().any(|start| text.starts_with(start));
            let length = if text.starts_with('<') { text.find('>').map(|end| end + 1) } else { text.find(' ') };
            let (word, after) = text.split_at(length.filter(|_| is_property).unwrap_or(text.len()));
            if let Some(name) = word.strip_prefix('&') {
                names.push(name);
                write!(out, " &{}", names.len()).unwrap();
            } else if let Some(name) = word.strip_prefix('*') {
                write!(out, " *{}", names.iter().rposition(|known| *known == name.trim_end()).unwrap() + 1).unwrap();
            } else {
                write!(out, " {word}").unwrap();
            }
            rest = after.strip_prefix(' ');
        }
        out
    };
    events.iter().filter(|event| !event.ends_with("STR")).map(number).collect()
}

#[test]
fn the_yaml_test_suite_reads_as_it_says() {
    let cases = include_str!("../data/yaml-test-suite/cases.jsonl");
    let (mut count, mut refused, mut wrong) = (0, 0, String::new());
    for case in cases.lines() {
        let (name, text, events): (String, String, Option<Vec<String>>) = serde_json::from_str(case).unwrap();
        let lines = ours(&text);
        let is_refused = lines.iter().any(|line| line == "refused");
        let fits = match &events {
            Some(events) => lines == numbered(events),
            None => is_refused,
        };
        count += 1;
        refused += u32::from(is_refused);
        if fits == SUITE.iter().any(|(_, names)| names.contains(&name.as_str())) {
            writeln!(wrong, "{name} {text:?}\n  {events:?}\n  {lines:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count == 402 && refused > 90, "{count} {refused}");
}

/// Where a text of the suite is not what kubectl reads, by the reason. Where kubectl would read something else without a word, the
/// text is refused.
const KUBECTL: &[(&str, &[&str])] = &[
    (
        "kubectl refuses directives that the standard lets a reader ignore",
        &["27NA", "BEC7", "DK95/07", "RTP8", "2LFX", "6LVF", "MUS6/05", "MUS6/06"],
    ),
    (
        "kubectl refuses tabs that separate, and do not indent",
        &[
            "6BCT", "6CA3", "96NN/00", "96NN/01", "A2M4", "DK95/00", "DK95/03", "DK95/04", "Q5MG", "R4YG", "Y79Y/001",
            "Y79Y/010",
        ],
    ),
    (
        "kubectl refuses a `:` in brackets that is not on the line of its key",
        &["4MUZ/00", "4MUZ/01", "4MUZ/02", "5MUD", "K3WX", "9SA2", "NJ66", "VJP3/01"],
    ),
    ("kubectl refuses `...` where no document is open", &["HWV9", "QT73"]),
    ("an escape of JSON, which kubectl takes in JSON alone", &["3UYS"]),
    ("kubectl refuses a tag without a value before a comma", &["WZ62"]),
    ("kubectl passes on bytes that are no text", &["565N"]),
    ("a text block that no object can be", &["DK3J", "FP8R"]),
    (
        "refused as the standard says, where kubectl looks over the mistake or does not read so far",
        &[
            "3HFZ", "4H7K", "9JBA", "BS4K", "CVW2", "G5U8", "MUS6/00", "S98Z", "SU5Z", "U99R", "X4QW", "Y79Y/003",
            "YJV2",
        ],
    ),
    ("refused, as kubectl reads something else than what stands there", &["652Z", "HM87/01", "Y2GN"]),
];

#[test]
fn the_yaml_test_suite_reads_as_kubectl_reads_it() {
    let cases = include_str!("../data/yaml-test-suite/cases.jsonl").lines();
    let rows = include_str!("../data/yaml-test-suite/kubectl.tsv").lines();
    let (mut count, mut wrong) = (0, String::new());
    for (case, row) in cases.zip(rows) {
        let (name, text, _): (String, String, Option<Vec<String>>) = serde_json::from_str(case).unwrap();
        let cells: Vec<&str> = row.splitn(3, '\t').collect();
        assert_eq!(cells[0], name);
        let stream = parse(&text);
        if stream.documents.len() + stream.errors.len() > 1 {
            // the decoder reads the first document alone
            continue;
        }
        count += 1;
        let root = stream.documents.first().and_then(Document::root);
        let ours = root.map_or(Some(Value::Null), |root| root.to_json().ok()).filter(|_| stream.errors.is_empty());
        let theirs = (cells[1] == "value").then(|| serde_json::from_str::<Value>(cells[2]).unwrap());
        let fits = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) => same(ours, theirs),
            _ => ours.is_some() == theirs.is_some(),
        };
        if fits == KUBECTL.iter().any(|(_, names)| names.contains(&name.as_str())) {
            writeln!(wrong, "{name} {text:?}\n  {ours:?}\n  {theirs:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 370, "{count}");
}

fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            manifests(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
        {
            found.push(path);
        }
    }
}

/// Texts of this repository, and of the suite.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    ["tests/data", "tests/well_known", "labs", "benches"]
        .iter()
        .for_each(|folder| manifests(&root.join(folder), &mut paths));
    paths.sort();
    let mut texts: Vec<String> = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    for case in include_str!("../data/yaml-test-suite/cases.jsonl").lines() {
        texts.push(serde_json::from_str::<(String, String, Option<Vec<String>>)>(case).unwrap().1);
    }
    texts
}

#[test]
fn every_text_of_the_repository_reads_as_another_parser_reads_it() {
    let texts = corpus();
    assert!(texts.len() > 1_000);
    for text in texts.iter().filter(|text| !may_differ(text)) {
        assert_eq!(ours(text), theirs(text), "{text}");
    }
}

/// Numbers that look random, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

const PIECES: &[&str] = &[
    "\n",
    " ",
    "  ",
    "\t",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "?",
    "# c",
    "#",
    "&a ",
    "*a",
    "!t ",
    "!!str ",
    "!",
    "'",
    "\"",
    "\\",
    "\\n",
    "\\u00e9",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "|",
    ">",
    "|-\n",
    ">+\n",
    "|2\n",
    "a",
    "b",
    "é",
    "\u{feff}",
    "\r\n",
    "\r",
    "---\n",
    "--- ",
    "...\n",
    "...",
    "%YAML 1.2\n",
    "%TAG ! tag:x,2000:\n",
    "%",
    "@",
    "`",
    "<<: ",
    "\u{85}",
    "~",
    "null",
    "''",
    "\"\"",
    "\n  ",
    "\n- ",
    "a: ",
    "a: b\n",
    "\n\n",
    "\\\n",
    "1",
];

/// A piece of a text of the corpus, changed anywhere.
fn mutant(numbers: &mut Numbers, corpus: &[Vec<char>]) -> String {
    let text = &corpus[numbers.below(corpus.len())];
    let length = (40 + numbers.below(300)).min(text.len());
    let start = numbers.below(text.len() - length + 1);
    let start = text[..start].iter().rposition(|character| *character == '\n').map_or(0, |line| line + 1);
    let mut characters = text[start..start + length].to_vec();
    for _ in 0..=numbers.below(5) {
        let at = numbers.below(characters.len() + 1);
        match numbers.below(4) {
            0 => drop(characters.drain(at..(at + 1 + numbers.below(4)).min(characters.len()))),
            1 => {
                let part = characters[at..(at + numbers.below(30)).min(characters.len())].to_vec();
                let to = numbers.below(characters.len() + 1);
                characters.splice(to..to, part);
            }
            _ => drop(characters.splice(at..at, PIECES[numbers.below(PIECES.len())].chars())),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn mutants_read_as_another_parser_reads_them() {
    let corpus: Vec<Vec<char>> = corpus().iter().map(|text| text.chars().collect()).collect();
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    let mut refused = 0;
    for _ in 0..10_000 {
        let text = mutant(&mut numbers, &corpus);
        if !may_differ(&text) {
            let (ours, theirs) = (ours(&text), theirs(&text));
            refused += u32::from(ours.iter().any(|line| line == "refused"));
            assert_eq!(ours, theirs, "{text:?}");
        }
    }
    assert!((2_000..9_500).contains(&refused), "{refused}");
}
