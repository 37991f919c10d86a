//! The last check before anything is written: the rendered text is read again, and must be what Kubernetes takes.

use crate::k8s::fields::table;
use crate::k8s::schema::{self, Fault, SchemaFault};
use crate::k8s::version::Version;
use crate::yaml::{self, Kind, Node};

/// Reads a rendered manifest. `Err` says what is wrong with it, which is a defect of a template, not of the spec.
pub fn manifests(text: &str, version: Version) -> Result<(), String> {
    read(text, |root| object(root, version))
}

/// Reads a rendered file that is no manifest. `Err` says what is wrong with it.
pub fn documents(text: &str) -> Result<(), String> {
    let is_mapping = |root: Node<'_, '_>| root.kind() == Kind::Mapping;
    read(
        text,
        |root| if is_mapping(root) { Ok(()) } else { Err("it holds a document that is not a mapping".to_owned()) },
    )
}

fn read(text: &str, each: impl Fn(Node<'_, '_>) -> Result<(), String>) -> Result<(), String> {
    let stream = yaml::parse(text);
    if let Some(error) = stream.errors.first() {
        return Err(format!("it is not YAML: {}", error.message));
    }
    for document in &stream.documents {
        if let Some((_, key)) = document.duplicates().first() {
            return Err(format!("it has `{}` twice", name(*key)));
        }
        each(document.root().ok_or("it holds an empty document")?)?;
    }
    Ok(())
}

fn object(root: Node<'_, '_>, version: Version) -> Result<(), String> {
    let text = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if root.path(&["metadata", "name"]).is_none() {
        return Err(format!("a {kind} has no name"));
    }
    let info = table().kind(api_version, kind).filter(|info| info.in_release(version));
    let info = info.ok_or_else(|| format!("Kubernetes {version} has no {kind} in {api_version}"))?;
    let mut first = None;
    schema::walk(root, info.ty, version, &mut |problem| {
        first.get_or_insert_with(|| format!("{kind}: {}", said(&problem)));
    });
    first.map_or(Ok(()), Err)
}

fn said(problem: &SchemaFault<'_, '_>) -> String {
    let key = problem.key.map(name).unwrap_or_default();
    match &problem.fault {
        Fault::Unknown { .. } | Fault::OtherRelease(_) => format!("there is no `{key}` in this release"),
        Fault::Missing(field) => format!("`{key}` lacks `{}`", field.name),
        Fault::WrongType { .. } => format!("`{key}` has a value of the wrong type"),
        Fault::Name { error, .. } => format!("a name in `{key}` {error}"),
        Fault::Quantity { error, .. } => format!("the amount `{key}` {error}"),
        Fault::Misread { meaning, .. } => format!("the amount `{key}` {meaning}"),
        Fault::Unreadable { error, .. } => format!("`{key}`: {error}"),
        Fault::Twice { .. } => format!("two items of `{key}` have the same name"),
        Fault::NotInEnum { node, .. } | Fault::OutOfRange { node, .. } | Fault::Malformed { node, .. } => {
            format!("`{key}` cannot be `{}`", name(*node))
        }
    }
}

fn name(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().to_owned()
}
