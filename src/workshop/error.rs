//! Why something of a workshop cannot be done.

use super::roster::RosterError;
use crate::client::ApiError;
use crate::client::apply::Failure;
use crate::lab::lab_cluster::SiteError;
use crate::lab::run::RunError;

/// Why something of a workshop cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The cluster gives no answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// It says no.
    #[error("the API server: {0}")]
    Refused(String),
    /// What is written down cannot be used.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// A lab cannot go on.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The cluster cannot be used.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl WorkshopError {
    /// Whether the cluster gave no answer: nobody here is at fault.
    pub fn is_of_cluster(&self) -> bool {
        matches!(
            self,
            Self::Api(_) | Self::Run(RunError::Api(_)) | Self::Site(SiteError::Api(_) | SiteError::Gone { .. })
        )
    }
}

impl From<Failure> for WorkshopError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Api(error) => Self::Api(error),
            Failure::Refused(refusal) => Self::Refused(refusal.to_string()),
        }
    }
}
