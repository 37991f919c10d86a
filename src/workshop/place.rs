//! Where an attendee works: the namespaces of their labs, and one in which their account is.

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use serde_json::Value;
use tempfile::TempDir;

use super::error::WorkshopError;
use crate::lab::check_context::{Names, Snapshots};
use crate::lab::course::values::Need;
use crate::lab::course::{Entry, objects};
use crate::lab::lab_cluster::{CONTEXT, LabCluster};
use crate::lab::run::RenderedLab;
use crate::lab::state::RunRecord;

/// The label of every object of a workshop; its value is the workshop's id.
pub const WORKSHOP: &str = "tightship/workshop";
/// The label of every namespace of an attendee; its value is the pseudonym.
pub const ATTENDEE: &str = "tightship/attendee";
/// The label of the namespace of a lab; its value is the lab's id.
pub const LAB: &str = "tightship/lab";
/// The label of namespaces whose network policies are the attendee's own matter.
pub const OPEN: &str = "tightship/open";
/// The label of what attendees may read and not change.
pub const GUARD: &str = "tightship/guard";
/// The name of an attendee's account, and of what belongs to it.
pub const ACCOUNT: &str = "attendee";

/// How the names of all namespaces of attendees begin that accounts are in.
const SEAT: &str = "ts-seat-";

/// The suffix of all runs of an attendee. No run outside of workshops has such a one.
pub fn run_name(name: &str) -> String {
    format!("w-{name}")
}

/// The namespace of an attendee's account. Attendees change nothing in it.
pub fn home(name: &str) -> String {
    format!("{SEAT}{}", run_name(name))
}

/// The pseudonym of whoever has this user name; none if it is not the account of an attendee.
pub fn pseudonym(user: &str) -> Option<&str> {
    let namespace = user.strip_prefix("system:serviceaccount:")?.strip_suffix(":attendee")?;
    namespace.strip_prefix(SEAT)?.strip_prefix("w-")
}

/// The `ConfigMap` in it that has the run of a lab.
pub fn run_map(lab: &str) -> String {
    format!("lab-{lab}")
}

/// The `ConfigMap` in it in which an attendee says what they have: answers, files, and their own verdict.
pub fn claim_map(lab: &str) -> String {
    format!("claim-{lab}")
}

/// Whether a lab's network policies are the attendee's own matter: policies only add up, so that one of ours would open what
/// the lab asks to be closed.
pub fn is_open(entry: &Entry) -> bool {
    entry.lab.needs.contains(&Need::NetworkPolicy) || has_kind(entry, "start", &["NetworkPolicy"])
}

/// Whether a lab is about quotas: ours would count, and set defaults, beside those that it asks for.
pub fn is_of_quotas(entry: &Entry) -> bool {
    has_kind(entry, "", &["ResourceQuota", "LimitRange"])
}

fn has_kind(entry: &Entry, below: &str, kinds: &[&str]) -> bool {
    let files = entry.files.iter().filter(|(path, _)| path.starts_with(below) && *path != "lab.yaml");
    let read = files.filter_map(|(_, source)| objects::read(source).ok());
    read.flatten().any(|object| object.get("kind").and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind)))
}

/// The real names of a lab's namespaces, of an attendee.
pub fn namespaces(entry: &Entry, name: &str) -> Vec<String> {
    Names::again(&entry.lab, &run_name(name), IndexMap::new()).ns.into_values().collect()
}

/// A new run of a lab for an attendee.
pub fn new_run(entry: &Entry, name: &str) -> Result<RunRecord, WorkshopError> {
    let random = Names::for_run(&entry.lab).map_err(|error| WorkshopError::Other(error.to_string()))?.random;
    let names = Names::again(&entry.lab, &run_name(name), random);
    Ok(RunRecord {
        run: names.run,
        ns: names.ns,
        random: names.random,
        ready: false,
        snapshots: Snapshots::new(),
        saved: IndexMap::new(),
        fingerprint: None,
        done: Vec::new(),
    })
}

/// A folder for what is needed only while something is done. It is deleted with the first of the two.
pub fn scratch() -> Result<(TempDir, Utf8PathBuf), WorkshopError> {
    let folder = tempfile::tempdir().map_err(|error| WorkshopError::Other(error.to_string()))?;
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned());
    let path = path.map_err(|path| WorkshopError::Other(format!("{} is not UTF-8", path.display())))?;
    Ok((folder, path))
}

/// The lab of an attendee, with the cluster as whoever works with it sees it. `folder` is one for temporary files; the kubeconfig
/// goes there, and the lab's own files into a folder in it.
pub fn stage<'e>(
    entry: &'e Entry,
    run: &RunRecord,
    site: &LabCluster,
    folder: &Utf8Path,
) -> Result<RenderedLab<'e>, WorkshopError> {
    let names = Names {
        server: site.record.server.clone(),
        node: String::new(),
        kubeconfig: folder.join("kubeconfig"),
        saved: run.saved.clone(),
        ..Names::again(&entry.lab, &run.run, run.random.clone())
    };
    let text = site.login().kubeconfig(CONTEXT, names.home());
    super::roster::write(folder, "kubeconfig", &text)?;
    Ok(RenderedLab::new(entry, names, &folder.join("lab"))?)
}
