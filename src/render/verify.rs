//! The last check before anything is written: the rendered text is read again, and must be what Kubernetes takes.

use crate::kube::fields::{FieldType, Lookup, TypeId, table};
use crate::kube::version::Version;
use crate::yaml::{self, Kind, Node, Value};

/// Reads a rendered file. `Err` says what is wrong with it, which is a defect of a template, not of the spec.
pub(crate) fn manifests(text: &str, version: Version) -> Result<(), String> {
    let stream = yaml::parse(text);
    if let Some(error) = stream.errors.first() {
        return Err(format!("it is not YAML: {}", error.message));
    }
    for document in &stream.documents {
        let root = document.root().ok_or("it holds an empty document")?;
        object(root, version)?;
    }
    Ok(())
}

/// Reads a rendered file that is no manifest. `Err` says what is wrong with it.
pub(crate) fn documents(text: &str) -> Result<(), String> {
    let stream = yaml::parse(text);
    if let Some(error) = stream.errors.first() {
        return Err(format!("it is not YAML: {}", error.message));
    }
    for document in &stream.documents {
        let root = document.root().filter(|root| root.kind() == Kind::Mapping).ok_or("it holds an empty document")?;
        each_key_once(root, "the document")?;
    }
    Ok(())
}

fn each_key_once(node: Node<'_, '_>, path: &str) -> Result<(), String> {
    no_duplicates(node, path)?;
    node.items().try_for_each(|item| each_key_once(item, path))?;
    node.entries().try_for_each(|(key, value)| each_key_once(value, key.text().unwrap_or_default()))
}

fn object(root: Node<'_, '_>, version: Version) -> Result<(), String> {
    let text = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if root.path(&["metadata", "name"]).is_none() {
        return Err(format!("a {kind} has no name"));
    }
    let info = table().kind(api_version, kind).filter(|info| info.in_release(version));
    let info = info.ok_or_else(|| format!("Kubernetes {version} has no {kind} in {api_version}"))?;
    fields(root, info.ty, version, kind)
}

fn fields(node: Node<'_, '_>, id: TypeId, version: Version, path: &str) -> Result<(), String> {
    no_duplicates(node, path)?;
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        match table().field(id, name, version) {
            Lookup::Found(field) => typed(value, &field.ty, version, &format!("{path}.{name}"))?,
            _ => return Err(format!("{path} has no `{name}` in Kubernetes {version}")),
        }
    }
    let missing = table().fields_of(id, version).find(|field| field.required && node.get(field.name).is_none());
    missing.map_or(Ok(()), |field| Err(format!("{path} lacks `{}`", field.name)))
}

fn no_duplicates(node: Node<'_, '_>, path: &str) -> Result<(), String> {
    let mut names: Vec<&str> = node.entries().filter_map(|(key, _)| key.text()).collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b);
    twice.map_or(Ok(()), |(name, _)| Err(format!("{path} has `{name}` twice")))
}

fn typed(node: Node<'_, '_>, ty: &FieldType, version: Version, path: &str) -> Result<(), String> {
    let value = node.value().transpose().map_err(|error| format!("{path}: {error}"))?;
    let fits = match ty {
        FieldType::Any => true,
        FieldType::Object => node.kind() == Kind::Mapping,
        FieldType::String | FieldType::Time | FieldType::Bytes => matches!(value, Some(Value::Str(_))),
        FieldType::Integer => matches!(value, Some(Value::Int(_))),
        FieldType::Number => matches!(value, Some(Value::Int(_) | Value::Float(_))),
        FieldType::Boolean => matches!(value, Some(Value::Bool(_))),
        FieldType::IntOrString | FieldType::Quantity => matches!(value, Some(Value::Int(_) | Value::Str(_))),
        FieldType::Type(id) => {
            if node.kind() == Kind::Mapping {
                return fields(node, *id, version, path);
            }
            false
        }
        FieldType::List(inner) => {
            if node.kind() == Kind::Sequence {
                return node.items().try_for_each(|item| typed(item, inner, version, path));
            }
            false
        }
        FieldType::Map(inner) => {
            if node.kind() == Kind::Mapping {
                no_duplicates(node, path)?;
                return node.entries().try_for_each(|(_, value)| typed(value, inner, version, path));
            }
            false
        }
    };
    if fits { Ok(()) } else { Err(format!("{path} has a value of the wrong type")) }
}
