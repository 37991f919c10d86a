//! Making a cluster.

use std::fs;
use std::sync::atomic::AtomicBool;

use camino::{Utf8Path, Utf8PathBuf};

use super::cluster_dir::{MARK, PATCHES};
use super::reaper::Reaper;
use super::{ClusterDir, ClusterError, Progress, Record, SPEC, containers, kind, ready, remove, specs};
use crate::generate::{self, Options, RenderError};
use crate::k8s::version::Version;
use crate::render::writer;
use crate::template;
use crate::yaml::Source;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The image of the nodes.
    pub image: Option<String>,
    /// The release that the image must have.
    pub kubernetes: Option<Version>,
    /// What needs a release, and the oldest that it takes.
    pub at_least: Option<(String, Version)>,
    /// Whether it gets the baseline.
    pub hardened: bool,
    /// The number of nodes: one control plane, and the rest workers.
    pub nodes: u8,
    /// For a cluster whose control plane is changed by hand: it comes back quickly. Not of a hardened one.
    pub custom: Option<Custom>,
}

/// What is different from what kind makes, besides that the control plane comes back quickly after a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Custom {
    /// Patches of the configuration of kubeadm, each a document with its `kind`.
    pub kubeadm: Vec<String>,
    /// Feature gates of all programs.
    pub gates: Vec<(String, bool)>,
    /// What the API server serves, or not, by group and version.
    pub runtime: Vec<(String, String)>,
}

