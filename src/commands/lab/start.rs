//! `tightship lab start`.

use std::fs;
use std::rc::Rc;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::context::{LabContext, say, styled};
use super::show;
use super::verify::broken;
use crate::cli::lab::{ClusterArgs, StartArgs};
use crate::cluster::Progress as _;
use crate::cluster::create::Wanted;
use crate::commands::progress::Steps;
use crate::commands::{OK, interrupt, output};
use crate::lab::adopted;
use crate::lab::check_context::{Names, Snapshots};
use crate::lab::course::{Course, Entry, values::Need};
use crate::lab::lab_cluster::{self, ClusterSource, LabCluster, SiteError};
use crate::lab::lint::pool::Stoppable;
use crate::lab::run::{self, Proved, RenderedLab};
use crate::lab::state::RunRecord;
use crate::workshop::again;

/// The variable that names the image of nodes.
const IMAGE: &str = "TIGHTSHIP_NODE_IMAGE";

pub(super) fn run(mut context: LabContext, args: &StartArgs) -> anyhow::Result<u8> {
    context.agree()?;
    let _lock = context.lock()?;
    let course = Rc::clone(&context.course);
    let Some(entry) = choose(&course, &context, &args.lab)? else {
        say("every lab is passed: `tightship lab list` shows them, `tightship lab start ID` repeats one")?;
        return Ok(OK);
    };
    let id = entry.lab.id.value.to_string();
    let mut steps = Steps::new();
    let site = match site(&mut context, entry, &args.cluster, &mut steps) {
        Ok(site) => site,
        Err(error) => {
            steps.fail();
            return broken(&error);
        }
    };
    if let Some(needed) = site.record.lacks(&entry.lab) {
        bail!("{id} needs Kubernetes {needed} or newer, and this cluster has {}", site.record.version);
    }
    let is_ready = context.record(entry).and_then(|record| record.run.as_ref()).is_some_and(|run| run.ready);
    if is_ready {
        steps.finish();
        context.state.current = Some(id.clone());
        context.save()?;
        site.write_kubeconfig(&context.workspace, &context.stage(entry, &site)?.names)?;
        say(&format!("{id} is started already; `tightship lab reset {id}` begins it anew"))?;
        return where_to(&context, entry);
    }
    let begun = begin(&mut context, entry, &site, &mut steps);
    if let Err(error) = begun {
        steps.fail();
        return broken(&error);
    }
    let seconds = steps.finish();
    say(&format!("{id} is ready after {} s", seconds.as_secs()))?;
    where_to(&context, entry)
}

fn choose<'c>(course: &'c Course, context: &LabContext, word: &str) -> anyhow::Result<Option<&'c Entry>> {
    if word != "next" {
        return Ok(Some(course.find(word)?));
    }
    let is_done = |id: &str| context.state.labs.get(id).is_some_and(|record| record.passed.is_some());
    Ok(course.next(None, is_done))
}

/// The cluster for a lab: the one that is there, the one that is named, or a new one.
pub(super) fn site(
    context: &mut LabContext,
    entry: &Entry,
    args: &ClusterArgs,
    steps: &mut Steps,
) -> anyhow::Result<LabCluster> {
    let named = args.context.as_deref();
    let site = match (lab_cluster::way(&entry.lab, context.cluster(entry), named)?, named) {
        // a context that is named again is looked up again: its credentials may be new
        (ClusterSource::Open(record), Some(name)) => {
            let uid = record.uid.clone();
            let is_known = adopted::find(&context.workspace, name)?.is_some();
            let site = LabCluster::adopt(name, args.yes_this_cluster || is_known)?;
            if site.record.uid != uid {
                return Err(SiteError::Other(site.record.name).into());
            }
            site
        }
        (ClusterSource::Open(record), None) => return Ok(LabCluster::open(&context.workspace, record)?),
        (ClusterSource::Adopt(name), _) => LabCluster::adopt(name, args.yes_this_cluster)?,
        (ClusterSource::Make, _) => return make(context, entry, args.image.as_deref(), steps),
    };
    remember(context, entry, site)
}

/// A new cluster for a lab.
fn make(context: &mut LabContext, entry: &Entry, image: Option<&str>, steps: &mut Steps) -> anyhow::Result<LabCluster> {
    let stop = interrupt::writing();
    let needed = entry.lab.kubernetes.as_ref().map(|release| (entry.lab.id.value.to_string(), release.0));
    let wanted = Wanted { at_least: needed, ..lab_cluster::wanted(entry, image)? };
    let name = lab_cluster::name_for(&Names::for_run(&entry.lab)?.run);
    let site = LabCluster::make(&context.workspace, &name, &wanted, steps, stop)?;
    remember(context, entry, site)
}

fn remember(context: &mut LabContext, entry: &Entry, site: LabCluster) -> anyhow::Result<LabCluster> {
    context.state.clusters.insert(LabContext::cluster_key(entry).to_owned(), site.record.clone());
    context.save()?;
    site.remember(&context.workspace)?;
    Ok(site)
}

