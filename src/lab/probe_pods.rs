//! Throw-away pods from which checks dial: one for each namespace and set of labels, shared by the checks of a verification.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::verdict::CheckResult;
use crate::client::url::query;
use crate::client::{Api, Method, Request};

/// The label by which such a pod is known. Whoever counts or waits for a lab's pods leaves these out.
pub const LABEL: &str = "tightship/probe";

/// The name of its container.
pub const CONTAINER: &str = "probe";

/// How long a pod may take to run.
const PATIENCE: Duration = Duration::from_secs(30);

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
        let id = bytes.iter().fold(String::new(), |mut text, byte| {
            // writing to a String does not fail
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self {
            api,
            image: image.to_owned(),
            id,
            made: AtomicUsize::new(0),
            pods: Mutex::default(),
            namespaces: Mutex::default(),
        }
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
        let name = format!("probe-{}-{}", self.id, self.made.fetch_add(1, Ordering::Relaxed));
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).insert(namespace.to_owned());
        let pods = format!("/api/v1/namespaces/{namespace}/pods");
        let pod = self.manifest(&name, labels)?;
        let until = Instant::now() + PATIENCE;
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
                State::Waits(reason) | State::Stuck(reason) => {
                    return Err(CheckResult::error(format!(
                        "the pod from which tightship dials does not start in {namespace}: {reason}"
                    )));
                }
            }
        }
        thread::sleep(SETTLING);
        Ok(Dialer { name, since: Instant::now() })
    }

    /// A pod that every namespace of Pod Security lets in. It never becomes ready, so that no service sends it anything.
    fn manifest(&self, name: &str, labels: &[String]) -> Result<Value, CheckResult> {
        let mut all = Map::new();
        for label in labels {
            let Some((key, value)) = label.split_once('=') else {
                return Err(CheckResult::error(format!("`{label}` is not a label: it has no `=`")));
            };
            all.insert(key.to_owned(), value.into());
        }
        all.insert(LABEL.to_owned(), self.id.as_str().into());
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": all},
            "spec": {
                "activeDeadlineSeconds": 120,
                "automountServiceAccountToken": false,
                "enableServiceLinks": false,
                "readinessGates": [{"conditionType": LABEL}],
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 0,
                "securityContext": {
                    "runAsNonRoot": true,
                    "runAsUser": 65534,
                    "runAsGroup": 65534,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [{
                    "name": CONTAINER,
                    "image": self.image,
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["sleep", "120"],
                    "resources": {
                        "requests": {"cpu": "10m", "memory": "8Mi"},
                        "limits": {"cpu": "200m", "memory": "32Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": false,
                        "capabilities": {"drop": ["ALL"]},
                        "readOnlyRootFilesystem": true,
                    },
                }],
            },
        }))
    }
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
        // one that stays ends by itself
        let _ = self.api.request_all(&namespaces.iter().map(delete).collect::<Vec<_>>());
    }
}

/// How far a pod is.
enum State {
    Runs,
    Waits(String),
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
        "Failed" | "Succeeded" => State::Stuck(format!("it has ended already ({})", reason("/status"))),
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

    use super::{LABEL, ProbePods};
    use crate::client::{Method, Response};
    use crate::lab::check::recorded::Recorded;
    use crate::lab::verdict::CheckResult;

    /// A cluster in which pods have this status.
    fn cluster(status: &Value) -> Recorded {
        let body = json!({"status": status}).to_string();
        Recorded::new().when(move |request| {
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
}
