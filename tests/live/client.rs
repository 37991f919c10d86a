//! The native client against a real API server: who asks, what is answered, and what programs do.

use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::{Value, json};

use tightship::internals::client::apply::{self, Failure, Place};
use tightship::internals::client::kinds::Resource;
use tightship::internals::client::kubeconfig::{Access, Credentials, Files, Login};
use tightship::internals::client::{
    Api, ApiError, Client, Ended, Exec, ExecReply, Identity, Method, Request, Response, server,
};

use crate::Test;
use crate::kubectl::{Live, ensure};

pub const TESTS: &[Test] = &[
    ("client::everybody_is_who_they_say", everybody_is_who_they_say),
    ("client::warnings", warnings),
    ("client::programs", programs),
    ("client::programs_of_others", programs_of_others),
    ("client::objects", objects),
    ("client::node", node),
    ("client::a_server_that_hangs", a_server_that_hangs),
];

/// A namespace of its own, which is deleted when dropped.
struct Room<'l> {
    live: &'l Live,
    client: Client,
    name: String,
}

impl<'l> Room<'l> {
    fn new(live: &'l Live, labels: &Value) -> Result<Self, Failed> {
        let room = Self { live, client: client(live, None)?, name: live.unique("k") };
        room.apply(
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": room.name, "labels": labels}}),
        )?;
        Ok(room)
    }

    fn apply(&self, object: &Value) -> Result<Value, Failed> {
        Ok(apply::apply(&self.client, object, Some(&self.name))?.object)
    }

    /// A service account that may do some things.
    fn account(&self, name: &str, may: &[(&str, &str)]) -> Result<Identity, Failed> {
        let rbac = "rbac.authorization.k8s.io";
        let (kind, metadata) = ("Role", json!({"name": name}));
        let rule =
            |(verb, resource): &(&str, &str)| json!({"apiGroups": [""], "resources": [resource], "verbs": [verb]});
        let rules: Vec<Value> = may.iter().map(rule).collect();
        self.apply(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}))?;
        self.apply(&json!({"apiVersion": format!("{rbac}/v1"), "kind": kind, "metadata": metadata,
            "rules": rules}))?;
        self.apply(&json!({"apiVersion": format!("{rbac}/v1"), "kind": "RoleBinding", "metadata": metadata,
            "roleRef": {"apiGroup": rbac, "kind": kind, "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": self.name}]}))?;
        Ok(Identity::service_account(&self.name, name))
    }

    /// A pod that waits for programs to run in it.
    fn pod(&self) -> Result<(), Failed> {
        self.apply(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "box"}, "spec": {
            "terminationGracePeriodSeconds": 0, "automountServiceAccountToken": false,
            "containers": [{"name": "box", "image": "busybox:1.37", "command": ["sleep", "3600"]}]}}))?;
        self.live.ok(&["-n", &self.name, "wait", "--for=condition=Ready", "pod/box", "--timeout=60s"]).map(drop)
    }

    fn exec(&self, argv: &[&str], timeout: u64, identity: &Identity) -> Result<ExecReply, ApiError> {
        self.client.exec(&Exec {
            namespace: self.name.clone(),
            pod: "box".to_owned(),
            container: "box".to_owned(),
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            timeout: Duration::from_secs(timeout),
            identity: identity.clone(),
        })
    }

    fn get(&self, plural: &str, identity: &Identity) -> Result<Response, ApiError> {
        let path = format!("/api/v1/namespaces/{}/{plural}", self.name);
        self.client.request(&Request::get(path).by(identity.clone()))
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.live.run(&["delete", "namespace", &self.name, "--wait=false"]);
    }
}

fn client(live: &Live, node: Option<String>) -> Result<Client, Failed> {
    Ok(Client::connect(&Login::Access(admin(live)?), node)?)
}

/// The administrator's kubeconfig.
fn admin(live: &Live) -> Result<Access, Failed> {
    let kubeconfig = camino::Utf8Path::from_path(live.kubeconfig()).expect("UTF-8");
    Ok(Access::open(kubeconfig, Files::None)?)
}

/// A failure unless two things are the same.
fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), Failed> {
    ensure(found == expected, || format!("{found:?} is not {expected:?}"))
}

