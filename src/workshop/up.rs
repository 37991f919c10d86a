//! Bringing a workshop up: what holds for all, then each attendee with their labs, several at a time. Nothing that is there is
//! made anew.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::WorkshopError;
use super::place::{self, GUARD, WORKSHOP};
use super::roster::Workshop;
use super::{guard, seat};
use crate::client::apply::{self, Place};
use crate::client::kinds::Resource;
use crate::client::{Api, Identity, Method, Request};
use crate::k8s::object::Kind;
use crate::k8s::version::Version;
use crate::lab::course::Entry;
use crate::lab::lab_cluster::LabCluster;
use crate::lab::run::{self, Proved};
use crate::lab::state::RunRecord;

/// How many attendees are seated at the same time.
const HANDS: usize = 4;
/// How long a policy may take to be in force.
const FORCE: Duration = Duration::from_secs(30);

/// Makes what holds for all attendees, and waits until it does. Fails if another workshop is here.
pub fn prepare(site: &LabCluster, workshop: &Workshop) -> Result<(), WorkshopError> {
    let api = &site.client;
    let path = format!("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/{}-accounts", guard::PREFIX);
    let found = api.request(&Request::get(path))?;
    if found.is_success() {
        let object = found.json()?;
        let id = object.pointer("/metadata/labels").and_then(|labels| labels.get(WORKSHOP)).and_then(Value::as_str);
        if id != Some(&workshop.id) {
            let other = "another workshop is on this cluster: `tightship workshop down` in its folder ends it";
            return Err(WorkshopError::Other(other.to_owned()));
        }
    }
    let release = site.record.version.split(['-', '+']).next().and_then(Version::parse).unwrap_or(Version::OLDEST);
    let release = release.clamp(Version::OLDEST, Version::NEWEST);
    for object in guard::objects(&workshop.id, release)? {
        apply::apply(api, &object, None)?;
    }
    bind_everybody(api, workshop)?;
    let marked =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe", "labels": {GUARD: "probe"}}});
    let groups = ["system:masters", "system:serviceaccounts:ts-seat-w-probe"].map(str::to_owned).to_vec();
    let probe = Identity::User { name: "tightship-probe".to_owned(), groups };
    let request = Request::new(Method::Post, "/api/v1/namespaces/default/configmaps?dryRun=All").with(marked).by(probe);
    wait_for_refusal(api, &request)
}

/// Waits until a request is refused by the guard.
fn wait_for_refusal(api: &dyn Api, request: &Request) -> Result<(), WorkshopError> {
    let end = Instant::now() + FORCE;
    loop {
        let response = api.request(request)?;
        if response.message().contains(guard::MESSAGE) {
            return Ok(());
        }
        if Instant::now() >= end {
            let said = response.message();
            return Err(WorkshopError::Other(format!("the guard is not in force after {} s: {said}", FORCE.as_secs())));
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// What every attendee may see, for those who are on the roster now.
fn bind_everybody(api: &dyn Api, workshop: &Workshop) -> Result<(), WorkshopError> {
    let subjects: Vec<Value> = workshop
        .attendees
        .iter()
        .map(|one| json!({"kind": "ServiceAccount", "name": place::ACCOUNT, "namespace": place::home(&one.name)}))
        .collect();
    let rbac = "rbac.authorization.k8s.io";
    let binding = json!({
        "apiVersion": format!("{rbac}/v1"), "kind": "ClusterRoleBinding",
        "metadata": {"name": guard::ROLE_EVERYWHERE, "labels": {WORKSHOP: workshop.id}},
        "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": guard::ROLE_EVERYWHERE},
        "subjects": subjects,
    });
    apply::apply(api, &binding, None)?;
    Ok(())
}

/// The addresses of the nodes that the API server is on; none where they are not seen.
fn planes(api: &dyn Api) -> Result<Vec<String>, WorkshopError> {
    let Some(nodes) = Resource::of(Kind::Node) else { return Ok(Vec::new()) };
    let found = apply::list(api, &nodes, None, Some("node-role.kubernetes.io/control-plane"))?;
    let addresses =
        found.iter().filter_map(|node| node.pointer("/status/addresses").and_then(Value::as_array)).flatten();
    let internal = addresses.filter(|address| address.get("type").and_then(Value::as_str) == Some("InternalIP"));
    Ok(internal.filter_map(|address| address.get("address").and_then(Value::as_str)).map(str::to_owned).collect())
}

/// What became of an attendee.
pub type Seated = (String, Result<(), WorkshopError>);

/// Seats everybody who is on the roster, with the labs as they begin. Tells of each who is ready. What fails for one keeps
/// nobody else back.
pub fn seat_all(
    site: &LabCluster,
    workshop: &Workshop,
    labs: &[&Entry],
    api: &dyn Api,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Vec<Seated>, WorkshopError> {
    let planes = planes(api)?;
    let queue: Mutex<VecDeque<&str>> = Mutex::new(workshop.attendees.iter().map(|one| one.name.as_str()).collect());
    let done = Mutex::new(Vec::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let one = |name: &str| -> Result<(), WorkshopError> {
        for object in seat::objects(&workshop.id, name, labs, &planes) {
            apply::apply(api, &object, None)?;
        }
        wait_for_quotas(api, name, labs)?;
        labs.iter().try_for_each(|entry| begin(site, api, name, entry).map(drop))
    };
    thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                while let Some(name) = next() {
                    let result = one(name);
                    if result.is_ok() {
                        tell(name);
                    }
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), result));
                }
            });
        }
    });
    if let Some(first) = workshop.attendees.first() {
        wait_for_pods(api, &first.name)?;
    }
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(done)
}

