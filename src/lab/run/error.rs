//! Why a run cannot go on.

use camino::Utf8PathBuf;

use crate::client::ApiError;
use crate::client::apply::Failure;
use crate::lab::node::NodeError;
use crate::lab::state::StateError;

/// Why a run cannot go on. None of these is the learner's wrong answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The cluster gives no answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// What is remembered cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// A text of the lab is wrong.
    #[error("{0}")]
    Course(String),
    /// A step was refused.
    #[error("{step}: {reason}")]
    Step {
        step: String,
        /// Why it was refused.
        reason: String,
    },
    /// There is no kubectl.
    #[error("kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools says how to get it")]
    NoKubectl,
    /// A lab is not as it should be at its start.
    #[error("the lab {lab} is not as it should be at its start: {what}; `tightship lab reset` begins anew")]
    NotSettled {
        lab: String,
        /// Which checks say something else, and what they saw.
        what: String,
    },
    /// The control plane cannot be made as it was: only a new cluster helps.
    #[error("{0}")]
    Spoiled(String),
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
    /// The system refused.
    #[error("{path}")]
    Io { path: Utf8PathBuf, source: std::io::Error },
}

impl RunError {
    pub fn at(path: impl Into<Utf8PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

impl From<NodeError> for RunError {
    fn from(error: NodeError) -> Self {
        match error {
            NodeError::Api(error) => Self::Api(error),
            NodeError::Refused(reason) => Self::Step { step: "the node".to_owned(), reason },
            spoiled @ NodeError::Spoiled(_) => Self::Spoiled(spoiled.to_string()),
        }
    }
}

impl From<Failure> for RunError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Api(error) => Self::Api(error),
            refused @ Failure::Refused(_) => {
                Self::Step { step: "the API server".to_owned(), reason: refused.to_string() }
            }
        }
    }
}
