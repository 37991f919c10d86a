//! Writing a plan to a folder: what changed is written whole or not at all, and what a person edited stays.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use tempfile::TempPath;

pub use super::error::WriteError;

use super::error::failed;
use super::key_file::{self, Hidden, KeyAction};
use super::lock::{self, Lock, Written};
use super::merge::{self, Merged};
use super::plan::{self, Owner, Plan, PlannedFile};
use super::scratch::{self, Scratches};
use crate::yaml::{self, Source};

/// What happens to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It is as tightship wrote it, and changes.
    Update,
    /// It is as it should be.
    Keep,
    /// A person edited it, and it changes in other lines: both go together.
    Merge,
    /// A person edited it, and nothing else changed: it stays.
    Edited,
    /// A person edited what changes: it stays, and the new text goes beside it.
    Conflict,
    /// It was there before tightship: it stays, and the new text goes beside it.
    Foreign,
    /// It is no longer generated, and is as tightship wrote it.
    Remove,
    /// It is no longer generated, but a person edited it: it stays.
    Abandon,
    /// It holds a key, and others than its owner can read it.
    Protect,
}

/// What happens to one path, with both texts.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where, relative to the folder.
    pub path: Utf8PathBuf,
    /// What happens.
    pub action: Action,
    /// The text on the disk; empty if there is none.
    pub before: String,
    /// The text as planned; empty if it is not generated any more.
    pub after: String,
    /// What is written instead of the planned text: both changes, or both with markers.
    merged: Option<String>,
    /// What is written instead, where a key stands in it: neither text has one.
    key_file: Option<Sealed>,
}

/// A text with a key.
#[derive(Debug, Clone)]
enum Sealed {
    /// With a key that is made when it is written.
    New,
    /// With the key that is there.
    Kept(Hidden),
}

impl Change {
    /// Whether the folder is not as the plan says.
    pub fn is_drift(&self) -> bool {
        self.action != Action::Keep
    }

    /// Whether both changes of a conflict are known, line by line.
    pub fn has_both(&self) -> bool {
        self.merged.is_some()
    }
}

/// The folder, compared with a plan.
#[derive(Debug)]
pub struct Comparison {
    root: Utf8PathBuf,
    /// What happens to each path, sorted.
    pub changes: Vec<Change>,
    lock: Lock,
    old_lock: Option<Lock>,
}

