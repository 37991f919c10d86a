//! Which object something is said of.

use std::fmt;

use super::text::line;

/// Which object a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ObjectId {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// `metadata.namespace`; `None` where it is not written down, or the kind has none.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

impl fmt::Display for ObjectId {
    /// `Deployment shop/web`; without a namespace, `Deployment web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", line(&self.kind))?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{}/", line(namespace))?;
        }
        f.write_str(&line(&self.name))
    }
}
