//! What an error ends with: the next step, where it is known.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::output::shell_word;
use crate::check::InputError;
use crate::diagnostic::nearest;

/// So many names of a folder are looked at.
const MOST: usize = 2000;

/// The text after an error; empty if there is nothing to say.
pub(super) fn after(error: &anyhow::Error) -> String {
    let input = error.downcast_ref::<InputError>();
    if let Some(InputError::Cluster(said)) = input {
        if said.ends_with("is not on the PATH") {
            return ": `tightship doctor` says where to get it".to_owned();
        }
        return "; --context names another cluster, and `kubectl config get-contexts` lists them".to_owned();
    }
    let Some(path) = missing(error) else { return String::new() };
    let unknown = || match input {
        Some(_) => "; without a path it is the folder that you are in, and `-` is standard input".to_owned(),
        None => String::new(),
    };
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let (Some(name), Ok(entries)) = (path.file_name(), folder.read_dir_utf8()) else { return unknown() };
    let names = entries.take(MOST).filter_map(Result::ok).map(|entry| entry.file_name().to_owned());
    let names: Vec<String> = names.collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean {}?", shell_word(path.with_file_name(near).as_str())),
        None => unknown(),
    }
}

/// The file that is not there; the outermost context of an error of the system is the path.
fn missing(error: &anyhow::Error) -> Option<Utf8PathBuf> {
    let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    if let Some(InputError::Unreadable(path, error)) = error.downcast_ref() {
        return is_missing(error).then(|| path.clone());
    }
    error.root_cause().downcast_ref::<io::Error>().filter(|error| is_missing(error))?;
    let text = error.to_string();
    (!text.contains('\n')).then(|| text.into())
}
