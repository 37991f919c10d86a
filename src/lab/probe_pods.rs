//! Throw-away pods from which checks dial: one for each namespace and set of labels, shared by the checks of a verification.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::hex::hex;
use super::verdict::CheckResult;
use crate::client::url::query;
use crate::client::{Api, Method, Request};

/// The label by which such a pod is known. Whoever counts or waits for a lab's pods leaves these out.
pub const LABEL: &str = "tightship/probe";

/// Where namespaces are.
const NAMESPACES: &str = "/api/v1/namespaces";

/// The port on which such a pod listens.
pub const PORT: u32 = 8080;

/// Another one on which it listens: that of name servers, which policies open.
pub const DNS_PORT: u32 = 53;

/// The name of its container.
pub const CONTAINER: &str = "probe";

/// How long a pod may take to run.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many are made where the runtime of the node does not start them.
const TRIES: usize = 5;

/// How often it is looked at.
const MOMENT: Duration = Duration::from_millis(50);

/// What the node's agent is given, once the pod has an address, to let the network policies apply to it.
const SETTLING: Duration = Duration::from_millis(300);

/// For how long after that a dial that surprises is tried again: the agent may be slow.
const FRESH: Duration = Duration::from_secs(2);

/// Reasons for which a container waits, and waits in vain until somebody changes something.
pub const STUCK: &[&str] = &[
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
];

/// The reason that the kubelet gives for a container that the runtime could not start.
const NOT_STARTED: &str = "StartError";

/// Whether an object is a pod of this kind, and nothing more: the label alone is no reason to overlook something.
pub fn is_one(object: &Value) -> bool {
    const FIELDS: &[&str] = &["hostIPC", "hostNetwork", "hostPID", "initContainers", "ephemeralContainers", "volumes"];
    let at = |pointer: &str| object.pointer(pointer);
    let labels = at("/metadata/labels").and_then(|labels| labels.get(LABEL));
    let containers = at("/spec/containers").and_then(Value::as_array).map(Vec::as_slice);
    let Some([container]) = containers else { return false };
    labels.is_some()
        && FIELDS.iter().all(|field| object.pointer("/spec").is_some_and(|spec| spec.get(*field).is_none()))
        && container.get("command") == Some(&command())
        && container.get("securityContext") == Some(&container_context())
        && at("/spec/securityContext") == Some(&pod_context())
}

fn command() -> Value {
    // it ends by itself, and until then it takes connections
    let listen = format!("httpd -p {DNS_PORT} -h /bin; exec timeout 120 httpd -f -p {PORT} -h /bin");
    json!(["sh", "-c", listen])
}

fn container_context() -> Value {
    json!({
        "allowPrivilegeEscalation": false,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": true,
    })
}

fn pod_context() -> Value {
    json!({
        "runAsNonRoot": true,
        "runAsUser": 65534,
        "runAsGroup": 65534,
        "seccompProfile": {"type": "RuntimeDefault"},
    })
}

/// The pods of one verification. They are deleted when this is dropped, without waiting until they are gone.
pub struct ProbePods<'a> {
    api: &'a dyn Api,
    image: String,
    /// The value of their label.
    id: String,
    made: AtomicUsize,
    pods: Mutex<HashMap<Kind, Slot>>,
    /// Where there may be any.
    namespaces: Mutex<BTreeSet<String>>,
    /// The namespace under a random name.
    own: OnceLock<Result<String, CheckResult>>,
}

/// Where a pod is, and its labels as `key=value`.
type Kind = (String, Vec<String>);
/// A pod that is there, or is being made by somebody.
type Slot = Arc<OnceLock<Result<Dialer, CheckResult>>>;

/// A pod that dials.
#[derive(Debug, Clone)]
pub struct Dialer {
    pub name: String,
    since: Instant,
}

impl Dialer {
    /// Whether it is so new that not everybody may know it yet.
    pub fn is_fresh(&self) -> bool {
        self.since.elapsed() < FRESH
    }
}

impl<'a> ProbePods<'a> {
    /// None yet.
    pub fn new(api: &'a dyn Api, image: &str) -> Self {
        let mut bytes = [0; 6];
        // the names need only differ from those of another verification at the same time
        let _ = getrandom::fill(&mut bytes);
        Self {
            api,
            image: image.to_owned(),
            id: hex(&bytes),
            made: AtomicUsize::new(0),
            pods: Mutex::default(),
            namespaces: Mutex::default(),
            own: OnceLock::new(),
        }
    }

