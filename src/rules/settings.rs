//! What the user asked for, as far as rules need to know.

use crate::k8s::pod_security::{Level, PolicyVersion};
use crate::k8s::version::Version;

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The release whose fields and policies count.
    pub kubernetes: Version,
    /// The Pod Security level that everything is held against; `None` leaves it to the labels of the namespaces.
    pub level: Option<Level>,
    /// The version of that level; `None` for the newest that the release knows.
    pub level_version: Option<PolicyVersion>,
    /// Whether to say what the API server would say, instead of running rules.
    pub as_admission: bool,
    /// Registries, or registries with a path, that images may come from; empty for any.
    pub registries: Vec<String>,
    /// Whether fixes are wanted.
    pub fixes: bool,
}