fn everybody_is_who_they_say(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, &json!({}))?;
    let bot = room.account("bot", &[("list", "configmaps")])?;
    let path = format!("/api/v1/namespaces/{}/serviceaccounts/bot/token", room.name);
    let issued = room.client.request(&Request::new(Method::Post, path).with(json!({"spec": {}})))?.json()?;
    let token = issued["status"]["token"].as_str().expect("a token").to_owned();
    let with_token = Credentials::Token(token.clone());

    let name = format!("system:serviceaccount:{}:bot", room.name);
    let jane = Identity::User { name: "jane".to_owned(), groups: vec!["system:authenticated".to_owned()] };
    for (identity, name) in [
        (Identity::Admin, "kubernetes-admin"),
        (jane, "jane"),
        (bot.clone(), name.as_str()),
        (Identity::Token(token.clone()), &name),
        (Identity::Credentials(with_token.clone()), &name),
        (Identity::Credentials(admin(live)?.credentials), "kubernetes-admin"),
    ] {
        let review = Request::new(Method::Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews")
            .with(json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}));
        let said = room.client.request(&review.by(identity))?.json()?;
        same(&said["status"]["userInfo"]["username"].as_str().unwrap_or_default(), &name)?;
    }

    for identity in [bot, Identity::Token(token), Identity::Credentials(with_token)] {
        same(&room.get("configmaps", &identity)?.status, &200)?;
        let refused = room.get("secrets", &identity)?;
        same(&refused.status, &403)?;
        let message = refused.message();
        ensure(message.contains("cannot list resource \"secrets\""), || message)?;
    }
    let nobody = room.get("pods", &Identity::Anonymous)?;
    same(&nobody.status, &403)?;
    ensure(nobody.message().contains("\"system:anonymous\" cannot list"), || nobody.message())?;
    same(&room.get("pods", &Identity::Token("nonsense".to_owned()))?.status, &401)
}

fn warnings(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, &json!({"pod-security.kubernetes.io/warn": "restricted"}))?;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad"},
        "spec": {"containers": [{"name": "c", "image": "busybox:1.37", "securityContext": {"privileged": true}}]}});
    let path = format!("/api/v1/namespaces/{}/pods?dryRun=All", room.name);
    let created = room.client.request(&Request::new(Method::Post, path).with(pod))?;
    same(&created.status, &201)?;
    let [warning] = created.warnings.as_slice() else {
        return Err(format!("not one warning: {:?}", created.warnings).into());
    };
    ensure(warning.starts_with("would violate PodSecurity \"restricted:latest\": privileged (container \"c\""), || {
        warning.clone()
    })
}

fn programs(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, &json!({}))?;
    room.pod()?;
    let admin = Identity::Admin;
    let ended = |exit, stdout: &str, stderr: &str| {
        ExecReply::Ended(Ended { exit, stdout: stdout.to_owned(), stderr: stderr.to_owned() })
    };
    same(&room.exec(&["true"], 10, &admin)?, &ended(0, "", ""))?;
    let script = "echo 'a  b&c=%41'; echo no >&2; exit 3";
    same(&room.exec(&["sh", "-c", script], 10, &admin)?, &ended(3, "a  b&c=%41\n", "no\n"))?;
    let long = room.exec(&["sh", "-c", "seq 100000; seq 100000 >&2"], 10, &admin)?;
    let all: String = (1..=100_000).map(|number| format!("{number}\n")).collect();
    ensure(long == ended(0, &all, &all), || "not all of a long output came".to_owned())?;

    let ExecReply::Refused { status: 500, message } = room.exec(&["no-such-program"], 10, &admin)? else {
        return Err("a program that does not exist was run".into());
    };
    ensure(message.contains("no-such-program"), || message)?;
    same(&room.exec(&["sleep", "30"], 1, &admin)?, &ExecReply::TimedOut)?;

    let mut exec = Exec {
        namespace: room.name.clone(),
        pod: "box".to_owned(),
        container: "other".to_owned(),
        argv: vec!["true".to_owned()],
        timeout: Duration::from_secs(5),
        identity: admin.clone(),
    };
    let reply = room.client.exec(&exec)?;
    let ExecReply::Refused { status: 400, message } = reply else {
        return Err(format!("without a container: {reply:?}").into());
    };
    ensure(message.contains("container other is not valid"), || message)?;
    exec.pod = "other".to_owned();
    same(
        &room.client.exec(&exec)?,
        &ExecReply::Refused { status: 404, message: "pods \"other\" not found".to_owned() },
    )?;

    let start = Instant::now();
    thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| room.exec(&["sleep", "1"], 20, &admin))).collect();
        all.into_iter().try_for_each(|one| same(&one.join().expect("no panic")?, &ended(0, "", "")))
    })?;
    ensure(start.elapsed() < Duration::from_secs(6), || {
        format!("8 programs wait for each other: {:?}", start.elapsed())
    })
}

fn programs_of_others(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, &json!({}))?;
    room.pod()?;
    let reader = room.account("reader", &[("get", "pods")])?;
    let runner = room.account("runner", &[("get", "pods"), ("create", "pods/exec")])?;
    let refused = room.exec(&["true"], 10, &reader)?;
    let ExecReply::Refused { status: 403, message } = refused else {
        return Err(format!("the reader runs a program: {refused:?}").into());
    };
    let cannot = format!("User \"system:serviceaccount:{}:reader\" cannot create resource \"pods/exec\"", room.name);
    ensure(message.contains(&cannot), || message)?;
    // what kubectl does with the same rights
    for (name, may) in [("reader", false), ("runner", true)] {
        let account = format!("--as=system:serviceaccount:{}:{name}", room.name);
        let output = live.run(&["-n", &room.name, &account, "exec", "box", "--", "true"]);
        ensure(output.ok == may, || format!("kubectl as {name}: {}", output.stderr))?;
    }
    same(&room.exec(&["true"], 10, &runner)?, &ExecReply::Ended(Ended::default()))?;

    let refused = room.exec(&["true"], 10, &Identity::Anonymous)?;
    ensure(matches!(refused, ExecReply::Refused { status: 403, .. }), || format!("{refused:?}"))
}

