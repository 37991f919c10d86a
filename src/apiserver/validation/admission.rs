//! The configuration of admission and of its plugins, after `k8s.io/apiserver/pkg/admission/config.go` and the `validation`
//! folders of the plugins. What limits of events are missing is a rule of its own.

use super::tools;
use crate::k8s::fields::{KindInfo, table};
use crate::k8s::validation::{At, Errors};
use crate::yaml::Node;

/// A configuration of a plugin inside of the file with all of them.
#[derive(Debug, Clone, Copy)]
pub struct Inner<'d, 's> {
    pub root: Node<'d, 's>,
    pub info: &'static KindInfo,
}

/// The configurations of plugins inside of a file whose kind is known: of admission, and of a scheduler's profiles.
pub fn inner<'d, 's>(root: Node<'d, 's>) -> Vec<Inner<'d, 's>> {
    let profiles = root.get("profiles").into_iter().flat_map(Node::items);
    let arguments = profiles.filter_map(|profile| profile.get("pluginConfig")).flat_map(Node::items);
    let arguments = arguments.filter_map(|config| {
        let root = config.get("args")?;
        let kind = format!("{}Args", config.get("name")?.as_str()?);
        Some(Inner { root, info: table().kind("kubescheduler.config.k8s.io/v1", &kind)? })
    });
    let plugins = root.get("plugins").into_iter().flat_map(Node::items);
    let found = plugins.filter_map(|plugin| {
        let root = plugin.get("configuration")?;
        let text = |key: &str| root.get(key).and_then(Node::as_str);
        Some(Inner { root, info: table().kind(text("apiVersion")?, text("kind")?)? })
    });
    found.chain(arguments).collect()
}

/// What the plugins read, by their names.
const KINDS: [(&str, &str); 7] = [
    ("EventRateLimit", "Configuration"),
    ("MutatingAdmissionWebhook", "WebhookAdmissionConfiguration"),
    ("PodSecurity", "PodSecurityConfiguration"),
    ("PodTolerationRestriction", "Configuration"),
    ("ResourceQuota", "ResourceQuotaConfiguration"),
    ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyConfiguration"),
    ("ValidatingAdmissionWebhook", "WebhookAdmissionConfiguration"),
];

/// `ReadAdmissionConfiguration`, and what the plugins ask of their part.
pub(super) fn validate_admission_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for plugin in root.each("plugins") {
        let Some(configuration) = plugin.get("configuration") else { continue };
        match plugin.text("name") {
            Some("ImagePolicyWebhook") => validate_image_policy(configuration, errors),
            Some("PodNodeSelector") | None => {}
            Some(name) => validate_kind(name, configuration, errors),
        }
    }
}

/// A plugin takes its own kind only.
fn validate_kind<'d, 's>(plugin: &str, configuration: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some((_, kind)) = KINDS.into_iter().find(|(known, _)| *known == plugin) else { return };
    for field in ["apiVersion", "kind"] {
        if configuration.text(field).is_none() {
            errors.required(configuration, field, "every plugin with a version reads it");
        }
    }
    // ResourceQuota has two
    if let Some(at) = configuration.get("kind")
        && at.str().is_some_and(|own| own != kind && !(plugin == "ResourceQuota" && own == "Configuration"))
    {
        errors.not_supported(at, &[kind]);
    }
}

/// `normalizeWebhookConfig` of `plugin/pkg/admission/imagepolicy/config.go`: times are in seconds, -1 is none and 0 the
/// default.
fn validate_image_policy<'d, 's>(configuration: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(policy) = configuration.get("imagePolicy") else {
        errors.required(configuration, "imagePolicy", "ImagePolicyWebhook reads it");
        return;
    };
    if policy.text("kubeConfigFile").is_none() {
        errors.required(policy, "kubeConfigFile", "it says where the webhook is");
    }
    let minute = 60;
    let times = [("allowTTL", 1, 30 * minute), ("denyTTL", 1, 30 * minute)];
    for (field, least, most) in times {
        if let Some(at) = policy.get(field)
            && at.int().is_some_and(|seconds| !matches!(seconds, -1 | 0) && !(least..=most).contains(&seconds))
        {
            errors.invalid(at, format!("must be {least} to {most} seconds, -1 or 0"));
        }
    }
    if let Some(at) = policy.get("retryBackoff")
        && at.int().is_some_and(|millis| !matches!(millis, -1 | 0) && !(1..=5 * minute * 1000).contains(&millis))
    {
        errors.invalid(at, "must be 1 to 300000 milliseconds, -1 or 0");
    }
}

/// `ValidateConfiguration` of `plugin/pkg/admission/eventratelimit/apis/eventratelimit/validation`.
pub(super) fn validate_event_rate_limit<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const TYPES: [&str; 4] = ["Namespace", "Server", "SourceAndObject", "User"];
    for limit in root.each("limits") {
        match limit.get("type").filter(|at| at.str().is_some()) {
            None => errors.required(limit, "type", ""),
            Some(_) => tools::one_of(limit, "type", &TYPES, errors),
        }
        for field in ["qps", "burst"] {
            match limit.get(field) {
                None => errors.required(limit, field, "it must be more than 0"),
                Some(at) if at.int().is_some_and(|number| number <= 0) => errors.invalid(at, "must be more than 0"),
                Some(_) => {}
            }
        }
        if let Some(at) = limit.get("cacheSize")
            && limit.text("type") != Some("Server")
            && at.int().is_some_and(|number| number < 0)
        {
            errors.invalid(at, "must be 0 or more");
        }
    }
}

/// `ValidateConfiguration` of `pkg/admission/plugin/resourcequota/apis/resourcequota/validation`.
pub(super) fn validate_resource_quota<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for limited in root.each("limitedResources").filter(|limited| limited.text("resource").is_none()) {
        errors.required(limited, "resource", "");
    }
}
