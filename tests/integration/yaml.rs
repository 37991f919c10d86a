//! The YAML module against what kubectl reads.

use proptest::prelude::*;
use serde_json::{Value, json};
use tightship::internals::yaml;

use crate::support;
use crate::support::style::Choices;

/// Every row: a text, `value` or `error`, and what kubectl's decoder makes of it.
fn rows(table: &str) -> Vec<(String, Option<Value>)> {
    let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let text = serde_json::from_str(columns[0]).unwrap();
        (text, (columns[1] == "value").then(|| serde_json::from_str(columns[2]).unwrap()))
    });
    rows.collect()
}

fn read(text: &str) -> Option<Value> {
    let stream = yaml::parse(text);
    if !stream.errors.is_empty() || stream.documents.len() != 1 {
        return None;
    }
    stream.documents[0].root()?.to_json().ok()
}

/// Whether two values are the same for whoever reads them: a number is one however it is written.
pub fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, value)| theirs.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        _ => ours == theirs,
    }
}

/// The rows of a table where we differ from kubectl.
fn differences(table: &str, document: impl Fn(&str) -> String) -> Vec<String> {
    let rows = rows(table);
    assert!(rows.len() > 50);
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let ours = read(&document(&text));
        let equal = match (&ours, &expected) {
            (Some(ours), Some(expected)) => same(ours, expected),
            (None, None) => true,
            _ => false,
        };
        if !equal {
            wrong.push(format!("{text:?}: kubectl {expected:?}, tightship {ours:?}"));
        }
    }
    wrong
}

