//! `duplicate-item`

use super::Found;
use super::context::Context;
use crate::kube::fields::Field;
use crate::kube::pod::head;
use crate::rules::path::parent;
use crate::rules::rule::{Category, Check, Rule, Severity};
use crate::rules::sink::Report;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "duplicate-item",
    summary: "two items of a list with the same name",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The items of some lists are told apart by a field: containers and volumes by their name, mounts by their path, ports by number and protocol. The API server refuses some that are there twice, warns of others, and keeps the last of two variables; a server-side apply refuses them all.",
    prevents: "A later `env` entry silently overrides an earlier one, or a patch changes the wrong of the two.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: MODE
          value: fast
        - name: MODE
          value: safe
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: MODE
          value: fast
        - name: LEVEL
          value: safe
",
    fix: None,
    check: Check::Manifest,
};

/// An item that has the same name as one before it.
pub(super) fn of<'d, 's>(
    context: &Context<'_, 'd, 's>,
    first: Node<'d, 's>,
    second: Node<'d, 's>,
    field: &Field,
) -> Found {
    let place = |item: Node<'d, 's>| {
        let named = item.entries().find(|(key, _)| field.map_keys().next() == key.text());
        named.map_or_else(|| head(item), |(_, value)| value.span())
    };
    let written = field.map_keys().filter_map(|key| Some((key, second.get(key)?.text()?)));
    let (keys, values): (Vec<&str>, Vec<&str>) = written.unzip();
    let path = context.path(head(second));
    let list = parent(parent(&path));
    let message = format!("`{list}` has two items with the {} `{}`", keys.join(" and "), values.join("/"));
    let report = Report::new(place(second), message).label("here again").other(place(first), "here first");
    (&RULE, report)
}
