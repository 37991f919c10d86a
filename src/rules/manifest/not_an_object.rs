//! `not-an-object`

use crate::diagnostic::{Diagnostic, Location};
use crate::k8s::object::Object;
use crate::k8s::pod::head;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::{Document, FileId, Kind};

pub(super) static RULE: Rule = Rule {
    id: "not-an-object",
    summary: "a document that holds objects and is none",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "kubectl applies documents that are objects. It refuses a list at the top of a document, whatever is in it, and no rule \
          looks at its members.",
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

/// A list at the top of a document with objects in it.
pub(super) fn of(document: &Document<'_>, file: FileId) -> Option<Diagnostic> {
    let root = document.root().filter(|root| root.kind() == Kind::Sequence)?;
    let objects = root.items().filter(|item| Object::new(*item).is_some()).count();
    let first = root.items().next().filter(|_| objects > 0)?;
    let count = if objects == 1 { "an object".to_owned() } else { format!("{objects} objects") };
    let message = format!("a document is a list with {count} in it, which kubectl refuses");
    let place = Location::new(file, head(first), "nothing in it is checked");
    Some(RULE.found(place, message).help("write each as a document of its own, or all as `items` of a `kind: List`"))
}
