//! `ValidateTolerations`, `validateTopologySpreadConstraints` and the gates of a pod.

use std::collections::HashMap;

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format, meta};

/// `ValidateTolerations`.
pub(in crate::k8s::validation) fn validate_tolerations<'d, 's>(tolerations: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for toleration in tolerations.items() {
        let names = ["key", "operator", "value", "effect", "tolerationSeconds"];
        let [key, operator, value, effect, seconds] = toleration.fields(names);
        let word = at::text(operator);
        if at::text(key).is_none() && word != Some("Exists") {
            match operator {
                Some(operator) => errors.invalid(operator, "must be `Exists` where there is no `key`"),
                None => errors.required(toleration, "operator", "without a `key` it must be `Exists`"),
            }
        }
        // the words of the gate TaintTolerationComparisonOperators, which no release has on
        if let Some(operator) = operator.filter(|_| matches!(word, Some("Gt" | "Lt"))) {
            errors.not_supported(operator, &["Equal", "Exists"]);
        }
        if let Some(key) = key {
            errors.check(key, format::name(NameRule::QualifiedName));
        }
        if seconds.is_some() && at::text(effect) != Some("NoExecute") {
            match effect {
                Some(effect) => {
                    errors.invalid_beside(
                        effect,
                        "must be `NoExecute` beside `tolerationSeconds`",
                        seconds,
                        "the time",
                    );
                }
                None => errors.required(toleration, "effect", "beside `tolerationSeconds` it must be `NoExecute`"),
            }
        }
        let Some(value) = value.filter(|value| value.str().is_some()) else { continue };
        let refused = match word {
            Some("Exists") => Err("has no `value` to compare with where it is `Exists`".to_owned()),
            Some("Equal") | None => value.str().map_or(Ok(()), format::name(NameRule::LabelValue)),
            Some(_) => Ok(()),
        };
        // upstream names the operator for what is wrong with the value
        match (refused, operator) {
            (Err(why), Some(operator)) => errors.invalid_at(operator, value, why),
            (Err(why), None) => errors.invalid(value, why),
            (Ok(()), _) => {}
        }
    }
}

/// `validateTopologySpreadConstraints`. Two that are the same are a matter of the table of fields.
pub(super) fn validate_topology_spread_constraints<'d, 's>(list: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for constraint in list.items() {
        let names = ["topologyKey", "whenUnsatisfiable", "minDomains", "matchLabelKeys", "labelSelector"];
        let [key, action, domains, label_keys, selector] = constraint.fields(names);
        let action = at::text(action);
        if let Some(key) = key {
            errors.check(key, format::name(NameRule::QualifiedName));
        }
        if let Some(domains) = domains {
            if domains.int().is_some_and(|number| number < 1) {
                errors.invalid(domains, "must be 1 or more");
            }
            if action.is_some_and(|action| action != "DoNotSchedule") {
                errors.invalid(domains, "may be set beside `whenUnsatisfiable: DoNotSchedule` only");
            }
        }
        if let Some(keys) = label_keys {
            let most = usize::from(errors.version.minor() >= 34);
            validate_label_keys(keys, selector, most, errors);
        }
        meta::validate_label_selector(selector, errors);
    }
}

/// `validateLabelKeys`, and what `ValidateMatchLabelKeysAndMismatchLabelKeys` and `ValidateMatchLabelKeysInTopologySpread` ask:
/// that the selector does not name a key more often than `most` times. The server adds it to the selector itself.
pub(super) fn validate_label_keys<'d, 's>(
    keys: At<'d, 's>,
    selector: Option<At<'d, 's>>,
    most: usize,
    errors: &mut Errors<'d, 's>,
) {
    if keys.is_empty() {
        return;
    }
    let Some(selector) = selector else { return errors.forbidden(keys, "may not be set without `labelSelector`") };
    let mut named: HashMap<&str, Vec<At<'d, 's>>> = HashMap::new();
    let labels = selector.get("matchLabels").into_iter().flat_map(At::entries).map(|label| (label.name(), label));
    let expressions = selector.each("matchExpressions").filter_map(|it| it.text("key").map(|key| (key, it)));
    for (key, place) in labels.chain(expressions) {
        named.entry(key).or_default().push(place);
    }
    for key in keys.items() {
        errors.check(key, format::name(NameRule::QualifiedName));
        let Some(text) = key.str() else { continue };
        let other = named.get(text).and_then(|places| places.get(most)).copied();
        if other.is_some() {
            errors.conflict(key, "is in the selector, too", other, "the selector");
        }
    }
}

/// `validateSchedulingGates` and `validateReadinessGates`.
pub(super) fn validate_gates<'d, 's>(
    scheduling: Option<At<'d, 's>>,
    readiness: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    let named = scheduling.into_iter().flat_map(At::items).filter_map(|gate| gate.get("name"));
    let typed = readiness.into_iter().flat_map(At::items).filter_map(|gate| gate.get("conditionType"));
    for name in named.chain(typed) {
        errors.check(name, format::name(NameRule::QualifiedName));
    }
}
