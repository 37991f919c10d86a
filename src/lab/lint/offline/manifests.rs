//! The manifests of a lab: they are objects, they stay within the run, and they need no other image.

use super::{Linter, Use};
use crate::client::kinds::Resource as Kind;
use crate::diagnostic::Diagnostic;
use crate::lab::course::read::is_yaml;
use crate::lab::course::source::LAB;
use crate::lab::course::values::Need;
use crate::yaml::{self, Node, Source, Span};

/// The namespaces of the cluster itself.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "default"];

pub(super) fn check(linter: &mut Linter<'_>) {
    let entry = linter.entry;
    for (path, source) in entry.files.iter().filter(|(path, _)| is_yaml(path) && *path != LAB) {
        let stream = yaml::parse(source.text());
        for error in &stream.errors {
            let problem = Diagnostic::error(error.span, "this is not YAML").label(error.message.clone());
            linter.say_of(source, problem.help("a value that is a placeholder stands in quotes"));
        }
        let Some(purpose) = linter.manifests.get(path).copied() else { continue };
        let roots = || stream.documents.iter().filter_map(yaml::Document::root).filter(|root| !root.is_null());
        if roots().next().is_none() && stream.errors.is_empty() {
            linter.say_of(source, Diagnostic::error(Span::default(), "there is no object here"));
        }
        if purpose == Use::Asked && roots().count() > 1 {
            linter.say_of(source, Diagnostic::error(Span::default(), "a check is about one object"));
        }
        for root in roots() {
            object(linter, source, root, purpose);
        }
    }
}

fn object(linter: &mut Linter<'_>, source: &Source, root: Node<'_, '_>, purpose: Use) {
    let first = root.entries().next().map_or(root.span(), |(key, _)| key.span());
    let text = |path: &[&str]| root.path(path).and_then(|node| Some((node.text()?.to_owned(), node.span())));
    let (version, kind, name) = (text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "name"]));
    for (key, value) in [("apiVersion", &version), ("kind", &kind), ("metadata.name", &name)] {
        if value.as_ref().is_none_or(|(text, _)| text.is_empty()) {
            let problem = Diagnostic::error(first, format!("`{key}` is missing"));
            linter.say_of(source, problem.label("every object has it"));
        }
    }
    if let (Some((version, _)), Some((kind, place)), Some((name, name_place))) = (version, kind, name) {
        let name = linter.filled(&name).unwrap_or_default();
        if kind == "Namespace" {
            namespace(linter, source, (&name, name_place), (place, purpose));
        } else if Kind::known(Some(&version), &kind).is_some_and(|kind| !kind.namespaced) {
            cluster_wide(linter, source, &name, name_place);
        }
    }
    if let Some((ns, place)) = text(&["metadata", "namespace"]) {
        of_run(linter, source, &ns, place, purpose == Use::Asked);
    }
    for subject in root.get("subjects").into_iter().flat_map(Node::items) {
        if let Some(node) = subject.get("namespace") {
            of_run(linter, source, node.text().unwrap_or_default(), node.span(), purpose == Use::Asked);
        }
    }
    if purpose != Use::Asked {
        images(linter, source, root);
    }
}

/// The engine makes namespaces; a solution may label them.
fn namespace(linter: &mut Linter<'_>, source: &Source, (name, place): (&str, Span), (kind, purpose): (Span, Use)) {
    if purpose == Use::Started {
        let problem = Diagnostic::error(kind, "the start makes a namespace itself");
        linter.say_of(source, problem.label("`namespaces` of the `lab.yaml` makes it, with its labels"));
    }
    of_run(linter, source, name, place, purpose == Use::Asked);
}

/// What is in no namespace would meet that of other runs, unless its name is of the run.
fn cluster_wide(linter: &mut Linter<'_>, source: &Source, name: &str, place: Span) {
    let is_own = name.contains(&linter.names.run) || linter.lab.needs.contains(&Need::OwnCluster);
    if !is_own {
        let problem = Diagnostic::error(place, format!("`{name}` is in no namespace, so other runs see it too"));
        linter.say_of(source, problem.label("expected a name with `{{ run }}`"));
    }
}

fn of_run(linter: &mut Linter<'_>, source: &Source, ns: &str, place: Span, is_asked: bool) {
    let Some(name) = linter.filled(ns) else { return };
    let is_free = is_asked || linter.lab.needs.contains(&Need::OwnCluster);
    let is_system = SYSTEM.contains(&name.as_str()) && is_free;
    if !is_system && !linter.names.ns.values().any(|own| *own == name) {
        let aliases: Vec<String> =
            linter.lab.namespaces.keys().map(|alias| format!("\"{{{{ ns.{alias} }}}}\"")).collect();
        let problem = Diagnostic::error(place, format!("`{name}` is not a namespace of the run"));
        linter.say_of(source, problem.label(format!("expected {}", aliases.join(" or "))));
    }
}

/// The images of all containers, wherever the pods are within the object.
fn images(linter: &mut Linter<'_>, source: &Source, node: Node<'_, '_>) {
    for item in node.items() {
        images(linter, source, item);
    }
    for (key, value) in node.entries() {
        let is_list =
            key.text().is_some_and(|key| ["containers", "initContainers", "ephemeralContainers"].contains(&key));
        for image in value.items().filter(|_| is_list).filter_map(|container| container.get("image")) {
            self::image(linter, source, image);
        }
        images(linter, source, value);
    }
}

fn image(linter: &mut Linter<'_>, source: &Source, node: Node<'_, '_>) {
    let Some(image) = linter.filled(node.text().unwrap_or_default()) else { return };
    let repository = linter.names.image.split(':').next().unwrap_or_default();
    // one that the lab makes itself has the run in its name
    let is_made = image.contains(&linter.names.run);
    let is_by_digest = image.strip_prefix(repository).is_some_and(|rest| rest.starts_with("@sha256:"));
    if image != linter.names.image && !is_by_digest && !is_made {
        let problem = Diagnostic::error(node.span(), format!("labs have one image, and this is `{image}`"));
        linter.say_of(source, problem.label("expected \"{{ image }}\""));
    }
}
