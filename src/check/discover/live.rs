//! The objects of a cluster, as kubectl gets them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::copies;
use super::tool::{self, Said};
use super::{Found, Input, InputError, Live, Scope, Text};
use crate::k8s::json::text;
use crate::k8s::object::Kind;
use crate::k8s::resources::Resource;
use crate::k8s::version::Version;
use crate::yaml::emit;

/// The kinds that rules look into. Secrets are left where they are.
const LISTED: [Kind; 24] = [
    Kind::ConfigMap,
    Kind::LimitRange,
    Kind::Namespace,
    Kind::PersistentVolume,
    Kind::Pod,
    Kind::PodTemplate,
    Kind::ReplicationController,
    Kind::ResourceQuota,
    Kind::ServiceAccount,
    Kind::Service,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::StatefulSet,
    Kind::CronJob,
    Kind::Job,
    Kind::Ingress,
    Kind::NetworkPolicy,
    Kind::Gateway,
    Kind::HTTPRoute,
    Kind::ClusterRoleBinding,
    Kind::ClusterRole,
    Kind::RoleBinding,
    Kind::Role,
];

/// What a cluster is asked for, as kubectl calls it.
pub fn listed() -> impl Iterator<Item = String> {
    LISTED.into_iter().filter_map(Kind::resource).map(Resource::full_name)
}

/// What the cluster adds to the metadata of an object, and nobody writes.
const ADDED: [&str; 6] = ["managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"];
/// The annotation in which `kubectl apply` keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Gets the objects, each as a text of its own.
pub(super) fn objects(live: &Live, timeout: Duration) -> Result<Found, InputError> {
    let kubectl = Kubectl { live, timeout };
    let mut found = Found::default();
    let version: Value = kubectl.json(&["version", "--output=json"])?;
    let release = format!("1.{}", text(&version, "/serverVersion/minor").trim_end_matches('+'));
    found.kubernetes = Version::parse(&release);
    if found.kubernetes.is_none() {
        found.notes.push(format!("the cluster is Kubernetes {release}; it is checked as one of {}", Version::NEWEST));
    }
    let served = kubectl.ok(&["api-resources", "--verbs=list", "--output=name"])?;
    let served: BTreeSet<&str> = served.lines().collect();
    let namespace = match &live.reach {
        Scope::All => None,
        Scope::Namespace(name) => Some(name.clone()),
        Scope::Current => {
            let name = kubectl.ok(&["config", "view", "--minify", "--output=jsonpath={..namespace}"])?;
            Some(if name.is_empty() { "default".to_owned() } else { name })
        }
    };
    let listed = LISTED.into_iter().filter_map(Kind::resource);
    let listed = listed.filter(|resource| resource.namespaced || namespace.is_none()).map(Resource::full_name);
    let resources: Vec<String> = listed.filter(|name| served.contains(name.as_str())).collect();
    let resources = resources.join(",");
    let objects = match &namespace {
        None => kubectl.list(&["get", &resources, "--all-namespaces", "--output=json"], &mut found.notes)?,
        Some(name) => {
            let mut objects = kubectl.list(&["get", "namespaces", name, "--output=json"], &mut found.notes)?;
            let get = ["get", &resources, "--namespace", name, "--output=json"];
            objects.append(&mut kubectl.list(&get, &mut found.notes)?);
            objects
        }
    };
    found.inputs = inputs(objects);
    Ok(found)
}

/// Objects as a cluster has them, each as a text of its own: without what a controller makes exactly as another of them
/// says, and without what the cluster adds.
pub fn inputs(mut objects: Vec<Value>) -> Vec<Input> {
    copies::leave_out(&mut objects);
    let input = |mut object: Value| {
        strip(&mut object);
        let text = emit::block(&object);
        Input { name: name(&object), text: Text::Made { of: None, text: text.into() } }
    };
    let mut inputs: Vec<Input> = objects.into_iter().map(input).collect();
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    inputs
}

struct Kubectl<'a> {
    live: &'a Live,
    timeout: Duration,
}

impl Kubectl<'_> {
    fn run(&self, args: &[&str]) -> Result<Said, InputError> {
        let live = self.live;
        let mut all: Vec<&str> = args.to_vec();
        for (flag, value) in [
            ("--kubeconfig", live.kubeconfig.as_ref().map(|path| path.as_str())),
            ("--context", live.context.as_deref()),
        ] {
            all.extend(value.into_iter().flat_map(|value| [flag, value]));
        }
        let absent = || Err("kubectl, which asks the cluster, is not on the PATH".to_owned());
        tool::run("kubectl", &all, self.timeout).unwrap_or_else(absent).map_err(InputError::Cluster)
    }

    fn ok(&self, args: &[&str]) -> Result<String, InputError> {
        self.run(args)?.result().map_err(InputError::Cluster)
    }

    fn json(&self, args: &[&str]) -> Result<Value, InputError> {
        let said = self.run(args)?;
        if !said.ok {
            return Err(InputError::Cluster(said.complaint()));
        }
        parse(&said)
    }

    /// The members of a list, or the only object. What kubectl may not read is told in a note, and the rest is taken.
    fn list(&self, args: &[&str], notes: &mut Vec<String>) -> Result<Vec<Value>, InputError> {
        let said = self.run(args)?;
        if !said.ok {
            if said.stdout.trim().is_empty() {
                return Err(InputError::Cluster(said.complaint()));
            }
            notes.push(said.complaint());
        }
        let mut value = parse(&said)?;
        match value.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Ok(vec![value]),
        }
    }
}

fn parse(said: &Said) -> Result<Value, InputError> {
    serde_json::from_str(&said.stdout)
        .map_err(|error| InputError::Cluster(format!("`{}` printed no JSON: {error}", said.line)))
}

/// Takes out what the cluster added.
fn strip(object: &mut Value) {
    // the API server makes the selector of a Job, and refuses one that comes with it
    let is_made = text(object, "/kind") == "Job" && object.pointer("/spec/manualSelector") != Some(&Value::Bool(true));
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut).filter(|_| is_made) {
        spec.shift_remove("selector");
    }
    // the node of a pod that is there is the scheduler's choice
    let is_there = text(object, "/kind") == "Pod" && !text(object, "/metadata/uid").is_empty();
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut).filter(|_| is_there) {
        spec.shift_remove("nodeName");
    }
    if let Some(object) = object.as_object_mut() {
        object.shift_remove("status");
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    for key in ADDED {
        metadata.shift_remove(key);
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.shift_remove(LAST_APPLIED);
        if annotations.is_empty() {
            metadata.shift_remove("annotations");
        }
    }
}

/// `shop/Deployment/web`, or `ClusterRole/web`.
fn name(object: &Value) -> String {
    let own = format!("{}/{}", text(object, "/kind"), text(object, "/metadata/name"));
    match text(object, "/metadata/namespace") {
        "" => own,
        namespace => format!("{namespace}/{own}"),
    }
}