    /// A namespace that nobody can have named in a policy: it is made for this verification, under a random name, and has no
    /// label of ours.
    pub fn new_namespace(&self) -> Result<String, CheckResult> {
        let make = || {
            let name = format!("n{}", self.id);
            let namespace = json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": name, "annotations": {LABEL: self.id}},
            });
            let response = self.api.request(&Request::new(Method::Post, NAMESPACES).with(namespace))?;
            if response.is_success() {
                return Ok(name);
            }
            Err(CheckResult::error(format!("the namespace {name} cannot be made: {}", response.message())))
        };
        self.own.get_or_init(make).clone()
    }

    /// The pod with these labels, `key=value`, in a namespace; it runs. Who asks first makes it, others wait for it.
    pub fn pod(&self, namespace: &str, labels: &[String]) -> Result<Dialer, CheckResult> {
        let kind = (namespace.to_owned(), labels.to_vec());
        let slot = Arc::clone(self.pods.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default());
        let made = slot.get_or_init(|| self.make(namespace, labels));
        if made.is_err() {
            self.forget(namespace, labels);
        }
        made.clone()
    }

    /// Whoever asks for such a pod next gets another one.
    pub fn forget(&self, namespace: &str, labels: &[String]) {
        let kind = (namespace.to_owned(), labels.to_vec());
        self.pods.lock().unwrap_or_else(PoisonError::into_inner).remove(&kind);
    }

    fn make(&self, namespace: &str, labels: &[String]) -> Result<Dialer, CheckResult> {
        let until = Instant::now() + PATIENCE;
        let mut said = String::new();
        for _ in 0..TRIES {
            match self.make_once(namespace, labels, until)? {
                Attempt::Runs(dialer) => return Ok(dialer),
                Attempt::NotStarted(reason) => said = reason,
            }
        }
        Err(does_not_start(namespace, &said))
    }

    fn make_once(&self, namespace: &str, labels: &[String], until: Instant) -> Result<Attempt, CheckResult> {
        let name = format!("probe-{}-{}", self.id, self.made.fetch_add(1, Ordering::Relaxed));
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).insert(namespace.to_owned());
        let pods = format!("/api/v1/namespaces/{namespace}/pods");
        let pod = self.manifest(&name, labels)?;
        loop {
            let response = self.api.request(&Request::new(Method::Post, &pods).with(pod.clone()))?;
            match response.message() {
                _ if response.is_success() => break,
                // a namespace that was made a moment ago
                message if message.contains("service account") && Instant::now() < until => thread::sleep(MOMENT),
                message => {
                    let reason = format!("the pod from which tightship dials is not let into {namespace}: {message}");
                    return Err(CheckResult::error(reason));
                }
            }
        }
        loop {
            let response = self.api.request(&Request::get(format!("{pods}/{name}")))?;
            if !response.is_success() {
                return Err(CheckResult::error(format!(
                    "the pod from which tightship dials is gone: {}",
                    response.message()
                )));
            }
            match state(&response.json()?) {
                State::Runs => break,
                State::Waits(_) if Instant::now() < until => thread::sleep(MOMENT),
                State::Stuck(reason) if reason.contains("ImagePull") || reason.contains("ErrImage") => {
                    return Err(CheckResult::error(format!("the cluster has no image {}", self.image)));
                }
                State::NotStarted(reason) => return Ok(Attempt::NotStarted(reason)),
                State::Waits(reason) | State::Stuck(reason) => return Err(does_not_start(namespace, &reason)),
            }
        }
        thread::sleep(SETTLING);
        Ok(Attempt::Runs(Dialer { name, since: Instant::now() }))
    }

    fn manifest(&self, name: &str, labels: &[String]) -> Result<Value, CheckResult> {
        let mut all = Map::new();
        for label in labels {
            let Some((key, value)) = label.split_once('=') else {
                return Err(CheckResult::error(format!("`{label}` is not a label: it has no `=`")));
            };
            all.insert(key.to_owned(), value.into());
        }
        all.insert(LABEL.to_owned(), self.id.as_str().into());
        Ok(manifest(name, &self.image, &all))
    }
}

