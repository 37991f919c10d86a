//! `duplicate-item`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::Field;
use crate::k8s::pod::head;
use crate::rules::path::parent;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "duplicate-item",
    summary: "two items of a list with the same name",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The items of some lists are told apart by a field: the ports of a Service by number and protocol, host aliases by their \
          address. The API server refuses some that are there twice and warns of others; a server-side apply refuses them all. \
          Containers, volumes, ports, mounts and variables of pods have rules of their own.",
    prevents: "An item silently overrides an earlier one, or a patch changes the wrong of the two.",
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: app
spec:
  ports:
    - name: http
      port: 80
    - name: web
      port: 80
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: app
spec:
  ports:
    - name: http
      port: 80
    - name: web
      port: 8080
",
    fix: None,
    check: RuleKind::Manifest,
};

/// The lists of pods whose members the rules on pods tell apart, across lists where they have to.
const OF_PODS: [&str; 7] =
    ["containers", "initContainers", "ephemeralContainers", "volumes", "env", "ports", "volumeMounts"];

/// An item that has the same name as one before it.
pub(super) fn of<'d, 's>(
    context: &Context<'_, 'd, 's>,
    first: Node<'d, 's>,
    second: Node<'d, 's>,
    field: &Field,
) -> Option<Found> {
    if context.object.kind.pod_path().is_some() && OF_PODS.contains(&field.name) {
        return None;
    }
    let place = |item: Node<'d, 's>| {
        let named = item.entries().find(|(key, _)| field.map_keys().next() == key.text());
        named.map_or_else(|| head(item), |(_, value)| value.span())
    };
    let written = field.map_keys().filter_map(|key| Some((key, second.get(key)?.text()?)));
    let (keys, values): (Vec<&str>, Vec<&str>) = written.unzip();
    let path = context.path(head(second));
    let list = parent(parent(&path));
    let message = format!("`{list}` has two items with the {} `{}`", keys.join(" and "), values.join("/"));
    let report = Diagnostic::new(place(second), message).label("here again").related(place(first), "here first");
    Some((&RULE, report))
}
