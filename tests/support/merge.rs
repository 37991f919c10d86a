//! What kustomize makes of a base and its patches, by the rules of strategic merge as the table of fields has them.

use serde_json::{Map, Value};
use tightship::internals::k8s::Version;
use tightship::internals::k8s::{Field, FieldType, Lookup, TypeId, table};

/// The type of an object of Kubernetes.
pub(crate) fn type_of(object: &Value) -> TypeId {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    table().kind(text("apiVersion"), text("kind")).unwrap_or_else(|| panic!("no kind of {object}")).ty
}

fn field_of(id: Option<TypeId>, name: &str) -> Option<&'static Field> {
    match table().field(id?, name, Version::NEWEST) {
        Lookup::Found(field) => Some(field),
        _ => None,
    }
}

/// Puts a patch over an object or a part of one.
pub(crate) fn apply(object: &mut Map<String, Value>, patch: &Map<String, Value>, id: Option<TypeId>) {
    for (name, change) in patch {
        let field = field_of(id, name);
        let inner = field.and_then(|field| field.ty.inner());
        match (object.get_mut(name), change) {
            (_, Value::Null) => {
                object.shift_remove(name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => {
                let map = field.is_some_and(|field| matches!(field.ty, FieldType::Map(_)));
                apply(old, new, inner.filter(|_| !map));
            }
            (Some(Value::Array(old)), Value::Array(new)) => match field.and_then(|field| field.merge_key) {
                Some(_) if new.first().is_some_and(|first| first["$patch"] == "replace") => *old = new[1..].to_vec(),
                Some(key) => new.iter().for_each(|item| apply_item(old, item, key, inner)),
                None => old.clone_from(new),
            },
            _ => {
                object.insert(name.clone(), change.clone());
            }
        }
    }
}

fn apply_item(list: &mut Vec<Value>, item: &Value, key: &str, id: Option<TypeId>) {
    let at = list.iter().position(|other| other[key] == item[key]);
    match (at, item["$patch"] == "delete") {
        (Some(at), true) => drop(list.remove(at)),
        (Some(at), false) => {
            if let (Value::Object(old), Value::Object(new)) = (&mut list[at], item) {
                apply(old, new, id);
            }
        }
        (None, false) => list.push(item.clone()),
        (None, true) => panic!("nothing to delete for {item}"),
    }
}

/// Lists whose items have names are the same in any order here; the order of `env` is kustomize's own business.
pub(crate) fn sort_named_lists(fields: &mut Map<String, Value>, id: Option<TypeId>) {
    for (name, value) in fields.iter_mut() {
        let field = field_of(id, name);
        let inner = field.and_then(|field| field.ty.inner());
        match value {
            Value::Object(fields) => sort_named_lists(fields, inner),
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| sort_named_lists(item, inner));
                if let Some(key) = field.and_then(|field| field.merge_key) {
                    items.sort_by_key(|item| item[key].to_string());
                }
            }
            _ => {}
        }
    }
}
