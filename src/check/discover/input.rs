//! What is looked for, and the texts that are found.

use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::left_out::LeftOut;
use super::place::Place;
use super::refusal::{Refusal, Refused};
use crate::check::seen::Seen;
use crate::diagnostic::text::line;
use crate::k8s::version::Version;

/// One text to check.
#[derive(Debug, Clone)]
pub struct Input {
    /// What messages call it.
    pub name: String,
    /// Where its text is.
    pub text: Text,
}

/// Where the text of an input is.
#[derive(Debug, Clone)]
pub enum Text {
    /// In a file, which is read when its turn comes.
    File(Place),
    /// Here already: standard input.
    Here(Arc<str>),
    /// Here, as another program made it of a folder or a cluster: there is nothing to fix in it.
    Made {
        /// The folder, if there is one.
        of: Option<Utf8PathBuf>,
        /// What it made.
        text: Arc<str>,
    },
    /// Not made: what the program should have made it of leads out of what is here. The name is that of the file that does.
    Refused {
        /// The folder.
        of: Utf8PathBuf,
        /// The file.
        text: Arc<str>,
        /// Why, at each location.
        at: Vec<Refusal>,
    },
    /// Nowhere: the program that should have made it failed.
    Failed {
        /// The folder.
        of: Utf8PathBuf,
        /// What it said.
        reason: String,
    },
}

impl Input {
    /// The file, or the folder of which the text was made.
    pub fn path(&self) -> Option<&Utf8Path> {
        match &self.text {
            Text::File(place) => Some(place.path()),
            Text::Made { of: Some(path), .. } | Text::Failed { of: path, .. } | Text::Refused { of: path, .. } => {
                Some(path)
            }
            Text::Here(_) | Text::Made { of: None, .. } => None,
        }
    }

    /// What a program made of a folder, or why it did not.
    pub(super) fn made(of: &Utf8Path, how: &str, result: Result<String, String>) -> Self {
        let name = format!("{of} ({how})");
        let text = match result {
            Ok(text) => Text::Made { of: Some(of.to_owned()), text: text.into() },
            Err(reason) => Text::Failed { of: of.to_owned(), reason },
        };
        Self { name, text }
    }

    /// Some documents of a file, where they are. The others are looked at elsewhere.
    pub(super) fn part(file: &Utf8Path, text: String) -> Self {
        Self { name: file.to_string(), text: Text::Made { of: Some(file.to_owned()), text: text.into() } }
    }

    /// A folder that is not handed to another program, because of what one of its files says.
    pub(super) fn refused(of: &Utf8Path, refused: &Refused) -> Self {
        let text = Text::Refused { of: of.to_owned(), text: Arc::clone(&refused.text), at: refused.at.clone() };
        Self { name: refused.file.to_string(), text }
    }

    /// Whether a person wrote the text, so that it can be fixed.
    pub fn is_written(&self) -> bool {
        matches!(self.text, Text::File(_) | Text::Here(_))
    }

    /// The text; `Err` says why it cannot be read.
    pub fn read(&self) -> Result<Arc<str>, String> {
        match &self.text {
            Text::Here(text) | Text::Made { text, .. } => Ok(Arc::clone(text)),
            Text::Failed { reason, .. } => Err(reason.clone()),
            Text::Refused { of, .. } => Err(format!("{of} is not built")),
            Text::File(place) => place.read().map_err(|error| error.to_string()),
        }
    }
}

/// A path that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It is not there, or may not be read.
    #[error("{place}: {error}", place = line(.0.as_str()), error = .1)]
    Unreadable(Utf8PathBuf, std::io::Error),
    /// A name that is no text.
    #[error("{name}: its name is not UTF-8", name = line(.0))]
    Name(String),
    /// kubectl does not answer.
    #[error("{0}")]
    Cluster(String),
    /// A file of values that would be fetched.
    #[error("{0} is an address: --allow-remote lets helm fetch it")]
    Remote(String),
    /// No folder for temporary files.
    #[error("the folder for temporary files: {0}")]
    Room(std::io::Error),
}

/// What to look for, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<Utf8PathBuf>,
    /// Whether nothing is left out of folders that can be read.
    pub everything: bool,
    /// The cluster to ask instead of files.
    pub live: Option<Live>,
    /// Files of values for Helm charts.
    pub values: Vec<Utf8PathBuf>,
    /// Single values for Helm charts.
    pub set: Vec<String>,
    /// The release that charts are rendered for, if the user named one.
    pub kubernetes: Option<Version>,
    /// Whether kustomize and helm are run.
    pub build: bool,
    /// Whether they may fetch what the files name.
    pub allow_remote: bool,
    /// How long each run of another program may take.
    pub timeout: Duration,
}

/// What there is to check.
#[derive(Debug, Default)]
pub struct Found {
    /// The texts, by name.
    pub inputs: Vec<Input>,
    /// The files and folders that are not looked at.
    pub left_out: LeftOut,
    /// What else is not looked at, and why: for people, not for a report.
    pub notes: Vec<String>,
    /// The release of the cluster that was asked.
    pub kubernetes: Option<Version>,
    /// The number of Helm charts.
    pub charts: usize,
}

/// Which cluster, and how much of it.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Another kubeconfig than kubectl's own.
    pub kubeconfig: Option<Utf8PathBuf>,
    /// Another context than the current one.
    pub context: Option<String>,
    /// How much of it.
    pub reach: Scope,
    /// How many objects were read.
    pub read: Seen,
}

/// How much of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// The namespace of the context.
    #[default]
    Current,
    /// This namespace.
    Namespace(String),
    /// Everything.
    All,
}
