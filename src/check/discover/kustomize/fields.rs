//! What a kustomization names, by the fields that kustomize loads (`api/types/kustomization.go`).
//!
//! Kustomize reads keys without regard to case, as Go's JSON does.

use std::borrow::Cow;

use crate::yaml::{Kind, Node, Span, Value};

/// What a reference may be, and what it is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check::discover) enum Role {
    /// Objects: a file or a folder.
    Base,
    /// A component: a folder.
    Component,
    /// What configures a generator, a transformer or a validator: a file, a folder, or the text itself.
    Plugin,
    /// A file with parts of objects.
    Patch,
    /// A file with parts of objects, or the text itself.
    PatchOrText,
    /// A file of anything else.
    Data,
    /// The same, perhaps after `KEY=`.
    Pair,
}

/// A text of a kustomization that names something.
#[derive(Debug)]
pub(in crate::check::discover) struct Reference<'d> {
    pub(in crate::check::discover) text: Cow<'d, str>,
    pub(in crate::check::discover) span: Span,
    pub(in crate::check::discover) role: Role,
}

/// A key as kustomize compares it, with where it stands and its value.
#[derive(Debug)]
pub(in crate::check::discover) struct Field<'d, 's> {
    pub(in crate::check::discover) name: String,
    pub(in crate::check::discover) key: Span,
    pub(in crate::check::discover) value: Node<'d, 's>,
}

/// The fields of a mapping, merged ones too, each as often as it is there.
pub(in crate::check::discover) fn fields<'d, 's>(node: Node<'d, 's>) -> Vec<Field<'d, 's>> {
    let mut found = Vec::new();
    for (key, value) in node.entries() {
        if key.is_merge() {
            found.extend(fields(value));
            value.items().for_each(|item| found.extend(fields(item)));
        } else {
            let name = key.name().ok().or_else(|| key.text().map(Cow::Borrowed)).unwrap_or_default();
            found.push(Field { name: folded(&name), key: key.span(), value });
        }
    }
    found
}

/// Letters that differ in case only are the same to Go, and two that are not ASCII are those that look like them.
fn folded(name: &str) -> String {
    let fold = |character: char| match character {
        '\u{17F}' => 's',
        '\u{212A}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    name.chars().map(fold).collect()
}

/// The string that a scalar is; none if it is anything else.
pub(in crate::check::discover) fn string<'d>(node: Node<'d, '_>) -> Option<Cow<'d, str>> {
    match node.value()? {
        Ok(Value::Str(text)) => Some(text),
        Ok(_) => None,
        Err(_) => node.text().map(Cow::Borrowed),
    }
}

/// All that a kustomization names.
pub(in crate::check::discover) fn references<'d>(root: Node<'d, '_>) -> Vec<Reference<'d>> {
    let mut found = Vec::new();
    for Field { name, value, .. } in fields(root) {
        match name.as_str() {
            "resources" | "bases" => strings(value, Role::Base, &mut found),
            "components" => strings(value, Role::Component, &mut found),
            "generators" | "transformers" | "validators" => strings(value, Role::Plugin, &mut found),
            "crds" | "configurations" => strings(value, Role::Data, &mut found),
            "patchesstrategicmerge" => strings(value, Role::PatchOrText, &mut found),
            "patches" | "patchesjson6902" => {
                // old ones listed files
                strings(value, Role::PatchOrText, &mut found);
                members(value, &[("path", Role::Patch)], &mut found);
            }
            "replacements" => members(value, &[("path", Role::Data)], &mut found),
            "openapi" => named(value, &[("path", Role::Data)], &mut found),
            "configmapgenerator" | "secretgenerator" => {
                members(value, &[("files", Role::Pair), ("envs", Role::Data), ("env", Role::Data)], &mut found);
            }
            _ => {}
        }
    }
    found
}

/// The texts of a list, or the one that stands in its place.
fn strings<'d>(node: Node<'d, '_>, role: Role, found: &mut Vec<Reference<'d>>) {
    let one = (node.kind() == Kind::Scalar).then_some(node);
    for node in node.items().chain(one) {
        if let Some(text) = string(node).filter(|text| !text.is_empty()) {
            found.push(Reference { text, span: node.span(), role });
        }
    }
}

/// The texts of some fields of each member of a list.
fn members<'d>(node: Node<'d, '_>, of: &[(&str, Role)], found: &mut Vec<Reference<'d>>) {
    node.items().for_each(|item| named(item, of, found));
}

fn named<'d>(node: Node<'d, '_>, of: &[(&str, Role)], found: &mut Vec<Reference<'d>>) {
    for field in fields(node) {
        if let Some((_, role)) = of.iter().find(|(name, _)| *name == field.name) {
            strings(field.value, *role, found);
        }
    }
}

/// The second of two fields of the same name, in the kustomization or where it names something. Kustomize takes one of them,
/// so that what the other names is not built.
pub(in crate::check::discover) fn twice(root: Node<'_, '_>) -> Option<Span> {
    let again = |node: Node<'_, '_>| {
        let all = fields(node);
        let mut seen = std::collections::HashSet::new();
        all.iter().find(|field| !seen.insert(field.name.as_str())).map(|field| field.key)
    };
    let below = |field: &Field<'_, '_>| again(field.value).or_else(|| field.value.items().find_map(again));
    again(root).or_else(|| fields(root).iter().find_map(below))
}

#[cfg(test)]
mod tests {
    use super::{Role, references, twice};
    use crate::yaml;

    fn read(text: &str) -> Vec<(String, Role)> {
        let stream = yaml::parse(text);
        let root = stream.documents[0].root().unwrap();
        references(root).into_iter().map(|it| (it.text.into_owned(), it.role)).collect()
    }

    #[test]
    fn every_field_that_kustomize_loads_is_read() {
        let text = "resources: [a]\nbases: [b]\ncomponents: [c]\ncrds: [d]\nconfigurations: [e]\ngenerators: [f]\n\
                    transformers: [g]\nvalidators: [h]\npatchesStrategicMerge: [i]\npatches: [{path: j}, k]\n\
                    patchesJson6902: [{path: l}]\nreplacements: [{path: m}]\nopenapi: {path: 'n'}\n\
                    configMapGenerator: [{files: [o=p], envs: [q], env: r}]\nsecretGenerator: [{files: [s]}]\n\
                    namePrefix: x\ncommonLabels: {path: x}\n";
        let found = read(text);
        let names: String = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(names, "abcdefghikjlmno=pqrs");
        assert!(found.contains(&("o=p".to_owned(), Role::Pair)) && found.contains(&("j".to_owned(), Role::Patch)));
    }

    #[test]
    fn keys_are_read_as_go_reads_them() {
        assert_eq!(read("RESOURCES: [a]\nre\u{17F}ources: [b]\n").len(), 2);
        // as an alias, by a merge, and as base64
        let text = "x: &x {resources: [a]}\n<<: *x\ncrds: &c [b]\nConfigurations: *c\nbases: !!binary YWJj\n";
        let names: Vec<String> = read(text).into_iter().map(|(text, _)| text).collect();
        assert_eq!(names, ["a", "b", "b", "abc"]);
    }

    #[test]
    fn a_field_is_there_once() {
        let is_twice = |text: &str| twice(yaml::parse(text).documents[0].root().unwrap()).is_some();
        assert!(is_twice("resources: [a]\nResources: [b]\n"));
        assert!(is_twice("patches: [{path: a, Path: b}]\n"));
        assert!(is_twice("openapi: {path: a, Path: b}\n"));
        assert!(!is_twice("patches: [{path: a}, {path: b}]\nresources: [a]\n"));
    }
}
