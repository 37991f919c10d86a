//! What each form of a control plane gives.

use minijinja::Error;
use serde::Serialize;

use crate::generate::baseline::{Baseline, Flag, Program};
use crate::render::plan::Owner;

/// What becomes of a baseline.
pub(super) trait Target: Sync {
    /// The files besides those that flags name.
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error>;
    /// How to apply them: Markdown.
    fn apply(&self, baseline: &Baseline) -> String;
    /// How to go back: Markdown.
    fn roll_back(&self, baseline: &Baseline) -> String;
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// As YAML, by a program with types of its own.
    Yaml,
    /// As YAML, by Kubernetes.
    Manifest,
    /// Line by line, `#` for comments.
    Lines,
    Markdown,
}

/// A file of a target.
pub(super) struct RenderedFile {
    /// Relative to the folder of the control plane.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) syntax: Syntax,
    pub(super) owner: Owner,
}

impl RenderedFile {
    pub(super) fn new(name: impl Into<String>, syntax: Syntax, text: String) -> Self {
        Self { name: name.into(), text, syntax, owner: Owner::Tool }
    }
}

/// A flag as templates see it.
#[derive(Debug, Serialize)]
pub(super) struct Argument<'b> {
    name: &'b str,
    value: &'b str,
    comment: String,
}

impl<'b> From<&'b Flag> for Argument<'b> {
    fn from(flag: &'b Flag) -> Self {
        Self { name: flag.name, value: &flag.value, comment: flag.comment() }
    }
}

/// The flags that the baseline adds to those of an installer.
pub(super) fn added(baseline: &Baseline, program: Program) -> Vec<Argument<'_>> {
    baseline.hardening(program).map(Argument::from).collect()
}
