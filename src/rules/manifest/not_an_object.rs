//! `not-an-object`

use crate::diagnostic::{Diagnostic, Location};
use crate::k8s::object::Object;
use crate::k8s::pod::head;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::{Document, FileId, Kind, Node};

pub(super) static RULE: Rule = Rule {
    id: "not-an-object",
    summary: "a document that is no object",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "kubectl applies documents that are objects. It refuses a list at the top of a document, a word, or a mapping without \
          `apiVersion` and `kind`, whatever is in it, and no rule looks at it. A file without any object is left alone.",
    prevents: "A privileged pod that no check has seen, or a pipeline that stops half way.",
    bad: "\
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: app
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: more
",
    good: "\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: app
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: more
",
    fix: None,
    check: RuleKind::Manifest,
};

/// What is wrong with a document beside objects: kubectl would refuse it.
pub(super) fn stray(document: &Document<'_>, file: FileId) -> Option<Diagnostic> {
    let root = document.root().filter(|root| !root.is_null())?;
    let what = match root.kind() {
        Kind::Scalar => "a word or number",
        Kind::Sequence if root.items().any(|item| Object::new(item).is_some()) => return None,
        Kind::Sequence => "a list",
        Kind::Mapping if root.entries().len() == 0 || misspelt(root).is_some() => return None,
        Kind::Mapping => "a mapping without `apiVersion` and `kind`",
    };
    let place = Location::new(file, head(root), "no object, and nothing in it is checked");
    let help = "take it out, or put it into a file of its own: kubectl stops here";
    Some(RULE.found(place, format!("a document between objects is {what}, which kubectl refuses")).help(help))
}

/// `kind` or `apiVersion` with other letters.
fn misspelt<'d, 's>(root: Node<'d, 's>) -> Option<(Node<'d, 's>, &'static str)> {
    let of = |key: Node<'d, 's>| {
        let text = key.text()?;
        let name = ["kind", "apiVersion"].into_iter().find(|name| text.eq_ignore_ascii_case(name) && text != *name)?;
        Some((key, name))
    };
    root.fields().filter(|(_, value)| value.as_str().is_some()).find_map(|(key, _)| of(key))
}

/// An object whose kind is written with other letters.
fn of_misspelt(document: &Document<'_>, file: FileId) -> Option<Diagnostic> {
    let (key, name) = document.root().filter(|root| root.kind() == Kind::Mapping).and_then(misspelt)?;
    let message = format!("`{}` is no key of an object: kubectl refuses the document", key.text().unwrap_or_default());
    let place = Location::new(file, key.span(), format!("expected `{name}`"));
    Some(RULE.found(place, message).help("nothing in it is checked"))
}

/// A list at the top of a document with objects in it.
pub(super) fn of(document: &Document<'_>, file: FileId) -> Option<Diagnostic> {
    if let Some(found) = of_misspelt(document, file) {
        return Some(found);
    }
    let root = document.root().filter(|root| root.kind() == Kind::Sequence)?;
    let objects = root.items().filter(|item| Object::new(*item).is_some()).count();
    let first = root.items().next().filter(|_| objects > 0)?;
    let count = if objects == 1 { "an object".to_owned() } else { format!("{objects} objects") };
    let message = format!("a document is a list with {count} in it, which kubectl refuses");
    let place = Location::new(file, head(first), "nothing in it is checked");
    Some(RULE.found(place, message).help("write each as a document of its own, or all as `items` of a `kind: List`"))
}
