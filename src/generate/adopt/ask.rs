//! What is asked for, and what is read back of a text.

use std::fmt::Write as _;

use crate::spec::api_server::Form;
use crate::spec::values::PatchRelease;
use crate::spec::{self, ApiServer, validate};
use crate::yaml::Source;

/// What the user says beside the files.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The name of the cluster.
    pub name: Option<String>,
    /// What runs it.
    pub platform: Option<Form>,
    /// Its release.
    pub kubernetes: Option<PatchRelease>,
}

/// Why there is no spec.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// Nothing to adopt.
    #[error("no kube-apiserver is started by these files: name the folder with its manifest, unit or configuration")]
    Nothing,
    /// Its release is not known.
    #[error("no file says the release: give it with `--kubernetes 1.36.2`")]
    NoRelease,
    /// What was made is no spec.
    #[error("the spec of what runs does not hold together: {0}")]
    Spec(String),
}

/// The control plane of a spec.
pub(super) fn load(text: &str) -> Result<ApiServer, AdoptError> {
    let outcome = spec::load(&Source::new("tightship.yaml", text), validate::today());
    let server = outcome.specs.and_then(|specs| specs.api_servers.into_iter().next());
    server.ok_or_else(|| {
        let mut said = String::new();
        for problem in &outcome.problems {
            // writing to a string cannot fail
            let _ = write!(said, "{}{}", if said.is_empty() { "" } else { "; " }, problem.message);
        }
        AdoptError::Spec(said)
    })
}
