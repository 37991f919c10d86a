//! From what the user names to the files to read.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;

use crate::apiserver::files::environment_files;

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
    /// Here already: standard input, or what another program printed.
    Here(Arc<str>),
}

impl Input {
    /// The text; `Err` says in a few words why it cannot be read.
    pub fn read(&self) -> Result<Arc<str>, String> {
        match &self.text {
            Text::Here(text) => Ok(Arc::clone(text)),
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
}

/// The endings of files that are looked for in folders.
const ENDINGS: [&str; 5] = ["yaml", "yml", "json", "service", "flags"];
/// Environment files of these names belong to programs of the control plane; others hold anything.
const ENVIRONMENTS: [&str; 5] =
    ["kube-apiserver.env", "kube-controller-manager.env", "kube-scheduler.env", "etcd.env", "kubelet.env"];

/// The files below the paths, sorted; folders are searched for YAML, JSON, units of systemd and lists of flags, without what
/// git ignores. The files beside a unit that it takes flags from come with it.
pub fn discover(paths: &[Utf8PathBuf]) -> Result<Vec<Input>, InputError> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| InputError::Unreadable(path.clone(), error))?;
        if metadata.is_dir() { walk(path, &mut files)? } else { files.push(path.clone()) }
    }
    let named: Vec<Utf8PathBuf> = files.iter().flat_map(|file| beside(file)).collect();
    files.extend(named);
    files.sort();
    files.dedup();
    let name = |path: &Utf8PathBuf| path.strip_prefix("./").unwrap_or(path).to_string();
    Ok(files.into_iter().map(|path| Input { name: name(&path), text: Text::File(path) }).collect())
}

fn walk(folder: &Utf8Path, files: &mut Vec<Utf8PathBuf>) -> Result<(), InputError> {
    for entry in WalkBuilder::new(folder).require_git(false).build() {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = Utf8PathBuf::try_from(entry.into_path())
            .map_err(|error| InputError::Name(error.as_path().display().to_string()))?;
        let is_environment = path.file_name().is_some_and(|name| ENVIRONMENTS.contains(&name));
        if is_environment || path.extension().is_some_and(|ending| ENDINGS.contains(&ending)) {
            files.push(path);
        }
    }
    Ok(())
}

/// The environment files that a unit of systemd names and that lie beside it, and its drop-ins.
fn beside(unit: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Some(folder) = unit.parent().filter(|_| unit.extension() == Some("service")) else { return Vec::new() };
    let drop_ins = Utf8PathBuf::from(format!("{unit}.d")).read_dir_utf8().into_iter().flatten().flatten();
    let drop_ins = drop_ins.map(|entry| entry.path().to_owned()).filter(|path| path.extension() == Some("conf"));
    let drop_ins: Vec<Utf8PathBuf> = drop_ins.collect();
    let texts =
        drop_ins.iter().map(Utf8PathBuf::as_path).chain([unit]).filter_map(|path| std::fs::read_to_string(path).ok());
    let named = texts.flat_map(|text| environment_files(&text)).filter_map(|path| {
        let path = folder.join(Utf8Path::new(&path).file_name()?);
        path.is_file().then_some(path)
    });
    let named: Vec<Utf8PathBuf> = named.collect();
    drop_ins.into_iter().chain(named).collect()
}
