//! `ValidatePodTemplateSpec`, and what the controllers of pods add to it.

use super::context::Owner;
use super::pod;
use crate::k8s::validation::{At, Errors, meta};

/// What a controller asks of its template.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::k8s::validation) struct Template<'d, 's> {
    /// The selector that the labels have to fulfil.
    pub(in crate::k8s::validation) selector: Option<At<'d, 's>>,
    /// The names of the volumes that the controller adds: its claim templates.
    pub(in crate::k8s::validation) claims: Option<At<'d, 's>>,
    /// Whether its pods go on for ever, so that `restartPolicy` is `Always` and nothing limits their time.
    pub(in crate::k8s::validation) runs_on: bool,
}

/// `ValidatePodTemplateSpec`, with the selector and the restart policy that the functions of each controller ask for.
pub(in crate::k8s::validation) fn validate_pod_template_spec<'d, 's>(
    template: At<'d, 's>,
    asked: Template<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let [metadata, spec] = template.fields(["metadata", "spec"]);
    if let Some(selector) = asked.selector {
        validate_labels(selector, template, metadata, errors);
    }
    let Some(spec) = spec else { return };
    pod::validate_annotations(metadata, spec, errors);
    pod::validate_pod_spec(spec, Owner { claims: asked.claims, is_pod: false }, errors);
    pod::validate_annotations_match(metadata, spec, errors);
    if let Some(ephemeral) = spec.get("ephemeralContainers").filter(|list| !list.is_empty()) {
        errors.forbidden(ephemeral, "may not be set in a template: they are added to pods that run");
    }
    if asked.runs_on {
        validate_runs_on(spec, errors);
    }
}

/// The labels of a template that its selector does not select.
fn validate_labels<'d, 's>(
    selector: At<'d, 's>,
    template: At<'d, 's>,
    metadata: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    let labels = metadata.and_then(|metadata| metadata.get("labels"));
    let Some(part) = meta::unfulfilled(selector, labels) else { return };
    let name = match part.key {
        Some(_) => format!("{}: {}", part.name(), part.node.text().unwrap_or_default()),
        None => format!("{} {}", part.text("key").unwrap_or_default(), part.text("operator").unwrap_or_default()),
    };
    let here = labels.or(metadata).unwrap_or(template);
    let own = labels.and_then(|labels| labels.get(if part.key.is_some() { part.name() } else { part.text("key")? }));
    let why = format!("do not have what the selector asks for: `{name}`");
    errors.unselected(here, own.map(At::span), why, part.span());
}

/// `restartPolicy` and `activeDeadlineSeconds`, as `ValidatePodTemplateSpecForReplicaSet` and those of the other controllers
/// have it.
fn validate_runs_on<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(policy) = spec.get("restartPolicy").filter(|policy| matches!(policy.str(), Some("Never" | "OnFailure")))
    {
        errors.not_supported(policy, &["Always"]);
    }
    if let Some(deadline) = spec.get("activeDeadlineSeconds") {
        errors.forbidden(deadline, "may not be set here: pods of this controller run until it stops them");
    }
}