/// Another cluster in the place of a lab's own one, which is gone or cannot be repaired.
pub(super) fn renew(context: &mut LabContext, entry: &Entry, steps: &mut Steps) -> anyhow::Result<LabCluster> {
    let key = LabContext::cluster_key(entry);
    let record = context.state.clusters.get(key).cloned().context("there is no cluster to renew")?;
    // with a node that is gone, the image that was used is not known any more
    let image = lab_cluster::image(&context.workspace, &record)?.or_else(|| std::env::var(IMAGE).ok());
    steps.step(&format!("delete the cluster {}", record.name));
    lab_cluster::remove(&context.workspace, &record)?;
    context.state.clusters.shift_remove(key);
    // what was on it is gone with it
    context.state.lab(&entry.lab.id.value).run = None;
    context.save()?;
    make(context, entry, image.as_deref(), steps)
}

/// Begins a run: its names are written down before anything is made, so that all of it can be found again. Files that the
/// learner has worked on are set aside.
pub(super) fn begin(
    context: &mut LabContext,
    entry: &Entry,
    site: &LabCluster,
    steps: &mut Steps,
) -> anyhow::Result<()> {
    context.agree()?;
    let id = entry.lab.id.value.to_string();
    if site.record.seat.is_some() {
        return begin_again(context, entry, site, steps);
    }
    let old = context.state.lab(&id).run.take();
    // after a start that was broken off the learner has not been at work yet
    if old.as_ref().is_none_or(|run| run.ready)
        && let Some(aside) = set_aside(&context.folder(entry)?)?
    {
        say(&format!("your files are kept in {}", output::shell_word(aside.as_str())))?;
    }
    if let Some(old) = old {
        let names = old.names(&id, &site.record, &context.workspace);
        if entry.lab.needs.contains(&Need::OwnCluster) {
            run::end_own(&site.client, &names, &mut |step| steps.step(step))?;
        } else {
            run::end(&site.client, &names)?;
        }
    }
    let mut names = Names::for_run(&entry.lab)?;
    let record = RunRecord {
        done: Vec::new(),
        run: names.run.clone(),
        ns: names.ns.clone(),
        random: names.random.clone(),
        ready: false,
        snapshots: Snapshots::new(),
        saved: IndexMap::new(),
        fingerprint: None,
    };
    names = record.names(&id, &site.record, &context.workspace);
    context.state.current = Some(id.clone());
    let lab = context.state.lab(&id);
    lab.started.get_or_insert_with(|| jiff::Timestamp::now().to_string());
    lab.run = Some(record);
    context.save()?;
    site.write_kubeconfig(&context.workspace, &names)?;
    let mut stage = RenderedLab::new(entry, names, &context.folder(entry)?)?;
    stage.write_files()?;
    // from here on Ctrl-C is noted, and the next request fails
    let api = Stoppable { api: &site.client, stop: interrupt::writing() };
    let begun = run::begin(&mut stage, &api, Proved::Now, &mut |step| steps.step(step))?;
    let lab = context.state.lab(&id);
    if let Some(run) = &mut lab.run {
        run.snapshots = begun.snapshots;
        run.fingerprint = Some(begun.fingerprint);
        run.saved.clone_from(&stage.names.saved);
        run.ready = true;
    }
    context.save()
}

/// Begins a lab of a workshop anew: its namespaces stay, and so do its names.
fn begin_again(context: &mut LabContext, entry: &Entry, site: &LabCluster, steps: &mut Steps) -> anyhow::Result<()> {
    let id = &entry.lab.id.value;
    if context.record(entry).and_then(|record| record.run.as_ref()).is_none() {
        bail!("{id} has not begun in this workshop: `tightship workshop join` looks again");
    }
    if let Some(aside) = set_aside(&context.folder(entry)?)? {
        say(&format!("your files are kept in {}", output::shell_word(aside.as_str())))?;
    }
    let mut stage = context.stage(entry, site)?;
    stage.write_files()?;
    let api = Stoppable { api: &site.client, stop: interrupt::writing() };
    again::again(&mut stage, &api, &mut |step| steps.step(step))?;
    let saved = stage.names.saved;
    if let Some(run) = &mut context.state.lab(id).run {
        (run.saved, run.fingerprint, run.done) = (saved, None, Vec::new());
    }
    context.save()
}

/// Moves a folder to a name that is free; gives where, or nothing if there is no such folder.
fn set_aside(folder: &Utf8Path) -> anyhow::Result<Option<Utf8PathBuf>> {
    if !folder.exists() {
        return Ok(None);
    }
    let free = (1_u32..10_000)
        .map(|number| Utf8PathBuf::from(format!("{folder}.before-{number}")))
        .find(|path| !path.exists());
    let free = free.context("no name is free")?;
    fs::rename(folder, &free).with_context(|| folder.to_string())?;
    Ok(Some(free))
}

/// Says where the learner finds everything; prints the line that names the kubeconfig.
pub(super) fn where_to(context: &LabContext, entry: &Entry) -> anyhow::Result<u8> {
    let lab = &entry.lab;
    styled(&format!("\n{}\n", show::bold(&format!("{} {}", entry.folder, lab.title))))?;
    say(show::wrapped(&lab.story, "").trim_end())?;
    say("")?;
    for (number, task) in lab.tasks.iter().enumerate() {
        say(show::wrapped(&format!("{}. {}", number + 1, task.text), "   ").trim_end())?;
    }
    let folder = context.folder(entry)?;
    say(&format!("\nread {}, then try `tightship lab verify`", output::shell_word(folder.join("README.md").as_str())))?;
    say("in your shell: the line below, so that kubectl works on the lab")?;
    let kubeconfig = context.workspace.kubeconfig(&lab.id.value);
    output::print(&format!("export KUBECONFIG={}\n", output::shell_word(kubeconfig.as_str())))?;
    Ok(OK)
}
