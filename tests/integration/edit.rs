//! Edits change what they should, and nothing else.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use tightship::internals::yaml::edit::{self, Edit};
use tightship::internals::yaml::{self, Kind, Node};

use crate::support;
use crate::support::style::Choices;

/// What is done to a mapping or list of a document.
#[derive(Debug, Clone)]
enum Op {
    Set(Vec<String>, Value),
    Remove(usize),
    Push(Vec<String>, Value),
    RemoveItem(usize),
    Rename(usize, String),
}

const KEYS: [&str; 12] = ["a", "b", "c", "name", "on", "1", "x y", "k: #", "ä", "true", "a/b.c", "spec"];
const TEXTS: [&str; 15] = [
    "x",
    "",
    "no",
    "a: b",
    "# not a comment",
    "words in a row",
    "l1\nl2\n",
    "l1\n  l2\nl3",
    "end\n",
    "ß€",
    "it's",
    "\"",
    "1e3",
    "{x}",
    "- y",
];

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(&KEYS[..]).prop_map(str::to_owned)
}

fn tree(depth: u32) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => (-5i64..70000).prop_map(Value::from),
    ];
    leaf.prop_recursive(depth, 24, 4, |inner| {
        prop_oneof![
            2 => prop::collection::vec((key(), inner.clone()), 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect())),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::Array),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::vec((key(), tree(4)), 1..6).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn op() -> impl Strategy<Value = Op> {
    let path = || prop::collection::vec(key(), 1..4);
    prop_oneof![
        3 => (path(), tree(2)).prop_map(|(path, value)| Op::Set(path, value)),
        2 => any::<usize>().prop_map(Op::Remove),
        2 => (path(), tree(2)).prop_map(|(path, item)| Op::Push(path, item)),
        2 => any::<usize>().prop_map(Op::RemoveItem),
        1 => (any::<usize>(), key()).prop_map(|(at, name)| Op::Rename(at, name)),
    ]
}

/// All collections of a kind in a tree, as JSON pointers.
fn pointers(value: &Value, list: bool, at: &str, out: &mut Vec<String>) {
    if list && value.as_array().is_some_and(|items| !items.is_empty()) || !list && value.is_object() {
        out.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                pointers(value, list, &format!("{at}/{}", key.replace('/', "~1")), out);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, list, &format!("{at}/{index}"), out);
            }
        }
        _ => {}
    }
}

fn find<'d, 's>(root: Node<'d, 's>, pointer: &str) -> Node<'d, 's> {
    pointer.split('/').skip(1).fold(root, |node, step| match node.kind() {
        Kind::Sequence => node.items().nth(step.parse().unwrap()).unwrap(),
        _ => node.get(&step.replace("~1", "/")).unwrap(),
    })
}

/// The change to the model; `None` where there is nothing to do.
fn expect(model: &mut Value, op: &Op) -> Option<()> {
    let entry = |fields: &Map<String, Value>, at: &usize| fields.keys().nth(at % fields.len().max(1)).cloned();
    match op {
        Op::Set(path, value) => *place(model, path)? = value.clone(),
        Op::Push(path, item) => {
            let place = place(model, path)?;
            match place {
                Value::Null => *place = json!([item]),
                Value::Array(items) => items.push(item.clone()),
                _ => return None,
            }
        }
        Op::Remove(at) => {
            let fields = model.as_object_mut().unwrap();
            let key = entry(fields, at)?;
            fields.shift_remove(&key);
        }
        Op::RemoveItem(at) => {
            let items = model.as_array_mut().unwrap();
            items.remove(at % items.len());
        }
        Op::Rename(at, name) => {
            let fields = model.as_object_mut().unwrap();
            let key = entry(fields, at)?;
            if fields.contains_key(name) {
                return None;
            }
            let value = fields.shift_remove(&key)?;
            fields.insert(name.clone(), value);
        }
    }
    Some(())
}

fn place<'v>(model: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(model, |value, key| {
        if value.is_null() {
            *value = json!({});
        }
        Some(value.as_object_mut()?.entry(key).or_insert(Value::Null))
    })
}

