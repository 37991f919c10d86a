//! What is remembered between commands, in `.tightship/lab` of the working folder.
//!
//! It is data, as it may have come with the folder: which cluster was made here, where its API server and its node are, is looked
//! up by `lab_cluster`, and what a run is called follows from the lab.

use std::borrow::Cow;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::check_context::{Names, Snapshots};
use super::course::{Lab, names};
use crate::diagnostic::text::line;
use crate::file::{self, OwnerError};
use crate::k8s::names::NameRule;
use crate::k8s::version::Version;

/// What a `.gitignore` says that hides a folder from git.
const ALL: &str = "*\n";

/// The folder below the working folder.
const FOLDER: &str = ".tightship/lab";
const FILE: &str = "state.json";
/// How the name of a learner's kubeconfig ends, behind that of the lab.
const KUBECONFIG: &str = ".kubeconfig";
const LOCK: &str = "lock";
/// The largest file that is read.
const MOST: u64 = 16 << 20;
/// The version of the file.
const FORMAT: u8 = 1;

/// Why what is remembered cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The system refused.
    #[error("{path}")]
    Io { path: Utf8PathBuf, source: io::Error },
    /// A newer tightship wrote it.
    #[error(
        "{path} was written by a newer tightship (format {found}): use that one, or another working folder with --dir"
    )]
    Newer { path: Utf8PathBuf, found: u64 },
    /// It is no state.
    #[error("{path} is broken ({reason}): move it away to begin anew; the labs' folders stay as they are")]
    Broken {
        path: Utf8PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What is remembered may be somebody else's.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The home of the user is not known.
    #[error("{0}")]
    NoHome(String),
    /// Another command works here.
    #[error("another `tightship lab` works in this folder: wait for its end, or take another folder with --dir")]
    Busy,
}

pub(super) fn at(path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> StateError {
    let path = path.into();
    move |source| StateError::Io { path, source }
}

/// A cluster that labs run on. All but its name is only to be shown until the cluster was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// Its name, as kind knows it; the context's where tightship did not make it.
    pub name: String,
    /// The context that the user has named; none of a cluster that tightship has made here.
    pub context: Option<String>,
    /// The uid of its `kube-system`, by which another cluster of the same name is told apart.
    pub uid: String,
    /// The container that is its control-plane node; empty if it cannot be entered.
    pub node: String,
    /// The URL of its API server.
    pub server: String,
    /// Its version, such as `v1.34.4`.
    pub version: String,
    /// The pseudonym of the learner in a workshop, whose labs are in namespaces that stay; none outside of workshops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
}

impl ClusterRecord {
    /// Whether it is to be looked for among those that tightship has made here.
    pub fn is_made(&self) -> bool {
        self.context.is_none()
    }

    /// The release that a lab needs and this cluster is too old for; none if it is not.
    pub fn lacks(&self, lab: &Lab) -> Option<Version> {
        let release = Version::parse(self.version.split(['-', '+']).next().unwrap_or_default())?;
        lab.kubernetes.as_ref().map(|needed| needed.0).filter(|needed| release < *needed)
    }
}

/// One run of a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    pub run: String,
    /// The real names of its namespaces, by alias.
    pub ns: IndexMap<String, String>,
    pub random: IndexMap<String, String>,
    /// Whether all that belongs to the start is done.
    pub ready: bool,
    /// What was written down at the start.
    pub snapshots: Snapshots,
    /// What steps have saved.
    #[serde(default)]
    pub saved: IndexMap<String, String>,
    /// What the cluster looked like when it was last looked at.
    #[serde(default)]
    pub fingerprint: Option<u64>,
    /// The tasks whose checks all passed when they were last looked at.
    #[serde(default)]
    pub done: Vec<String>,
}

