//! `unknown-kind`

use serde_json::json;

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::table;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "unknown-kind",
    summary: "a kind that Kubernetes does not have",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "An object is known by its API version and kind together. In the groups of Kubernetes itself every kind is \
          known, so that one that is not there is a mistake; other groups are those of custom resources, of which \
          nothing is said here.",
    prevents: "A deployment fails, at the first pipeline that applies it: `no matches for kind`.",
    bad: "\
apiVersion: v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels:
      app: app
  template:
    metadata:
      labels:
        app: app
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels:
      app: app
  template:
    metadata:
      labels:
        app: app
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Manifest,
};

/// A kind that its group does not have in the release; `None` for custom resources.
pub(super) fn of(context: &Context<'_, '_, '_>, sink: &Sink<'_>) -> Option<Found> {
    let (object, version) = (context.object, context.version);
    let (api_version, kind) = (object.api_version, object.kind_name);
    let is_file_of_a_tool = object.metadata.is_none() || (api_version, kind) == ("v1", "Config");
    if api_version.is_empty() || kind.is_empty() || is_file_of_a_tool || !table().is_whole_group(api_version) {
        return None;
    }
    let when =
        table().kind(api_version, kind).map_or_else(String::new, |known| format!("; it came with {}", known.since));
    let message = format!("Kubernetes {version} has no {kind} in `{api_version}`{when}");
    let near = table().nearest_kind(api_version, kind, version);
    // tools have groups without a dot too, as `skaffold/v4beta11`
    let is_known_group = table().kinds().any(|known| group(known.api_version) == group(api_version));
    if !is_known_group && near.is_none_or(|near| near.kind != kind) {
        return None;
    }
    let key = if near.is_some_and(|near| near.kind == kind) { "apiVersion" } else { "kind" };
    let report = Diagnostic::new(context.place_of(key), message);
    let Some(near) = near else { return Some((&RULE, report)) };
    let label = match (near.api_version == api_version, near.kind == kind) {
        (true, _) => format!("did you mean `{}`?", near.kind),
        (_, true) => format!("did you mean `{}`?", near.api_version),
        _ => format!("did you mean `{}` of `{}`?", near.kind, near.api_version),
    };
    let edits = [("apiVersion", near.api_version), ("kind", near.kind)].into_iter().filter_map(|(key, value)| {
        let is_there = object.root.get(key).and_then(Node::text) == Some(value);
        if is_there { None } else { sink.fix(|text| edit::set(text, object.root, &[key], &json!(value))) }
    });
    let title = format!("make it `{}` of `{}`", near.kind, near.api_version);
    Some((&RULE, report.label(label).fix(Safety::Unsafe, &title, edits)))
}

fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}
