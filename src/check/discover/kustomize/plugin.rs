//! What the configurations of generators, transformers and validators load. Only those that are part of kustomize run, and
//! of them these keys name files: `plugin/builtin` of kustomize 5.

use super::fields::{fields, string};
use super::remote;
use crate::check::discover::refusal::Refusal;
use crate::yaml::{Document, Kind, Node, Span, Stream};

const FILES: [&str; 9] =
    ["path", "paths", "files", "file", "env", "envs", "targetfilepath", "valuesfile", "additionalvaluesfiles"];

/// What a kustomization may hold whose objects are configurations: all else could make a reference that nobody has written.
pub(super) const PLAIN: [&str; 12] = [
    "apiversion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "namespace",
    "nameprefix",
    "namesuffix",
    "commonannotations",
    "buildmetadata",
    "sortoptions",
];

/// The references of configurations that would be fetched. `within` is the location of a text inside of another.
pub(super) fn refusals(stream: &Stream<'_>, within: Option<Span>) -> Vec<Refusal> {
    let broken = stream.errors.iter().map(|error| Refusal::new(within.unwrap_or(error.span), error.message.clone()));
    let mut found: Vec<Refusal> = broken.collect();
    for root in stream.documents.iter().filter_map(Document::root) {
        look(root, false, within, &mut found);
    }
    found
}

fn look(node: Node<'_, '_>, names_file: bool, within: Option<Span>, found: &mut Vec<Refusal>) {
    match node.kind() {
        Kind::Mapping => {
            for field in fields(node) {
                look(field.value, names_file || FILES.contains(&field.name.as_str()), within, found);
            }
        }
        Kind::Sequence => node.items().for_each(|item| look(item, names_file, within, found)),
        Kind::Scalar => {
            let Some(text) = string(node).filter(|_| names_file) else { return };
            let path = text.split_once('=').map_or(&*text, |(_, path)| path);
            if remote::is_address(&text) || remote::is_address(path) {
                found.push(remote::refusal(&text, within.unwrap_or(node.span())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::refusals;
    use crate::yaml;

    #[test]
    fn references_are_found_at_any_depth() {
        let is_refused = |text: &str| !refusals(&yaml::parse(text), None).is_empty();
        for remote in [
            "kind: PatchTransformer\npath: http://a\n",
            "kind: List\nitems: [{kind: PatchTransformer, PATH: http://a}]\n",
            "replacements: [{path: 'HTTPS://a'}]\n",
            "a: 1\n---\nfiles: [a=http://b]\n",
            "paths: [!!binary aHR0cDovL2E=]\n",
            "targetFilePath: http://a\n",
            "x: &x {path: http://a}\ny: {<<: *x}\n",
            "a: [\n",
        ] {
            assert!(is_refused(remote), "{remote}");
        }
        for local in ["path: patch.yaml\n", "annotations: {home: 'https://a'}\n", "fieldSpecs: [{path: a/b}]\n"] {
            assert!(!is_refused(local), "{local}");
        }
    }
}
