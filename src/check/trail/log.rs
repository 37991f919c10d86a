//! The history as git has it. It is read as data: git runs no program of the repository for it, and fetches nothing.

use camino::Utf8PathBuf;

use crate::check::base::{BaseError, commit_of, complaint, git};

/// Who wrote a commit, as git has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their mail.
    pub mail: String,
}

/// A file that a commit touched.
#[derive(Debug)]
pub struct Touched {
    /// The file.
    pub path: Utf8PathBuf,
    /// Its content before; several where branches meet.
    pub before: Vec<String>,
    /// Its content after; none if it is gone.
    pub after: Option<String>,
}

/// A commit.
#[derive(Debug)]
pub struct Commit {
    /// Its hash.
    pub hash: String,
    /// When it was written.
    pub date: String,
    /// Who wrote it.
    pub author: Person,
    /// What it touched.
    pub touched: Vec<Touched>,
}

/// The commits that lead to one, the oldest first.
#[derive(Debug)]
pub struct History {
    pub commits: Vec<Commit>,
    /// Whether older ones are missing.
    pub is_cut: bool,
}

/// What the configuration of a repository could make `git log` do otherwise: check signatures by a program, rename people, run
/// drivers for differences, leave out the first commit.
const LOG: [&str; 13] = [
    "-c",
    "log.showSignature=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.follow=false",
    "log",
    "--reverse",
    "--topo-order",
    "--no-mailmap",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
];

fn answer(args: &[&str]) -> Result<String, BaseError> {
    let found = git(args.iter().copied())?;
    if found.is_success() { Ok(found.text()) } else { Err(complaint(&found)) }
}

/// The history of a commit, by any of its names.
pub fn history(commit: &str) -> Result<History, BaseError> {
    let hash = commit_of(commit)?;
    let is_cut = answer(&["rev-parse", "--is-shallow-repository"])?.trim() == "true";
    // no line of these can have a line end in it
    let people = answer(&[&LOG[..], &["--no-patch", "--format=%H%n%an%n%ae%n%aI", &hash, "--"]].concat())?;
    let mut commits = Vec::new();
    let mut lines = people.lines();
    while let (Some(hash), Some(name), Some(mail), Some(date)) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    {
        let author = Person { name: name.to_owned(), mail: mail.to_owned() };
        commits.push(Commit { hash: hash.to_owned(), date: date.to_owned(), author, touched: Vec::new() });
    }
    let raw = [
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--diff-merges=combined",
        "--ignore-submodules=all",
        "--format=%H",
    ];
    let raw = answer(&[&LOG[..], &raw[..], &[&hash, "--"]].concat())?;
    touch(&mut commits, &raw);
    Ok(History { commits, is_cut })
}

/// Gives each commit what it touched: a hash, and then an entry and a path for each file.
fn touch(commits: &mut [Commit], raw: &str) {
    let mut at: Option<usize> = None;
    let mut parts = raw.split('\0').map(|part| part.trim_start_matches('\n'));
    while let Some(part) = parts.next() {
        if !part.starts_with(':') {
            // they come in the same order
            let next = at.map_or(0, |at| at + 1);
            at = commits.iter().skip(next).position(|commit| commit.hash == part).map(|found| next + found).or(at);
            continue;
        }
        let Some(path) = parts.next() else { return };
        let parents = part.bytes().take_while(|byte| *byte == b':').count();
        let words: Vec<&str> = part.trim_start_matches(':').split(' ').collect();
        let (modes, hashes) = words.split_at((parents + 1).min(words.len()));
        let is_file = |mode: &str| mode.starts_with("100");
        let mut blobs = modes.iter().zip(hashes).map(|(mode, hash)| is_file(mode).then(|| (*hash).to_owned()));
        let before = blobs.by_ref().take(parents).flatten().collect();
        let after = blobs.next().flatten();
        if let Some(commit) = at.and_then(|at| commits.get_mut(at)) {
            commit.touched.push(Touched { path: path.into(), before, after });
        }
    }
}

/// The files of a commit, each with its content.
pub fn tree(commit: &str) -> Result<Vec<(Utf8PathBuf, String)>, BaseError> {
    let named = format!("{commit}^{{commit}}");
    let hash = answer(&["rev-parse", "--verify", "--quiet", "--end-of-options", &named])?;
    let entries = answer(&["ls-tree", "-r", "-z", "--full-tree", hash.trim()])?;
    // `100644 blob HASH`, a tab, and the path
    let entry = |entry: &str| {
        let (meta, path) = entry.split_once('\t')?;
        let mut words = meta.split(' ');
        let (mode, hash) = (words.next()?, words.nth(1)?);
        mode.starts_with("100").then(|| (Utf8PathBuf::from(path), hash.to_owned()))
    };
    Ok(entries.split('\0').filter_map(entry).collect())
}

/// The content of a file.
pub fn content(blob: &str) -> Result<String, BaseError> {
    answer(&["cat-file", "blob", blob])
}
