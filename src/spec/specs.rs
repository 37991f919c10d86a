//! The documents of a spec.

use super::{ApiServer, App, Space};

/// The documents of a spec file, in their order by kind.
#[derive(Debug, Default)]
pub struct Specs {
    /// The applications.
    pub apps: Vec<App>,
    /// The namespaces.
    pub spaces: Vec<Space>,
    /// The control planes.
    pub api_servers: Vec<ApiServer>,
}
