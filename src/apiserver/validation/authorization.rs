//! Who decides, after `k8s.io/apiserver/pkg/apis/apiserver/validation/validation.go`. Expressions are not compiled.

use super::tools;
use super::tools::duration_of;
use crate::k8s::duration::SECOND;
use crate::k8s::names::NameRule;
use crate::k8s::validation::format::name;
use crate::k8s::validation::{At, Errors, Seen};

/// `modes.AuthorizationModeChoices` of `k8s.io/kubernetes`.
const TYPES: [&str; 6] = ["ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"];
/// The longest time that a webhook may take, in seconds.
const MOST_SECONDS: i128 = 30;
const MOST_CONDITIONS: usize = 64;

/// `ValidateAuthorizationConfiguration`.
pub(super) fn validate_authorization_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if root.get("authorizers").is_none_or(At::is_empty) {
        errors.required(root, "authorizers", "at least one has to decide");
    }
    let (mut types, mut names) = (Seen::default(), Seen::default());
    for authorizer in root.each("authorizers") {
        let Some(at) = authorizer.get("type").filter(|at| at.str().is_some()) else {
            errors.required(authorizer, "type", "");
            continue;
        };
        let ty = at.str().unwrap_or_default();
        if !TYPES.contains(&ty) {
            errors.not_supported(at, &TYPES);
            continue;
        }
        if let Some(first) = types.before(Some(ty), at).filter(|_| ty != "Webhook") {
            errors.duplicate(at, "is there twice; only webhooks may be", first);
            continue;
        }
        validate_name(authorizer, &mut names, errors);
        match authorizer.get("webhook") {
            None if ty == "Webhook" => errors.required(authorizer, "webhook", "it says where the webhook is"),
            Some(webhook) if ty == "Webhook" => validate_webhook_configuration(webhook, errors),
            Some(webhook) => errors.conflict(webhook, "is for the type `Webhook` only", Some(at), "the type"),
            None => {}
        }
    }
}

fn validate_name<'d, 's>(authorizer: At<'d, 's>, names: &mut Seen<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(at) = authorizer.get("name").filter(|at| at.str().is_some()) else {
        errors.required(authorizer, "name", "every authorizer has a name");
        return;
    };
    // `loadAndValidateAuthorizerConfiguration` of `pkg/kubeapiserver/authorizer`: all but webhooks have a name of their own
    let expected = authorizer.text("type").filter(|ty| *ty != "Webhook").map(str::to_ascii_lowercase);
    match (names.before(at.str(), at), expected) {
        (Some(first), _) => errors.duplicate(at, "is the name of another authorizer", first),
        (None, Some(own)) if at.str() != Some(own.as_str()) => errors.invalid(at, format!("must be `{own}`")),
        (None, _) => errors.check(at, name(NameRule::Dns1123Subdomain)),
    }
}

/// `ValidateWebhookConfiguration`.
fn validate_webhook_configuration<'d, 's>(webhook: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    // the times to keep answers have defaults
    match duration_of(webhook, "timeout") {
        None | Some(0) if is_readable(webhook, "timeout") => errors.required(webhook, "timeout", "at most 30s"),
        Some(time) if !(0..=MOST_SECONDS * SECOND).contains(&time) => {
            webhook.get("timeout").into_iter().for_each(|at| errors.invalid(at, "must be more than 0 and at most 30s"));
        }
        _ => {}
    }
    for field in ["authorizedTTL", "unauthorizedTTL"] {
        if let Some(at) = webhook.get(field).filter(|_| duration_of(webhook, field).is_some_and(|time| time < 0)) {
            errors.invalid(at, "must be more than 0");
        }
    }
    word(webhook, "subjectAccessReviewVersion", &["v1", "v1beta1"], errors);
    let conditions = webhook.get("matchConditions").filter(|list| !list.is_empty());
    tools::one_of(webhook, "matchConditionSubjectAccessReviewVersion", &["v1"], errors);
    if conditions.is_some() && webhook.text("matchConditionSubjectAccessReviewVersion").is_none() {
        errors.required(webhook, "matchConditionSubjectAccessReviewVersion", "`matchConditions` need it");
    }
    word(webhook, "failurePolicy", &["NoOpinion", "Deny"], errors);
    validate_connection_info(webhook, errors);
    if let Some(list) = conditions {
        validate_match_conditions(list, errors);
    }
}

/// Whether a duration is absent, or is one.
fn is_readable(root: At<'_, '_>, field: &str) -> bool {
    root.get(field).is_none() || duration_of(root, field).is_some()
}

/// A field that has to be one of a few words.
fn word<'d, 's>(root: At<'d, 's>, field: &'static str, words: &[&str], errors: &mut Errors<'d, 's>) {
    match root.get(field).filter(|at| at.any_str() != Some("")) {
        None => errors.required(root, field, ""),
        Some(_) => tools::one_of(root, field, words, errors),
    }
}

fn validate_connection_info<'d, 's>(webhook: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(info) = webhook.get("connectionInfo") else {
        errors.required(webhook, "connectionInfo", "it says where the webhook is");
        return;
    };
    word(info, "type", &["InClusterConfig", "KubeConfigFile"], errors);
    let file = info.get("kubeConfigFile");
    match info.text("type") {
        Some("InClusterConfig") => {
            if let Some(file) = file {
                errors.conflict(file, "is for the type `KubeConfigFile` only", info.get("type"), "the type");
            }
        }
        Some("KubeConfigFile") => match file.filter(|file| file.str().is_some()) {
            None => errors.required(info, "kubeConfigFile", "it says where the webhook is"),
            Some(at) if at.str().is_some_and(|path| !path.starts_with('/')) => {
                errors.invalid(at, "must be an absolute path");
            }
            Some(_) => {}
        },
        _ => {}
    }
}

/// `compileMatchConditions`.
fn validate_match_conditions<'d, 's>(list: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if list.items().len() > MOST_CONDITIONS {
        errors.invalid(list, format!("has more than {MOST_CONDITIONS} conditions"));
        return;
    }
    let mut seen = Seen::default();
    for condition in list.items() {
        match condition.get("expression").filter(|at| at.str().is_some_and(|text| !text.trim().is_empty())) {
            None => errors.required(condition, "expression", ""),
            Some(at) => {
                if let Some(first) = seen.before(at.str(), at) {
                    errors.duplicate(at, "is that of another condition", first);
                }
            }
        }
    }
}
