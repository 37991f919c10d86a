//! `ValidateJob` and `validateJobSpec`.

use crate::k8s::names::NameRule;
use crate::k8s::object::Object;
use crate::k8s::validation::core::{Template, validate_pod_template_spec};
use crate::k8s::validation::{At, Errors, Seen, at, format, meta};

/// `maxParallelismForIndexedJob` and `maxFailedIndexesForIndexedJob`.
const MOST_INDEXED: i128 = 100_000;
/// `completionsSoftLimit`, and what holds above it.
const MANY: i128 = 100_000;
const MOST_OF_MANY: i128 = 10_000;

/// `ValidateJob`.
pub(super) fn validate_job<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else { return };
    let [selector, manual, mode, completions] =
        spec.fields(["selector", "manualSelector", "completionMode", "completions"]);
    let is_manual = at::is_true(manual);
    match selector {
        Some(selector) if !is_manual => {
            errors.conflict(selector, "may be set beside `manualSelector: true` only", manual, "not true");
        }
        None if is_manual => errors.required(spec, "selector", "`manualSelector` asks for it"),
        _ => {}
    }
    validate_job_spec(spec, selector.filter(|_| is_manual), false, errors);
    let count = completions.and_then(At::int).filter(|count| *count > 0 && at::text(mode) == Some("Indexed"));
    let name = root.path(&["metadata", "name"]).filter(|name| name.str() == Some(object.name()));
    if let Some((name, count)) = name.zip(count) {
        let host = format!("{}-{}", object.name(), count - 1);
        if let Err(why) = format::name(NameRule::Dns1123Label)(&host) {
            errors.invalid(name, format!("is no beginning for the host `{host}` of its last pod, which {why}"));
        }
    }
}

