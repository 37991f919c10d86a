//! Edits change what they should, and nothing else.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod style;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tightship::yaml::edit::{self, Edit};
use tightship::yaml::{self, Kind, Node};

use style::Choices;

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_what_it_should_and_nothing_else(
        before in object(),
        documents in prop::collection::vec(object(), 0..2),
        style in prop::collection::vec(any::<u8>(), 0..160),
        op in op(),
        at in any::<usize>(),
    ) {
        let mut documents = documents;
        documents.push(before);
        let text = Choices::new(&style).stream(&documents);
        prop_assert_eq!(&read(&text), &documents, "the test's own text: {}", text);
        let target = documents.len() - 1;
        let mut places = Vec::new();
        pointers(&documents[target], matches!(op, Op::RemoveItem(_)), "", &mut places);
        prop_assume!(!places.is_empty());
        let pointer = places[at % places.len()].clone();
        let mut expected = documents.clone();
        let possible = expect(expected[target].pointer_mut(&pointer).unwrap(), &op).is_some();

        let stream = yaml::parse(&text);
        let node = find(stream.documents[target].root().unwrap(), &pointer);
        let Some(edit) = make(&text, node, &op) else { return Ok(()) };
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
    }
}
