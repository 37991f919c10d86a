//! `validateHorizontalPodAutoscalerSpec`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::core::container_resource;
use crate::k8s::validation::{At, Errors, at, format};

/// The sources of a metric, with the word that each is chosen by, in the order in which upstream counts them.
const SOURCES: [(&str, &str); 5] = [
    ("object", "Object"),
    ("external", "External"),
    ("pods", "Pods"),
    ("resource", "Resource"),
    ("containerResource", "ContainerResource"),
];
/// `MaxStabilizationWindowSeconds` and `MaxPeriodSeconds`.
const MOST_WINDOW: i128 = 3600;
const MOST_PERIOD: i128 = 1800;

/// `validateHorizontalPodAutoscalerSpec`.
pub(super) fn validate_horizontal_pod_autoscaler_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [min, max, target, metrics, behavior] =
        spec.fields(["minReplicas", "maxReplicas", "scaleTargetRef", "metrics", "behavior"]);
    let number = |field: Option<At<'d, 's>>| field.and_then(At::int);
    let to_zero = errors.version.minor() >= 37;
    if let Some(min) = min.filter(|min| min.int().is_some_and(|number| number < i128::from(!to_zero))) {
        errors.invalid(min, if to_zero { "must be 0 or more" } else { "must be 1 or more" });
    }
    if let Some(max) = max
        && let Some((least, most)) = number(min).or(Some(1)).zip(max.int())
        && most < least
    {
        errors.invalid_beside(max, "is less than `minReplicas`", min, "the least");
    }
    if let Some(target) = target {
        validate_reference(target, errors);
        let has_group = |version: &str| version.contains('/');
        if errors.version.minor() >= 34 && !target.text("apiVersion").is_some_and(has_group) {
            match target.get("apiVersion") {
                Some(version) if !version.is_empty() => errors.invalid(version, "must name a group, as `apps/v1`"),
                _ => errors.required(target, "apiVersion", "with the group of the kind"),
            }
        }
    }
    let metrics_of = |kind: &str| metrics.into_iter().flat_map(At::items).any(|it| it.text("type") == Some(kind));
    if to_zero && number(min) == Some(0) && !metrics_of("Object") && !metrics_of("External") {
        errors.required(spec, "metrics", "to start from 0 it takes a metric of the type Object or External");
    }
    for metric in metrics.into_iter().flat_map(At::items) {
        validate_metric_spec(metric, errors);
    }
    for rules in behavior.into_iter().flat_map(|behavior| behavior.present(["scaleUp", "scaleDown"])) {
        validate_scaling_rules(rules, errors);
    }
}

/// `ValidateCrossVersionObjectReference`.
fn validate_reference<'d, 's>(reference: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for field in reference.present(["kind", "name"]) {
        errors.check(field, format::path_segment);
    }
    if let Some(version) =
        reference.get("apiVersion").filter(|it| it.str().is_some_and(|text| text.matches('/').count() > 1))
    {
        errors.invalid(version, "has more than one slash");
    }
}

/// `validateMetricSpec`.
fn validate_metric_spec<'d, 's>(metric: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [ty] = metric.fields(["type"]);
    let Some((field, _)) = SOURCES.iter().find(|(_, word)| Some(*word) == at::text(ty)) else {
        if let Some(ty) = ty.filter(|ty| ty.str().is_some()) {
            errors.not_supported(ty, &SOURCES.map(|(_, word)| word));
        }
        return;
    };
    let present: Vec<At<'d, 's>> = metric.present(SOURCES.map(|(field, _)| field)).collect();
    if let Some(first) = present.first() {
        validate_source(*first, errors);
    }
    if !present.iter().any(|source| source.name() == *field) {
        errors.required(metric, field, "its `type` says so");
    }
    for source in present.iter().filter(|source| source.name() != *field) {
        errors.conflict(*source, "may not be set beside this `type`", ty, "the type");
    }
}

/// `validateObjectSource` and those of the other types.
fn validate_source<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [name, container, metric, described, target] =
        source.fields(["name", "container", "metric", "describedObject", "target"]);
    if let Some(described) = described {
        validate_reference(described, errors);
    }
    if let Some(name) = metric.and_then(|metric| metric.get("name")) {
        errors.check(name, format::path_segment);
    }
    if source.name() == "containerResource" {
        if let Some(name) = name {
            errors.check(name, container_resource);
        }
        if let Some(container) = container {
            errors.check(container, format::name(NameRule::Dns1123Label));
        }
    }
    let Some(target) = target else { return };
    let [ty, value, average, utilization] = target.fields(["type", "value", "averageValue", "averageUtilization"]);
    if let Some(ty) =
        ty.filter(|it| !matches!(it.any_str(), None | Some("Utilization" | "Value" | "AverageValue" | "")))
    {
        errors.not_supported(ty, &["Utilization", "Value", "AverageValue"]);
    }
    for amount in [value, average].into_iter().flatten() {
        if amount.quantity().is_some_and(|it| it.is_zero() || it.is_negative()) {
            errors.invalid(amount, "must be more than 0");
        }
    }
    if let Some(amount) = utilization.filter(|it| it.int().is_some_and(|number| number < 1)) {
        errors.invalid(amount, "must be 1 or more");
    }
    match source.name() {
        "resource" | "containerResource" => match (utilization, average) {
            (None, None) => errors.required(target, "averageUtilization", "or `averageValue`"),
            (Some(_), Some(average)) => {
                errors.conflict(average, "may not be set beside `averageUtilization`", utilization, "the other");
            }
            _ => {}
        },
        "pods" if average.is_none() => errors.required(target, "averageValue", ""),
        "object" | "external" if value.is_none() && average.is_none() => {
            errors.required(target, "averageValue", "or `value`");
        }
        "external" => {
            if let (Some(value), Some(_)) = (value, average) {
                errors.conflict(value, "may not be set beside `averageValue`", average, "the other");
            }
        }
        _ => {}
    }
}

/// `validateScalingRules`. What has no policies gets some.
fn validate_scaling_rules<'d, 's>(rules: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [window, select, policies] = rules.fields(["stabilizationWindowSeconds", "selectPolicy", "policies"]);
    if let Some(window) = window.filter(|it| it.int().is_some_and(|number| !(0..=MOST_WINDOW).contains(&number))) {
        errors.invalid(window, "must be 0 to 3600");
    }
    if let Some(select) = select.filter(|it| !matches!(it.any_str(), None | Some("Max" | "Min" | "Disabled"))) {
        errors.not_supported(select, &["Disabled", "Max", "Min"]);
    }
    if policies.is_some_and(At::is_empty) {
        errors.required(rules, "policies", "an empty list leaves no way to scale");
    }
    for policy in policies.into_iter().flat_map(At::items) {
        let [ty, value, period] = policy.fields(["type", "value", "periodSeconds"]);
        if let Some(ty) = ty.filter(|it| !matches!(it.any_str(), None | Some("Pods" | "Percent"))) {
            errors.not_supported(ty, &["Percent", "Pods"]);
        }
        if let Some(value) = value.filter(|it| it.int().is_some_and(|number| number < 1)) {
            errors.invalid(value, "must be 1 or more");
        }
        if let Some(period) = period.filter(|it| it.int().is_some_and(|number| !(1..=MOST_PERIOD).contains(&number))) {
            errors.invalid(period, "must be 1 to 1800");
        }
    }
}