/// Waits until quotas are counted: until then the API server refuses whatever they count.
fn wait_for_quotas(api: &dyn Api, name: &str, labs: &[&Entry]) -> Result<(), WorkshopError> {
    let end = Instant::now() + FORCE;
    for entry in labs {
        for namespace in place::namespaces(entry, name) {
            let path = format!("/api/v1/namespaces/{namespace}/resourcequotas/tightship");
            while api.request(&Request::get(&path))?.json()?.pointer("/status/hard").is_none() {
                if Instant::now() >= end {
                    return Err(WorkshopError::Other(format!(
                        "the quota of {namespace} is not counted after {} s",
                        FORCE.as_secs()
                    )));
                }
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    Ok(())
}

/// Waits until the policy of pods is in force.
fn wait_for_pods(api: &dyn Api, name: &str) -> Result<(), WorkshopError> {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"},
        "spec": {
            "nodeName": "nowhere",
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "c", "image": "busybox", "securityContext":
                {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
        },
    });
    let path = format!("/api/v1/namespaces/{}/pods?dryRun=All", place::home(name));
    let who = Identity::service_account("kube-system", "replicaset-controller");
    wait_for_refusal(api, &Request::new(Method::Post, path).with(pod).by(who))
}

/// Makes the account of an attendee, if it is gone.
pub fn renew_account(api: &dyn Api, name: &str) -> Result<(), WorkshopError> {
    apply::apply(api, &seat::account(&place::home(name)), None)?;
    Ok(())
}

/// The run of a lab of an attendee, as it was written down when it began; none if it has not.
pub fn run_of(api: &dyn Api, name: &str, lab: &str) -> Result<Option<RunRecord>, WorkshopError> {
    let Some(place) = map(&place::home(name), &place::run_map(lab)) else { return Ok(None) };
    let Some(object) = apply::get(api, &place)? else { return Ok(None) };
    let Some(text) = object.pointer("/data/run").and_then(Value::as_str) else { return Ok(None) };
    let broken =
        |error: serde_json::Error| WorkshopError::Other(format!("the run of {lab} of {name} cannot be read: {error}"));
    serde_json::from_str(text).map(Some).map_err(broken)
}

/// A `ConfigMap`.
pub fn map(namespace: &str, name: &str) -> Option<Place> {
    let resource = Resource::of(Kind::ConfigMap)?;
    Some(Place { resource, namespace: Some(namespace.to_owned()), name: name.to_owned() })
}

/// Begins a lab for an attendee; false if it had begun before.
pub fn begin(site: &LabCluster, api: &dyn Api, name: &str, entry: &Entry) -> Result<bool, WorkshopError> {
    let lab = &entry.lab.id.value.0;
    if run_of(api, name, lab)?.is_some() {
        return Ok(false);
    }
    let mut run = place::new_run(entry, name)?;
    let (_scratch, folder) = place::scratch()?;
    let mut stage = place::stage(entry, &run, site, &folder)?;
    let begun = run::begin_within(&mut stage, api, Proved::Elsewhere, &mut |_| {})?;
    run.ready = true;
    run.snapshots = begun.snapshots;
    run.fingerprint = Some(begun.fingerprint);
    run.saved.clone_from(&stage.names.saved);
    note_run(api, name, lab, &run)?;
    Ok(true)
}

/// Writes a run down where its attendee can read it, and change nothing.
pub fn note_run(api: &dyn Api, name: &str, lab: &str, run: &RunRecord) -> Result<(), WorkshopError> {
    let text = serde_json::to_string(run).map_err(|error| WorkshopError::Other(error.to_string()))?;
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": place::run_map(lab), "namespace": place::home(name), "labels": {GUARD: "workshop"}},
        "data": {"run": text},
    });
    apply::apply(api, &object, None)?;
    Ok(())
}