#[test]
fn scalars_read_as_kubectl_reads_them() {
    let wrong = differences(include_str!("../data/kubectl-scalars.tsv"), |text| format!("a: {text}\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every value is found by the keys that kubectl sends it with.
fn assert_found(node: yaml::Node<'_, '_>, value: &Value, text: &str) {
    let Some(fields) = value.as_object() else { return };
    assert_eq!(node.fields().count(), fields.len(), "{text}");
    for (key, value) in fields {
        let found = node.get(key).unwrap_or_else(|| panic!("no {key:?} in {text}"));
        assert!(same(&found.to_json().unwrap(), value), "{key:?} in {text}");
        let field = node.fields().find(|(name, _)| name.name().unwrap() == key.as_str()).unwrap().1;
        assert_eq!(field.span(), found.span(), "{key:?} in {text}");
        assert_found(found, value, text);
    }
}

#[test]
fn mappings_read_as_kubectl_reads_them() {
    let table = include_str!("../data/kubectl-mappings.tsv");
    let wrong = differences(table, str::to_owned);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (text, expected) in rows(table) {
        let Some(expected) = expected else { continue };
        assert_found(yaml::parse(&text).documents[0].root().unwrap(), &expected, &text);
    }
}

#[test]
fn a_merge_of_something_else_is_an_error_at_its_place() {
    let text = "a: 1\nb:\n  <<: [1]\n---\nc: 1\n";
    let stream = yaml::parse(text);
    assert_eq!(stream.errors[0].message, "map merge requires map or sequence of maps as the value");
    assert_eq!(&text[stream.errors[0].span.range()], "[1]");
    assert_eq!(stream.documents.len(), 1, "the next document is read");
}

#[test]
fn duplicate_keys_are_found_where_they_are() {
    let text = "a: 1\nb: {x: 1, y: &s {p: 1, 'p': 2}, \"x\": 2, x: 3}\nc: *s\n<<: {a: 1}\n<<: {a: 2}\n1: a\n0x1: b\non: a\nyes: b\n";
    let stream = yaml::parse(text);
    let found: Vec<_> = stream.documents[0]
        .duplicates()
        .iter()
        .map(|(first, later)| (&text[first.span().range()], &text[later.span().range()], later.span().start))
        .collect();
    let at = |part: &str| text.find(part).unwrap() as u32;
    assert_eq!(
        found,
        [
            ("p", "'p'", at("'p'")),
            ("x", "\"x\"", at("\"x\"")),
            ("x", "x", at("x: 3")),
            ("1", "0x1", at("0x1")),
            ("on", "yes", at("yes")),
        ]
    );
    assert!(yaml::parse("a: {b: 1}\nb: {b: 1}\n[x]: 1\n[y]: 1\n").documents[0].duplicates().is_empty());
    let many = (0..100_000).map(|at| format!("k{at}: 1\n")).collect::<String>() + "k5: 2\n";
    let stream = yaml::parse(&many);
    assert_eq!(stream.documents[0].duplicates().len(), 1);
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
    assert!(stream.documents.is_empty());
    assert_eq!(stream.errors[0].message, "document contains excessive aliasing");
}

#[test]
fn aliases_stand_for_no_more_than_an_object_may_have() {
    let text = |times: usize| {
        format!("a: &a {}\n{}", "x".repeat(100_000), (0..times).map(|at| format!("k{at}: *a\n")).collect::<String>())
    };
    assert!(yaml::parse(&text(30)).errors.is_empty());
    assert_eq!(yaml::parse(&text(50)).errors[0].message, "document contains excessive aliasing");
}

#[test]
fn an_alias_is_what_it_points_at() {
    let stream = yaml::parse("a: &x {b: 1}\nc: *x\n");
    let root = stream.documents[0].root().unwrap();
    assert_eq!(root.path(&["c", "b"]).and_then(yaml::Node::text), Some("1"));
    assert!(!yaml::parse("a: &x [*x]\n").errors.is_empty());
}

#[test]
fn what_kubectl_cannot_read_is_found_at_its_place() {
    let text = "a: .inf\nb: [!!int x, &n .nan]\nc: *n\nd: {[k]: 1, null: 2}\n.inf: 1\ne: !!binary '*'\n";
    let stream = yaml::parse(text);
    let found = stream.documents[0].unreadable();
    let found: Vec<_> = found.iter().map(|(span, error)| (&text[span.range()], error.to_string())).collect();
    let expected = [
        (".inf", ".inf is not a number that JSON can hold"),
        ("x", "`x` is not an integer"),
        (".nan", ".nan is not a number that JSON can hold"),
        ("[k]", "a list cannot be a key"),
        ("null", "`null` cannot be a key; it needs quotes"),
        ("'*'", "`*` is not base64 text"),
    ];
    assert_eq!(found, expected.map(|(text, message)| (text, message.to_owned())));
    assert!(stream.documents[0].root().unwrap().to_json().is_err());
}

/// What could break at a cut, put anywhere into a text.
const FRAGMENTS: [&str; 24] = [
    "---",
    "\n---\n",
    "\n--- # c\n",
    "\n...\n",
    "\n%YAML 1.1\n---\n",
    "\n%TAG ! x\n",
    "%",
    "\"",
    "'",
    "[",
    "}",
    "#",
    "\n",
    "\r",
    ": ",
    "- ",
    "\t",
    "&a ",
    "*a",
    "|\n",
    "\u{feff}",
    "\n--- |\n",
    "\n---x\n",
    "\u{0}",
];

proptest! {
    #![proptest_config(support::random(3000))]

    #[test]
    fn parts_read_as_the_whole(
        style in prop::collection::vec(any::<u8>(), 0..100),
        count in 1..6_usize,
        faults in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&FRAGMENTS[..])), 0..4),
        target in 0..60_usize,
    ) {
        let document = json!({"kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "b", "args": ["x\ny"]}]}});
        let mut text = Choices::new(&style).stream(&vec![document; count]);
        for (at, fragment) in faults {
            let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            text.insert_str(*at.get(&places), fragment);
        }
        let parts = yaml::split(&text, target);
        let whole = yaml::parse(&text);
        let mut joined = yaml::Stream::default();
        let mut end = 0;
        for part in parts {
            prop_assert_eq!(part.start, end);
            end = part.end;
            let stream = yaml::parse_part(&text, part);
            joined.documents.extend(stream.documents);
            joined.comments.extend(stream.comments);
            joined.errors.extend(stream.errors);
        }
        prop_assert_eq!(end, text.len());
        prop_assert_eq!(format!("{joined:#?}"), format!("{whole:#?}"), "{}", text);
    }
}

#[test]
fn a_text_is_cut_where_documents_begin() {
    let document = "# about\na: |\n  text\n   ---\n  ---\n";
    let text = vec![document; 100].join("---\n");
    let parts = yaml::split(&text, 1000);
    assert!(parts.len() >= 3, "{parts:?}");
    assert!(parts.iter().all(|part| part.len() < 1000 + 2 * document.len()), "{parts:?}");
    assert_eq!(yaml::split("{\"a\": \"\\n---\\n\"}", 2).len(), 1);
    assert_eq!(yaml::split("", 0).len(), 1);
    assert_eq!(yaml::split("a\n%YAML 1.1\n# c\n---\nb\n", 1).len(), 1, "the directive belongs to what follows");
}

#[test]
fn json_reads_as_json() {
    let text = "\t{\n\t\"a\":\t\"\\ud83d\\ude00 x\\/y\",\n\t\"b\": [1E5, -0.5, 1e-2],\n\t\"b\": null}";
    assert_eq!(read(text).unwrap(), json!({"a": "😀 x/y", "b": null}));
    assert_eq!(
        read("{\"b\":[1E5,-0.5,1e-2,18446744073709551615]}").unwrap(),
        json!({"b": [100_000, -0.5, 0.01, u64::MAX]})
    );
    let stream = yaml::parse("{\"a\": 1}\n{\"b\": 2}{\"c\": 3}");
    assert!(stream.errors.is_empty());
    let objects: Vec<_> = stream.documents.iter().map(|document| document.root().unwrap().to_json().unwrap()).collect();
    assert_eq!(objects, [json!({"a": 1}), json!({"b": 2}), json!({"c": 3})], "kubectl reads objects one after another");
    assert_eq!(yaml::parse("{\"a\": 1}\n{\"b\": 2} x").errors.len(), 1);
    assert_eq!(yaml::parse("{\"a\n\": 1}\n{\"b\": 2}").errors.len(), 1, "no JSON has a line break in a string");
    assert_eq!(yaml::parse("# YAML\n{\"a\": 1}\n{\"b\": 2}").errors.len(), 1, "only a text that begins with an object");
}

#[test]
fn odd_texts_are_empty_or_an_error_but_never_a_crash() {
    let documents = |text: &str| {
        let stream = yaml::parse(text);
        let found: Vec<_> = stream.documents.iter().map(|doc| doc.root().map(|root| root.to_json().unwrap())).collect();
        (found, stream.comments.len(), stream.errors.len())
    };
    let null = Some(Value::Null);
    assert_eq!(documents(""), (vec![], 0, 0));
    assert_eq!(documents("\u{feff}"), (vec![], 0, 0));
    assert_eq!(documents("\t\n \t"), (vec![], 0, 0));
    assert_eq!(documents("# a\n\n# b"), (vec![], 2, 0));
    assert_eq!(documents("---"), (vec![null.clone()], 0, 0));
    assert_eq!(documents("---\n---\n# c\n...\n"), (vec![null.clone(), null], 1, 0));
    assert_eq!(documents("\u{feff}# c\na: 1"), (vec![Some(json!({"a": 1}))], 1, 0));
    assert!(!yaml::parse("\u{feff}# c").comments[0].trailing);
    assert_eq!(documents("a:\n\tb: 1\n---\nc: 1\n"), (vec![Some(json!({"c": 1}))], 0, 1));
    assert_eq!(documents("a: \"\u{0}\"").2, 1);
    let utf16: String = "a: 1".chars().flat_map(|letter| [letter, '\0']).collect();
    assert_eq!(yaml::parse(&utf16).errors[0].message, "this is UTF-16 or binary data, not UTF-8 text");
}

#[test]
fn the_cost_grows_with_the_text_and_no_faster() {
    let chain = |step: fn(usize) -> String| "a0: &a0 {x: 1}\n".to_owned() + &(1..30_000).map(step).collect::<String>();
    let texts = [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        (0..2000).map(|at| " ".repeat(at) + "a:\n").collect(),
        chain(|at| format!("a{at}: &a{at} [*a{}]\n", at - 1)),
        chain(|at| format!("a{at}: &a{at} {{<<: *a{}}}\n", at - 1)),
        chain(|at| format!("a{at}: &a{at} {{<<: [*a{0}, *a{0}]}}\n", at - 1)),
        (0..30_000).map(|at| format!("a{at}: &a{at} x\nb{at}: *a{at}\n")).collect(),
        format!("a: \"{}\" # c\n", "x".repeat(2_000_000)),
        "# c\r".repeat(100_000),
        format!("a:\n{}  b: 1\n", "  # c\n".repeat(100_000)),
        format!("{}: 1", "x".repeat(1_000_000)),
        format!("{{{}\"z\": 1}}", (0..100_000).map(|at| format!("\"k{at}\": {{\"a\": [1]}},")).collect::<String>()),
        "- |\n  x\n".repeat(100_000),
        "---\n".repeat(100_000),
        "a: [\n---\n".repeat(100_000),
        "{}".repeat(100_000),
        "a: 1\n".repeat(100_000),
        format!("{}---\n", "-----\n".repeat(100_000)),
        format!("a: |\n{}", "\n".repeat(1_000_000)),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let stream = yaml::parse(&text);
        for document in &stream.documents {
            let _ = (document.duplicates(), document.unreadable());
            let _ = document.root().map(|root| (root.get("none"), root.fields().count(), root.to_json()));
        }
        assert!(!yaml::split(&text, 1000).is_empty());
        // a quadratic step would take minutes
        assert!(start.elapsed().as_secs() < 60, "{:?} took {:?}", text.get(..40), start.elapsed());
    }
}
