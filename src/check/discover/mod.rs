//! From what the user names to the texts to check: files, folders, and what kustomize, Helm or a cluster makes of them.

mod chart;
mod kustomize;
mod live;
mod tool;
mod unit;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::k8s::version::Version;

pub use live::{Live, Scope, inputs as live_inputs};

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
    File(Utf8PathBuf),
    /// Here already: standard input.
    Here(Arc<str>),
    /// Here, as another program made it of a folder or a cluster: there is nothing to mend in it.
    Made {
        /// The folder, if there is one.
        of: Option<Utf8PathBuf>,
        /// What it made.
        text: Arc<str>,
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
            Text::File(path) | Text::Made { of: Some(path), .. } | Text::Failed { of: path, .. } => Some(path),
            Text::Here(_) | Text::Made { of: None, .. } => None,
        }
    }

    /// What a program made of a folder, or why it did not.
    fn made(of: &Utf8Path, how: &str, result: Result<String, String>) -> Self {
        let name = format!("{of} ({how})");
        let text = match result {
            Ok(text) => Text::Made { of: Some(of.to_owned()), text: text.into() },
            Err(reason) => Text::Failed { of: of.to_owned(), reason },
        };
        Self { name, text }
    }

    /// Whether a person wrote the text, so that it can be mended.
    pub fn is_written(&self) -> bool {
        matches!(self.text, Text::File(_) | Text::Here(_))
    }

    /// The text; `Err` says why it cannot be read.
    pub fn read(&self) -> Result<Arc<str>, String> {
        match &self.text {
            Text::Here(text) | Text::Made { text, .. } => Ok(Arc::clone(text)),
            Text::Failed { reason, .. } => Err(reason.clone()),
            Text::File(path) => {
                let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
                String::from_utf8(bytes).map(Arc::from).map_err(|error| {
                    let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
                    format!("line {} is not UTF-8 text", before.filter(|byte| **byte == b'\n').count() + 1)
                })
            }
        }
    }
}

/// A path that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It is not there, or may not be read.
    #[error("{0}: {1}")]
    Unreadable(Utf8PathBuf, std::io::Error),
    /// The walk through a folder failed.
    #[error("{0}")]
    Walk(#[from] ignore::Error),
    /// A name that is no text.
    #[error("{0}: its name is not UTF-8")]
    Name(String),
    /// kubectl does not answer.
    #[error("{0}")]
    Cluster(String),
}

/// What to look for, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<Utf8PathBuf>,
    /// The cluster to ask instead of files.
    pub live: Option<Live>,
    /// Files of values for Helm charts.
    pub values: Vec<Utf8PathBuf>,
    /// Single values for Helm charts.
    pub set: Vec<String>,
    /// The release that charts are rendered for, if the user named one.
    pub kubernetes: Option<Version>,
    /// How long each run of another program may take.
    pub timeout: Duration,
}

/// What there is to check.
#[derive(Debug, Default)]
pub struct Found {
    /// The texts, by name.
    pub inputs: Vec<Input>,
    /// What was left out, and why: for people, not for a report.
    pub notes: Vec<String>,
    /// The release of the cluster that was asked.
    pub kubernetes: Option<Version>,
    /// The number of Helm charts.
    pub charts: usize,
}

/// Finds what there is to check; files in the order of their names.
///
/// Folders are searched for YAML, JSON, units of systemd and lists of flags, without what git ignores. A folder with a kustomization or a chart is what
/// kustomize or Helm make of it.
pub fn discover(request: &Request) -> Result<Found, InputError> {
    if let Some(live) = &request.live {
        return live::objects(live, request.timeout);
    }
    let mut walked = walk::Walked::default();
    for path in &request.paths {
        let metadata = std::fs::metadata(path).map_err(|error| InputError::Unreadable(path.clone(), error))?;
        if metadata.is_dir() { walk::folder(path, &mut walked)? } else { walked.files.push(path.clone()) }
    }
    let named: BTreeSet<&Utf8Path> = request.paths.iter().map(|path| walk::plain(path)).collect();
    let mut found = Found { charts: walked.charts.len(), ..Found::default() };
    chart::render(&mut walked, request, &named, &mut found);
    kustomize::build(&mut walked, request.timeout, &named, &mut found);
    let named: Vec<Utf8PathBuf> = walked.files.iter().flat_map(|file| unit::beside(file)).collect();
    walked.files.extend(named);
    walked.files.sort();
    walked.files.dedup();
    let name = |path: &Utf8PathBuf| path.strip_prefix("./").unwrap_or(path).to_string();
    let files = walked.files.into_iter().map(|path| Input { name: name(&path), text: Text::File(path) });
    found.inputs.extend(files);
    found.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