/// Makes a cluster and waits until it works. If that fails or is interrupted, nothing is left of it.
pub fn create(
    home: &ClusterDir,
    wanted: &Wanted,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Record, ClusterError> {
    Ok(Borrowed::create(home, wanted, progress, stop)?.keep())
}

/// A cluster that is deleted when this is dropped, or when the program ends, however that happens.
#[derive(Debug)]
pub struct Borrowed {
    record: Record,
    folder: Utf8PathBuf,
    reaper: Option<Reaper>,
}

impl Borrowed {
    /// Makes a cluster as [`create`] does.
    pub fn create(
        home: &ClusterDir,
        wanted: &Wanted,
        progress: &mut dyn Progress,
        stop: &AtomicBool,
    ) -> Result<Self, ClusterError> {
        let (record, reaper) = make(home, wanted, progress, stop)?;
        Ok(Self { record, folder: home.folder().to_owned(), reaper: Some(reaper) })
    }

    /// Its folder, which goes with it, and with everything in it.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Lets it stay after all.
    pub fn keep(mut self) -> Record {
        if let Some(reaper) = self.reaper.take() {
            reaper.done();
        }
        self.record.clone()
    }

    /// Deletes it now, and waits for that; says whether nothing is left.
    pub fn delete(mut self) -> bool {
        self.reaper.take().is_none_or(Reaper::clean_up)
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // it tries to; whoever wants to know asks by `delete`
        let _ = self.reaper.take().map(Reaper::clean_up);
    }
}

fn make(
    home: &ClusterDir,
    wanted: &Wanted,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<(Record, Reaper), ClusterError> {
    progress.step("check docker, kind and the node image");
    let record = look(home, wanted, progress, stop).inspect_err(|_| progress.fail())?;
    home.make(&record)?;
    let mut reaper = match Reaper::start(home) {
        Ok(reaper) => reaper,
        Err(error) => {
            remove::all(home)?;
            return Err(error);
        }
    };
    match build(home, &record, wanted, &mut reaper, progress, stop) {
        Ok(()) => Ok((record, reaper)),
        Err(error) => {
            progress.fail();
            progress.step("clean up");
            if reaper.clean_up() {
                return Err(error);
            }
            progress.fail();
            Err(ClusterError::Unclean { name: home.name().to_owned(), error: Box::new(error) })
        }
    }
}

/// Looks at everything that can be wrong before anything is made.
fn look(
    home: &ClusterDir,
    wanted: &Wanted,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Record, ClusterError> {
    containers::check()?;
    kind::check(None)?;
    let nodes = containers::nodes(home.name())?;
    if !nodes.is_empty() {
        let name = home.name().to_owned();
        return Err(if home.owns(&nodes) { ClusterError::Exists(name) } else { ClusterError::Taken(name) });
    }
    let image = wanted.image.clone().ok_or(ClusterError::NoImage)?;
    containers::ensure_image(&image, progress, stop)?;
    let (found, release) = containers::release_of(&image)?;
    if let Some(wanted) = wanted.kubernetes.filter(|wanted| *wanted != release) {
        return Err(ClusterError::OtherRelease { image, found, wanted });
    }
    if let Some((what, needed)) = wanted.at_least.clone().filter(|(_, needed)| release < *needed) {
        return Err(ClusterError::TooOld { image, found, what, needed });
    }
    kind::check(Some(release))?;
    Ok(Record {
        format: Record::FORMAT,
        name: home.name().to_owned(),
        kubernetes: found.trim_start_matches('v').to_owned(),
        image,
        hardened: wanted.hardened,
        nodes: wanted.nodes,
    })
}

fn build(
    home: &ClusterDir,
    record: &Record,
    wanted: &Wanted,
    reaper: &mut Reaper,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<(), ClusterError> {
    progress.step("write its files");
    let config = if record.hardened { hardened(home, record, stop)? } else { plain(home, record, wanted)? };
    kind::create(home, &config, &record.image, &mut |group| reaper.watch(group), progress, stop)?;
    ready::wait(home, record, progress, stop)
}

/// Writes the spec and what it is rendered to; gives the configuration for kind.
fn hardened(home: &ClusterDir, record: &Record, stop: &AtomicBool) -> Result<Utf8PathBuf, ClusterError> {
    let (source, specs) = specs(record)?;
    let options = Options { spec: SPEC, layout: None, comments: None, environment: None };
    let plan = generate::plan(&specs, options)?;
    write(home, SPEC, source.text())?;
    writer::compare(home.folder(), &plan, &Source::new(SPEC, source.text()), false)?.write(stop)?;
    Ok(home.folder().join("control-plane").join(home.name()).join("kind.yaml"))
}

/// The folder in a node where [`MARK`] is.
const INSIDE: &str = "/etc/tightship";
/// Writes the configuration of a plain cluster.
fn plain(home: &ClusterDir, record: &Record, wanted: &Wanted) -> Result<Utf8PathBuf, ClusterError> {
    #[derive(serde::Serialize)]
    struct Context<'r> {
        name: &'r str,
        mark: String,
        inside: &'r str,
        workers: u8,
        quick: bool,
        kubeadm: &'r [String],
        gates: &'r [(String, bool)],
        runtime: &'r [(String, String)],
    }
    let custom = wanted.custom.clone().unwrap_or_default();
    let context = Context {
        name: &record.name,
        mark: format!("./{MARK}"),
        inside: INSIDE,
        workers: record.nodes.saturating_sub(1),
        quick: wanted.custom.is_some(),
        kubeadm: &custom.kubeadm,
        gates: &custom.gates,
        runtime: &custom.runtime,
    };
    let text = template::render("cluster/kind.yaml.j2", template::contexts(context)).map_err(RenderError::from)?;
    let mark = home.folder().join(MARK);
    fs::create_dir(&mark).map_err(ClusterError::at(&mark))?;
    if wanted.custom.is_some() {
        haste(&mark.join("patches"))?;
    }
    write(home, "kind.yaml", &text)
}

/// Writes the patches with which kubeadm makes static pods that come back quickly: one has 30 seconds to end, which the API
/// server takes; ten pass before it is first asked whether it is ready; and who lost its lease waits for 15 to have it again.
fn haste(folder: &Utf8Path) -> Result<(), ClusterError> {
    fs::create_dir(folder).map_err(ClusterError::at(folder))?;
    for file in PATCHES {
        let patch = match file.strip_suffix("+strategic.yaml") {
            Some(name) => {
                let probe = "{initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 240}";
                let container = format!("{{name: {name}, startupProbe: {probe}}}");
                format!("spec: {{terminationGracePeriodSeconds: 1, containers: [{container}]}}\n")
            }
            None => "- {op: add, path: /spec/containers/0/command/-, value: --leader-elect=false}\n".to_owned(),
        };
        put(&folder.join(file), &patch)?;
    }
    Ok(())
}

fn put(path: &Utf8Path, text: &str) -> Result<(), ClusterError> {
    fs::write(path, text).map_err(ClusterError::at(path))
}

fn write(home: &ClusterDir, name: &str, text: &str) -> Result<Utf8PathBuf, ClusterError> {
    let path = home.folder().join(name);
    put(&path, text)?;
    Ok(path)
}
