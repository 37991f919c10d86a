//! Trying wrong answers: each on top of a solution, which is put back after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};

use super::inventory::{self, Objects, name, neutral};
use super::json::{bare, text, with, with_at};
use super::node;
use super::operators::{Choice, Mutant, mutants};
use super::scene::{Files, Scene};
use super::wrong::{Edit, OWNER_UID};
use crate::client::apply::{self, Failure, Place, Refusal};
use crate::client::kubeconfig::{self, Access};
use crate::client::{Api, ApiError, Identity, Method, Request};
use crate::lab::check_context::Snapshots;
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::Who;
use crate::lab::course::values::Need;
use crate::lab::node::{Component, NodeError, files, restart};
use crate::lab::run::{Patience, RenderedLab, Report, RunError, rollout};
use crate::lab::verdict::Verdict;
use crate::lab::within;

/// How often what passes is looked at: a busy cluster may be late.
const LOOKS: u32 = 3;
/// The pause before the second look; before the third one it is twice as long.
const PAUSE: Duration = Duration::from_secs(4);
/// How often an object is written that somebody else writes meanwhile.
const WRITES: usize = 5;
/// How long an object may take to be gone.
const GONE: Duration = Duration::from_secs(30);
/// Kinds with fields that cannot be changed: they are made anew.
const ANEW: &[&str] = &["RoleBinding", "ClusterRoleBinding", "ResourceQuota", "Pod", "Deployment", "Job", "Secret"];

/// What became of a wrong answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// These checks failed.
    Caught(Vec<String>),
    /// The cluster itself did not take it, and said this.
    Refused(String),
    /// No check failed.
    Passed,
    /// No check failed, and some could not look.
    Unclear(Vec<String>),
}

/// A wrong answer, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The operator that made it.
    pub operator: &'static str,
    /// What is different from the solution.
    pub what: String,
    /// Why that is wrong.
    pub wrong: &'static str,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took.
    pub seconds: f64,
}

impl Tried {
    /// What is wrong with the lab's checks because of it; none if it was caught or refused.
    pub fn fault(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Caught(_) | Outcome::Refused(_) => None,
            Outcome::Passed => Some(format!("passes: {} ({}: {})", self.what, self.operator, self.wrong)),
            Outcome::Unclear(errors) => {
                Some(format!("fails no check: {} ({}): {}", self.what, self.operator, errors.join("; ")))
            }
        }
    }
}

/// Takes a lab that has begun through a solution, and then through wrong answers, one at a time.
pub fn run(
    stage: &mut RenderedLab<'_>,
    api: &dyn Api,
    snapshots: &Snapshots,
    number: usize,
    choice: Choice,
    stop: &AtomicBool,
) -> Result<(Vec<Tried>, Vec<String>), RunError> {
    let paths = if stage.lab.needs.contains(&Need::OwnCluster) { node::paths(&stage.lab) } else { Vec::new() };
    let before = State::take(stage, api, &paths)?;
    stage.apply_solution(api, number, None, &mut |_| {})?;
    // a busy cluster may be late
    let verify = |stage: &RenderedLab<'_>| {
        let look = || stage.verify(api, snapshots, None, Patience::Learner(None), &mut |_| {});
        let first = look();
        if first.verdict() == Verdict::Pass { first } else { look() }
    };
    let report = verify(stage);
    if report.verdict() != Verdict::Pass {
        return Ok((Vec::new(), wrong(&report, "the solution does not pass")));
    }
    let after = State::take(stage, api, &paths)?;
    let users = users(stage, api)?;
    let scene = Scene {
        lab: &stage.lab,
        names: &stage.names,
        before: &before.objects,
        after: &after.objects,
        users,
        files: (before.files, after.files.clone()),
        node: (before.node, after.node.clone()),
    };
    let bench = Bench { stage, api, snapshots, after: &after };
    let mut tried = Vec::new();
    for mutant in mutants(&scene, choice) {
        if stop.load(Ordering::SeqCst) {
            return Err(RunError::Interrupted);
        }
        tried.push(bench.attempt(&mutant)?);
    }
    if tried.is_empty() {
        return Ok((tried, Vec::new()));
    }
    // what is left of one would have failed those after it
    let report = verify(stage);
    let left = if report.verdict() == Verdict::Pass {
        Vec::new()
    } else {
        wrong(&report, "the solution does not pass any more after its mutants")
    };
    Ok((tried, left))
}

fn wrong(report: &Report, what: &str) -> Vec<String> {
    let failing = report.checks.iter().filter(|check| check.status != Verdict::Pass);
    let said = failing.map(|check| format!("{what}: {} says {}: {}", check.id, check.status.as_str(), check.observed));
    said.collect()
}

/// All that can be put back.
struct State {
    objects: Objects,
    files: Files,
    node: Files,
}