/// `validateJobSpec`.
pub(super) fn validate_job_spec<'d, 's>(
    spec: At<'d, 's>,
    selector: Option<At<'d, 's>>,
    in_template: bool,
    errors: &mut Errors<'d, 's>,
) {
    let names = ["podFailurePolicy", "successPolicy", "podReplacementPolicy", "template", "managedBy", "completions"];
    let [failure, success, replacement, template, managed, completions] = spec.fields(names);
    validate_indexes(spec, in_template, errors);
    if let Some(managed) = managed {
        errors.check(managed, |text| {
            if text.len() > 63 {
                Err("is longer than 63 characters".to_owned())
            } else {
                format::domain_prefixed_path(text)
            }
        });
    }
    let pod = template.and_then(|template| template.get("spec"));
    if let Some(failure) = failure {
        validate_pod_failure_policy(failure, spec, pod, errors);
    }
    if let Some(success) = success {
        validate_success_policy(success, spec, completions, errors);
    }
    if let Some(replacement) = replacement {
        let words: &[&str] = if failure.is_some() { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
        if replacement.str().is_some_and(|word| !words.contains(&word)) {
            errors.not_supported(replacement, words);
        }
    }
    meta::validate_label_selector(selector, errors);
    if let Some(template) = template {
        validate_pod_template_spec(template, Template { selector, ..Template::default() }, errors);
    }
    if let Some(pod) = pod {
        validate_restart_policy(pod, failure, errors);
    }
}

fn validate_restart_policy<'d, 's>(pod: At<'d, 's>, failure: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let policy = pod.get("restartPolicy");
    match (policy, at::text(policy)) {
        (Some(policy), Some("Always")) => errors.not_supported(policy, &["OnFailure", "Never"]),
        (Some(policy), Some("OnFailure")) if failure.is_some() => {
            errors.invalid_beside(policy, "must be `Never` beside `podFailurePolicy`", failure, "the policy");
        }
        (_, None) => errors.required(pod, "restartPolicy", "the pods of a job end: `OnFailure` or `Never`"),
        _ => {}
    }
}

/// What `validateJobSpec` asks of jobs with and without indexes.
fn validate_indexes<'d, 's>(spec: At<'d, 's>, in_template: bool, errors: &mut Errors<'d, 's>) {
    let names = ["completionMode", "completions", "parallelism", "backoffLimitPerIndex", "maxFailedIndexes"];
    let [mode, completions, parallelism, per_index, max_failed] = spec.fields(names);
    let int = |field: Option<At<'d, 's>>| field.and_then(At::int);
    if max_failed.is_some() && per_index.is_none() {
        errors.required(spec, "backoffLimitPerIndex", "`maxFailedIndexes` counts what has used it up");
    }
    for field in [per_index, max_failed].into_iter().flatten().filter(|field| field.int().is_some_and(|it| it < 0)) {
        errors.invalid(field, "must be 0 or more");
    }
    if at::text(mode) != Some("Indexed") {
        for field in [per_index, max_failed].into_iter().flatten() {
            errors.conflict(field, "may be set beside `completionMode: Indexed` only", mode, "the mode");
        }
        return;
    }
    // without both the server writes one for each, but not in a template of jobs
    let is_filled = parallelism.is_none() && !in_template;
    let Some(count) = int(completions).or(is_filled.then_some(1)) else {
        return errors.required(spec, "completions", "`completionMode: Indexed` counts them");
    };
    let many = count > MANY && per_index.is_some();
    if many && max_failed.is_none() {
        errors.required(spec, "maxFailedIndexes", "so many completions need it");
    }
    let most_parallel = if many { MOST_OF_MANY } else { MOST_INDEXED };
    let most_failed = if many { MOST_OF_MANY } else { MOST_INDEXED.min(count) };
    for (field, most) in [(parallelism, most_parallel), (max_failed, most_failed)] {
        if let Some(field) = field.filter(|field| field.int().is_some_and(|number| number > most)) {
            errors.invalid_beside(field, format!("must be {most} at most in this job"), completions, "the completions");
        }
    }
}

/// `validatePodFailurePolicy`.
fn validate_pod_failure_policy<'d, 's>(
    policy: At<'d, 's>,
    spec: At<'d, 's>,
    pod: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    let per_index = spec.get("backoffLimitPerIndex");
    if let Some(rules) = policy.get("rules").filter(|rules| rules.items().len() > 20) {
        errors.invalid(rules, "has more than 20 rules");
    }
    for rule in policy.each("rules") {
        let [action, codes, conditions] = rule.fields(["action", "onExitCodes", "onPodConditions"]);
        let conditions = conditions.filter(|conditions| !conditions.is_empty());
        if let Some(action) = action.filter(|action| action.str() == Some("FailIndex") && per_index.is_none()) {
            errors.conflict(action, "needs `backoffLimitPerIndex`", None, "");
        }
        match (codes, conditions) {
            (Some(_), Some(conditions)) => {
                errors.crowded(rule, conditions, "takes one of `onExitCodes` and `onPodConditions`");
            }
            (None, None) => errors.required(rule, "onExitCodes", "or `onPodConditions`"),
            _ => {}
        }
        if let Some(codes) = codes {
            validate_exit_codes(codes, pod, errors);
        }
        for condition in conditions.into_iter().flat_map(At::items) {
            if let Some(ty) = condition.get("type") {
                errors.check(ty, format::name(NameRule::QualifiedName));
            }
            if let Some(status) = condition
                .get("status")
                .filter(|it| !matches!(it.any_str(), None | Some("True" | "False" | "Unknown" | "")))
            {
                errors.not_supported(status, &["False", "True", "Unknown"]);
            }
        }
    }
}

/// `validatePodFailurePolicyRuleOnExitCodes`.
fn validate_exit_codes<'d, 's>(codes: At<'d, 's>, pod: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let [container, operator, values] = codes.fields(["containerName", "operator", "values"]);
    if let Some(container) = container
        && let Some(name) = container.any_str()
        && let Some(pod) = pod
        && !pod.present(["containers", "initContainers"]).flat_map(At::items).any(|it| it.text("name") == Some(name))
    {
        errors.not_found(container, format!("names the container `{name}`, which the pod does not have"));
    }
    let Some(values) = values else { return };
    if values.items().len() > 255 {
        errors.invalid(values, "has more than 255 codes");
    }
    let (mut seen, mut last): (_, Option<At<'d, 's>>) = (Seen::default(), None);
    for value in values.items() {
        if value.int() == Some(0) && at::text(operator) == Some("In") {
            errors.invalid(value, "may not be 0: that is no failure");
        }
        match seen.before(value.int(), value) {
            Some(first) => errors.duplicate(value, "is there twice", first),
            None if last.is_some_and(|last| last.int() > value.int()) => {
                errors.invalid_at(values, value, "must be in rising order");
            }
            None => {}
        }
        last = Some(value);
    }
}

/// `validateSuccessPolicy`.
fn validate_success_policy<'d, 's>(
    policy: At<'d, 's>,
    spec: At<'d, 's>,
    completions: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    let mode = spec.get("completionMode");
    if at::text(mode) != Some("Indexed") {
        return errors.conflict(policy, "may be set beside `completionMode: Indexed` only", mode, "the mode");
    }
    let most = completions.and_then(At::int);
    for rule in policy.each("rules") {
        let [count, indexes] = rule.fields(["succeededCount", "succeededIndexes"]);
        if count.is_none() && indexes.is_none() {
            errors.required(rule, "succeededCount", "or `succeededIndexes`");
        }
        let total = match (indexes.and_then(|it| Some((it, it.any_str()?))), most) {
            (Some((place, text)), Some(most)) => match indexes_format(text, most) {
                Ok(total) => Some(total),
                Err(why) => {
                    errors.invalid(place, why);
                    None
                }
            },
            _ => None,
        };
        let Some(count) = count else { continue };
        let least = [most, total].into_iter().flatten().min();
        if count.int().is_some_and(|number| number < 0) {
            errors.invalid(count, "must be 0 or more");
        } else if let Some(least) = least.filter(|least| count.int().is_some_and(|number| number > *least)) {
            errors.invalid(count, format!("must be {least} at most"));
        }
    }
}

/// `validateIndexesFormat`: numbers and ranges in rising order; gives how many they are.
fn indexes_format(text: &str, completions: i128) -> Result<i128, String> {
    let (mut last, mut total) = (-1, 0);
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.parse::<i128>().map_err(|_| format!("has `{part}`, which is no index or range"));
        let (from, to) = (number(from)?, number(to)?);
        if from >= completions || to >= completions {
            return Err(format!("has `{part}`, and the job has {completions} completions"));
        }
        if to < from || from <= last || part.contains('-') && from == to {
            return Err("must be in rising order".to_owned());
        }
        total += to - from + 1;
        last = to;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::indexes_format;

    #[test]
    fn indexes() {
        for (text, expected) in [("0-2", Some(3)), ("0,2,4-5", Some(4)), ("", Some(0)), ("2,1", None), ("a", None)] {
            assert_eq!(indexes_format(text, 6).ok(), expected, "{text}");
        }
        assert!(indexes_format("6", 6).is_err());
    }
}
