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
        /// The words at which it stands, the nearest first: what the spec has of them is its cause.
        words: Vec<String>,
    },
    /// No document has this environment.
    #[error("there is no environment `{0}`{1}")]
    UnknownEnvironment(String, String),
    /// What deploys an app is to be written, and nobody said from where.
    #[error(
        "the layout {0} needs the address of the repository: add `output: {{repository: {{url: https://git.example.com/team/shop}}}}` to the app `{1}`"
    )]
    NoRepository(&'static str, String),
    /// The account that deploys an app would get a right that none may have.
    #[error("the account that deploys the app `{app}` would write {what}, {why}")]
    Deployer {
        /// The app.
        app: String,
        /// The object.
        what: String,
        /// What is wrong with that.
        why: String,
    },
    /// The files of a space are not as what deploys its apps needs them.
    #[error(
        "the space `{0}` has the layout plain, but its app `{1}` is deployed by a reconciler: give both the same layout"
    )]
    Layouts(String, String),
}

impl RenderError {
    /// What a rule finds in a file, at these words and those that it names.
    pub(super) fn finding(file: &str, finding: &Diagnostic, mut words: Vec<String>) -> Self {
        let message = finding.message.to_string();
        words.extend(message.split('`').skip(1).step_by(2).map(str::to_owned));
        Self::Finding { what: file.to_owned(), finding: Box::new(finding.clone()), words }
    }
}