/// A pod that every namespace of Pod Security lets in. It never becomes ready, so that no service sends it anything.
fn manifest(name: &str, image: &str, labels: &Map<String, Value>) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "activeDeadlineSeconds": 120,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "readinessGates": [{"conditionType": LABEL}],
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            "securityContext": pod_context(),
            "containers": [{
                "name": CONTAINER,
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "command": command(),
                "resources": {
                    "requests": {"cpu": "10m", "memory": "8Mi"},
                    "limits": {"cpu": "200m", "memory": "32Mi"},
                },
                "securityContext": container_context(),
            }],
        },
    })
}

impl Drop for ProbePods<'_> {
    fn drop(&mut self) {
        let namespaces = self.namespaces.get_mut().unwrap_or_else(PoisonError::into_inner);
        let selector = format!("{LABEL}={}", self.id);
        let delete = |namespace: &String| {
            let pods = format!("/api/v1/namespaces/{namespace}/pods");
            let path = query(&pods, &[("labelSelector", &selector), ("gracePeriodSeconds", "0")]);
            Request::new(Method::Delete, path)
        };
        let mut requests: Vec<Request> = namespaces.iter().map(delete).collect();
        if let Some(Ok(name)) = self.own.get() {
            requests.push(Request::new(Method::Delete, format!("{NAMESPACES}/{name}")));
        }
        // one that stays ends by itself
        let _ = self.api.request_all(&requests);
    }
}

/// For tests: a pod of this kind, as it is asked for.
#[cfg(test)]
pub fn example() -> Value {
    manifest("probe-1", "busybox:1.37", &Map::from_iter([(LABEL.to_owned(), Value::from("a1"))]))
}

/// What became of a pod.
enum Attempt {
    Runs(Dialer),
    /// The runtime of the node failed, as it may on a busy machine, and the next pod may run. Why.
    NotStarted(String),
}

fn does_not_start(namespace: &str, reason: &str) -> CheckResult {
    CheckResult::error(format!("the pod from which tightship dials does not start in {namespace}: {reason}"))
}

/// How far a pod is.
enum State {
    Runs,
    Waits(String),
    NotStarted(String),
    Stuck(String),
}

