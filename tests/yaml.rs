//! The YAML room against what kubectl reads.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;
use tightship::yaml;

/// Every row: the text of a scalar, `value` or `error`, and what kubectl's decoder makes of `a: <text>`.
fn rows() -> Vec<(String, Option<Value>)> {
    include_str!("data/kubectl-scalars.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let text = serde_json::from_str(columns[0]).unwrap();
            (text, (columns[1] == "value").then(|| serde_json::from_str(columns[2]).unwrap()))
        })
        .collect()
}

fn read(text: &str) -> Option<Value> {
    let stream = yaml::parse(text);
    if !stream.errors.is_empty() || stream.documents.len() != 1 {
        return None;
    }
    stream.documents[0].root()?.to_json().ok()
}

fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, value)| theirs.get(key).is_some_and(|other| same(value, other)))
        }
        _ => ours == theirs,
    }
}

#[test]
fn scalars_read_as_kubectl_reads_them() {
    let rows = rows();
    assert!(rows.len() > 100);
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let ours = read(&format!("a: {text}\n"));
        let equal = match (&ours, &expected) {
            (Some(ours), Some(expected)) => same(ours, expected),
            (None, None) => true,
            _ => false,
        };
        if !equal {
            wrong.push(format!("{text:?}: kubectl {expected:?}, tightship {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn spans_name_the_bytes() {
    let text = "# head\nkind: App # tail\nlist:\n  - a: 1\n    b: [x, \"y\"]\nend: |\n  text\n";
    let stream = yaml::parse(text);
    let root = stream.documents[0].root().unwrap();
    let slice = |node: yaml::Node<'_, '_>| &text[node.span().range()];
    assert_eq!(slice(root.get("kind").unwrap()), "App");
    let item = root.get("list").unwrap().items().next().unwrap();
    assert_eq!(slice(item.get("b").unwrap()), "[x, \"y\"]");
    assert_eq!(slice(item.path(&["b"]).unwrap().items().nth(1).unwrap()), "\"y\"");
    let comments: Vec<_> =
        stream.comments.iter().map(|comment| (&text[comment.span.range()], comment.trailing)).collect();
    assert_eq!(comments, [("# head", false), ("# tail", true)]);
}

#[test]
fn reading_goes_on_after_a_broken_document() {
    let stream = yaml::parse("a: 1\n---\nb: [1, 2\nc: x\n---\nd: 4\n");
    assert_eq!(stream.errors.len(), 1);
    assert_eq!(stream.documents.len(), 2);
    assert_eq!(stream.documents[1].root().unwrap().to_json().unwrap(), serde_json::json!({"d": 4}));
}

#[test]
fn bombs_end_in_an_error() {
    let deep = "[".repeat(100_000);
    assert!(!yaml::parse(&deep).errors.is_empty());
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let before = level - 1;
        laughs += &format!("a{level}: &a{level} [*a{before}, *a{before}, *a{before}, *a{before}, *a{before}]\n");
    }
    let stream = yaml::parse(&laughs);
    assert!(stream.errors.is_empty());
    assert!(stream.documents[0].root().unwrap().to_json().is_err());
}

#[test]
fn an_alias_is_what_it_points_at() {
    let stream = yaml::parse("a: &x {b: 1}\nc: *x\n");
    let root = stream.documents[0].root().unwrap();
    assert_eq!(root.path(&["c", "b"]).and_then(yaml::Node::text), Some("1"));
    assert!(!yaml::parse("a: &x [*x]\n").errors.is_empty());
}