/// Compares the folder with the plan. Writes nothing. A folder that another spec was rendered to is refused: its files would
/// be taken for ones that are not generated any more. With `take_over` it is this spec's from now on.
pub fn compare(root: &Utf8Path, plan: &Plan, spec: &Source, take_over: bool) -> Result<Comparison, WriteError> {
    let lock_path = root.join(lock::NAME);
    if lock_path.is_symlink() {
        return Err(WriteError::Link(lock_path));
    }
    let old_lock = match fs::read_to_string(&lock_path) {
        Ok(text) => Some(Lock::parse(&text).map_err(|reason| WriteError::Lock(lock_path, reason))?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(&lock_path)(error)),
    };
    let known = old_lock.clone().unwrap_or_default();
    if old_lock.is_some() && known.source != spec.name() && !take_over {
        return Err(WriteError::OtherSpec(root.to_owned(), known.source, spec.name().to_owned()));
    }
    let folder = Folder::new(
        root,
        plan.files.iter().map(|file| &file.path).chain(known.files.keys()).chain(known.other.keys()),
    )?;
    let mut changes: Vec<Change> =
        plan.files.par_iter().map(|file| change(&folder, file, &known)).collect::<Result<_, WriteError>>()?;
    let planned: BTreeMap<&Utf8Path, &PlannedFile> =
        plan.files.iter().map(|file| (file.path.as_path(), file)).collect();
    for path in known.files.keys().chain(known.other.keys().filter(|path| !known.files.contains_key(*path))) {
        if planned.contains_key(path.as_path()) {
            continue;
        }
        let Some(before) = folder.read(path)? else { continue };
        let is_ours = known.wrote(path, &lock::hash(before.as_bytes())) && plan::is_made(path, &before);
        let is_ours = is_ours && !folder.is_linked(path);
        let action = if is_ours { Action::Remove } else { Action::Abandon };
        changes.push(Change { path: path.clone(), action, before, after: String::new(), merged: None, key_file: None });
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    let files: Vec<_> = changes.par_iter().filter_map(|change| locked(change, &planned, &known)).collect();
    let files = files.into_iter().collect();
    Ok(Comparison { root: root.to_owned(), changes, lock: Lock::new(spec, files), old_lock })
}

/// What to remember of a path: of a conflict what tightship wrote last, so that it stays one until it is decided.
fn locked(
    change: &Change,
    planned: &BTreeMap<&Utf8Path, &PlannedFile>,
    known: &Lock,
) -> Option<(Utf8PathBuf, Written)> {
    let file = planned.get(change.path.as_path()).filter(|file| file.owner == Owner::Tool)?;
    let before = known.files.get(&change.path);
    let written = match change.action {
        Action::Foreign => return None,
        Action::Conflict => Written { offered: Some(lock::hash(file.text.as_bytes())), ..before.cloned()? },
        // to pack it again would give the same
        _ => {
            match before.filter(|before| before.hash == lock::hash(file.text.as_bytes()) && before.offered.is_none()) {
                Some(before) if before.is_packed() == is_kept(&change.path) => before.clone(),
                _ if is_kept(&change.path) => Written::of(&file.text),
                _ => Written::hash_of(&file.text),
            }
        }
    };
    Some((change.path.clone(), written))
}

/// Whether the text of a path is kept: the schema is long, and nobody edits it.
fn is_kept(path: &Utf8Path) -> bool {
    path != plan::SCHEMA
}

fn change(folder: &Folder, file: &PlannedFile, known: &Lock) -> Result<Change, WriteError> {
    let before = folder.read(&file.path)?;
    if matches!(file.owner, Owner::Key | Owner::StagedKey) {
        return Ok(sealed_change(folder, file, before.as_deref()));
    }
    let action = match &before {
        None => Action::Create,
        Some(_) if file.owner == Owner::User => Action::Keep,
        Some(text) if *text == file.text => Action::Keep,
        Some(text) if known.wrote(&file.path, &lock::hash(text.as_bytes())) => Action::Update,
        Some(text) => {
            let (action, merged) = edited(folder, file, text, known);
            let (before, after) = (text.clone(), file.text.clone());
            return Ok(Change { path: file.path.clone(), action, before, after, merged, key_file: None });
        }
    };
    let before = before.unwrap_or_default();
    Ok(Change { path: file.path.clone(), action, before, after: file.text.clone(), merged: None, key_file: None })
}

/// What becomes of a file that a person edited, and the text that is written for it.
fn edited(folder: &Folder, file: &PlannedFile, text: &str, known: &Lock) -> (Action, Option<String>) {
    let Some(written) = known.files.get(&file.path) else { return (Action::Foreign, None) };
    let planned = lock::hash(file.text.as_bytes());
    // bytes that are no text would be lost, and markers are for a person to decide
    if text.contains(char::REPLACEMENT_CHARACTER) || merge::has_markers(text) {
        return (Action::Conflict, None);
    }
    let is_decided = written.offered.as_ref() == Some(&planned) && !folder.root.join(beside(&file.path)).exists();
    if written.hash == planned || is_decided {
        return (Action::Edited, None);
    }
    let Some(base) = written.text() else { return (Action::Conflict, None) };
    let is_yaml = file.path.extension() == Some("yaml");
    match merge::merge(&base, text, &file.text) {
        // two good changes may be no YAML together
        Merged::Clean(merged) if is_yaml && !yaml::parse(&merged).errors.is_empty() => (Action::Conflict, None),
        Merged::Clean(merged) => (Action::Merge, Some(merged)),
        Merged::Conflict(merged) => (Action::Conflict, Some(merged)),
    }
}

/// A file with a key is judged by what it says beside the key, and by who can read it. Neither the lock nor `force` touch it.
fn sealed_change(folder: &Folder, file: &PlannedFile, before: Option<&str>) -> Change {
    let (action, key_file) =
        match before.map(|text| (text, key_file::key_action(text, &file.text, file.owner == Owner::StagedKey))) {
            None => (Action::Create, Some(Sealed::New)),
            Some((_, KeyAction::Fill)) => (Action::Update, Some(Sealed::New)),
            Some((_, KeyAction::Carry(text))) => (Action::Update, Some(Sealed::Kept(text))),
            Some((_, KeyAction::Keep)) if folder.is_open(&file.path) => (Action::Protect, None),
            Some((_, KeyAction::Keep)) => (Action::Keep, None),
        };
    let before = before.map(key_file::redact).unwrap_or_default();
    let after = if key_file.is_some() { file.text.clone() } else { before.clone() };
    Change { path: file.path.clone(), action, before, after, merged: None, key_file }
}

/// The output folder, with the folders in it looked at once.
struct Folder {
    root: Utf8PathBuf,
    /// Those that are not there yet, relative to the root.
    missing: HashSet<Utf8PathBuf>,
    /// Those that are links to others.
    linked: HashSet<Utf8PathBuf>,
}

impl Folder {
    /// Looks at the folders of all paths. Refuses a link that leads out, and a file where a folder must be.
    fn new<'p>(root: &Utf8Path, paths: impl Iterator<Item = &'p Utf8PathBuf>) -> Result<Self, WriteError> {
        let canonical = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
        let folders: BTreeSet<&Utf8Path> = paths.flat_map(|path| path.ancestors().skip(1)).collect();
        let (mut missing, mut linked) = (HashSet::new(), HashSet::new());
        for folder in folders.into_iter().filter(|folder| !folder.as_str().is_empty()) {
            let place = root.join(folder);
            match fs::symlink_metadata(&place) {
                Err(_) => {
                    missing.insert(folder.to_owned());
                }
                Ok(data) if data.is_symlink() => {
                    if !place.canonicalize_utf8().is_ok_and(|real| real.starts_with(&canonical)) {
                        return Err(WriteError::Link(place));
                    }
                    linked.insert(folder.to_owned());
                }
                Ok(data) if !data.is_dir() => return Err(WriteError::NotAFolder(place)),
                Ok(_) => {}
            }
        }
        Ok(Self { root: root.to_owned(), missing, linked })
    }

    /// Whether a path leads through a link.
    fn is_linked(&self, path: &Utf8Path) -> bool {
        path.ancestors().any(|folder| self.linked.contains(folder))
    }

    /// The text of a file; `None` if there is none. A file that is not text reads as its readable parts, which no plan
    /// equals.
    fn read(&self, path: &Utf8Path) -> Result<Option<String>, WriteError> {
        if path.parent().is_some_and(|parent| self.missing.contains(parent)) {
            return Ok(None);
        }
        let full = self.root.join(path);
        match fs::symlink_metadata(&full) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&full)(error)),
            Ok(data) if data.is_symlink() => return Err(WriteError::Link(full)),
            Ok(data) if !data.is_file() => return Err(WriteError::NotAFile(full)),
            Ok(_) => {}
        }
        let bytes = fs::read(&full).map_err(failed(&full))?;
        Ok(Some(
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        ))
    }
}

