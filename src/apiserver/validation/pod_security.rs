//! The defaults of Pod Security, after `k8s.io/pod-security-admission/admission/api/validation`.

use crate::k8s::names::NameRule;
use crate::k8s::pod_security::Level;
use crate::k8s::validation::format::name;
use crate::k8s::validation::{At, Errors, Seen};

/// `ValidatePodSecurityConfiguration`.
pub(super) fn validate_pod_security_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(defaults) = root.get("defaults") {
        for mode in ["enforce", "warn", "audit"] {
            // an empty one is the default
            if let Some(at) = defaults.get(mode).filter(|at| at.str().is_some_and(|text| Level::parse(text).is_none()))
            {
                errors.not_supported(at, &["privileged", "baseline", "restricted"]);
            }
            let version = defaults.get(&format!("{mode}-version"));
            if let Some(at) = version.filter(|at| at.str().is_some_and(|text| !is_version(text))) {
                errors.invalid(at, "must be `latest` or a release such as `v1.37`");
            }
        }
    }
    let Some(exemptions) = root.get("exemptions") else { return };
    for (field, rule) in [
        ("namespaces", Some(NameRule::Dns1123Label)),
        ("runtimeClasses", Some(NameRule::Dns1123Subdomain)),
        ("usernames", None),
    ] {
        let mut seen = Seen::default();
        for at in exemptions.each(field) {
            if at.any_str() == Some("") {
                errors.invalid(at, "must not be empty");
            } else if let Some(first) = at.str().and_then(|text| seen.before(Some(text), at)) {
                errors.duplicate(at, "is in the list twice", first);
            } else if let Some(rule) = rule {
                errors.check(at, name(rule));
            }
        }
    }
}

/// `ParseVersion` of `api/helpers.go`.
fn is_version(text: &str) -> bool {
    let minor = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    text == "latest"
        || text.strip_prefix("v1.").is_some_and(|rest| minor(rest) && (rest == "0" || !rest.starts_with('0')))
}
