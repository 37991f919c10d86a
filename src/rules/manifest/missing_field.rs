//! `missing-field`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields;
use crate::k8s::object::Kind;
use crate::k8s::pod::{Field, Pod, head};
use crate::k8s::schema::SchemaFault;
use crate::rules::path::{self, parent};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "missing-field",
    summary: "a field that must be there is not",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server refuses an object that lacks a field it cannot do without. An empty text or an empty list \
          counts as none. A program stops at a file that lacks one.",
    prevents: "A deployment fails, at the first pipeline that applies it.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
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
    fix: None,
    check: RuleKind::Manifest,
};

/// A field that a mapping lacks.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, problem: &SchemaFault<'d, 's>, field: &fields::Field) -> Found {
    let written = problem.map.entries().find(|(key, _)| key.text() == Some(field.name));
    if let Some((key, _)) = written {
        let message = format!("`{}` is empty", context.path(key.span()));
        return (&RULE, Diagnostic::new(key.span(), message).label("it must hold something"));
    }
    let span = problem.key.map_or_else(|| head(problem.map), Node::span);
    let owner = match problem.key {
        Some(key) => format!("`{}`", context.path(key.span())),
        None => context.owner(problem.map.entries().next().map_or(problem.map, |(key, _)| key)),
    };
    let report = Diagnostic::new(span, format!("{owner} lacks `{}`", field.name));
    let report = report.label(format!("`{}` is missing", field.name));
    // a member of a list is pointed at by its first key
    let path = problem.key.map_or_else(|| path::of(context.object.root, problem.map), |key| context.path(key.span()));
    (&RULE, report.at_path(if path.is_empty() { field.name.to_owned() } else { path }))
}

/// What every object has, and no table lists: a name; and an image in a pod that no controller makes.
pub(super) fn of_object(context: &Context<'_, '_, '_>) -> Vec<Found> {
    let object = context.object;
    let mut found = Vec::new();
    for (key, value) in [("apiVersion", object.api_version), ("kind", object.kind_name)] {
        if value.is_empty() {
            let message = format!("an object lacks `{key}`");
            found.push((&RULE, Diagnostic::new(head(object.root), message).label(format!("`{key}` is missing"))));
        }
    }
    if object.name().is_empty() && has_name(context) {
        let metadata = Field::of(object.root, "metadata");
        let span = metadata.map_or_else(|| context.place_of("kind"), |field| field.key.span());
        let message = format!("a {} lacks `metadata.name`", object.kind_name);
        found.push((&RULE, Diagnostic::new(span, message).label("`name` is missing")));
    }
    let pod = (object.kind == Kind::Pod).then(|| Pod::of(object)).flatten();
    for container in pod.iter().flat_map(|pod| &pod.containers) {
        let image = container.fields.image.map(|image| image.value);
        if image.is_none_or(|image| image.text() == Some("")) {
            let span = image.map_or_else(|| container.place(), Node::span);
            let path = context.path(head(container.node));
            let report = Diagnostic::new(span, format!("`{}` lacks `image`", parent(&path))).at_path(parent(&path));
            found.push((&RULE, report.label("`image` is missing").container(container.name())));
        }
    }
    found
}

/// Whether objects of the kind need a name: not what the API server is only asked, as whether somebody may do something, and
/// not the files of tools, which look like objects.
fn has_name(context: &Context<'_, '_, '_>) -> bool {
    match context.object.api_version.split('/').next().unwrap_or_default() {
        "authentication.k8s.io" | "authorization.k8s.io" => false,
        group if group.ends_with("config.k8s.io") => false,
        _ => match context.info {
            Some(info) => info.scope != fields::Scope::Config,
            None => context.object.metadata.is_some(),
        },
    }
}
