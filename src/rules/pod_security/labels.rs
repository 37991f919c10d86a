//! The labels of a namespace that say which policy holds in it.

use super::{Level, Policy, PolicyVersion};
use crate::kube::object::Object;
use crate::kube::version::Version;
use crate::yaml::Node;

/// The level that is enforced.
pub const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The version of what is enforced.
pub const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// What the labels of a namespace enforce; `None` without the label. What cannot be read counts as `restricted` and as
/// `latest`, as the API server would have it.
pub fn enforced(namespace: &Object<'_, '_>, release: Version) -> Option<Policy> {
    let text = |key: &str| namespace.label(key).and_then(Node::as_str);
    let level = Level::parse(text(ENFORCE)?).unwrap_or(Level::Restricted);
    let version = text(ENFORCE_VERSION).and_then(|version| PolicyVersion::parse(version, release));
    Some(Policy { level, version: version.unwrap_or_else(|| PolicyVersion::latest(release)) })
}