fn make(text: &str, node: Node<'_, '_>, op: &Op) -> Option<Edit> {
    let keys = |path: &'_ [String]| path.to_vec();
    let name = |at: &usize| {
        let key = node.entries().nth(at % node.entries().len().max(1))?.0;
        Some(key.name().unwrap().into_owned())
    };
    match op {
        Op::Set(path, value) => {
            edit::set(text, node, &keys(path).iter().map(String::as_str).collect::<Vec<_>>(), value)
        }
        Op::Push(path, item) => {
            edit::push(text, node, &keys(path).iter().map(String::as_str).collect::<Vec<_>>(), item)
        }
        Op::Remove(at) => edit::remove(text, node, &name(at)?),
        Op::RemoveItem(at) => edit::remove_item(text, node, at % node.items().len()),
        Op::Rename(at, new) => edit::rename(text, node, &name(at)?, new),
    }
}

fn comments(text: &str) -> Vec<String> {
    let mut comments: Vec<_> =
        yaml::parse(text).comments.iter().map(|comment| text[comment.span.range()].trim_end().to_owned()).collect();
    comments.sort();
    comments
}

fn read(text: &str) -> Vec<Value> {
    let stream = yaml::parse(text);
    assert!(stream.errors.is_empty(), "{text}\n{:?}", stream.errors);
    stream
        .documents
        .iter()
        .map(|document| document.root().map_or(Value::Null, |root| root.to_json().unwrap()))
        .collect()
}

/// One case of the property: a stream whose last document is edited.
type Case = (Value, Vec<Value>, Vec<u8>, Op, usize);

/// Whether an edit was made, and changed what it should and nothing else.
fn check((before, documents, style, op, at): Case) -> Result<Option<bool>, TestCaseError> {
    let mut documents = documents;
    documents.push(before);
    let text = Choices::new(&style).stream(&documents);
    prop_assert_eq!(&read(&text), &documents, "the test's own text: {}", text);
    let target = documents.len() - 1;
    let mut places = Vec::new();
    pointers(&documents[target], matches!(op, Op::RemoveItem(_)), "", &mut places);
    if places.is_empty() {
        return Ok(None);
    }
    let pointer = places[at % places.len()].clone();
    let mut expected = documents.clone();
    let possible = expect(expected[target].pointer_mut(&pointer).unwrap(), &op).is_some();

    let stream = yaml::parse(&text);
    let node = find(stream.documents[target].root().unwrap(), &pointer);
    let Some(edit) = make(&text, node, &op) else { return Ok(possible.then_some(false)) };
    prop_assert!(possible, "{text}\n{op:?} at {pointer:?}");
    let after = edit::apply(&text, std::slice::from_ref(&edit)).unwrap();
    let again = yaml::parse(&after);
    let shown = format!("{text}\n=== {op:?} at {pointer:?} ===\n{after}\n=== {:?}", again.errors);
    prop_assert!(again.errors.is_empty(), "{shown}");
    prop_assert_eq!(read(&after), expected, "{}", shown);
    // only what is removed takes comments with it, those on its own lines
    let removes = matches!(op, Op::Remove(_) | Op::RemoveItem(_));
    let gone = &text[edit.span.range()];
    let lost = comments(&text).into_iter().filter(|comment| !comments(&after).contains(comment));
    for comment in lost {
        prop_assert!(removes && gone.contains(&comment), "{comment} is lost: {shown}");
    }
    prop_assert!(edit.text.contains("\r\n") || !edit.text.contains('\n') || !text.contains("\r\n"), "{}", shown);
    Ok(Some(true))
}

