//! What is to be written, before it is written.

use camino::{Utf8Path, Utf8PathBuf};

/// A rendered file of an app or space, not yet arranged.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Lower ones are applied first; becomes the number in file names of the plain layout.
    pub order: u8,
    /// What it holds; becomes the file's name. From a fixed list, never from input.
    pub name: &'static str,
    /// One or more YAML documents.
    pub text: String,
}

/// Who a file belongs to once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// tightship writes it anew each time.
    Tool,
    /// The user: tightship writes it once.
    User,
    /// Nobody else: it holds a key, which is made when the file is, kept from then on, and shown nowhere. Until then
    /// [`PLACEHOLDER`](super::key_file::PLACEHOLDER) stands for it.
    Key,
    /// As [`Key`](Self::Key), of a stage: the place of `identity` among its providers is that of the plan.
    StagedKey,
}

/// A file to be written.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// Where, relative to the output folder.
    pub path: Utf8PathBuf,
    /// Its whole content.
    pub text: String,
    /// Who it belongs to.
    pub owner: Owner,
}

/// All files of a run, by path.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The files, sorted by path.
    pub files: Vec<PlannedFile>,
    /// The manifests as one stream, in the order in which they are best applied.
    pub stream: String,
}

impl Plan {
    /// Sorts the files by the parts of their paths.
    pub fn sort(&mut self) {
        // what is compared is made once for each, and nothing in a path stands before it
        self.files.sort_by_cached_key(|file| file.path.as_str().replace('/', "\0"));
    }
}

pub use crate::spec::HEADER;

/// The schema beside a spec, for editors.
pub const SCHEMA: &str = "tightship.schema.json";

/// Whether a plan may hold a file of this path: what a lock says is believed of no other.
pub fn can_hold(path: &Utf8Path) -> bool {
    if matches!(path.as_str(), "kustomization.yaml" | "platform/kustomization.yaml" | SCHEMA) {
        return true;
    }
    let is_plain = |part: &str| {
        let is_word =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_');
        part.bytes().all(is_word) && !part.starts_with('.') && !part.is_empty()
    };
    let parts: Vec<&str> = path.as_str().split('/').collect();
    let [top, name, folders @ .., file] = parts.as_slice() else { return false };
    if !is_plain(name) || !folders.iter().all(|part| is_plain(part)) {
        return false;
    }
    let is_one_of =
        |endings: &[&str]| is_plain(file) && Utf8Path::new(file).extension().is_some_and(|it| endings.contains(&it));
    match *top {
        "apps" | "platform" | "flux" | "argocd" => is_one_of(&["yaml"]),
        "charts" => {
            is_one_of(&["yaml"])
                || (folders.is_empty()
                    && matches!(*file, "Chart.yaml" | "values.schema.json" | "README.md" | ".helmignore"))
        }
        "control-plane" => {
            is_one_of(&["yaml", "flags", "env", "service", "conf"])
                || (folders.is_empty() && matches!(*file, "README.md" | ".gitignore"))
        }
        _ => false,
    }
}

/// Whether a text may have been written to a path of a plan.
pub fn is_made(path: &Utf8Path, text: &str) -> bool {
    let has_header = !matches!(path.extension(), Some("md" | "json"));
    can_hold(path) && (!has_header || text.starts_with(HEADER))
}
