//! `ValidateReplicationControllerSpec`.

use super::{Template, validate_pod_template_spec};
use crate::k8s::validation::{At, Errors};

/// `ValidateReplicationControllerSpec`, whose selector is a mapping of labels. A selector that is not there is made of the
/// labels of the template.
pub(super) fn validate_replication_controller<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else { return };
    let [selector, template] = spec.fields(["selector", "template"]);
    let Some(template) = template else { return errors.required(spec, "template", "") };
    let labels = template.path(&["metadata", "labels"]);
    let selector = selector.filter(|selector| !selector.is_empty());
    if selector.is_none() && labels.is_none_or(At::is_empty) {
        errors.required(spec, "selector", "or labels of the template, which become the selector");
    }
    for pair in selector.into_iter().flat_map(At::entries) {
        let own = labels.and_then(|labels| labels.get(pair.name()));
        if own.and_then(At::any_str) != pair.any_str() {
            let here = labels.or_else(|| template.get("metadata")).unwrap_or(template);
            let why = format!("do not have what the selector asks for: `{}`", pair.name());
            errors.unselected(here, own.map(At::span), why, pair.span());
            break;
        }
    }
    validate_pod_template_spec(template, Template { runs_on: true, ..Template::default() }, errors);
}