fn objects(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, &json!({}))?;
    let (api, namespace) = (&room.client, Some(room.name.as_str()));
    let object = |key: &str| {
        let metadata = json!({"name": "settings", "labels": {"app": "a.b"}});
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {key: "1"}})
    };
    let made = apply::apply(api, &object("one"), namespace)?;
    same(&made.object["metadata"]["managedFields"][0]["manager"], &json!("kubectl"))?;
    // another who sets a field does not keep it from being applied
    live.ok(&["-n", &room.name, "patch", "configmap", "settings", "-p", "{\"data\": {\"two\": \"2\"}}"])?;
    same(&apply::apply(api, &object("two"), namespace)?.object["data"], &json!({"two": "1"}))?;
    let part =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"three": "3"}});
    let patched = apply::strategic_patch(api, &part, namespace)?;
    same(&patched.object["data"], &json!({"two": "1", "three": "3"}))?;

    let place = Place::of(api, &part, namespace)?;
    same(&apply::get(api, &place)?.map(|object| object["data"].clone()), &Some(patched.object["data"].clone()))?;
    for (selector, number) in [("app in (a.b, c),x!=y", 1), ("app=other", 0)] {
        let found = apply::list(api, &place.resource, namespace, Some(selector))?;
        same(&found.len(), &number)?;
        ensure(found.iter().all(|object| object["kind"] == "ConfigMap"), || "an object without a kind".to_owned())?;
    }
    let started = Instant::now();
    same(&apply::delete_and_wait(api, &place, Duration::from_secs(10))?, &true)?;
    ensure(started.elapsed() < Duration::from_secs(5), || "a deletion is waited for too long".to_owned())?;
    same(&apply::delete(api, &place)?, &false)?;
    same(&apply::get(api, &place)?, &None)?;

    let mut unknown = object("one");
    unknown["dat"] = json!({});
    let warned = apply::apply(api, &unknown, namespace);
    ensure(format!("{warned:?}").contains("dat"), || format!("a field that does not exist: {warned:?}"))?;
    unknown["kind"] = json!("Nothing");
    for (object, status, words) in [
        (unknown, 404, "no kind Nothing in v1"),
        (json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "A_b"}}), 422, "RFC 1123"),
        (json!({"apiVersion": "v1", "kind": "Secret"}), 400, "a Secret has no metadata.name"),
    ] {
        let Err(Failure::Refused(refusal)) = apply::apply(api, &object, namespace) else {
            return Err(format!("it is not refused: {object}").into());
        };
        same(&refusal.status, &status)?;
        ensure(refusal.message.contains(words), || refusal.message.clone())?;
    }
    let policies = Resource::find(api, "networking.k8s.io/v1", "IngressClass")?.expect("a kind that is asked for");
    same(&policies.path(None), &"/apis/networking.k8s.io/v1/ingressclasses".to_owned())?;
    ensure(server::server_version(api)?.starts_with(&format!("v{}.", live.release())), || "the version".to_owned())?;
    same(&server::cluster_uid(api)?.len(), &36)
}

fn node(live: &Live) -> Result<(), Failed> {
    let selector = "node-role.kubernetes.io/control-plane";
    let name = live.ok(&["get", "nodes", "-l", selector, "-o", "jsonpath={.items[0].metadata.name}"])?;
    let api = client(live, Some(name))?;
    let ended = api.node(&["sh", "-c", "cat; id -u; echo no >&2; exit 4"], b"hello\n")?;
    same(&ended, &Ended { exit: 4, stdout: "hello\n0\n".to_owned(), stderr: "no\n".to_owned() })?;
    let missing = client(live, Some("no-such-node".to_owned()))?.node(&["true"], b"");
    ensure(matches!(&missing, Err(ApiError::NoNode(said)) if said.contains("no-such-node")), || {
        format!("{missing:?}")
    })?;
    let unknown = client(live, None)?.node(&["true"], b"");
    ensure(matches!(unknown, Err(ApiError::NoNode(_))), || format!("{unknown:?}"))
}

fn a_server_that_hangs(live: &Live) -> Result<(), Failed> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let hangs = Access { server: format!("https://{}", listener.local_addr()?), ..admin(live)? };
    let client = Client::connect(&Login::Access(hangs), None)?;
    let start = Instant::now();
    let said = client.request(&Request::get("/version"));
    ensure(matches!(said, Err(ApiError::Unreachable(_))), || format!("{said:?}"))?;
    ensure(start.elapsed() < Duration::from_secs(8), || format!("{:?}", start.elapsed()))
}