/// What is known of a lab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabRecord {
    /// The run that it is in.
    pub run: Option<RunRecord>,
    /// When it was first started, in UTC.
    pub started: Option<String>,
    /// When it was first passed, in UTC.
    pub passed: Option<String>,
    /// How many hints were shown, by task.
    #[serde(default)]
    pub hints: IndexMap<String, usize>,
    /// How often it was verified.
    #[serde(default)]
    pub verified: u32,
    /// Whether the solution was shown before it was passed.
    #[serde(default)]
    pub solution_seen: bool,
}

/// Everything that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the file.
    pub format: u8,
    /// The lab that the learner is in.
    pub current: Option<String>,
    /// Clusters: the shared one under [`State::SHARED`], those of labs with one of their own under the lab's name.
    #[serde(default)]
    pub clusters: IndexMap<String, ClusterRecord>,
    /// What is known of each lab.
    #[serde(default)]
    pub labs: IndexMap<String, LabRecord>,
}

impl Default for State {
    fn default() -> Self {
        Self { format: FORMAT, current: None, clusters: IndexMap::new(), labs: IndexMap::new() }
    }
}

impl State {
    /// The key of the cluster that labs share.
    pub const SHARED: &str = "shared";

    /// What in it no tightship has written; none if all is as it should be.
    fn oddity(&self) -> Option<&'static str> {
        let runs = self.labs.iter().filter_map(|(id, lab)| Some((id, lab.run.as_ref()?)));
        let texts = self.clusters.iter().flat_map(|(key, record)| {
            let context = record.context.iter().chain(&record.seat);
            [key, &record.name, &record.uid, &record.node, &record.server, &record.version].into_iter().chain(context)
        });
        let is_odd = |text: &String| matches!(line(text), Cow::Owned(_));
        let mut runs = runs.into_iter();
        if runs.any(|(id, run)| !run.is_of(id) || run.saved.values().any(is_odd)) {
            return Some("it has a run that no lab can have");
        }
        texts.chain(&self.current).any(is_odd).then_some("it has a name with characters that no name has")
    }

    /// What is known of a lab, to be changed.
    pub fn lab(&mut self, id: &str) -> &mut LabRecord {
        self.labs.entry(id.to_owned()).or_default()
    }
}

/// The working folder of a learner.
#[derive(Debug, Clone)]
pub struct Workspace {
    dir: Utf8PathBuf,
}

impl Workspace {
    /// The working folder, as an absolute path.
    pub fn new(dir: &Utf8Path) -> Result<Self, StateError> {
        let workspace = Self::at(dir)?;
        workspace.check()?;
        Ok(workspace)
    }

    fn at(dir: &Utf8Path) -> Result<Self, StateError> {
        Ok(Self { dir: camino::absolute_utf8(dir).map_err(at(dir))? })
    }

    /// The working folder that a folder is in: itself, or the nearest above it in which a lab was started; else itself.
    pub fn around(dir: &Utf8Path) -> Result<Self, StateError> {
        let own = Self::at(dir)?;
        let above = own.dir.ancestors().find(|folder| folder.join(FOLDER).join(FILE).is_file());
        let workspace = above.map(|dir| Self { dir: dir.to_owned() }).unwrap_or(own);
        workspace.check()?;
        Ok(workspace)
    }

    /// Fails unless what is remembered here, if anything, is the caller's own, and no link leads elsewhere.
    fn check(&self) -> Result<(), StateError> {
        let mut folder = self.dir.clone();
        for part in FOLDER.split('/') {
            folder.push(part);
            if !file::own_folder(&folder, &self.dir)? {
                return Ok(());
            }
        }
        for file in [FILE, LOCK] {
            file::own_file(&folder.join(file), &self.dir)?;
        }
        for entry in folder.read_dir_utf8().map_err(at(&folder))? {
            let entry = entry.map_err(at(&folder))?;
            if entry.file_name().ends_with(KUBECONFIG) {
                file::own_file(entry.path(), &self.dir)?;
            }
        }
        file::own_folder(&self.clusters(), &self.dir)?;
        Ok(())
    }

    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// The folder of what is remembered.
    pub fn folder(&self) -> Utf8PathBuf {
        self.dir.join(FOLDER)
    }

