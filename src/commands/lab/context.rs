//! The learner's context: the course, the working folder, and what is remembered.

use std::fs::File;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::super::output;
use super::consent::Stranger;
use crate::cli::lab::LabArgs;
use crate::commands::Shown;
use crate::lab::course::{Course, Entry, values::Need};
use crate::lab::lab_cluster::LabCluster;
use crate::lab::run::RenderedLab;
use crate::lab::state::{ClusterRecord, LabRecord, RunRecord, State, Workspace};
use crate::lab::within;

/// How long is waited for another command in the same folder.
const PATIENCE: Duration = Duration::from_secs(60);

/// The course, the working folder, and what is remembered.
#[derive(Clone)]
pub(super) struct LabContext {
    pub(super) course: Rc<Course>,
    pub(super) workspace: Workspace,
    pub(super) state: State,
    /// What the user has to agree to before anything of it runs; none of the course that is built in.
    stranger: Option<Rc<Stranger>>,
}

impl LabContext {
    pub(super) fn open(args: &LabArgs) -> anyhow::Result<Self> {
        anyhow::ensure!(
            args.dir.as_ref().is_none_or(|dir| !dir.as_str().is_empty()),
            "--dir is empty: `--dir .` is the current folder"
        );
        let course = match &args.course {
            Some(dir) => Course::open(dir),
            None => Course::embedded(),
        };
        let course = match course {
            Ok(course) => course,
            Err(faults) => {
                anstream::eprint!("{}", faults.show());
                return Err(Shown.into());
            }
        };
        let workspace = match &args.dir {
            Some(dir) => Workspace::new(dir)?,
            // the files of a lab are in a folder of their own, where people work
            None => Workspace::around(Utf8Path::new("."))?,
        };
        let state = workspace.load()?;
        let stranger = args.course.as_ref().map(|dir| Rc::new(Stranger::new(dir, args.trust)));
        Ok(Self { course: Rc::new(course), workspace, state, stranger })
    }

    /// Asks whether the course may run, once; every command that runs something of it does so before anything else.
    pub(super) fn agree(&self) -> anyhow::Result<()> {
        self.stranger.as_ref().map_or(Ok(()), |stranger| stranger.agree(&self.course))
    }

    /// Whether the course is the one that comes with the program.
    pub(super) fn is_built_in(&self) -> bool {
        self.stranger.is_none()
    }

    /// The lab that was named, or the one that the learner is in.
    pub(super) fn lab(&self, named: Option<&str>) -> anyhow::Result<&Entry> {
        self.lab_of(&self.course, named)
    }

    /// The same of a course that is held beside this, so that this can be changed meanwhile.
    pub(super) fn lab_of<'c>(&self, course: &'c Course, named: Option<&str>) -> anyhow::Result<&'c Entry> {
        if let Some(word) = named {
            return Ok(course.find(word)?);
        }
        let current = self.state.current.as_deref();
        let current = current.context("no lab is started: `tightship lab start` starts the first")?;
        course.find(current).with_context(|| format!("this course does not have the lab {current}"))
    }

    /// What is known of a lab.
    pub(super) fn record(&self, entry: &Entry) -> Option<&LabRecord> {
        self.state.labs.get(&*entry.lab.id.value.0)
    }

    /// The run that a lab is in.
    pub(super) fn run(&self, entry: &Entry) -> anyhow::Result<&RunRecord> {
        let id = &entry.lab.id.value;
        match self.record(entry).and_then(|record| record.run.as_ref()) {
            Some(run) if run.ready => Ok(run),
            Some(_) => bail!("the start of {id} was interrupted: `tightship lab reset {id}` begins anew"),
            None => bail!("{id} is not started: `tightship lab start {id}` starts it"),
        }
    }

    /// The key of the cluster that a lab runs on.
    pub(super) fn cluster_key(entry: &Entry) -> &str {
        let own = entry.lab.needs.contains(&Need::OwnCluster);
        if own { &entry.lab.id.value } else { State::SHARED }
    }

    /// The cluster that a lab runs on, as it was written down.
    pub(super) fn cluster(&self, entry: &Entry) -> Option<&ClusterRecord> {
        self.state.clusters.get(Self::cluster_key(entry))
    }

    /// The cluster that a started lab runs on, if it still answers.
    pub(super) fn site(&self, entry: &Entry) -> anyhow::Result<LabCluster> {
        let record = self.cluster(entry).context("there is no cluster yet: `tightship lab start` makes one")?;
        Ok(LabCluster::open(&self.workspace, record)?)
    }

    /// The learner's folder of a lab.
    pub(super) fn folder(&self, entry: &Entry) -> anyhow::Result<Utf8PathBuf> {
        Ok(within::within(self.workspace.dir(), &entry.folder)?)
    }

    /// A started lab with the names of its run.
    pub(super) fn stage<'e>(&self, entry: &'e Entry, site: &LabCluster) -> anyhow::Result<RenderedLab<'e>> {
        self.agree()?;
        let names = self.run(entry)?.names(&entry.lab.id.value, &site.record, &self.workspace);
        Ok(RenderedLab::new(entry, names, &self.folder(entry)?)?)
    }

    /// Keeps other commands from changing anything here until it is dropped. What they have changed before is read.
    pub(super) fn lock(&mut self) -> anyhow::Result<File> {
        let lock = self.workspace.lock(PATIENCE)?;
        self.state = self.workspace.load()?;
        Ok(lock)
    }

    pub(super) fn save(&self) -> anyhow::Result<()> {
        Ok(self.workspace.save(&self.state)?)
    }
}

/// The task of a name or number.
pub(super) fn task<'e>(entry: &'e Entry, word: &str) -> anyhow::Result<&'e str> {
    let tasks = &entry.lab.tasks;
    let number: Option<usize> = word.parse().ok();
    let found = tasks.iter().enumerate().find(|(at, task)| *task.id.value == *word || number == Some(at + 1));
    if let Some((_, task)) = found {
        return Ok(&task.id.value);
    }
    let words: Vec<&str> = tasks.iter().map(|task| &*task.id.value).collect();
    match crate::diagnostic::nearest(word, words.iter().copied()) {
        Some(near) => bail!("{} has no task `{word}`; did you mean `{near}`?", entry.lab.id.value),
        None => bail!("{} has no task `{word}`: its tasks are {}", entry.lab.id.value, words.join(", ")),
    }
}

/// A heading on standard error.
pub(super) fn styled(text: &str) -> anyhow::Result<()> {
    Ok(output::styled(text)?)
}

/// Sentences on standard error.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    Ok(output::say_lines(text)?)
}
