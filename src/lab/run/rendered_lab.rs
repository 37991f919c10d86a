//! A lab with the names of a run, on the way to a cluster.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::verify::{self, Patience, Report};
use super::{RunError, rollout};
use crate::client::Api;
use crate::lab::check;
use crate::lab::check_context::{CheckContext, Names, Snapshots};
use crate::lab::course::values::Need;
use crate::lab::course::{Action, Entry, Lab};
use crate::lab::node::restart_wait;
use crate::lab::probe_pods::ProbePods;
use crate::lab::within::{self, ReadError};
use crate::yaml::Source;

/// A lab with the names of a run.
pub struct RenderedLab<'e> {
    entry: &'e Entry,
    /// The lab; its strings have the names of the run.
    pub lab: Lab,
    pub names: Names,
    pub folder: Utf8PathBuf,
}

impl<'e> RenderedLab<'e> {
    /// Fills the names of a run into a lab.
    pub fn new(entry: &'e Entry, names: Names, folder: &Utf8Path) -> Result<Self, RunError> {
        let lab = entry.at(&names).map_err(|faults| RunError::Course(faults.to_string()))?;
        Ok(Self { entry, lab, names, folder: folder.to_owned() })
    }

    /// The lab as its author wrote it.
    pub(super) fn written(&self) -> &'e Lab {
        &self.entry.lab
    }

    /// The YAML files at a path: the file itself, or those in the folder, in order.
    pub(super) fn manifests(&self, path: &str) -> Vec<&'e Source> {
        self.entry.manifests(path).into_iter().map(|(_, source)| source).collect()
    }

    /// A text of the lab, by its path in the lab's folder.
    pub fn text(&self, path: &str) -> Result<String, RunError> {
        self.entry.text(path, &self.names).map_err(|fault| RunError::Course(fault.to_string()))
    }

    /// The same, but as it is written where it waits for what a step has not saved yet.
    pub fn shown(&self, path: &str) -> Result<String, RunError> {
        match self.entry.files.get(path) {
            Some(source) if self.names.is_early(source.text()) => Ok(source.text().to_owned()),
            _ => self.text(path),
        }
    }

    /// Fills in what was saved since.
    pub(super) fn refill(&mut self) -> Result<(), RunError> {
        self.lab = self.entry.at(&self.names).map_err(|faults| RunError::Course(faults.to_string()))?;
        Ok(())
    }

    /// The YAML files of the lab at a path: itself, or those in the folder, in order.
    pub fn paths(&self, path: &str) -> Vec<&str> {
        self.entry.manifests(path).into_iter().map(|(path, _)| path).collect()
    }

    /// The real name of a namespace.
    pub(super) fn namespace(&self, alias: &str) -> Result<&str, RunError> {
        let name = self.names.ns.get(alias).map(String::as_str);
        name.ok_or_else(|| RunError::Course(format!("there is no namespace {alias}")))
    }

    /// Looks at the cluster with this lab's eyes.
    pub fn with_scene<R>(&self, api: &dyn Api, snapshots: &Snapshots, look: impl FnOnce(&CheckContext<'_>) -> R) -> R {
        let file = |path: &str| self.text(path).map_err(|error| error.to_string());
        let check = |id: &str| self.lab.check(id).cloned();
        let probes = ProbePods::new(api, &self.names.image);
        let context = CheckContext {
            api,
            names: &self.names,
            folder: self.folder.clone(),
            file: &file,
            snapshots,
            probes: &probes,
            check: &check,
        };
        look(&context)
    }

    /// Verifies the lab, or one task of it.
    pub fn verify(
        &self,
        api: &dyn Api,
        snapshots: &Snapshots,
        task: Option<&str>,
        patience: Patience,
        tell: &mut dyn FnMut(&str),
    ) -> Report {
        self.with_scene(api, snapshots, |context| verify::verify(&self.lab, task, context, patience, tell))
    }

    /// A number that differs when somebody has changed something: in the namespaces, or of an own control plane, which may not
    /// answer meanwhile.
    pub fn fingerprint(&self, api: &dyn Api) -> Result<u64, RunError> {
        let objects = rollout::survey(api, &self.names).map(|survey| survey.fingerprint);
        if !self.lab.needs.contains(&Need::OwnCluster) {
            return Ok(objects?);
        }
        Ok(restart_wait::fingerprint(api)? ^ objects.unwrap_or_default())
    }

    /// Writes down what later checks compare with.
    pub(super) fn snapshots(&self, api: &dyn Api) -> Result<Snapshots, RunError> {
        let nothing = Snapshots::new();
        self.with_scene(api, &nothing, |context| {
            let mut snapshots = Snapshots::new();
            for check in self.lab.checks() {
                match check::snapshot(&check.probe, context) {
                    Ok(Some(value)) => drop(snapshots.insert(check.id.to_string(), value)),
                    Ok(None) => {}
                    Err(result) => {
                        return Err(RunError::NotSettled {
                            lab: self.names.lab.clone(),
                            what: format!("{}: {}", check.id.value, result.observed),
                        });
                    }
                }
            }
            Ok(snapshots)
        })
    }

    /// Writes the files that the learner works with: the story, the manifests of the start, and the questions.
    pub fn write_files(&self) -> Result<(), RunError> {
        let mut files = vec![("README.md".to_owned(), self.text("README.md")?)];
        for path in self.paths("start") {
            files.push((path.trim_start_matches("start/").to_owned(), self.text(path)?));
        }
        files.extend(crate::lab::answers::blank(&self.lab).map(|text| (crate::lab::answers::FILE.to_owned(), text)));
        for (name, text) in files {
            self.write(&name, &text)?;
        }
        Ok(())
    }

    /// Writes those, and what the steps of the start put beside them, where the start itself was done elsewhere.
    pub fn write_start(&self) -> Result<(), RunError> {
        self.write_files()?;
        self.lab.start.steps.iter().try_for_each(|step| match &step.action {
            Action::Put(put) => self.write(&put.file, &self.text(&put.from)?),
            _ => Ok(()),
        })
    }

    /// Writes a file of the learner's folder, and of no other.
    pub(super) fn write(&self, named: &str, text: &str) -> Result<(), RunError> {
        self.make_folder()?;
        within::write(&self.folder, named, text).map_err(|error| match error {
            ReadError::File(error) => RunError::Course(format!("{}: {error}; move it away", self.folder.join(named))),
            error @ ReadError::Outside(_) => RunError::Course(error.to_string()),
        })
    }

    pub(super) fn make_folder(&self) -> Result<(), RunError> {
        fs::create_dir_all(&self.folder).map_err(RunError::at(&self.folder))
    }
}