    /// The learner's kubeconfig for a lab: each has its own, so that two can be open at once.
    pub fn kubeconfig(&self, lab: &str) -> Utf8PathBuf {
        self.folder().join(kubeconfig(lab))
    }

    /// The folder of the clusters that are made here.
    pub fn clusters(&self) -> Utf8PathBuf {
        self.folder().join("clusters")
    }

    /// What is remembered; nothing yet is no error.
    pub fn load(&self) -> Result<State, StateError> {
        let path = self.folder().join(FILE);
        self.check()?;
        let text = match file::read_text(&path, MOST).map_err(io::Error::from) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(State::default());
            }
            Err(error) => return Err(at(path)(error)),
        };
        let broken = |error: serde_json::Error| {
            // it may quote what is in the file
            StateError::Broken { path: path.clone(), reason: line(&error.to_string()).into_owned() }
        };
        let value: serde_json::Value = serde_json::from_str(&text).map_err(broken)?;
        if let Some(found) = value.get("format").and_then(serde_json::Value::as_u64)
            && found > u64::from(FORMAT)
        {
            return Err(StateError::Newer { path, found });
        }
        let state: State = serde_json::from_value(value).map_err(broken)?;
        match state.oddity() {
            Some(reason) => Err(StateError::Broken { path, reason: reason.to_owned() }),
            None => Ok(state),
        }
    }

    /// Writes it down: all of it, or nothing.
    pub fn save(&self, state: &State) -> Result<(), StateError> {
        let text = serde_json::to_string_pretty(state)
            .map_err(|error| StateError::Broken { path: self.folder().join(FILE), reason: error.to_string() })?;
        self.write(FILE, &format!("{text}\n"))
    }

    /// Writes a file of the folder, closed to others.
    pub fn write(&self, name: &str, text: &str) -> Result<(), StateError> {
        let folder = self.make()?;
        let path = folder.join(name);
        let write = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(at(&path))
    }

    /// Keeps other commands from changing anything until it is dropped. Waits as long for one that works here, such as
    /// `watch` while it verifies.
    pub fn lock(&self, patience: Duration) -> Result<File, StateError> {
        let path = self.make()?.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        let end = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(Duration::from_millis(100)),
                Err(TryLockError::WouldBlock) => return Err(StateError::Busy),
                Err(TryLockError::Error(error)) => return Err(at(path)(error)),
            }
        }
    }

    /// The folder, made if it is not there. It holds credentials: git shall not see it.
    fn make(&self) -> Result<Utf8PathBuf, StateError> {
        self.check()?;
        let folder = self.folder();
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let ignore = folder.join(".gitignore");
        // the one that came with a folder may say something else, or lead elsewhere
        let is_ours = ignore.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() == ALL.len() as u64)
            && fs::read_to_string(&ignore).is_ok_and(|text| text == ALL);
        if !is_ours {
            if ignore.symlink_metadata().is_ok() {
                fs::remove_file(&ignore).map_err(at(&ignore))?;
            }
            fs::write(&ignore, ALL).map_err(at(&ignore))?;
        }
        Ok(folder)
    }
}

/// The name of the learner's kubeconfig for a lab.
pub fn kubeconfig(lab: &str) -> String {
    format!("{lab}{KUBECONFIG}")
}

impl RunRecord {
    /// Whether it can be a run of a lab: its names are those that a run of the lab is given.
    fn is_of(&self, lab: &str) -> bool {
        let is_name = |name: &str| NameRule::Dns1123Label.check(name).is_ok();
        let spaces =
            self.ns.iter().all(|(alias, name)| is_name(name) && *name == names::namespace(lab, alias, &self.run));
        is_name(&self.run) && spaces && self.random.values().all(|word| is_name(word))
    }

