//! The control-plane node of a lab's own cluster: what runs on it, its files, and how both are changed and put back. All goes
//! through small scripts for the shell there, which use what Debian cannot be without.

mod component;
pub mod edit;
pub mod files;
pub mod look;
pub mod pristine;
pub mod restart;
pub mod restart_wait;

pub use component::Component;
pub use look::Look;

use crate::client::{Api, ApiError, Ended};
use crate::lab::verdict::CheckResult;

/// Why something on the node does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// The node cannot be entered.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// What was asked for cannot be done there.
    #[error("{0}")]
    Refused(String),
    /// It cannot be made as it was any more.
    #[error("the control plane cannot be put back as it was: {0}; a new cluster helps: `tightship lab reset`")]
    Spoiled(String),
}

impl From<NodeError> for CheckResult {
    fn from(error: NodeError) -> Self {
        Self::error(error.to_string())
    }
}

/// Runs a script of the shell with arguments; what became of it.
fn sh(api: &dyn Api, script: &str, args: &[&str], input: &[u8]) -> Result<Ended, NodeError> {
    let command: Vec<&str> = ["sh", "-c", script, "tightship"].into_iter().chain(args.iter().copied()).collect();
    Ok(api.node(&command, input)?)
}

/// The same of one that has to succeed; what it printed.
fn must(api: &dyn Api, script: &str, args: &[&str], input: &[u8]) -> Result<String, NodeError> {
    let ended = sh(api, script, args, input)?;
    if ended.exit == 0 {
        return Ok(ended.stdout);
    }
    let said = ended.stderr.lines().rev().find(|line| !line.trim().is_empty());
    Err(NodeError::Refused(said.map_or_else(|| format!("exit code {}", ended.exit), |line| line.trim().to_owned())))
}
