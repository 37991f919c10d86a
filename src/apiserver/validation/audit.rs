//! Audit policies, after `k8s.io/apiserver/pkg/apis/audit/validation` and `pkg/audit/policy/reader.go`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::format::name;
use crate::k8s::validation::{At, Errors};

const LEVELS: [&str; 4] = ["None", "Metadata", "Request", "RequestResponse"];
const STAGES: [&str; 4] = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/// `ValidatePolicy`, and the end of `LoadPolicyFromBytes`.
pub(super) fn validate_policy<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    validate_omit_stages(root, errors);
    if root.get("rules").is_none_or(At::is_empty) {
        errors.required(root, "rules", "kube-apiserver takes no policy without rules");
    }
    for rule in root.each("rules") {
        validate_policy_rule(rule, errors);
    }
}

/// `validatePolicyRule`.
fn validate_policy_rule<'d, 's>(rule: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    match rule.get("level") {
        Some(level) if level.str().is_some_and(|text| !LEVELS.contains(&text)) => errors.not_supported(level, &LEVELS),
        Some(level) if level.str().is_some() => {}
        _ => errors.required(rule, "level", "a rule says how much is written down"),
    }
    for url in rule.each("nonResourceURLs") {
        validate_non_resource_url(url, errors);
    }
    for group in rule.each("resources") {
        validate_group_resources(group, errors);
    }
    validate_omit_stages(rule, errors);
    let holds = |name: &str| rule.get(name).filter(|list| !list.is_empty());
    if let (Some(urls), Some(other)) = (holds("nonResourceURLs"), holds("resources").or_else(|| holds("namespaces"))) {
        errors.conflict(urls, "cannot be in one rule with resources or namespaces", Some(other), "the resources");
    }
}

/// `validateNonResourceURLs`.
fn validate_non_resource_url<'d, 's>(url: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(text) = url.any_str().filter(|text| *text != "*") else { return };
    if !text.starts_with('/') {
        errors.invalid(url, "must begin with `/`");
    }
    let before = text.char_indices().next_back().and_then(|(last, _)| text.get(..last));
    if before.is_some_and(|before| before.contains('*')) {
        errors.invalid(url, "may have a `*` only at its end");
    }
}

/// `validateResources`.
fn validate_group_resources<'d, 's>(group: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(at) = group.get("group")
        && at.str() != Some("*")
    {
        errors.check(at, name(NameRule::Dns1123Subdomain));
    }
    let holds = |name: &str| group.get(name).filter(|list| !list.is_empty());
    if let (Some(names), None) = (holds("resourceNames"), holds("resources")) {
        errors.invalid(names, "needs at least one resource in `resources`");
    }
}

/// `validateOmitStages`.
fn validate_omit_stages<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for stage in root.each("omitStages").filter(|stage| stage.any_str().is_some_and(|text| !STAGES.contains(&text))) {
        errors.not_supported(stage, &STAGES);
    }
}
