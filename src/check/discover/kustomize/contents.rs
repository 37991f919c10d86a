//! What the files hold that kustomizations are made of, document by document.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use camino::Utf8Path;

use crate::check::discover::read;
use crate::k8s::object::{self, Object};
use crate::k8s::verify;
use crate::k8s::version::Version;
use crate::yaml::{self, Kind, Node, Value};

/// What is one of kustomize's own generators, transformers and validators.
const BUILTIN: &str = "builtin";

/// The values of an object with the keys that lead to each. Where a list has them does not count.
pub(in crate::check::discover) type Values = HashSet<u64>;

/// An object as kustomize finds it again.
#[derive(Debug)]
pub(in crate::check::discover) struct Id {
    pub(in crate::check::discover) kind: String,
    pub(in crate::check::discover) name: String,
    /// Whether it tells kustomize what to do, and is applied by nobody.
    pub(in crate::check::discover) is_builtin: bool,
}

impl Id {
    pub(in crate::check::discover) fn of(object: &Object<'_, '_>) -> Self {
        Self {
            kind: object.kind_name.to_owned(),
            name: object.name().to_owned(),
            is_builtin: object.api_version == BUILTIN,
        }
    }
}

/// A document.
#[derive(Debug)]
pub(in crate::check::discover) struct Part {
    /// Where it begins.
    start: usize,
    pub(in crate::check::discover) objects: Vec<Id>,
    /// The values of its objects that could be applied as they are: those of a patch that lack nothing.
    pub(in crate::check::discover) wholes: Vec<Values>,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(in crate::check::discover) struct Contents {
    pub(in crate::check::discover) parts: Vec<Part>,
    /// Whether there is more that cannot be read.
    pub(in crate::check::discover) is_broken: bool,
    text: String,
}

impl Contents {
    pub(in crate::check::discover) fn read(file: &Utf8Path, is_patch: bool, version: Version) -> Self {
        let Ok(text) = read::text(file) else { return Self { is_broken: true, ..Self::default() } };
        let stream = yaml::parse(&text);
        let part = |document: &yaml::Document<'_>| {
            let mut part = Part { start: document.span.start as usize, objects: Vec::new(), wholes: Vec::new() };
            object::for_each(document, &mut |object| {
                part.objects.push(Id::of(&object));
                if is_patch && verify::is_whole(&object, version) {
                    part.wholes.push(values(object.root));
                }
            });
            part
        };
        let parts = stream.documents.iter().map(part).collect();
        let is_broken = !stream.errors.is_empty();
        Self { parts, is_broken, text }
    }

    /// The text of a document, with what stands before the next one.
    pub(in crate::check::discover) fn of(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.parts.get(at).map_or(0, |part| part.start) };
        let end = self.parts.get(at + 1).map_or(self.text.len(), |part| part.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The text with nothing but these documents in it, each where it was.
    pub(in crate::check::discover) fn only(&self, kept: &[usize]) -> String {
        let starts = self.parts.iter().enumerate().skip(1).map(|(at, part)| (part.start, at));
        let mut starts = starts.peekable();
        let mut part = 0;
        let mut text = String::with_capacity(self.text.len());
        for (at, character) in self.text.char_indices() {
            while let Some((_, next)) = starts.next_if(|(start, _)| *start <= at) {
                part = next;
            }
            if matches!(character, '\n' | '\r') || kept.binary_search(&part).is_ok() {
                text.push(character);
            } else {
                text.extend(std::iter::repeat_n(' ', character.len_utf8()));
            }
        }
        text
    }
}

/// The values of an object, but for what it is called.
pub(in crate::check::discover) fn values(root: Node<'_, '_>) -> Values {
    let mut found = Values::new();
    for (key, value) in named(root) {
        match key.as_ref() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let others = named(value).filter(|(key, _)| key != "name" && key != "namespace");
                others.for_each(|(key, value)| collect(value, step(step(0, "metadata"), &key), &mut found));
            }
            _ => collect(value, step(0, &key), &mut found),
        }
    }
    found
}