#[test]
fn an_edit_changes_what_it_should_and_nothing_else() {
    let cases = (
        object(),
        prop::collection::vec(object(), 0..2),
        prop::collection::vec(any::<u8>(), 0..160),
        op(),
        any::<usize>(),
    );
    let (made, declined) = (Cell::new(0), Cell::new(0));
    let config = support::random(4000);
    let outcome = TestRunner::new(config).run(&cases, |case| {
        match check(case)? {
            Some(true) => made.set(made.get() + 1),
            Some(false) => declined.set(declined.get() + 1),
            None => {}
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    // without anchors, only comments that would get lost are a reason to decline
    assert!(made.get() > 3000 && declined.get() * 50 < made.get(), "{made:?} edits, {declined:?} declined");
}

/// The text after an edit of its first document; `None` if there is no safe one.
fn edited(text: &str, make: impl Fn(Node<'_, '_>) -> Option<Edit>) -> Option<String> {
    let stream = yaml::parse(text);
    assert!(stream.errors.is_empty(), "{text}: {:?}", stream.errors);
    Some(edit::apply(text, &[make(stream.documents[0].root().unwrap())?]).unwrap())
}

fn set(text: &str, path: &str, value: Value) -> Option<String> {
    let path: Vec<&str> = path.split('/').collect();
    edited(text, |root| edit::set(text, root, &path, &value))
}

#[test]
fn new_keys_stand_after_their_siblings_as_the_file_is_written() {
    let deployment = "spec:\n    # pods\n    template:\n        containers:\n        - name: app # main\n          image: x\n        # last\nstatus: {}\n";
    let container = |text: &str, path: &[&str], value: Value| {
        edited(text, |root| {
            let container = root.path(&["spec", "template", "containers"]).unwrap().items().next().unwrap();
            edit::set(text, container, path, &value)
        })
    };
    assert_eq!(
        container(deployment, &["securityContext", "capabilities", "drop"], json!(["ALL"])).unwrap(),
        "spec:\n    # pods\n    template:\n        containers:\n        - name: app # main\n          image: x\n          securityContext:\n              capabilities:\n                  drop:\n                  - ALL\n        # last\nstatus: {}\n"
    );
    assert_eq!(set("a:\r\n  b: 1 # c\r\nd: 2", "a/e", json!("no")).unwrap(), "a:\r\n  b: 1 # c\r\n  e: \"no\"\r\nd: 2");
    assert_eq!(set("a: # why\nb: 1\n", "a/c", json!(true)).unwrap(), "a: # why\n  c: true\nb: 1\n");
    assert_eq!(set("a:\nb: 1\n", "a", json!(true)).unwrap(), "a: true\nb: 1\n");
    assert_eq!(set("a:\t1\n", "a", json!(2)).unwrap(), "a:\t2\n");
    assert_eq!(set("{a: 1, b: {}}", "b/c", json!("x")).unwrap(), "{a: 1, b: {c: x}}");
    assert_eq!(set("a: |  # text\n  x\n\nb: 1\n", "a", json!("z")).unwrap(), "a: z  # text\n\nb: 1\n");
}

#[test]
fn json_stays_json() {
    assert_eq!(set(r#"{"a":1,"b":{"c":2}}"#, "b/d", json!("x")).unwrap(), r#"{"a":1,"b":{"c":2,"d":"x"}}"#);
    let text = "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n";
    let after = set(text, "a/c/d", json!(["x"])).unwrap();
    assert_eq!(
        after,
        "{\n\t\"a\": {\n\t\t\"b\": 1,\n\t\t\"c\": {\n\t\t\t\"d\": [\n\t\t\t\t\"x\"\n\t\t\t]\n\t\t}\n\t}\n}\n"
    );
    assert_eq!(serde_json::from_str::<Value>(&after).unwrap(), json!({"a": {"b": 1, "c": {"d": ["x"]}}}));
    let removed = edited(text, |root| edit::remove(text, root.get("a").unwrap(), "b")).unwrap();
    assert_eq!(removed, "{\n\t\"a\": {}\n}\n");
}

#[test]
fn removing_takes_whole_lines_and_leaves_valid_yaml() {
    let remove = |text: &str, path: &str| {
        let (above, key) = path.rsplit_once('/').unwrap_or(("", path));
        let above: Vec<&str> = above.split('/').filter(|key| !key.is_empty()).collect();
        edited(text, |root| edit::remove(text, root.path(&above).unwrap(), key)).unwrap()
    };
    assert_eq!(remove("a: 1 # one\n# two\nb: 2\n", "a"), "# two\nb: 2\n");
    assert_eq!(remove("a:\n  b: 1\nc: 2\n", "a/b"), "a: {}\nc: 2\n");
    assert_eq!(remove("a: # why\n  b: 1\n", "a/b"), "a: # why\n  {}\n");
    assert_eq!(remove("a: {b: 1, c: 2}\n", "a/b"), "a: {c: 2}\n");
    assert_eq!(remove("a: {\n  b: 1, # one\n  c: 2 # two\n}\n", "a/c"), "a: {\n  b: 1 # one\n}\n");
    assert_eq!(remove("a: 1\nb: |\n  x\n\n  y\nc: 2\n", "b"), "a: 1\nc: 2\n");
    let item = |text: &str, index| edited(text, |root| edit::remove_item(text, root.get("a").unwrap(), index)).unwrap();
    assert_eq!(item("a:\n- b: 1\n  c: 2\n- d\n", 0), "a:\n- d\n");
    assert_eq!(item("a: # why\n- b\nc: 1\n", 0), "a: [] # why\nc: 1\n");
    assert_eq!(item("a:\n  - - b\n    - c\n", 0), "a: []\n");
    assert_eq!(item("a: [b, c]\n", 1), "a: [b]\n");
}

#[test]
fn nothing_is_edited_that_stands_for_more_than_itself() {
    let shared = "a: &x {b: 1, c: {d: 1}}\ne: *x\nf: {<<: *x, g: 1}\n";
    assert_eq!(set(shared, "a/b", json!(2)), None, "the alias would change too");
    assert_eq!(set(shared, "a/c/d", json!(2)), None);
    assert_eq!(set(shared, "a", json!(2)), None, "the alias would have no anchor");
    assert_eq!(set(shared, "e/b", json!(2)), None, "reached through an alias");
    assert_eq!(set(shared, "f/c/d", json!(2)), None, "reached through a merge key");
    assert_eq!(edited(shared, |root| edit::remove(shared, root.get("f").unwrap(), "b")), None);
    assert_eq!(edited(shared, |root| edit::push(shared, root, &["f", "b"], &json!(2))), None);
    assert_eq!(set(shared, "e", json!(2)).unwrap(), shared.replace("*x\nf", "2\nf"));
    assert_eq!(set(shared, "f/b", json!(2)).unwrap(), shared.replace("g: 1", "g: 1, b: 2"), "a key of its own wins");
    assert_eq!(set("a: &x\n  b: 1\n", "a/b", json!(2)).unwrap(), "a: &x\n  b: 2\n", "no alias uses it");
    assert_eq!(set("a: !!str 1\n", "a", json!(2)), None);
    assert_eq!(set("a: {b: 1}\nb: {b: 1, <<: {b: 2}}\n", "b/b", json!(3)), None, "the merge key after it wins");
    let twice = "a: 1\na: 2\n";
    assert_eq!(set(twice, "a", json!(3)).unwrap(), "a: 1\na: 3\n", "the last one counts");
    assert_eq!(edited(twice, |root| edit::remove(twice, root, "a")), None);
    assert_eq!(edited(twice, |root| edit::rename(twice, root, "a", "b")), None);
}

#[test]
fn explicit_keys_are_left_alone() {
    let text = "? a\n: b\nc: 1\n";
    assert_eq!(set(text, "d", json!(1)).unwrap(), "? a\n: b\nc: 1\nd: 1\n");
    assert_eq!(set(text, "a", json!(1)).unwrap(), "? a\n: 1\nc: 1\n");
    assert_eq!(edited(text, |root| edit::remove(text, root, "a")), None);
    for only in ["?   a\n", "?\n\n  a\n"] {
        assert_eq!(set(only, "d", json!(1)), None, "the mapping begins with the question mark, not with the key");
        assert_eq!(edited(only, |root| edit::remove(only, root, "a")), None);
    }
    let flow = "{b: 1, ? a : 2}";
    assert_eq!(edited(flow, |root| edit::remove(flow, root, "a")), None);
}

#[test]
fn a_line_break_never_becomes_text() {
    assert_eq!(set("a: |\n  x", "b", json!(1)), None, "the text would end with a line break");
    assert_eq!(set("a: |-\n  x", "b", json!(1)).unwrap(), "a: |-\n  x\nb: 1");
    assert_eq!(set("a: |+\n  x\n\n", "b", json!(1)).unwrap(), "a: |+\n  x\n\nb: 1\n");
    let comment = "a:\n  b: |\n    x\n  c: 1\n    # deep\n  d: 1\n";
    assert_eq!(edited(comment, |root| edit::remove(comment, root.get("a").unwrap(), "c")), None);
}

#[test]
fn edits_apply_together_unless_their_order_matters() {
    let text = "a: 1\nb: 2\n";
    let stream = yaml::parse(text);
    let root = stream.documents[0].root().unwrap();
    let set = |key, value: i32| edit::set(text, root, &[key], &json!(value)).unwrap();
    let both = [set("b", 4), set("a", 3)];
    assert_eq!(edit::apply(text, &both).unwrap(), "a: 3\nb: 4\n");
    assert!(edit::apply(text, &[set("c", 1), set("d", 1)]).is_err(), "both are inserted at the same place");
    assert!(edit::apply(text, &[set("a", 1), edit::remove(text, root, "a").unwrap()]).is_err());
    assert!(edit::apply("ä", &[Edit { span: yaml::Span { start: 1, end: 2 }, text: "".into() }]).is_err());
    assert!(edit::apply("a", &[Edit { span: yaml::Span { start: 1, end: 2 }, text: "".into() }]).is_err());
}
