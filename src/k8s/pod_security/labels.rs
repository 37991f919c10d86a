//! The labels of a namespace that say which policy holds in it.

use super::level::{Level, Policies, Policy, PolicyVersion};
use crate::k8s::go_text;
use crate::k8s::object::Object;
use crate::k8s::version::Version;

/// The level that is enforced.
pub const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The version of what is enforced.
pub const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
/// The level that the audit log is written for.
pub const AUDIT: &str = "pod-security.kubernetes.io/audit";
/// The version of what the audit log is written for.
pub const AUDIT_VERSION: &str = "pod-security.kubernetes.io/audit-version";
/// The level that is warned of.
pub const WARN: &str = "pod-security.kubernetes.io/warn";
/// The version of what is warned of.
pub const WARN_VERSION: &str = "pod-security.kubernetes.io/warn-version";

/// The text of a label; null is empty text.
fn text<'d>(namespace: &Object<'d, '_>, key: &str) -> Option<&'d str> {
    let node = namespace.label(key)?;
    if node.is_null() { Some("") } else { node.as_str() }
}

/// What an API server of the release makes of the labels of a namespace. A level that cannot be read counts as `restricted`,
/// a version as `latest`.
pub fn policies(namespace: &Object<'_, '_>, release: Version) -> Policies {
    let latest = PolicyVersion::latest(release);
    let version = |key| {
        let version = text(namespace, key)?;
        Some(PolicyVersion::parse(version, release).unwrap_or(latest))
    };
    let level = |key| text(namespace, key).map(Level::parse);
    let (enforced, warned) = (level(ENFORCE), level(WARN));
    let enforce = Policy {
        // closed in doubt
        level: enforced.map_or(Level::Privileged, |level| level.unwrap_or(Level::Restricted)),
        version: version(ENFORCE_VERSION).unwrap_or(latest),
    };
    let warn = match (warned, enforced.flatten()) {
        // what is enforced is warned of too, unless somebody decided about it
        (None, Some(level)) if level > Level::Privileged => {
            Policy { level, version: version(WARN_VERSION).unwrap_or(enforce.version) }
        }
        // open in doubt
        (level, _) => Policy {
            level: level.flatten().unwrap_or(Level::Privileged),
            version: version(WARN_VERSION).unwrap_or(latest),
        },
    };
    let checked = if enforced.is_some() { enforce } else { Policy { level: Level::Restricted, version: latest } };
    Policies { checked, enforce, warn }
}

/// What the API server says of the labels that it cannot read, for which it refuses to make the namespace.
pub fn errors(namespace: &Object<'_, '_>, release: Version) -> Vec<String> {
    let mut errors = Vec::new();
    let modes = [(ENFORCE, ENFORCE_VERSION), (AUDIT, AUDIT_VERSION), (WARN, WARN_VERSION)];
    for (level, version) in modes {
        let mut judge = |key: &str, is_valid: &dyn Fn(&str) -> bool, expected: &str| {
            if let Some(value) = text(namespace, key).filter(|value| !is_valid(value)) {
                errors.push(format!("metadata.labels[{key}]: Invalid value: {}: {expected}", go_text::quoted(value)));
            }
        };
        judge(level, &|text| Level::parse(text).is_some(), "must be one of privileged, baseline, restricted");
        judge(version, &|text| PolicyVersion::parse(text, release).is_some(), "must be \"latest\" or \"v1.x\"");
    }
    errors
}
