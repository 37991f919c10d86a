//! Why a spec could not be rendered.

use crate::diagnostic::Diagnostic;

/// Why nothing could be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// There is no such stage.
    #[error("{name} has no stage {number}: {}", if *most == 0 { "the flags of a kind cluster do not change".to_owned() } else { format!("its stages are 1 to {most}") })]
    Stage {
        /// The control plane.
        name: String,
        /// The stage that was asked for.
        number: usize,
        /// The last one.
        most: usize,
    },
    /// A template failed.
    #[error("template: {0}")]
    Template(#[from] minijinja::Error),
    /// A template made something that Kubernetes does not take.
    #[error("{what}: {reason} (a defect in tightship, please report it)")]
    Invalid {
        /// The file.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A rule finds fault with what a template made, and no exception allows it.
    #[error("{what}: {} [{}] at `{}`; nothing was written", finding.message, finding.id, finding.path)]
    Finding {
        /// The file.
        what: String,
        /// What the rule says.
        finding: Box<Diagnostic>,
    },
    /// No document has this environment.
    #[error("there is no environment `{0}`{1}")]
    UnknownEnvironment(String, String),
}
