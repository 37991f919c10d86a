//! What is refused before another program sees it: references that lead out of what is here, and what nobody can tell.

use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::diagnostic::{Diagnostic, Location};
use crate::yaml::{FileId, Span};

/// A location of a file, and why the file is not handed to another program.
#[derive(Debug, Clone)]
pub struct Refusal {
    span: Span,
    reason: String,
    help: Option<&'static str>,
    hides: bool,
}

/// All that is refused in one file.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) file: Utf8PathBuf,
    pub(super) text: Arc<str>,
    pub(super) at: Vec<Refusal>,
}

impl Refusal {
    pub(super) fn new(span: Span, reason: impl Into<String>) -> Self {
        Self { span, reason: reason.into(), help: None, hides: false }
    }

    /// One that the user can allow.
    #[must_use]
    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    /// Whether no report may show the location, as it holds a password.
    #[must_use]
    pub(super) fn hides(mut self, hides: bool) -> Self {
        self.hides = hides;
        self
    }

    /// Whether it is a reference that `--allow-remote` allows.
    pub(super) fn is_remote(&self) -> bool {
        self.help.is_some()
    }

    /// The error that it is.
    pub fn diagnostic(&self, file: FileId) -> Diagnostic {
        let error = Diagnostic::error(Location::new(file, self.span, ""), self.reason.as_str());
        let error = error.hide(self.hides.then_some(self.span));
        match self.help {
            Some(help) => error.help(help),
            None => error,
        }
    }
}