    /// The names of the run on a cluster, for a learner in this folder.
    pub fn names(&self, lab: &str, cluster: &ClusterRecord, workspace: &Workspace) -> Names {
        Names {
            lab: lab.to_owned(),
            run: self.run.clone(),
            ns: self.ns.clone(),
            random: self.random.clone(),
            image: super::IMAGE.to_owned(),
            node: cluster.node.clone(),
            server: cluster.server.clone(),
            kubeconfig: workspace.kubeconfig(lab),
            saved: self.saved.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LabRecord, State, StateError, Workspace};

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(camino::Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        (folder, workspace)
    }

    #[test]
    fn what_is_written_is_read_again_and_nothing_is_no_error() {
        let (_folder, workspace) = workspace();
        assert_eq!(workspace.load().unwrap(), State::default());
        let mut state = State { current: Some("the-hack".to_owned()), ..State::default() };
        *state.lab("the-hack") = LabRecord { verified: 3, ..LabRecord::default() };
        workspace.save(&state).unwrap();
        assert_eq!(workspace.load().unwrap(), state);
        assert_eq!(std::fs::read_to_string(workspace.folder().join(".gitignore")).unwrap(), "*\n");
    }

    #[test]
    fn a_newer_and_a_broken_file_are_refused_and_stay() {
        let (_folder, workspace) = workspace();
        workspace.write("state.json", "{\"format\": 2, \"news\": true}").unwrap();
        assert!(matches!(workspace.load(), Err(StateError::Newer { found: 2, .. })));
        workspace.write("state.json", "{\"format\": 1").unwrap();
        assert!(matches!(workspace.load(), Err(StateError::Broken { .. })));
        assert_eq!(std::fs::read_to_string(workspace.folder().join("state.json")).unwrap(), "{\"format\": 1");
    }

    #[test]
    fn names_that_no_run_was_given_are_refused() {
        let (_folder, workspace) = workspace();
        let state = |run: &str, name: &str, word: &str| {
            let run = serde_json::json!({"run": run, "ns": {"shop": name}, "random": {"w": word}, "ready": true, "snapshots": {}});
            serde_json::json!({"format": 1, "labs": {"first": {"run": run}}}).to_string()
        };
        workspace.write("state.json", &state("abcd", "ts-first-shop-abcd", "k4x9w2m7q1zz")).unwrap();
        assert_eq!(workspace.load().unwrap().labs.len(), 1);
        for (run, name, word) in [
            ("abcd", "kube-system", "a"),
            ("abcd", "ts-first-shop-abce", "a"),
            ("abcd", "ts-other-shop-abcd", "a"),
            ("", "ts-first-shop-", "a"),
            ("a,b", "ts-first-shop-a,b", "a"),
            ("--help", "ts-first-shop---help", "a"),
            ("abcd", "ts-first-shop-abcd", "--kubeconfig=/tmp/a"),
        ] {
            workspace.write("state.json", &state(run, name, word)).unwrap();
            assert!(matches!(workspace.load(), Err(StateError::Broken { .. })), "{run} {name} {word}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_what_is_remembered_is_refused() {
        for part in [
            ".tightship",
            ".tightship/lab",
            ".tightship/lab/state.json",
            ".tightship/lab/clusters",
            ".tightship/lab/a.kubeconfig",
        ] {
            let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let path = folder.path().join(part);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(elsewhere.path(), path).unwrap();
            let made = Workspace::new(camino::Utf8Path::from_path(folder.path()).unwrap());
            assert!(matches!(made, Err(StateError::Owner(_))), "{part}: {made:?}");
        }
    }

    #[test]
    fn two_commands_do_not_write_at_once() {
        let (_folder, workspace) = workspace();
        let first = workspace.lock(Duration::ZERO).unwrap();
        assert!(matches!(workspace.lock(Duration::from_millis(50)), Err(StateError::Busy)));
        drop(first);
        workspace.lock(Duration::ZERO).unwrap();
    }
}
