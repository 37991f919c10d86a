//! Files that a test of a cluster compares with: they hold parts of objects, and nobody applies them.

use std::collections::HashSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::left_out::Cause;
use super::place::{Place, as_written, folder_of};
use super::walk::{Walked, plain};
use crate::k8s::object;
use crate::k8s::pod::Pod;
use crate::yaml::{self, Kind, Node};

/// What Chainsaw calls its tests.
const TESTS: [&str; 2] = ["chainsaw-test.yaml", "chainsaw-test.yml"];

/// Takes such files out of what was found.
pub(super) fn leave_out(walked: &mut Walked) {
    let mut named = HashSet::new();
    for file in walked.files.iter().filter(|file| file.file_name().is_some_and(|name| TESTS.contains(&name))) {
        let place = walked.spots.get(file).map(|spots| Place::found(file.clone(), spots.clone()));
        let Some(text) = place.and_then(|place| place.read().ok()) else { continue };
        let stream = yaml::parse(&text);
        for root in stream.documents.iter().filter_map(yaml::Document::root) {
            collect(root, folder_of(file), &mut named);
        }
    }
    let spots = &walked.spots;
    let text = |file: &Utf8PathBuf| Place::found(file.clone(), spots.get(file)?.clone()).read().ok();
    let is_assertion = |file: &mut Utf8PathBuf| {
        // what would run is looked at, however its file is called
        (named.contains(file.as_path()) || is_of_kuttl(file)) && text(file).is_some_and(|text| !holds_containers(&text))
    };
    let found: Vec<Utf8PathBuf> = walked.files.extract_if(.., is_assertion).collect();
    for file in found {
        walked.left_out.add(file, Cause::Assertion);
    }
}

/// The files that `assert` and `error` of a test name.
fn collect(node: Node<'_, '_>, folder: &Utf8Path, named: &mut HashSet<Utf8PathBuf>) {
    for (key, value) in node.fields() {
        if matches!(key.text(), Some("assert" | "error"))
            && let Some(file) = value.get("file").and_then(Node::as_str)
        {
            let path = as_written(&folder.join(file));
            named.insert(plain(&path).to_owned());
        }
        collect(value, folder, named);
    }
    if node.kind() == Kind::Sequence {
        node.items().for_each(|item| collect(item, folder, named));
    }
}

/// Whether any object has a container with an image.
fn holds_containers(text: &str) -> bool {
    let stream = yaml::parse(text);
    let mut found = !stream.errors.is_empty();
    for document in &stream.documents {
        object::for_each(document, &mut |object| {
            let pod = Pod::of(&object);
            found |= pod.is_some_and(|pod| pod.containers.iter().any(|container| container.fields.image.is_some()));
        });
    }
    found
}

/// Whether a file is named as those that kuttl compares with: `00-assert.yaml`, `01-errors.yaml`.
fn is_of_kuttl(file: &Utf8Path) -> bool {
    let stem = file.file_stem().unwrap_or_default();
    let Some((number, rest)) = stem.split_once('-') else { return false };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && matches!(rest, "assert" | "errors")
}
