//! From what the user names to the texts to check: files, folders, and what kustomize, Helm or a cluster makes of them.

mod chart;
mod kustomize;
mod live;
mod tool;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::kube::version::Version;

pub use live::{Live, Reach};

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
    /// Here, as another program made it from files or a cluster: there is nothing to mend in it.
    Made(Arc<str>),
    /// Nowhere: the program that should have made it said this.
    Failed(String),
}

impl Input {
    /// Whether a person wrote the text, so that it can be mended.
    pub fn is_written(&self) -> bool {
        matches!(self.text, Text::File(_) | Text::Here(_))
    }

    /// The text; `Err` says why it cannot be read.
    pub fn read(&self) -> Result<Arc<str>, String> {
        match &self.text {
            Text::Here(text) | Text::Made(text) => Ok(Arc::clone(text)),
            Text::Failed(reason) => Err(reason.clone()),
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
/// Folders are searched for YAML and JSON, without what git ignores. A folder with a kustomization or a chart is what
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
    let named: BTreeSet<&Utf8Path> = request.paths.iter().map(Utf8PathBuf::as_path).collect();
    let mut found = Found { charts: walked.charts.len(), ..Found::default() };
    chart::render(&mut walked, request, &named, &mut found);
    kustomize::build(&mut walked, request.timeout, &named, &mut found);
    walked.files.sort();
    walked.files.dedup();
    let files = walked.files.into_iter().map(|path| Input { name: path.to_string(), text: Text::File(path) });
    found.inputs.extend(files);
    found.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