#[cfg(unix)]
impl Folder {
    /// Whether others than the owner can read or write a file.
    fn is_open(&self, path: &Utf8Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        fs::symlink_metadata(self.root.join(path)).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
    }
}

#[cfg(not(unix))]
impl Folder {
    /// Whether others than the owner can read or write a file: elsewhere the folder decides.
    fn is_open(&self, _: &Utf8Path) -> bool {
        false
    }
}

/// Takes a file away from everybody but its owner.
fn protect(path: &Utf8Path) -> Result<(), WriteError> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(failed(path))?;
    Ok(())
}

impl Comparison {
    /// Whether the folder is not as the plan says.
    pub fn has_drift(&self) -> bool {
        self.changes.iter().any(Change::is_drift)
    }

    /// The files that a person has to decide about.
    pub fn conflicts(&self) -> impl Iterator<Item = &Change> {
        let is_open = |action| matches!(action, Action::Conflict | Action::Foreign | Action::Abandon);
        self.changes.iter().filter(move |change| is_open(change.action))
    }

    /// The files that keep what a person edited.
    pub fn edits(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| matches!(change.action, Action::Merge | Action::Edited))
    }

    /// Writes another text to a file of the user in the same step, because they asked for it.
    pub fn replace(&mut self, path: &str, before: &str, after: &str) {
        let change = Change {
            path: path.into(),
            action: Action::Update,
            before: before.to_owned(),
            after: after.to_owned(),
            merged: None,
            key_file: None,
        };
        self.changes.push(change);
    }

    /// Overwrites what a person edited, too.
    pub fn force(&mut self) {
        for change in &mut self.changes {
            if matches!(change.action, Action::Conflict | Action::Foreign | Action::Merge | Action::Edited) {
                change.action = Action::Update;
                change.merged = None;
                self.lock.files.insert(change.path.clone(), Written::of(&change.after));
            }
        }
    }

    /// Writes the changes: every text goes into a temporary file first, and only when all are there are they renamed. If
    /// a rename fails, or `stop` is set before the first, the folder is as it was. What a person edited stays, with the new
    /// text beside it as `<file>.new`.
    pub fn write(&self, stop: &AtomicBool) -> Result<(), WriteError> {
        scratch::sweep(&self.root)?;
        let mut made = Folders::default();
        let result = self.put(&mut made, stop);
        if result.is_err() {
            made.remove();
            return result;
        }
        for change in self.changes.iter().filter(|change| change.action == Action::Remove) {
            let path = self.root.join(&change.path);
            fs::remove_file(&path).map_err(failed(&path))?;
            remove_empty_folders(&self.root, &change.path);
        }
        for change in self.changes.iter().filter(|change| change.action == Action::Protect) {
            protect(&self.root.join(&change.path))?;
        }
        // a conflict that is over leaves nothing behind
        let is_over = |action| matches!(action, Action::Keep | Action::Update | Action::Merge);
        for change in self.changes.iter().filter(|change| is_over(change.action)) {
            let beside = beside(&self.root.join(&change.path));
            if fs::read_to_string(&beside).is_ok_and(|text| text == change.after || merge::is_ours(&text)) {
                let _ = fs::remove_file(&beside);
            }
        }
        Ok(())
    }

    fn put(&self, made: &mut Folders, stop: &AtomicBool) -> Result<(), WriteError> {
        let mut scratches = Scratches::new(&self.root);
        commit(self.stage(made, &mut scratches, stop)?)
    }

    fn stage(
        &self,
        made: &mut Folders,
        scratches: &mut Scratches,
        stop: &AtomicBool,
    ) -> Result<Vec<Staged>, WriteError> {
        let mut targets: Vec<(Utf8PathBuf, Content<'_>, bool)> = Vec::new();
        for change in &self.changes {
            let path = self.root.join(&change.path);
            match change.action {
                Action::Create => targets.push((path, change.content()?, false)),
                Action::Update | Action::Merge => targets.push((path, change.content()?, true)),
                Action::Conflict | Action::Foreign => targets.push((beside(&path), change.content()?, true)),
                Action::Keep | Action::Edited | Action::Remove | Action::Abandon | Action::Protect => {}
            }
        }
        let lock = self.lock.to_text();
        if self.old_lock.as_ref() != Some(&self.lock) {
            targets.push((self.root.join(lock::NAME), Content::open(&lock), true));
        }
        let folders: BTreeSet<&Utf8Path> = targets.iter().filter_map(|(path, ..)| path.parent()).collect();
        let mut rooms: HashMap<&Utf8Path, Utf8PathBuf> = HashMap::new();
        for folder in folders {
            made.create(folder)?;
            rooms.insert(folder, scratches.of(folder)?.to_owned());
        }
        let room = |path: &Utf8Path| path.parent().and_then(|folder| rooms.get(folder)).unwrap_or(&self.root);
        let staged = targets.par_iter();
        let staged = staged.map(|(path, content, replaces)| Staged::new(path, content, *replaces, room(path)));
        let mut staged: Vec<Staged> = staged.collect::<Result<_, _>>()?;
        // what keeps a key out of a repository is there before the key
        staged.sort_by_key(|staged| staged.target.file_name() != Some(".gitignore"));
        if stop.load(Ordering::SeqCst) { Err(WriteError::Interrupted) } else { Ok(staged) }
    }
}

