//! The documents of a spec.

use super::{ApiServer, App, Defaults, Space};

/// The documents of a spec file, in their order by kind.
#[derive(Debug, Default)]
pub struct Specs {
    /// What apps and spaces share; they have taken it over already.
    pub defaults: Option<Defaults>,
    /// The applications.
    pub apps: Vec<App>,
    /// The namespaces.
    pub spaces: Vec<Space>,
    /// The control planes.
    pub api_servers: Vec<ApiServer>,
}
