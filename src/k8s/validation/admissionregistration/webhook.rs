//! `ValidateValidatingWebhookConfiguration` and `ValidateMutatingWebhookConfiguration`.

use super::rules::{validate_match_conditions, validate_rule_with_operations};
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, format, meta};

/// Both kinds of configurations.
pub(super) fn validate_webhook_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    // two of one name are a matter of the table of fields, which tells the list's members apart by it
    for hook in root.each("webhooks") {
        validate_webhook(hook, errors);
    }
}

/// `validateValidatingWebhook` and `validateMutatingWebhook`.
fn validate_webhook<'d, 's>(hook: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let fields = [
        "name",
        "rules",
        "sideEffects",
        "timeoutSeconds",
        "namespaceSelector",
        "objectSelector",
        "clientConfig",
        "matchConditions",
        "admissionReviewVersions",
    ];
    let [name, rules, effects, timeout, namespaces, objects, client, conditions, versions] = hook.fields(fields);
    if let Some(name) = name {
        errors.check(name, format::fully_qualified);
    }
    for rule in rules.into_iter().flat_map(At::items) {
        validate_rule_with_operations(rule, errors);
    }
    if let Some(effects) = effects.filter(|it| !matches!(it.any_str(), None | Some("None" | "NoneOnDryRun"))) {
        errors.not_supported(effects, &["None", "NoneOnDryRun"]);
    }
    if let Some(timeout) = timeout.filter(|it| it.int().is_some_and(|seconds| !(1..=30).contains(&seconds))) {
        errors.invalid(timeout, "must be 1 to 30 seconds");
    }
    meta::validate_label_selector(namespaces, errors);
    meta::validate_label_selector(objects, errors);
    if let Some(client) = client {
        validate_client_config(client, errors);
    }
    if let Some(conditions) = conditions {
        validate_match_conditions(conditions, errors);
    }
    if let Some(versions) = versions {
        validate_admission_review_versions(versions, errors);
    }
}

/// `validateAdmissionReviewVersions`.
fn validate_admission_review_versions<'d, 's>(versions: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for version in versions.items() {
        if let Some(first) = seen.before(version.str(), version) {
            errors.duplicate(version, "is there twice", first);
        }
        errors.check(version, format::name(NameRule::Dns1035Label));
    }
    if !versions.is_empty() && !versions.items().any(|version| matches!(version.str(), Some("v1" | "v1beta1"))) {
        errors.invalid(versions, "must hold `v1` or `v1beta1`");
    }
}

/// The `clientConfig` of a webhook, as of a conversion.
pub(in crate::k8s::validation) fn validate_client_config<'d, 's>(client: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [url, service] = client.fields(["url", "service"]);
    match (url, service) {
        (Some(_), Some(second)) => errors.crowded(client, second, "takes one of `url` and `service`"),
        (None, None) => errors.required(client, "service", "or `url`"),
        (Some(url), None) => errors.check(url, webhook_url),
        (None, Some(service)) => {
            let [port, path] = service.fields(["port", "path"]);
            if let Some(port) = port.filter(|it| it.int().is_some_and(|port| !(1..=65535).contains(&port))) {
                errors.invalid(port, "must be 1 to 65535");
            }
            if let Some(path) = path {
                errors.check(path, webhook_path);
            }
        }
    }
}

/// `ValidateWebhookURL`.
fn webhook_url(text: &str) -> format::Check {
    let Some(rest) = text.strip_prefix("https://") else {
        return Err("must begin with `https://`".to_owned());
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match () {
        () if host.is_empty() => Err("has no host".to_owned()),
        () if host.contains('@') => Err("must not name a user".to_owned()),
        () if rest.contains('#') => Err("must not have a fragment".to_owned()),
        () if rest.contains('?') => Err("must not have a query".to_owned()),
        () => Ok(()),
    }
}

/// The path of `ValidateWebhookService`.
fn webhook_path(text: &str) -> format::Check {
    if text == "/" {
        return Ok(());
    }
    let Some(steps) = text.strip_prefix('/') else { return Err("must begin with `/`".to_owned()) };
    let steps = steps.strip_suffix('/').unwrap_or(steps);
    steps.split('/').try_for_each(|step| {
        if step.is_empty() {
            Err("has an empty step".to_owned())
        } else {
            format::name(NameRule::Dns1123Subdomain)(step)
        }
    })
}
