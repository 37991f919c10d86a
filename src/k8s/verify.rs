//! The last check before anything is written: the rendered text is read again, and must be what Kubernetes takes.

use crate::k8s::fields::table;
use crate::k8s::object::{Kind as ObjectKind, Object};
use crate::k8s::pod::{Container, Pod};
use crate::k8s::schema::{self, Fault, SchemaFault};
use crate::k8s::version::Version;
use crate::yaml::{self, Kind, Node};

/// Groups of custom resources that templates make, whose fields no table here has.
const CUSTOM: [&str; 2] = ["monitoring.coreos.com/v1", "external-secrets.io/v1"];

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

/// Whether nothing is missing that the API server asks for, so that the object could be applied as it is. Of kinds that it
/// does not have, those count that have pods.
pub fn is_whole(object: &Object<'_, '_>, version: Version) -> bool {
    let pod = Pod::of(object);
    let has_image = |container: &Container<'_, '_>| {
        container.fields.image.is_some_and(|image| image.value.text().is_some_and(|text| !text.is_empty()))
    };
    let has_images = || pod.as_ref().is_none_or(|pod| pod.containers.iter().all(has_image));
    if object.name().is_empty() || (object.kind == ObjectKind::Pod && !has_images()) {
        return false;
    }
    let Some(info) = table().kind(object.api_version, object.kind_name) else {
        return pod.is_some_and(|pod| !pod.containers.is_empty());
    };
    let mut is_whole = true;
    schema::walk(object.root, info.ty, version, &mut |problem| is_whole &= !matches!(problem.fault, Fault::Missing(_)));
    is_whole
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
    if CUSTOM.contains(&api_version) && table().kind(api_version, kind).is_none() {
        return Ok(());
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
