//! For tests: a cluster that says what was recorded, and the context of a run in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::client::{Api, ApiError, Ended, Exec, ExecReply, Method, Request, Response};
use crate::decode::{Decode, Decoder};
use crate::lab::check_context::{CheckContext, Names, Snapshots};
use crate::lab::course::{CheckKind, LabCheck};
use crate::lab::verdict::CheckResult;

type Asked<T, R> = Box<dyn Fn(&T) -> Option<R> + Send + Sync>;

/// An API server of recorded replies. It panics when it is asked for something that was not recorded: a test that
/// should see an object must not pass because a path is wrong.
#[derive(Default)]
pub struct Recorded {
    requests: Vec<Asked<Request, Response>>,
    execs: Vec<Asked<Exec, ExecReply>>,
    nodes: Vec<Asked<Vec<String>, Ended>>,
    is_down: bool,
    asked: Mutex<Vec<Request>>,
}

impl Recorded {
    /// One that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that does not answer at all.
    pub fn down() -> Self {
        Self { is_down: true, ..Self::default() }
    }

    /// Replies to GET with 200.
    pub fn get(self, path: &str, body: Value) -> Self {
        self.reply(Method::Get, path, 200, body)
    }

    /// Replies to GET with a list of these items.
    pub fn list(self, path: &str, items: &[Value]) -> Self {
        self.get(path, json!({"kind": "List", "items": items}))
    }

    /// Replies to GET with 404.
    pub fn absent(self, path: &str) -> Self {
        let message = format!("{path} not found");
        self.reply(
            Method::Get,
            path,
            404,
            json!({"kind": "Status", "reason": "NotFound", "code": 404, "message": message}),
        )
    }

    /// Replies to a method on a path, whoever asks and whatever is sent. The path has the query, encoded.
    pub fn reply(self, method: Method, path: &str, status: u16, body: Value) -> Self {
        let path = path.to_owned();
        self.when(move |request| {
            let is_meant = request.method == method && request.path == path;
            is_meant.then(|| Response { status, body: body.to_string(), warnings: Vec::new() })
        })
    }

    /// Replies where a function does. What was recorded first is asked first.
    pub fn when(mut self, reply: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> Self {
        self.requests.push(Box::new(reply));
        self
    }

    /// A program in a container that ends.
    pub fn ends(self, pod: &str, container: &str, argv: &[&str], ended: Ended) -> Self {
        let (pod, container) = (pod.to_owned(), container.to_owned());
        let argv: Vec<String> = argv.iter().map(|&arg| arg.to_owned()).collect();
        self.when_exec(move |exec| {
            let is_meant = exec.pod == pod && exec.container == container && exec.argv == argv;
            is_meant.then(|| ExecReply::Ended(ended.clone()))
        })
    }

    /// Replies to the programs that a function knows.
    pub fn when_exec(mut self, reply: impl Fn(&Exec) -> Option<ExecReply> + Send + Sync + 'static) -> Self {
        self.execs.push(Box::new(reply));
        self
    }

    /// Replies to the programs on the node that a function knows.
    pub fn when_node(mut self, reply: impl Fn(&Vec<String>) -> Option<Ended> + Send + Sync + 'static) -> Self {
        self.nodes.push(Box::new(reply));
        self
    }

    /// What was asked for, in order.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer<T: std::fmt::Debug, R>(&self, replies: &[Asked<T, R>], asked: &T) -> Result<R, ApiError> {
        if self.is_down {
            return Err(ApiError::Unreachable("connection refused".to_owned()));
        }
        let reply = replies.iter().find_map(|reply| reply(asked));
        Ok(reply.unwrap_or_else(|| panic!("there is no recorded reply to {asked:?}")))
    }
}

impl Api for Recorded {
    fn request(&self, request: &Request) -> Result<Response, ApiError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        self.answer(&self.requests, request)
    }

    fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>> {
        requests.iter().map(|request| self.request(request)).collect()
    }

    fn exec(&self, exec: &Exec) -> Result<ExecReply, ApiError> {
        self.answer(&self.execs, exec)
    }

    fn node(&self, argv: &[&str], _: &[u8]) -> Result<Ended, ApiError> {
        self.answer(&self.nodes, &argv.iter().map(|&arg| arg.to_owned()).collect())
    }
}

/// A run of the lab `demo` with the namespaces `shop` and `other`, whose real names are [`SHOP`] and [`OTHER`].
pub struct Fixture {
    /// The names.
    pub names: Names,
    /// What was written down at the start.
    pub snapshots: Snapshots,
    /// The lab's texts by path.
    pub files: HashMap<String, String>,
    /// The lab's checks.
    pub checks: Vec<LabCheck>,
    folder: tempfile::TempDir,
}

/// The real name of `shop`.
pub const SHOP: &str = "ts-demo-shop-ab12";
/// The real name of `other`.
pub const OTHER: &str = "ts-demo-other-ab12";

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ns = [("shop", SHOP), ("other", OTHER)].map(|(alias, name)| (alias.to_owned(), name.to_owned()));
        let names = Names {
            lab: "demo".to_owned(),
            run: "ab12".to_owned(),
            ns: ns.into_iter().collect(),
            random: [("marker".to_owned(), "k4x9w2m7q1zz".to_owned())].into_iter().collect(),
            image: "busybox:1.37".to_owned(),
            node: "demo-control-plane".to_owned(),
            server: "https://127.0.0.1:6443".to_owned(),
            kubeconfig: Utf8PathBuf::from("kubeconfig"),
            ..Names::default()
        };
        Self { names, snapshots: Snapshots::default(), files: HashMap::new(), checks: Vec::new(), folder }
    }

    /// The learner's folder.
    pub fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("a path in UTF-8")
    }

    /// Puts a file into the learner's folder.
    pub fn put(&self, name: &str, text: &str) {
        std::fs::write(self.folder().join(name), text).expect("a file");
    }

    /// Adds a text of the lab.
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// Shows the context.
    pub fn with<T>(&self, api: &dyn Api, act: impl FnOnce(&CheckContext<'_>) -> T) -> T {
        let file = |path: &str| self.files.get(path).cloned().ok_or_else(|| format!("there is no {path}"));
        let check = |id: &str| self.checks.iter().find(|check| &**check.id == id).cloned();
        let probes = crate::lab::probe_pods::ProbePods::new(api, &self.names.image);
        act(&CheckContext {
            api,
            probes: &probes,
            names: &self.names,
            folder: self.folder().to_owned(),
            file: &file,
            snapshots: &self.snapshots,
            check: &check,
        })
    }

    /// Judges a check named `it`, written as in a lab, such as `resource: {kind: Pod, ns: shop}`.
    pub fn evaluate(&self, api: &dyn Api, check: &str) -> CheckResult {
        self.with(api, |context| super::evaluate("it", &probe(check), context))
    }
}

/// Reads the type of a check, such as `resource: {kind: Pod, ns: shop}`.
pub fn probe(text: &str) -> CheckKind {
    read(text)
}

/// Reads a whole check, with its `id`, `text` and `why`.
pub fn check(text: &str) -> LabCheck {
    read(text)
}

fn read<T: Decode>(text: &str) -> T {
    let stream = crate::yaml::parse(text);
    let document = stream.documents.first().expect("a document");
    let mut decoder = Decoder::new(text);
    let value = T::decode(document.root().expect("a value"), &mut decoder);
    let problems = decoder.into_problems();
    assert!(problems.is_empty(), "{text}: {problems:?}");
    value.expect("a value")
}

/// Reads YAML as JSON.
pub fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("YAML")
}