/// The fields of a mapping, without what tells kustomize how to merge it.
fn named<'d, 's>(node: Node<'d, 's>) -> impl Iterator<Item = (std::borrow::Cow<'d, str>, Node<'d, 's>)> {
    let named = node.fields().filter_map(|(key, value)| Some((key.name().ok()?, value)));
    named.filter(|(key, _)| !key.starts_with('$'))
}

fn step(above: u64, key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (above, key).hash(&mut hasher);
    hasher.finish()
}

fn collect(node: Node<'_, '_>, above: u64, found: &mut Values) {
    match node.kind() {
        Kind::Mapping => named(node).for_each(|(key, value)| collect(value, step(above, &key), found)),
        Kind::Sequence => node.items().for_each(|item| collect(item, step(above, "[]"), found)),
        Kind::Scalar => {
            let value = match node.value() {
                Some(Ok(Value::Null)) | None => return,
                Some(Ok(value)) => format!("{value:?}"),
                Some(Err(_)) => node.text().unwrap_or_default().to_owned(),
            };
            found.insert(step(above, &value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Contents, values};
    use crate::k8s::version::Version;
    use crate::yaml;

    fn contents(text: &str) -> Contents {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Contents::read(camino::Utf8Path::from_path(file.path()).unwrap(), true, Version::NEWEST)
    }

    #[test]
    fn documents_stay_where_they_were() {
        let text = "# ä\nkind: a\napiVersion: v1\n---\n# b\nkind: b\napiVersion: v1\n--- {kind: c, apiVersion: v1}\n";
        let only = contents(text).only(&[1]);
        assert_eq!(only.len(), text.len());
        assert_eq!(only.trim(), "---\n# b\nkind: b\napiVersion: v1");
        assert_eq!(only.find("kind: b"), text.find("kind: b"));
        assert_eq!(contents(text).only(&[0, 1, 2]), text);
        assert!(contents("a: 1\n---\na: [\n").is_broken);
    }

    #[test]
    fn a_fragment_is_no_whole_object() {
        for fragment in [
            "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {hostNetwork: true}\n",
            "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {containers: [{name: a, args: [b]}]}\n",
            "kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, image: b}]}\n",
            "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n",
            "kind: Service\napiVersion: v1\nmetadata: {name: a}\n$patch: delete\n",
            "kind: Thing\napiVersion: example.com/v1\nmetadata: {name: a}\n",
            "- {op: remove, path: /spec}\n",
        ] {
            assert!(contents(fragment).parts.iter().all(|part| part.wholes.is_empty()), "{fragment}");
        }
        for whole in [
            "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n",
            "kind: Pod\napiVersion: v1\nmetadata: {name: a}\n$patch: delete\nspec: {containers: [{name: a, image: b}]}\n",
            "kind: PodList\napiVersion: v1\nitems: [{metadata: {name: a}, spec: {containers: [{name: a, image: b}]}}]\n",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {generateName: a}\n",
        ] {
            assert_eq!(contents(whole).parts[0].wholes.len(), 1, "{whole}");
        }
    }

    #[test]
    fn a_patch_is_in_what_it_was_merged_into() {
        let of = |text: &str| values(yaml::parse(text).documents[0].root().unwrap());
        let built = of("metadata: {name: a, labels: {b: c}}\nspec: {list: [{name: x, on: true}, {name: y}], n: 1}\n");
        for patch in [
            "metadata: {name: other}\nspec: {$patch: merge, list: [{name: y}], n: 0x1, gone: null}\n",
            "metadata: {labels: {b: 'c'}}\n",
        ] {
            assert!(of(patch).is_subset(&built), "{patch}");
        }
        for patch in ["spec: {n: '1'}\n", "spec: {list: {name: x}}\n", "n: 1\n", "metadata: {labels: {b: d}}\n"] {
            assert!(!of(patch).is_subset(&built), "{patch}");
        }
    }
}