impl State {
    fn take(stage: &RenderedLab<'_>, api: &dyn Api, paths: &[String]) -> Result<Self, RunError> {
        let mut node = Files::new();
        for path in paths {
            if let Some(text) = files::read(api, path)? {
                node.insert(path.clone(), text);
            }
        }
        Ok(Self { objects: inventory::take(api, &stage.names)?, files: own_files(stage)?, node })
    }
}

/// The files of the learner's folder, but those in folders.
fn own_files(stage: &RenderedLab<'_>) -> Result<Files, RunError> {
    let mut found = Files::new();
    let entries = stage.folder.read_dir_utf8().map_err(RunError::at(&stage.folder))?;
    for entry in entries {
        let entry = entry.map_err(RunError::at(&stage.folder))?;
        if entry.path().is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            found.insert(entry.file_name().to_owned(), text);
        }
    }
    Ok(found)
}

/// Who the kubeconfigs in the learner's folder stand for, as the API server says.
fn users(stage: &RenderedLab<'_>, api: &dyn Api) -> Result<BTreeMap<String, String>, RunError> {
    let mut wanted = BTreeSet::new();
    for check in stage.lab.checks() {
        kubeconfigs(&check.probe, &mut wanted);
    }
    let mut found = BTreeMap::new();
    for file in wanted {
        let Ok(path) = within::within(&stage.folder, &file) else { continue };
        let Ok(access) = Access::open(&path, kubeconfig::Files::Within(&stage.folder)) else { continue };
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let request = Request::new(Method::Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews").with(review);
        let response = match api.request(&request.by(Identity::Credentials(access.credentials))) {
            Ok(response) if response.is_success() => response,
            Ok(_) | Err(ApiError::Identity(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Some(name) = response.json()?.pointer("/status/userInfo/username").and_then(Value::as_str) {
            found.insert(file, name.to_owned());
        }
    }
    Ok(found)
}

fn kubeconfigs(probe: &CheckKind, found: &mut BTreeSet<String>) {
    match probe {
        CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
            for member in members {
                kubeconfigs(member, found);
            }
        }
        CheckKind::CanI(spec) => {
            if let Who::Kubeconfig(file) = &spec.subject.value {
                found.insert(file.value.clone());
            }
        }
        _ => {}
    }
}

/// Where wrong answers are tried.
struct Bench<'b> {
    stage: &'b RenderedLab<'b>,
    api: &'b dyn Api,
    snapshots: &'b Snapshots,
    /// What the solution has made, to be put back.
    after: &'b State,
}

impl Bench<'_> {
    fn attempt(&self, mutant: &Mutant) -> Result<Tried, RunError> {
        let begun = Instant::now();
        let outcome = match self.apply(&mutant.wrong.edits) {
            Ok(()) => match self.judge() {
                Outcome::Passed if !self.stays(&mutant.wrong.edits)? => {
                    Ok(Outcome::Refused("the cluster deletes it again".to_owned()))
                }
                outcome => Ok(outcome),
            },
            Err(Failure::Refused(refusal)) => Ok(Outcome::Refused(neutral(&refusal.message, &self.stage.names))),
            Err(Failure::Api(error)) => Err(error),
        };
        self.put_back(&mutant.wrong.edits)?;
        Ok(Tried {
            operator: mutant.operator.name,
            what: mutant.wrong.what.clone(),
            wrong: mutant.operator.wrong,
            outcome: outcome?,
            seconds: begun.elapsed().as_secs_f64(),
        })
    }

    /// What the checks say. Whoever verifies waits for rollouts first.
    fn judge(&self) -> Outcome {
        let mut outcome = Outcome::Passed;
        for look in 0..LOOKS {
            thread::sleep(PAUSE * look);
            let report = self.stage.verify(self.api, self.snapshots, None, Patience::Learner(None), &mut |_| {});
            let of = |verdicts: &[Verdict]| {
                let found = report.checks.iter().filter(|check| verdicts.contains(&check.status));
                found.map(|check| (check.id.clone(), check.observed.clone())).collect::<Vec<_>>()
            };
            let failing = of(&[Verdict::Fail, Verdict::Blocked]);
            if !failing.is_empty() {
                return Outcome::Caught(failing.into_iter().map(|(id, _)| id).collect());
            }
            let errors = of(&[Verdict::Error]);
            outcome = if errors.is_empty() {
                Outcome::Passed
            } else {
                Outcome::Unclear(errors.into_iter().map(|(id, seen)| format!("{id} is an error: {seen}")).collect())
            };
        }
        outcome
    }

    /// Whether what was made is still there.
    fn stays(&self, edits: &[Edit]) -> Result<bool, RunError> {
        for edit in edits {
            if let Edit::Put(object) = edit
                && apply::get(self.api, &Place::of(self.api, object, None)?)?.is_none()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn apply(&self, edits: &[Edit]) -> Result<(), Failure> {
        for edit in edits {
            match edit {
                Edit::Put(object) => put(self.api, object)?,
                Edit::Delete(object) => drop(apply::delete(self.api, &Place::of(self.api, object, None)?)?),
                Edit::File { name, text } => self.write(name, text.as_deref())?,
                Edit::Node { .. } => {}
            }
        }
        self.on_node(edits, false)
    }

    /// Everything as the solution has made it.
    fn put_back(&self, edits: &[Edit]) -> Result<(), RunError> {
        self.on_node(edits, true)?;
        for edit in edits.iter().rev() {
            match edit {
                Edit::Put(object) | Edit::Delete(object) => {
                    match self.after.objects.get(&name(object, &self.stage.names)) {
                        Some(original) => put(self.api, original)?,
                        None => drop(apply::delete_and_wait(self.api, &Place::of(self.api, object, None)?, GONE)?),
                    }
                }
                Edit::File { name, .. } => self.write(name, self.after.files.get(name).map(String::as_str))?,
                Edit::Node { .. } => {}
            }
        }
        rollout::wait(self.api, &self.stage.names, &mut |_| {})?;
        Ok(())
    }

    fn write(&self, name: &str, text: Option<&str>) -> Result<(), Failure> {
        let path = self.stage.folder.join(name);
        let written = match text {
            Some(text) => fs::write(&path, text),
            None => fs::remove_file(&path),
        };
        written.map_err(|error| ApiError::Unreachable(format!("{path}: {error}")).into())
    }

    /// Writes files of the node, or puts them back, and restarts what reads them.
    fn on_node(&self, edits: &[Edit], back: bool) -> Result<(), Failure> {
        let mut touched = BTreeSet::new();
        for edit in edits {
            let Edit::Node { path, text, mode } = edit else { continue };
            let original = self.after.node.get(path);
            let (text, mode) = if back { (original, mode.map(|_| "0600")) } else { (text.as_ref(), *mode) };
            match text {
                Some(text) => files::write(self.api, path, text, mode).map_err(refused)?,
                None => files::delete(self.api, path).map_err(refused)?,
            }
            touched.insert(component(path));
        }
        if !touched.is_empty() {
            restart::restart(self.api, &self.stage.names.node, &touched, &mut |_| {}).map_err(refused)?;
        }
        Ok(())
    }
}

fn refused(error: NodeError) -> Failure {
    match error {
        NodeError::Api(error) => error.into(),
        other => ApiError::Unreachable(other.to_string()).into(),
    }
}

/// What reads a file of the node: a static pod's own, the kubelet's, or else one that the API server is told of.
fn component(path: &str) -> Component {
    let of_kubelet = path.starts_with("/var/lib/kubelet") || path.starts_with("/etc/systemd");
    let other = if of_kubelet { Component::Kubelet } else { Component::ApiServer };
    Component::of_manifest(path).unwrap_or(other)
}

/// Makes an object as it is written, whatever is there.
fn put(api: &dyn Api, object: &Value) -> Result<(), Failure> {
    let place = Place::of(api, object, None)?;
    let object = owned(api, &bare(object))?;
    for _ in 0..WRITES {
        let Some(now) = apply::get(api, &place)? else {
            let path = place.resource.path(place.namespace.as_deref());
            return answered(api, &Request::new(Method::Post, path).with(object));
        };
        let version = now.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
        let next = with(&object, &["metadata", "resourceVersion"], version);
        let path = place.resource.object(place.namespace.as_deref(), &place.name);
        match answered(api, &Request::new(Method::Put, path).with(next)) {
            // somebody else was faster
            Err(Failure::Refused(refusal)) if refusal.status == 409 => {}
            Err(Failure::Refused(refusal)) if refusal.status == 422 && is_fixed(&refusal, &place) => {
                apply::delete_and_wait(api, &place, GONE)?;
            }
            other => return other,
        }
    }
    Err(ApiError::Unreachable(format!("{} {} is written all the time", place.resource.kind, place.name)).into())
}

/// Whether a field cannot be changed in an object that is there.
fn is_fixed(refusal: &Refusal, place: &Place) -> bool {
    let says = |words: &str| refusal.message.contains(words);
    ANEW.contains(&place.resource.kind.as_str())
        && (says("immutable") || says("cannot change") || says("may not change") || says("updates to"))
}

fn answered(api: &dyn Api, request: &Request) -> Result<(), Failure> {
    Refusal::of(&api.request(request)?).map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// An object whose owner is named by its uid.
fn owned(api: &dyn Api, object: &Value) -> Result<Value, Failure> {
    if object.pointer("/metadata/ownerReferences/0/uid") != Some(&json!(OWNER_UID)) {
        return Ok(object.clone());
    }
    let of = |key: &str| text(object, &format!("/metadata/ownerReferences/0/{key}"));
    let owner = json!({"apiVersion": of("apiVersion"), "kind": of("kind"), "metadata": {"name": of("name")}});
    let place = Place::of(api, &owner, Some(text(object, "/metadata/namespace")))?;
    let uid = apply::get(api, &place)?.and_then(|found| found.pointer("/metadata/uid").cloned()).unwrap_or_default();
    Ok(with_at(object, "/metadata/ownerReferences/0/uid", uid).unwrap_or_else(|| object.clone()))
}