fn state(pod: &Value) -> State {
    let text = |pointer: &str| pod.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let reason = |place: &str| {
        let (reason, message) = (text(&format!("{place}/reason")), text(&format!("{place}/message")));
        if message.is_empty() { reason } else { format!("{reason}: {message}") }
    };
    match text("/status/phase").as_str() {
        "Running" => State::Runs,
        "Failed" | "Succeeded" => {
            let ended = "/status/containerStatuses/0/state/terminated";
            if text(&format!("{ended}/reason")) == NOT_STARTED {
                return State::NotStarted(reason(ended));
            }
            let said = [reason("/status"), reason(ended)].into_iter().find(|said| !said.is_empty());
            State::Stuck(format!("it has ended already ({})", said.unwrap_or_default()))
        }
        _ => {
            let waiting = "/status/containerStatuses/0/state/waiting";
            if STUCK.contains(&text(&format!("{waiting}/reason")).as_str()) {
                return State::Stuck(reason(waiting));
            }
            let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
            let refused = conditions.into_iter().flatten().find(|condition| {
                condition.get("status").and_then(Value::as_str) == Some("False")
                    && condition.get("type").and_then(Value::as_str) == Some("PodScheduled")
            });
            let message = refused.and_then(|condition| condition.get("message")).and_then(Value::as_str);
            let waits = message.map_or_else(|| reason(waiting), str::to_owned);
            State::Waits(if waits.is_empty() { "nobody has begun with it".to_owned() } else { waits })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{LABEL, ProbePods, example, is_one};
    use crate::client::{Method, Response};
    use crate::lab::check::recorded::Recorded;
    use crate::lab::verdict::CheckResult;

    /// A cluster in which pods have this status.
    fn cluster(status: &Value) -> Recorded {
        others(Recorded::new(), status)
    }

    /// The pods that a cluster has not said anything of yet have this status.
    fn others(cluster: Recorded, status: &Value) -> Recorded {
        let body = json!({"status": status}).to_string();
        cluster.when(move |request| {
            let status = if request.method == Method::Post { 201 } else { 200 };
            request.path.contains("/pods").then(|| Response { status, body: body.clone(), warnings: Vec::new() })
        })
    }

    fn waiting(reason: &str) -> Value {
        let state = json!({"waiting": {"reason": reason, "message": "it is so"}});
        json!({"phase": "Pending", "containerStatuses": [{"state": state}]})
    }

    #[test]
    fn a_pod_fits_the_strictest_namespace_and_serves_nobody() {
        let api = cluster(&json!({"phase": "Running"}));
        let labels = ["app=page".to_owned()];
        let probes = ProbePods::new(&api, "busybox:1.37");
        let dialer = probes.pod("a", &labels).unwrap();
        assert_eq!(probes.pod("a", &labels).unwrap().name, dialer.name);
        let made = api.asked().into_iter().find_map(|request| request.body).unwrap();
        assert_eq!(made["metadata"]["name"], dialer.name);
        assert_eq!(made["metadata"]["labels"]["app"], "page");
        assert_eq!(made["spec"]["readinessGates"][0]["conditionType"], LABEL);
        assert_eq!(made["spec"]["automountServiceAccountToken"], false);
        assert_eq!(made["spec"]["securityContext"]["runAsNonRoot"], true);
        assert_eq!(made["spec"]["containers"][0]["securityContext"]["capabilities"]["drop"][0], "ALL");
    }

    #[test]
    fn the_label_alone_makes_no_such_pod() {
        assert!(is_one(&example()));
        let changes: [fn(&mut Value); 6] = [
            |pod| pod["metadata"]["labels"] = json!({}),
            |pod| pod["spec"]["hostPID"] = json!(true),
            |pod| pod["spec"]["volumes"] = json!([{"name": "a", "hostPath": {"path": "/"}}]),
            |pod| pod["spec"]["containers"][0]["securityContext"]["privileged"] = json!(true),
            |pod| pod["spec"]["containers"][0]["command"] = json!(["sh"]),
            |pod| pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "b"})),
        ];
        for change in changes {
            let mut pod = example();
            change(&mut pod);
            assert!(!is_one(&pod), "{pod}");
        }
    }

    #[test]
    fn one_that_cannot_start_is_an_error_and_made_anew_the_next_time() {
        let api = cluster(&waiting("ErrImageNeverPull"));
        let probes = ProbePods::new(&api, "busybox:1.37");
        let missing = CheckResult::error("the cluster has no image busybox:1.37");
        assert_eq!(probes.pod("a", &[]).unwrap_err(), missing);
        assert_eq!(probes.pod("a", &[]).unwrap_err(), missing);
        assert_eq!(api.asked().iter().filter(|request| request.method == Method::Post).count(), 2);
        let api = cluster(&waiting("CreateContainerError"));
        let probes = ProbePods::new(&api, "busybox:1.37");
        let observed = "the pod from which tightship dials does not start in a: CreateContainerError: it is so";
        assert_eq!(probes.pod("a", &[]).unwrap_err(), CheckResult::error(observed));
        let no_label = probes.pod("a", &["app".to_owned()]).unwrap_err();
        assert_eq!(no_label, CheckResult::error("`app` is not a label: it has no `=`"));
    }

    #[test]
    fn one_that_the_runtime_does_not_start_is_made_anew_a_few_times() {
        let ended = |reason: &str| {
            let state = json!({"terminated": {"reason": reason, "message": "unable to freeze", "exitCode": 128}});
            json!({"phase": "Failed", "containerStatuses": [{"state": state}]})
        };
        let count = |api: &Recorded| api.asked().iter().filter(|request| request.method == Method::Post).count();
        // the first one fails, the others run
        let failed =
            Response { status: 200, body: json!({"status": ended("StartError")}).to_string(), warnings: Vec::new() };
        let first = Recorded::new().when(move |request| request.path.ends_with("-0").then(|| failed.clone()));
        let api = others(first, &json!({"phase": "Running"}));
        assert!(ProbePods::new(&api, "busybox:1.37").pod("a", &[]).unwrap().name.ends_with("-1"));
        assert_eq!(count(&api), 2);
        for (reason, tries, said) in [
            ("StartError", 5, "StartError: unable to freeze"),
            ("OOMKilled", 1, "it has ended already (OOMKilled: unable to freeze)"),
        ] {
            let api = cluster(&ended(reason));
            let found = ProbePods::new(&api, "busybox:1.37").pod("a", &[]).unwrap_err();
            let expected = format!("the pod from which tightship dials does not start in a: {said}");
            assert_eq!((found, count(&api)), (CheckResult::error(expected), tries));
        }
    }
}
