//! The objects of a cluster, as kubectl gets them.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::copies::{self, Copies, Verdict};
use super::pages::{self, List, encoded};
use super::proxy::Proxy;
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

/// Gets the objects, each as a text of its own, as they come: neither their trees nor the pages are kept.
pub(super) fn objects(live: &Live, timeout: Duration) -> Result<Found, InputError> {
    let kubectl = Kubectl { live, timeout };
    let mut found = Found::default();
    let version: Value = kubectl.json(&["version", "--output=json"])?;
    let release = format!("1.{}", text(&version, "/serverVersion/minor").trim_end_matches('+'));
    found.kubernetes = Version::parse(&release);
    if found.kubernetes.is_none() {
        found.notes.push(format!("the cluster is Kubernetes {release}; it is checked as one of {}", Version::NEWEST));
    }
    let served = kubectl.ok(&["api-resources", "--verbs=list", "--no-headers"])?;
    let namespace = match &live.reach {
        Scope::All => None,
        Scope::Namespace(name) => Some(name.clone()),
        Scope::Current => {
            let name = kubectl.ok(&["config", "view", "--minify", "--output=jsonpath={..namespace}"])?;
            Some(if name.is_empty() { "default".to_owned() } else { name })
        }
    };
    let mut taken = Taken::default();
    if let Some(name) = &namespace {
        let path = format!("/api/v1/namespaces/{}", encoded(name));
        taken.take(kubectl.json(&["get", "--raw", &path])?);
    }
    let lists = lists(&served, namespace.as_deref());
    let proxy = Proxy::start(&kubectl.flags(), timeout);
    let get = |path: &str| match &proxy {
        Some(proxy) => proxy.get(path),
        None => kubectl.run(&["get", "--raw", path]).map_err(|error| error.to_string())?.result(),
    };
    let refused = pages::read(&lists, get, |object| {
        taken.take(object);
        live.read.another();
    });
    let mut refused = refused.map_err(InputError::Cluster)?;
    if !lists.is_empty() && refused.len() == lists.len() {
        return Err(InputError::Cluster(refused.swap_remove(0)));
    }
    found.notes.append(&mut refused);
    found.inputs = taken.inputs();
    Ok(found)
}

/// The lists to read of those that a cluster has, as `kubectl api-resources` names them: what decides about other objects before them.
fn lists(served: &str, namespace: Option<&str>) -> Vec<List> {
    let served: HashMap<String, &str> = served.lines().filter_map(resource).collect();
    let mut lists: Vec<List> = LISTED
        .into_iter()
        .filter_map(Kind::resource)
        .filter(|resource| resource.namespaced || namespace.is_none())
        .filter_map(|resource| {
            let api_version = (*served.get(&resource.full_name())?).to_owned();
            let root = if api_version.contains('/') { "apis" } else { "api" };
            let within = namespace.map(|name| format!("/namespaces/{}", encoded(name))).unwrap_or_default();
            let path = format!("/{root}/{api_version}{within}/{}", resource.plural);
            Some(List { path, api_version, kind: resource.kind })
        })
        .collect();
    lists.sort_by_key(|list| copies::turn(list.kind));
    lists
}

/// What a line of `kubectl api-resources` names, as `deployments.apps`, and its version; the second of its columns may be empty.
fn resource(line: &str) -> Option<(String, &str)> {
    let plural = line.split_whitespace().next()?;
    let api_version = line.split_whitespace().nth_back(2)?;
    let name = match api_version.split_once('/') {
        Some((group, _)) => format!("{plural}.{group}"),
        None => plural.to_owned(),
    };
    Some((name, api_version))
}

/// Objects as a cluster has them, each as a text of its own: without what a controller makes exactly as another of them
/// says, and without what the cluster adds.
pub fn inputs(mut objects: Vec<Value>) -> Vec<Input> {
    objects.sort_by_key(|object| copies::turn(text(object, "/kind")));
    let mut taken = Taken::default();
    for object in objects {
        taken.take(object);
    }
    taken.inputs()
}

/// The texts of the objects that were read. They have to come in their turns.
#[derive(Default)]
struct Taken {
    copies: Copies,
    inputs: Vec<Input>,
    /// Those that are left out unless they have pods that are not over, by uid.
    perhaps: Vec<(Box<str>, Input)>,
}

impl Taken {
    fn take(&mut self, mut object: Value) {
        let verdict = self.copies.hear(&object);
        if verdict == Verdict::Copy {
            return;
        }
        strip(&mut object);
        let text = emit::block(&object);
        let input = Input { name: name(&object), text: Text::Made { of: None, text: text.into() } };
        match verdict {
            Verdict::CopyUnlessBusy(uid) => self.perhaps.push((uid, input)),
            Verdict::Own | Verdict::Copy => self.inputs.push(input),
        }
    }

    /// All of them, by name.
    fn inputs(mut self) -> Vec<Input> {
        let busy = self.perhaps.into_iter().filter(|(uid, _)| self.copies.is_busy(uid));
        self.inputs.extend(busy.map(|(_, input)| input));
        self.inputs.sort_by(|a, b| a.name.cmp(&b.name));
        self.inputs
    }
}

struct Kubectl<'a> {
    live: &'a Live,
    timeout: Duration,
}

impl Kubectl<'_> {
    /// Those that name the cluster.
    fn flags(&self) -> Vec<&str> {
        let kubeconfig = self.live.kubeconfig.as_ref().map(|path| path.as_str());
        let flags = [("--kubeconfig", kubeconfig), ("--context", self.live.context.as_deref())];
        flags.into_iter().filter_map(|(flag, value)| Some([flag, value?])).flatten().collect()
    }

    fn run(&self, args: &[&str]) -> Result<Said, InputError> {
        let all = [args, &self.flags()].concat();
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

#[cfg(test)]
mod tests {
    use super::{lists, resource};

    #[test]
    fn resources_are_read_from_the_table_of_kubectl() {
        let named = |line| resource(line).map(|(name, version)| format!("{name} {version}"));
        for (line, expected) in [
            ("pods                po      v1        true    Pod", "pods v1"),
            (
                "roles                       rbac.authorization.k8s.io/v1   true    Role",
                "roles.rbac.authorization.k8s.io rbac.authorization.k8s.io/v1",
            ),
            ("persistentvolumes   pv,pvs  v1        false   PersistentVolume", "persistentvolumes v1"),
        ] {
            assert_eq!(named(line).as_deref(), Some(expected));
        }
        assert_eq!((named(""), named("pods")), (None, None));
    }

    #[test]
    fn what_decides_about_others_is_read_before_them() {
        let served = "pods po v1 true Pod\nreplicasets rs apps/v1 true ReplicaSet\ndeployments deploy apps/v1 true Deployment\n\
                      serviceaccounts sa v1 true ServiceAccount\nnamespaces ns v1 false Namespace\nsecrets v1 true Secret\n\
                      deployments example.com/v1 true Deployment\n";
        let paths = |namespace| lists(served, namespace).into_iter().map(|list| list.path).collect::<Vec<_>>();
        assert_eq!(
            paths(None),
            [
                "/api/v1/serviceaccounts",
                "/apis/apps/v1/deployments",
                "/apis/apps/v1/replicasets",
                "/api/v1/pods",
                "/api/v1/namespaces"
            ]
        );
        assert_eq!(paths(Some("a/b"))[3], "/api/v1/namespaces/a%2Fb/pods");
    }
}
