//! An edit of any text that can be read changes what it should, and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tightship::internals::yaml::edit::{self, Edit};
use tightship::internals::yaml::{self, Node};

const NAMES: [&str; 6] = ["a", "b", "name", "on", "x: #", "<<"];

/// What each document is, `None` where kubectl could not read it.
fn read(text: &str) -> Option<Vec<Value>> {
    let stream = yaml::parse(text);
    if !stream.errors.is_empty() {
        return None;
    }
    stream
        .documents
        .iter()
        .map(|document| document.root().map_or(Some(Value::Null), |root| root.to_json().ok()))
        .collect()
}

fn value(choice: u8) -> Value {
    match choice % 6 {
        0 => json!(true),
        1 => json!("no"),
        2 => json!({}),
        3 => json!(["ALL"]),
        4 => json!({"drop": ["ALL"], "add": [{"a": null, "b": {"c": "x\n"}}]}),
        _ => json!(null),
    }
}

/// Goes down from the root as the bytes say, and tells the way: keys and indices.
fn descend<'d, 's>(root: Node<'d, 's>, steps: &[u8]) -> (Node<'d, 's>, Vec<Value>) {
    let (mut node, mut way) = (root, Vec::new());
    for step in steps {
        let at = usize::from(*step);
        let (items, fields) = (node.items().len(), node.fields().count());
        if items > 0 {
            way.push(json!(at % items));
            node = node.items().nth(at % items).unwrap();
        } else if fields > 0 {
            let (key, value) = node.fields().nth(at % fields).unwrap();
            way.push(json!(key.name().unwrap()));
            node = value;
        }
    }
    (node, way)
}

fn follow<'v>(model: &'v mut Value, way: &[Value]) -> &'v mut Value {
    way.iter().fold(model, |place, step| match step {
        Value::String(key) => place.get_mut(key.as_str()).unwrap(),
        index => place.get_mut(usize::try_from(index.as_u64().unwrap()).unwrap()).unwrap(),
    })
}

/// The edit, and the change to the model; `None` where the edit declines.
fn change(text: &str, node: Node<'_, '_>, model: &mut Value, ops: [u8; 4]) -> Option<Edit> {
    let [op, first, second, new] = ops;
    let existing = |choice: u8| {
        let count = node.fields().count();
        let key = node.fields().nth(usize::from(choice) % count.max(1))?.0;
        Some(key.name().unwrap().into_owned())
    };
    let name = |choice: u8| match choice % 2 {
        0 => existing(choice / 2),
        _ => Some(NAMES[usize::from(choice / 2) % NAMES.len()].to_owned()),
    };
    let path = || Some(if second < 128 { vec![name(first)?] } else { vec![name(first)?, name(second)?] });
    match op % 5 {
        0 => {
            let (path, value) = (path()?, value(new));
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            let edit = edit::set(text, node, &keys, &value)?;
            *enter(model, &path) = value;
            Some(edit)
        }
        1 => {
            let (path, item) = (path()?, value(new));
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            let edit = edit::push(text, node, &keys, &item)?;
            let list = enter(model, &path);
            match list {
                Value::Null => *list = json!([item]),
                _ => list.as_array_mut().unwrap().push(item),
            }
            Some(edit)
        }
        2 => {
            let key = existing(first)?;
            let edit = edit::remove(text, node, &key)?;
            model.as_object_mut().unwrap().shift_remove(&key);
            Some(edit)
        }
        3 => {
            let count = node.items().len();
            let at = usize::from(first) % count.max(1);
            let edit = edit::remove_item(text, node, at)?;
            model.as_array_mut().unwrap().remove(at);
            Some(edit)
        }
        _ => {
            let (old, new) = (existing(first)?, NAMES[usize::from(new) % NAMES.len()]);
            let edit = edit::rename(text, node, &old, new)?;
            let fields = model.as_object_mut().unwrap();
            let value = fields.shift_remove(&old).unwrap();
            fields.insert(new.to_owned(), value);
            Some(edit)
        }
    }
}

/// The place at the path, made where it is missing.
fn enter<'v>(model: &'v mut Value, path: &[String]) -> &'v mut Value {
    path.iter().fold(model, |place, key| {
        if place.is_null() {
            *place = json!({});
        }
        place.as_object_mut().expect("an edit below what is no mapping").entry(key).or_insert(Value::Null)
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((head, text)) = data.split_at_checked(9) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(mut expected) = read(text).filter(|documents| !documents.is_empty()) else { return };
    let stream = yaml::parse(text);
    let which = usize::from(head[0]) % expected.len();
    let Some(root) = stream.documents[which].root() else { return };
    let depth = usize::from(head[1] % 4);
    let (node, way) = descend(root, &head[2..2 + depth]);
    let model = follow(&mut expected[which], &way);
    let Some(edit) = change(text, node, model, [head[5], head[6], head[7], head[8]]) else { return };
    let after = edit::apply(text, &[edit]).expect("one edit does not overlap");
    assert_eq!(read(&after).as_ref(), Some(&expected), "{text:?}\n{after:?}");
});
