//! What the files `.gitignore` of a repository say, the nearest first.

use std::sync::Arc;

use camino::Utf8Path;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::file;

/// A larger file is not taken: what it names is looked at.
const LIMIT: u64 = 256 * 1024;

/// The rules that hold in a folder.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignores(Option<Arc<Level>>);

#[derive(Debug)]
struct Level {
    rules: Gitignore,
    /// How many bytes of a path of the repository name the folder that the rules count from.
    above: usize,
    outer: Ignores,
}

impl Ignores {
    /// With those of a file, if it is a regular one. `folder` is where its rules count from, as a path of the repository.
    pub(super) fn with(&self, file: &Utf8Path, folder: &Utf8Path) -> Self {
        let Some(rules) = read(file) else { return self.clone() };
        let above = if folder.as_str().is_empty() { 0 } else { folder.as_str().len() + 1 };
        Self(Some(Arc::new(Level { rules, above, outer: self.clone() })))
    }

    /// Whether git would ignore a path of the repository.
    pub(super) fn ignores(&self, path: &Utf8Path, is_folder: bool) -> bool {
        let mut next = self;
        while let Some(level) = &next.0 {
            match path.as_str().get(level.above..).map(|inside| level.rules.matched(inside, is_folder)) {
                Some(Match::Ignore(_)) => return true,
                Some(Match::Whitelist(_)) => return false,
                _ => next = &level.outer,
            }
        }
        false
    }
}

/// As in git, a link is not followed. What cannot be read ignores nothing.
fn read(file: &Utf8Path) -> Option<Gitignore> {
    let bytes = file::read_unlinked(file, LIMIT).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let mut builder = GitignoreBuilder::new("");
    for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
        // a line that is no rule is none for git, too
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|rules| !rules.is_empty())
}
