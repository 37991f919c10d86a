//! Walking through a folder, in parallel, without leaving it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{DirEntry, FileType, Metadata};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::Scope;

use super::InputError;
use super::ignores::Ignores;
use super::left_out::{Cause, LeftOut};
use super::place::{Spot, folder_of};
use super::read;
use super::repository::{self, Repository};
use crate::apiserver::catalogue::Component;
use crate::file::{FileError, LIMIT, Root};

/// The endings of files that are looked for in folders.
const ENDINGS: [&str; 5] = ["yaml", "yml", "json", "service", "flags"];
/// Environment files of these names belong to programs of the control plane; others hold anything.
const ENVIRONMENTS: [&str; 5] =
    ["kube-apiserver.env", "kube-controller-manager.env", "kube-scheduler.env", "etcd.env", "kubelet.env"];
/// What kustomize calls its file.
pub(super) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// What Helm calls the file of a chart.
pub(super) const CHART: &str = "Chart.yaml";
/// Git's own data, which is never looked at; what it holds of objects is counted.
const GIT: &str = ".git";

/// Folders that tools fill.
static TOOLS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/tool-folders.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).collect()
});

#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) files: Vec<Utf8PathBuf>,
    /// Kustomizations, by their files.
    pub(super) kustomizations: Vec<Utf8PathBuf>,
    /// Folders of charts.
    pub(super) charts: Vec<Utf8PathBuf>,
    /// Where the files are that were found, under each of their names.
    pub(super) spots: HashMap<Utf8PathBuf, Vec<Spot>>,
    pub(super) left_out: LeftOut,
    pub(super) notes: Vec<String>,
}

impl Walked {
    fn add(&mut self, path: Utf8PathBuf) {
        let name = path.file_name().unwrap_or_default();
        if KUSTOMIZATIONS.contains(&name) {
            self.kustomizations.push(path);
            return;
        }
        if name == CHART {
            self.charts.push(folder_of(&path).to_owned());
        }
        self.files.push(path);
    }

    /// Adds a file that another one names, if it may be read and is not there yet.
    pub(super) fn add_beside(&mut self, path: &Utf8Path, root: &Arc<Root>) {
        let path = plain(path).to_owned();
        let inside = root.locate(&path).map_err(|_| Cause::LinkOut).and_then(|inside| {
            let metadata = root.path().join(&inside).symlink_metadata().map_err(|_| Cause::DeadLink)?;
            readable(&metadata).map(|()| inside)
        });
        match inside {
            Ok(inside) => {
                self.spots.entry(path.clone()).or_insert_with(|| vec![Spot { root: Arc::clone(root), inside }]);
                self.files.push(path);
            }
            Err(cause) => self.left_out.add(path, cause),
        }
    }
}

