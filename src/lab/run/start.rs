//! The beginning of a run, and its end.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::verify::{Patience, Report};
use super::{RenderedLab, RunError, rollout};
use crate::client::apply::{self, Place};
use crate::client::kinds::Resource;
use crate::client::{Api, Method, Request};
use crate::k8s::object::Kind;
use crate::lab::check_context::{Names, Snapshots};
use crate::lab::course::values::Need;
use crate::lab::node::pristine;
use crate::lab::verdict::Verdict;

/// The label of everything that belongs to a run; its value is the suffix.
pub const LABEL: &str = "tightship/lab-run";

/// How long a lab may take to be as it should be at its start.
const SETTLE: Duration = Duration::from_secs(60);
/// How long a check may be in error meanwhile.
const LOST: Duration = Duration::from_secs(10);
/// The pause between two looks that must say the same.
const PAUSE: Duration = Duration::from_secs(1);

/// The kinds outside of namespaces that a lab may make.
const OUTSIDE: &[Kind] = &[
    Kind::ClusterRoleBinding,
    Kind::ClusterRole,
    Kind::CertificateSigningRequest,
    Kind::ValidatingAdmissionPolicyBinding,
    Kind::ValidatingAdmissionPolicy,
];

/// A run that has begun.
pub struct Begun {
    /// What was written down for later checks.
    pub snapshots: Snapshots,
    /// What the cluster looks like.
    pub fingerprint: u64,
}

/// When the start of a lab is seen to be as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// As part of it.
    Now,
    /// Elsewhere, by whoever begins the same lab many times.
    Elsewhere,
}

/// Makes the namespaces, does what begins the lab, and waits until it is as it should be. Tells of its steps.
pub fn begin(
    stage: &mut RenderedLab<'_>,
    api: &dyn Api,
    is_proved: Proved,
    tell: &mut dyn FnMut(&str),
) -> Result<Begun, RunError> {
    if stage.lab.needs.contains(&Need::OwnCluster) {
        pristine::prepare(api, &stage.names.node, tell)?;
    }
    tell("make the namespaces");
    for (alias, space) in &stage.lab.namespaces {
        let name = stage.namespace(alias)?;
        let labels: serde_json::Map<String, serde_json::Value> = space
            .labels
            .iter()
            .map(|(key, value)| (key.clone(), json!(value)))
            .chain([(LABEL.to_owned(), json!(stage.names.run))])
            .collect();
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
        apply::apply(api, &namespace, None)?;
    }
    begin_within(stage, api, is_proved, tell)
}

/// The same in namespaces that are there.
pub fn begin_within(
    stage: &mut RenderedLab<'_>,
    api: &dyn Api,
    is_proved: Proved,
    tell: &mut dyn FnMut(&str),
) -> Result<Begun, RunError> {
    apply_again(stage, api, tell)?;
    let snapshots = stage.snapshots(api)?;
    if is_proved == Proved::Now {
        tell("see that the flaw is there");
        settle(stage, api, &snapshots)?;
    }
    let fingerprint = stage.fingerprint(api)?;
    Ok(Begun { snapshots, fingerprint })
}

/// Does what begins the lab in namespaces that are there, and waits for its pods.
pub fn apply_again(stage: &mut RenderedLab<'_>, api: &dyn Api, tell: &mut dyn FnMut(&str)) -> Result<(), RunError> {
    wait_for_accounts(api, &stage.names)?;
    tell("apply what the lab begins with");
    stage.apply_start(api, tell)?;
    Ok(rollout::wait(api, &stage.names, tell)?)
}

/// Pods are refused until the default service account is there.
fn wait_for_accounts(api: &dyn Api, names: &Names) -> Result<(), RunError> {
    let end = Instant::now() + Duration::from_secs(10);
    let Some(accounts) = Resource::of(Kind::ServiceAccount) else { return Ok(()) };
    for namespace in names.ns.values() {
        while Instant::now() < end {
            if api.request(&Request::get(accounts.object(Some(namespace), "default")))?.is_success() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// Looks until what should fail fails and the rest passes, twice in a row.
fn settle(stage: &RenderedLab<'_>, api: &dyn Api, snapshots: &Snapshots) -> Result<(), RunError> {
    let end = Instant::now() + SETTLE;
    let mut before = false;
    loop {
        let report = stage.verify(api, snapshots, None, Patience::Once, &mut |_| {});
        let odd = unexpected(stage, &report);
        if odd.is_empty() && before {
            return Ok(());
        }
        before = odd.is_empty();
        // what cannot be looked at for a while will not be looked at later either
        let is_lost = report.has_errors() && Instant::now() + SETTLE >= end + LOST;
        if is_lost || Instant::now() >= end {
            return Err(RunError::NotSettled { lab: stage.names.lab.clone(), what: odd.join("; ") });
        }
        thread::sleep(PAUSE);
    }
}

/// The checks that say something else than they should at the start, and what they say.
pub fn unexpected(stage: &RenderedLab<'_>, report: &Report) -> Vec<String> {
    let odd = report.checks.iter().filter(|checked| {
        let check = stage.lab.check(&checked.id);
        let passes = check.is_some_and(|check| check.passes_at_start(checked.task.is_some()));
        match checked.status {
            Verdict::Pass => !passes,
            Verdict::Fail | Verdict::Blocked => passes,
            Verdict::Error => true,
        }
    });
    odd.map(|checked| format!("{} says {}: {}", checked.id, checked.status.as_str(), checked.observed)).collect()
}

/// Ends a run on a lab's own cluster: if the API server does not answer any more, the control plane is put back first.
pub fn end_own(api: &dyn Api, names: &Names, tell: &mut dyn FnMut(&str)) -> Result<(), RunError> {
    if end(api, names).is_ok() {
        return Ok(());
    }
    pristine::prepare(api, &names.node, tell)?;
    end(api, names)
}

/// Deletes everything of a run, without waiting for it to be gone.
pub fn end(api: &dyn Api, names: &Names) -> Result<(), RunError> {
    let selector = format!("{LABEL}={}", names.run);
    for kind in OUTSIDE {
        let Some(resource) = Resource::of(*kind) else { continue };
        for object in apply::list(api, &resource, None, Some(&selector))? {
            let Some(name) = object.pointer("/metadata/name").and_then(serde_json::Value::as_str) else { continue };
            apply::delete(api, &Place { resource: resource.clone(), namespace: None, name: name.to_owned() })?;
        }
    }
    let Some(namespaces) = Resource::of(Kind::Namespace) else { return Ok(()) };
    // what is written down is not enough to delete a namespace: it says itself that it is of the run
    for space in apply::list(api, &namespaces, None, Some(&selector))? {
        let name = space.pointer("/metadata/name").and_then(serde_json::Value::as_str).unwrap_or_default();
        if names.ns.values().any(|other| other == name) {
            // gone already is as good
            api.request(&Request::new(Method::Delete, namespaces.object(None, name)))?;
        }
    }
    Ok(())
}
