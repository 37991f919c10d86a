//! The commit that a change starts from. What decides about the change is taken from there, not from the change itself.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::discover::as_written;
use crate::process::{Output, Program, ProgramError};

/// How long git may take for one answer.
const LIMIT: Duration = Duration::from_secs(60);

/// Neither the repository nor its configuration may make git run a program or ask the network.
const SAFE: [&str; 7] = [
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/nonexistent",
    "-c",
    "safe.bareRepository=explicit",
];

/// A commit of the repository around the working folder.
#[derive(Debug, Clone)]
pub struct Base {
    name: String,
    commit: String,
    root: Utf8PathBuf,
}

/// Why a commit, or a file of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// There is no such commit.
    #[error("there is no commit `{name}` here: fetch it first, such as by `git fetch --depth=1 origin {name}`")]
    NoCommit { name: String },
    /// What cannot be the name of a commit, and is no hint for a shell either.
    #[error("`{0}` is not the name of a commit: give a branch, a tag or a hash")]
    NoName(String),
    /// Nothing was committed yet.
    #[error("this repository has no commit yet")]
    Empty,
    /// Git could not be run.
    #[error("git: {0}")]
    Program(#[from] ProgramError),
    /// Git refused.
    #[error("git: {0}")]
    Git(String),
    /// A path that leads out of the repository has no place in a commit.
    #[error("{0} is not in the repository, so that {1} does not have it")]
    Outside(Utf8PathBuf, String),
    /// A link or a folder.
    #[error("{0} is not a file in {1}")]
    NoFile(Utf8PathBuf, String),
    /// The working folder is not known.
    #[error("the working folder: {0}")]
    Here(#[from] std::io::Error),
}

impl Base {
    /// The commit of a name.
    pub fn open(name: &str) -> Result<Self, BaseError> {
        let found = git(["rev-parse", "--show-prefix"])?;
        if !found.is_success() {
            return Err(complaint(&found));
        }
        let here = camino::absolute_utf8(".")?;
        let prefix = found.text();
        let depth = prefix.trim_end_matches('\n').split('/').filter(|folder| !folder.is_empty()).count();
        let root = here.ancestors().nth(depth).unwrap_or(&here).to_owned();
        let commit = commit_of(name)?;
        Ok(Self { name: name.to_owned(), commit, root })
    }

    /// What the user calls the commit; of a hash the beginning.
    pub fn name(&self) -> &str {
        if is_hash(&self.name) { self.name.get(..12).unwrap_or(&self.name) } else { &self.name }
    }

    /// The top folder of the repository.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The text that a file has in the commit; `None` if it is not there.
    pub fn read(&self, path: &Utf8Path) -> Result<Option<String>, BaseError> {
        let absolute = as_written(&camino::absolute_utf8(path)?);
        let Ok(inside) = absolute.strip_prefix(&self.root) else {
            return Err(BaseError::Outside(path.to_owned(), self.name().to_owned()));
        };
        let found = git(["ls-tree", "-z", "--full-tree", &self.commit, "--", inside.as_str()])?;
        if !found.is_success() {
            return Err(complaint(&found));
        }
        let entry = found.text();
        if entry.is_empty() {
            return Ok(None);
        }
        // `100644 blob HASH`, a tab, and the path
        let mut words = entry.split(['\t', ' ']);
        let (mode, hash) = (words.next().unwrap_or_default(), words.nth(1).unwrap_or_default());
        if !mode.starts_with("100") {
            return Err(BaseError::NoFile(path.to_owned(), self.name().to_owned()));
        }
        let found = git(["cat-file", "blob", hash])?;
        if !found.is_success() {
            return Err(complaint(&found));
        }
        Ok(Some(found.text()))
    }

    /// What the commit holds: `MODE TYPE HASH SIZE`, a tab, a path, and a zero, again and again.
    pub(super) fn list(&self) -> Result<String, BaseError> {
        let found = git(["ls-tree", "-r", "-l", "-z", "--full-tree", &self.commit])?;
        if found.is_success() { Ok(found.text()) } else { Err(complaint(&found)) }
    }

    /// What objects of its store hold, in the order of their hashes.
    pub(super) fn blobs<'a>(&self, hashes: impl Iterator<Item = &'a str>) -> Result<Vec<Vec<u8>>, BaseError> {
        let input = hashes.fold(String::new(), |lines, hash| lines + hash + "\n");
        let found = program(["cat-file", "--batch"]).input(input).run()?;
        if !found.is_success() {
            return Err(complaint(&found));
        }
        batch(&found.stdout).ok_or_else(|| BaseError::Git(format!("{} is not here as a whole", self.name())))
    }
}

/// Takes `HASH blob SIZE`, a line break, so many bytes and a line break, again and again.
fn batch(mut rest: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size: usize = head.strip_suffix(char::is_whitespace).unwrap_or(head).rsplit(' ').next()?.parse().ok()?;
        let start = end + 1;
        all.push(rest.get(start..start.checked_add(size)?)?.to_vec());
        rest = rest.get(start + size + 1..)?;
    }
    Some(all)
}

pub(super) fn git<'a>(args: impl IntoIterator<Item = &'a str>) -> Result<Output, ProgramError> {
    program(args).run()
}

fn program<'a>(args: impl IntoIterator<Item = &'a str>) -> Program {
    Program::new("git")
        .args(SAFE)
        .args(args)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .limit(LIMIT)
}

/// The hash of the commit that a name stands for.
pub(super) fn commit_of(name: &str) -> Result<String, BaseError> {
    let found = git(["rev-parse", "--git-dir"])?;
    if !found.is_success() {
        return Err(complaint(&found));
    }
    let commit = format!("{name}^{{commit}}");
    let found = git(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    let commit = found.text().trim().to_owned();
    if found.is_success() && is_hash(&commit) {
        return Ok(commit);
    }
    let is_word = |it: char| it.is_alphanumeric() || matches!(it, '/' | '_' | '-' | '.' | '^' | '~' | '@' | '+' | '#');
    Err(if name == "HEAD" {
        BaseError::Empty
    } else if name.is_empty() || name.starts_with(['-', '.']) || !name.chars().all(is_word) {
        BaseError::NoName(name.to_owned())
    } else {
        BaseError::NoCommit { name: name.to_owned() }
    })
}

fn is_hash(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn complaint(found: &Output) -> BaseError {
    let line = found.stderr.lines().next().unwrap_or("it failed");
    BaseError::Git(line.trim_start_matches("fatal: ").to_owned())
}