/// Whether a file is looked at in a folder, by its name and that of the folder.
fn is_wanted(folder: Option<&str>, name: &str) -> bool {
    // kubectl takes a file that is named `.yaml`, too
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_program = |name: &str| Component::from_name(name).is_some();
    let is_ours = match folder {
        // a kubelet starts pods from files of any name there
        Some("manifests") => ending == Some("manifest") || is_program(name),
        // flags of MicroK8s
        Some("args") => is_program(name),
        // the drop-ins of a kubelet
        Some(folder) if folder.starts_with("kubelet") && folder.strip_suffix(".d").is_some() => ending == Some("conf"),
        _ => false,
    };
    if is_ours {
        return true;
    }
    ENVIRONMENTS.contains(&name) || name == "Kustomization" || ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// The order of paths step by step, without taking them apart: a step ends before all that it could go on with.
pub(super) fn by_steps(a: &Utf8Path, b: &Utf8Path) -> Ordering {
    let (a, b) = (a.as_str().as_bytes(), b.as_str().as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let next = |bytes: &[u8]| bytes.get(same).map(|&byte| if byte == b'/' { 0 } else { byte });
    next(a).cmp(&next(b))
}

/// The path without `./`, which no program that reads a report expects.
pub(super) fn plain(path: &Utf8Path) -> &Utf8Path {
    if !path.as_str().starts_with('.') {
        return path;
    }
    path.strip_prefix(".").ok().filter(|path| !path.as_str().is_empty()).unwrap_or(path)
}

/// Whether what was found can be read within bounds.
fn readable(metadata: &Metadata) -> Result<(), Cause> {
    if !metadata.is_file() {
        return Err(Cause::NoFile);
    }
    if metadata.len() > LIMIT { Err(Cause::Large) } else { Ok(()) }
}

/// Adds what is below a folder. With `everything` nothing is left out that can be read.
pub(super) fn folder(folder: &Utf8Path, everything: bool, walked: &mut Walked) -> Result<(), InputError> {
    let failed = |error| InputError::Unreadable(folder.to_owned(), error);
    let real = Root::new(folder).map_err(failed)?;
    let repository = Repository::around(real.path());
    let root = match &repository {
        Some(repository) => Root::new(&repository.root).map_err(failed)?,
        None => real.clone(),
    };
    let inside = real.path().strip_prefix(root.path()).unwrap_or(Utf8Path::new("")).to_owned();
    let is_unknown = repository.as_ref().is_some_and(|repository| repository.tracked.is_none());
    if is_unknown {
        let git = root.path().join(GIT);
        walked.notes.push(format!("the index of {git} cannot be read: what git ignores is checked, too"));
    }
    let rule = match () {
        () if everything => Rule::All,
        () if repository.is_none() || is_unknown => Rule::Plain,
        () => Rule::Git(Ignores::default()),
    };
    let walk = Walker {
        root: Arc::new(root),
        repository,
        rule,
        found: Mutex::default(),
        seen: Mutex::default(),
        known: Mutex::default(),
    };
    let start = Folder { shown: folder.to_owned(), rule: walk.rule_at(&inside), inside };
    walk.all(start)?;
    walk.found.into_inner().unwrap_or_else(PoisonError::into_inner).into(walked, &walk.root);
    Ok(())
}

/// What is left out of a folder.
#[derive(Debug, Clone)]
enum Rule {
    /// What git ignores, other repositories, and folders of tools.
    Git(Ignores),
    /// Folders of tools.
    Plain,
    /// All that git does not track, for this reason.
    Untracked(Cause),
    /// Nothing.
    All,
}

struct Folder {
    /// As the user sees it.
    shown: Utf8PathBuf,
    /// Its path from the root, without links.
    inside: Utf8PathBuf,
    rule: Rule,
}

impl Folder {
    fn join(&self, name: &str) -> (Utf8PathBuf, Utf8PathBuf) {
        (plain(&self.shown.join(name)).to_owned(), self.inside.join(name))
    }
}

struct Walker {
    root: Arc<Root>,
    repository: Option<Repository>,
    /// What holds where nothing says otherwise.
    rule: Rule,
    found: Mutex<Found>,
    /// The folders that were entered.
    seen: Mutex<HashSet<Utf8PathBuf>>,
    /// What is ignored in folders, each read once however many links lead below them.
    known: Mutex<HashMap<Utf8PathBuf, Ignores>>,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    files: Vec<File>,
    links: Vec<Link>,
    left_out: LeftOut,
    errors: Vec<(Utf8PathBuf, InputError)>,
}

struct File {
    shown: Utf8PathBuf,
    inside: Utf8PathBuf,
    /// What tells the file from all others, if it has several names.
    id: Option<(u64, u64)>,
}

struct Link {
    shown: Utf8PathBuf,
    inside: Utf8PathBuf,
}

impl Walker {
    /// Walks through a folder, and then through what links in it lead to.
    fn all(&self, start: Folder) -> Result<(), InputError> {
        rayon::scope(|scope| self.folder(start, scope));
        let mut files: Option<HashSet<Utf8PathBuf>> = None;
        loop {
            let mut found = self.found();
            if let Some((_, error)) = std::mem::take(&mut found.errors).into_iter().min_by(|a, b| a.0.cmp(&b.0)) {
                return Err(error);
            }
            let mut links = std::mem::take(&mut found.links);
            if links.is_empty() {
                return Ok(());
            }
            let known = files.get_or_insert_with(|| found.files.iter().map(|file| file.inside.clone()).collect());
            drop(found);
            links.sort_by(|a, b| a.shown.cmp(&b.shown));
            for link in links {
                self.link(link, known);
            }
        }
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave_out(&self, shown: Utf8PathBuf, cause: Cause) {
        self.found().left_out.add(shown, cause);
    }

    fn names(&self) -> Option<&super::index::Names> {
        self.repository.as_ref()?.tracked.as_ref()
    }

    /// The rule for a folder, with what the files above it say; its own comes when it is entered.
    fn rule_at(&self, inside: &Utf8Path) -> Rule {
        let (Rule::Git(_), Some(repository)) = (&self.rule, &self.repository) else { return self.rule.clone() };
        let mut ignores = repository.ignores.clone();
        let mut above: Vec<&Utf8Path> = inside.ancestors().skip(1).collect();
        above.reverse();
        for folder in above {
            ignores = self.ignores_in(folder, &ignores);
        }
        Rule::Git(ignores)
    }

    /// What is ignored in a folder, with what the folders above it say.
    fn ignores_in(&self, folder: &Utf8Path, outer: &Ignores) -> Ignores {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ignores) = known().get(folder) {
            return ignores.clone();
        }
        let ignores = outer.with(&self.root.path().join(folder).join(".gitignore"), folder);
        known().entry(folder.to_owned()).or_insert(ignores).clone()
    }

    fn folder<'s>(&'s self, folder: Folder, scope: &Scope<'s>) {
        if !self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.inside.clone()) {
            return;
        }
        let real = self.root.path().join(&folder.inside);
        let entries: Result<Vec<DirEntry>, _> = std::fs::read_dir(&real).and_then(Iterator::collect);
        let (entries, folder) = match entries {
            Ok(entries) => (entries, folder),
            Err(error) => {
                let shown = folder.shown;
                self.found().errors.push((shown.clone(), InputError::Unreadable(shown, error)));
                return;
            }
        };
        let Some(folder) = self.entered(folder, &real, &entries) else { return };
        for entry in entries {
            let name = entry.file_name();
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(error) => {
                    let shown = folder.shown.clone();
                    self.found().errors.push((shown.clone(), InputError::Unreadable(shown, error)));
                    continue;
                }
            };
            match name.to_str() {
                Some(GIT) if repository::is_git(&real.join(GIT)) => {
                    if kind.is_dir() {
                        self.git(folder.join(GIT));
                    }
                }
                Some(name) if kind.is_dir() => self.subfolder(&folder, name, scope),
                Some(name) => self.file(&folder, name, kind, &entry),
                None => self.nameless(&folder, &name, kind),
            }
        }
    }

    /// Counts the objects in git's own folder, where git has none and other programs would find them. Links are not followed.
    fn git(&self, git: (Utf8PathBuf, Utf8PathBuf)) {
        let mut next = vec![git];
        while let Some((shown, inside)) = next.pop() {
            let entries = self.root.path().join(&inside).read_dir_utf8().into_iter().flatten().flatten();
            for entry in entries {
                let (shown, inside) = (shown.join(entry.file_name()), inside.join(entry.file_name()));
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => next.push((shown, inside)),
                    Ok(kind)
                        if kind.is_file()
                            && is_wanted(entry.path().parent().and_then(Utf8Path::file_name), entry.file_name())
                            && read::holds_object(entry.path()) =>
                    {
                        self.leave_out(shown, Cause::GitFolder);
                    }
                    _ => {}
                }
            }
        }
    }

    /// The rule for what is in a folder; none if it is left out, as another repository is.
    fn entered(&self, folder: Folder, real: &Utf8Path, entries: &[DirEntry]) -> Option<Folder> {
        let Folder { shown, inside, rule } = folder;
        let Rule::Git(ignores) = rule else { return Some(Folder { shown, inside, rule }) };
        let names: HashSet<OsString> = entries.iter().map(DirEntry::file_name).collect();
        let has = |name: &str| names.contains(OsStr::new(name));
        let is_other = !inside.as_str().is_empty()
            && ((has(GIT) && repository::git_of(real).is_some()) || (has("HEAD") && repository::is_git(real)));
        if is_other {
            if !self.names().is_some_and(|names| names.has_below(inside.as_str())) {
                self.leave_out(shown, Cause::Repository);
                return None;
            }
            return Some(Folder { shown, inside, rule: Rule::Untracked(Cause::Repository) });
        }
        let ignores = if has(".gitignore") { self.ignores_in(&inside, &ignores) } else { ignores };
        Some(Folder { shown, inside, rule: Rule::Git(ignores) })
    }

    /// Why something is left out that git does not track.
    fn cause(folder: &Folder, inside: &Utf8Path, name: &str, is_folder: bool) -> Option<Cause> {
        let is_tool = || is_folder && TOOLS.contains(&name);
        match &folder.rule {
            Rule::All => None,
            Rule::Untracked(cause) => Some(*cause),
            Rule::Git(ignores) if ignores.ignores(inside, is_folder) => Some(Cause::Ignored),
            Rule::Git(_) | Rule::Plain => is_tool().then_some(Cause::ToolFolder),
        }
    }

    fn subfolder<'s>(&'s self, folder: &Folder, name: &str, scope: &Scope<'s>) {
        let (shown, inside) = folder.join(name);
        let path = inside.as_str();
        let is_ours = !matches!(folder.rule, Rule::All | Rule::Plain);
        let names = self.names().filter(|_| is_ours);
        let rule = match Self::cause(folder, &inside, name, true) {
            // a submodule: git tracks which commit it is
            _ if names.is_some_and(|names| names.has_folder(path)) => Rule::Plain,
            None => folder.rule.clone(),
            Some(cause) if names.is_some_and(|names| names.has_below(path)) => Rule::Untracked(cause),
            Some(cause) => return self.leave_out(shown, cause),
        };
        scope.spawn(move |scope| self.folder(Folder { shown, inside, rule }, scope));
    }

    fn file(&self, folder: &Folder, name: &str, kind: FileType, entry: &DirEntry) {
        let is_wanted = is_wanted(folder.shown.file_name(), name);
        if !kind.is_symlink() && !is_wanted {
            return;
        }
        let (shown, inside) = folder.join(name);
        if let Some(cause) = Self::cause(folder, &inside, name, false)
            && !self.names().is_some_and(|names| names.has_file(inside.as_str()))
        {
            if is_wanted {
                self.leave_out(shown, cause);
            }
        } else if kind.is_symlink() {
            self.found().links.push(Link { shown, inside });
        } else {
            match entry.metadata() {
                Ok(metadata) => self.take(shown, inside, &metadata),
                Err(error) => {
                    self.found().errors.push((shown.clone(), InputError::Unreadable(shown, error)));
                }
            }
        }
    }

    fn take(&self, shown: Utf8PathBuf, inside: Utf8PathBuf, metadata: &Metadata) {
        match readable(metadata) {
            Ok(()) => self.found().files.push(File { shown, inside, id: id(metadata) }),
            Err(cause) => self.leave_out(shown, cause),
        }
    }

    /// A name that is no text: no report could show it.
    fn nameless(&self, folder: &Folder, name: &OsStr, kind: FileType) {
        let shown = name.to_string_lossy();
        if kind.is_dir() || is_wanted(folder.shown.file_name(), &shown) {
            let path = folder.shown.join(&*shown);
            self.found().errors.push((path.clone(), InputError::Name(plain(&path).to_string())));
        }
    }

    /// Takes the file that a link leads to, if no other name led there, or walks through the folder.
    fn link(&self, link: Link, known: &mut HashSet<Utf8PathBuf>) {
        let Link { shown, inside } = link;
        let is_wanted = is_wanted(shown.parent().and_then(Utf8Path::file_name), shown.file_name().unwrap_or_default());
        let target = match self.root.follow(&inside) {
            // git's own data is none of the repository's files
            Ok(target) if target.components().any(|part| part.as_str() == GIT) => Err(Cause::LinkOut),
            Ok(target) => Ok(target),
            Err(FileError::Outside(_)) if is_wanted || leads_to_folder(&self.root.path().join(&inside)) => {
                Err(Cause::LinkOut)
            }
            Err(_) if is_wanted => Err(Cause::DeadLink),
            Err(_) => return,
        };
        let target = target.and_then(|target| {
            let metadata = self.root.path().join(&target).symlink_metadata().map_err(|_| Cause::DeadLink)?;
            Ok((target, metadata))
        });
        match target {
            Ok((target, metadata)) if metadata.is_dir() => {
                let folder = Folder { shown, rule: self.rule_at(&target), inside: target };
                rayon::scope(|scope| self.folder(folder, scope));
            }
            Ok((target, metadata)) if is_wanted && known.insert(target.clone()) => self.take(shown, target, &metadata),
            Ok(_) => {}
            Err(cause) => self.leave_out(shown, cause),
        }
    }
}

/// Whether a link that leads out is one to a folder, as far as its text tells: what is outside is not looked at.
fn leads_to_folder(link: &Utf8Path) -> bool {
    link.read_link_utf8().is_ok_and(|target| target.extension().is_none())
}

#[cfg(unix)]
fn id(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<(u64, u64)> {
    None
}

impl Found {
    /// Adds all that was found, each file once, in the order of names.
    fn into(mut self, walked: &mut Walked, root: &Arc<Root>) {
        self.files.sort_by(|a, b| by_steps(&a.shown, &b.shown));
        let mut first: BTreeMap<(u64, u64), Utf8PathBuf> = BTreeMap::new();
        for File { shown, inside, id } in self.files {
            let spot = Spot { root: Arc::clone(root), inside };
            let name = id.map_or(&shown, |id| first.entry(id).or_insert_with(|| shown.clone()));
            let spots = walked.spots.entry(name.clone()).or_default();
            if !spots.contains(&spot) {
                spots.push(spot);
            }
            if *name == shown {
                walked.add(shown);
            }
        }
        walked.left_out.append(&mut self.left_out);
    }
}