fn beside(path: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{path}.new"))
}

/// What goes into a file, and who may read it.
struct Content<'c> {
    text: Cow<'c, str>,
    mode: u32,
}

impl<'c> Content<'c> {
    /// A text for everybody.
    fn open(text: &'c str) -> Self {
        Self { text: Cow::Borrowed(text), mode: 0o644 }
    }
}

impl Change {
    fn content(&self) -> Result<Content<'_>, WriteError> {
        let text = match &self.key_file {
            None => return Ok(Content::open(self.merged.as_ref().unwrap_or(&self.after))),
            Some(Sealed::Kept(text)) => text.clone(),
            Some(Sealed::New) => key_file::fill(&self.after).map_err(|error| WriteError::Io {
                path: self.path.clone(),
                source: io::Error::other(error.to_string()),
            })?,
        };
        Ok(Content { text: Cow::Owned(text.reveal().to_owned()), mode: 0o600 })
    }
}

/// A text in a temporary file on the file system of its target; gone when dropped.
struct Staged {
    target: Utf8PathBuf,
    /// Closed: there may be more files than may be open at a time.
    file: TempPath,
    before: Option<Vec<u8>>,
}

impl Staged {
    /// `replaces` says that there may be something at the target, which comes back if the rest fails.
    fn new(target: &Utf8Path, content: &Content<'_>, replaces: bool, folder: &Utf8Path) -> Result<Self, WriteError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("").suffix(scratch::SUFFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(content.mode));
        let mut file = builder.tempfile_in(folder).map_err(failed(folder))?;
        file.write_all(content.text.as_bytes()).map_err(failed(target))?;
        let before = match fs::read(target) {
            _ if !replaces => None,
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(target)(error)),
        };
        Ok(Self { target: target.to_owned(), file: file.into_temp_path(), before })
    }

    /// Puts the file into its place. `Ok` holds what was there.
    fn persist(self) -> Result<(Utf8PathBuf, Option<Vec<u8>>), WriteError> {
        match self.file.persist(&self.target) {
            Ok(()) => Ok((self.target, self.before)),
            Err(error) => Err(WriteError::Io { path: self.target, source: error.error }),
        }
    }
}

