//! What can be read off a folder: its name, and what a Dockerfile says about the image made there.

use camino::Utf8Path;

use super::dockerfile;
use crate::file::{self, LIMIT};
use crate::k8s::names;

/// The names of the file, the first that is there counts.
const DOCKERFILES: [&str; 2] = ["Dockerfile", "Containerfile"];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// A name for the app, after the folder.
    pub name: Option<String>,
    /// The port that the image listens on.
    pub port: Option<u16>,
    /// The numeric user of the image, if it is usable.
    pub user: Option<i64>,
    /// The way that the image is probed by.
    pub health: Option<String>,
    /// The image that it is built on.
    pub base: Option<String>,
    /// What was taken, and what could not be, for people to read.
    pub notes: Vec<String>,
}

/// Reads a folder. What is not there is no error.
pub fn read(folder: &Utf8Path) -> Folder {
    let real = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
    let name = real.file_name().and_then(names::suggest_label);
    let text = |name: &&'static str| Some((*name, file::read_text(&folder.join(name), LIMIT).ok()?));
    let Some((file, text)) = DOCKERFILES.iter().find_map(text) else {
        return Folder { name, ..Folder::default() };
    };
    let taken = dockerfile::read(&text);
    let mut notes = Vec::new();
    if !taken.taken.is_empty() {
        notes.push(format!("took from the {file}: {}", taken.taken.join(", ")));
    }
    notes.extend(taken.notes.iter().map(|note| format!("{file}: {note}")));
    if taken.copies_all && !is_filtered(folder, file) {
        notes.push(format!(
            "{file}: it copies the whole folder, and there is no .dockerignore: .git and files with credentials would be part of the image"
        ));
    }
    let ignored = DOCKERFILES.iter().skip_while(|name| **name != file).skip(1).find(|name| folder.join(name).exists());
    if let Some(other) = ignored {
        notes.push(format!("{other} is not read: there is a {file}"));
    }
    Folder { name, port: taken.port, user: taken.user, health: taken.health, base: taken.base, notes }
}

/// Reads a Dockerfile.
pub fn of_dockerfile(text: &str) -> Folder {
    let taken = dockerfile::read(text);
    let notes = taken.taken.into_iter().chain(taken.notes).collect();
    Folder { name: None, port: taken.port, user: taken.user, health: taken.health, base: taken.base, notes }
}

/// Whether something keeps files of the folder out of the image.
fn is_filtered(folder: &Utf8Path, file: &str) -> bool {
    let own = format!("{file}.dockerignore");
    [".dockerignore", ".containerignore", &own].iter().any(|name| folder.join(name).exists())
}
