//! Making a cluster.

use std::fs;
use std::sync::atomic::AtomicBool;

use camino::Utf8PathBuf;

use super::home::MARK;
use super::keeper::Keeper;
use super::{ClusterError, Home, Progress, Record, SPEC, docker, kind, ready, specs};
use crate::apiserver::target;
use crate::kube::version::Version;
use crate::render::{Options, RenderError, engine, writer};
use crate::yaml::Source;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The image of the nodes.
    pub image: Option<String>,
    /// The release that the image must have.
    pub kubernetes: Option<Version>,
    /// Whether it gets the baseline.
    pub hardened: bool,
    /// The number of nodes: one control plane, and the rest workers.
    pub nodes: u8,
}

/// Makes a cluster and waits until it works. If that fails or is interrupted, nothing is left of it.
pub fn create(
    home: &Home,
    wanted: &Wanted,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Record, ClusterError> {
    progress.step("check docker, kind and the node image");
    let record = look(home, wanted, progress, stop).inspect_err(|_| progress.fail())?;
    home.make(&record)?;
    let mut keeper = match Keeper::start(home) {
        Ok(keeper) => keeper,
        Err(error) => {
            home.remove()?;
            return Err(error);
        }
    };
    match build(home, &record, &mut keeper, progress, stop) {
        Ok(()) => {
            keeper.done();
            Ok(record)
        }
        Err(error) => {
            progress.fail();
            progress.step("clean up");
            if keeper.clean_up() {
                return Err(error);
            }
            progress.fail();
            Err(ClusterError::Unclean { name: home.name().to_owned(), error: Box::new(error) })
        }
    }
}

/// Looks at everything that can be wrong before anything is made.
fn look(home: &Home, wanted: &Wanted, progress: &mut dyn Progress, stop: &AtomicBool) -> Result<Record, ClusterError> {
    docker::check()?;
    kind::check(None)?;
    let nodes = docker::nodes(home.name())?;
    if !nodes.is_empty() {
        let name = home.name().to_owned();
        return Err(if home.owns(&nodes) { ClusterError::Exists(name) } else { ClusterError::Taken(name) });
    }
    let image = wanted.image.clone().ok_or(ClusterError::NoImage)?;
    docker::ensure_image(&image, progress, stop)?;
    let (found, release) = docker::release_of(&image)?;
    if let Some(wanted) = wanted.kubernetes.filter(|wanted| *wanted != release) {
        return Err(ClusterError::OtherRelease { image, found, wanted });
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
    home: &Home,
    record: &Record,
    keeper: &mut Keeper,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<(), ClusterError> {
    progress.step("write its files");
    let config = if record.hardened { hardened(home, record, stop)? } else { plain(home, record)? };
    kind::create(home, &config, &record.image, keeper, progress, stop)?;
    ready::wait(home, record, progress, stop)
}

/// Writes the spec and what it is rendered to; gives the configuration for kind.
fn hardened(home: &Home, record: &Record, stop: &AtomicBool) -> Result<Utf8PathBuf, ClusterError> {
    let (source, specs) = specs(record)?;
    let options = Options { spec: SPEC, layout: None, comments: None, environment: None };
    let plan = target::plan(&specs, options)?;
    write(home, SPEC, source.text())?;
    writer::compare(home.folder(), &plan, &Source::new(SPEC, source.text()), false)?.write(stop)?;
    Ok(home.folder().join("control-plane").join(home.name()).join("kind.yaml"))
}

/// Writes the configuration of a plain cluster.
fn plain(home: &Home, record: &Record) -> Result<Utf8PathBuf, ClusterError> {
    #[derive(serde::Serialize)]
    struct Context<'r> {
        name: &'r str,
        mark: String,
        workers: u8,
    }
    let context = Context { name: &record.name, mark: format!("./{MARK}"), workers: record.nodes.saturating_sub(1) };
    let text = engine::render("cluster/kind.yaml.j2", engine::contexts(context)).map_err(RenderError::from)?;
    let mark = home.folder().join(MARK);
    fs::create_dir(&mark).map_err(ClusterError::at(&mark))?;
    write(home, "kind.yaml", &text)
}

fn write(home: &Home, name: &str, text: &str) -> Result<Utf8PathBuf, ClusterError> {
    let path = home.folder().join(name);
    fs::write(&path, text).map_err(ClusterError::at(&path))?;
    Ok(path)
}