fn commit(staged: Vec<Staged>) -> Result<(), WriteError> {
    let results: Vec<Result<_, WriteError>> = staged.into_iter().map(Staged::persist).collect();
    if results.iter().all(Result::is_ok) {
        return Ok(());
    }
    let mut failure = Ok(());
    for result in results {
        match result {
            Ok((path, Some(bytes))) => drop(fs::write(&path, bytes)),
            Ok((path, None)) => drop(fs::remove_file(&path)),
            Err(error) => failure = Err(error),
        }
    }
    failure
}

/// Folders made on the way, to be taken back if nothing is written into them.
#[derive(Default)]
struct Folders {
    made: Vec<Utf8PathBuf>,
}

impl Folders {
    fn create(&mut self, folder: &Utf8Path) -> Result<(), WriteError> {
        let mut missing: Vec<&Utf8Path> = Vec::new();
        let mut place = Some(folder);
        while let Some(folder) = place.filter(|folder| !folder.as_str().is_empty() && !folder.exists()) {
            missing.push(folder);
            place = folder.parent();
        }
        for folder in missing.into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => self.made.push(folder.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(folder)(error)),
            }
        }
        Ok(())
    }

    fn remove(self) {
        for folder in self.made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Folders that a removed file leaves empty. `remove_dir` refuses those that are not.
fn remove_empty_folders(root: &Utf8Path, path: &Utf8Path) {
    let mut folder = path.parent();
    while let Some(parent) = folder.filter(|parent| !parent.as_str().is_empty()) {
        if fs::remove_dir(root.join(parent)).is_err() {
            return;
        }
        folder = parent.parent();
    }
}
