//! The rules over what was rendered: nothing is written that they find fault with, unless an exception says so.

use std::sync::Arc;

use super::error::RenderError;
use crate::check::{self, Input, Options, Selection, Text};
use crate::k8s::pod_security;
use crate::k8s::version::Version;
use crate::render::plan::Manifest;
use crate::rules::{RuleKind, Settings};
use crate::spec::level::Level;

/// What the manifests of a document have to hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requirement {
    /// The release that they are for.
    pub(super) release: Version,
    /// The level of the app, or of the space.
    pub(super) level: Level,
}

/// Runs the rules over the manifests of one document. Exceptions have left annotations on the objects, which suppress
/// their rules.
pub(super) fn audit(manifests: &[Manifest], folder: &str, requirement: Requirement) -> Result<(), RenderError> {
    let input = |manifest: &Manifest| Input {
        name: format!("{folder}/{}.yaml", manifest.name),
        text: Text::Here(Arc::from(manifest.text.as_str())),
    };
    let inputs: Vec<Input> = manifests.iter().map(input).collect();
    let level = match requirement.level {
        Level::Restricted => pod_security::Level::Restricted,
        Level::Baseline => pod_security::Level::Baseline,
        Level::Privileged => pod_security::Level::Privileged,
    };
    let mut selection = Selection::default();
    // whether an exception is needed was decided on the spec, with its lines
    selection.retain(|rule| !matches!(rule.check, RuleKind::Engine));
    let settings = Settings { kubernetes: requirement.release, level: Some(level), ..Settings::default() };
    let outcome = check::run(&inputs, &Options { settings, selection, ..Options::default() });
    let Some(finding) = outcome.findings.first() else { return Ok(()) };
    let file = outcome.files.get(finding.file().0 as usize).map_or(folder, |file| file.name.as_str());
    Err(RenderError::Finding { what: file.to_owned(), finding: Box::new(finding.clone()) })
}
