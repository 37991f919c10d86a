//! What `tightship policy export` prints, on the API server: each policy has the verdict of its rule on every pod, and on
//! everything that makes pods.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use serde_json::{Value, json};
use tightship::internals::k8s::Object;
use tightship::internals::k8s::Pod;
use tightship::internals::k8s::Version;
use tightship::internals::k8s::{Policy, PolicyVersion};
use tightship::internals::policy::{Action, Label, Options, Subject, export};
use tightship::internals::rules::Control;
use tightship::internals::rules::Defaults;
use tightship::internals::rules::{PodContext, Rule, RuleKind, Settings};
use tightship::internals::yaml;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::proxy::{Answer, Proxy};
use crate::support::pod_security_cases::{Case, KINDS, base, cases, controller};

mod others;
mod refusals;

pub const TESTS: &[Test] = &[("policies::same_verdicts", same_verdicts), ("policies::refusals", refusals::refusals)];

/// The label of the namespaces that the policies of a test hold in.
const LABEL: &str = "tightship-test/policies";

/// Where images may come from: a folder, a whole registry, Docker's own images, a port, one image, and a slash too many.
const REGISTRIES: [&str; 6] = [
    "ghcr.io/acme",
    "quay.io",
    "docker.io/library",
    "registry.example.com:5000/shop",
    "docker.io/acme/app",
    "localhost:5000/",
];

/// Warnings of one answer beyond some 4,000 characters get lost, so that not all policies can hold in one namespace.
const IN_ONE_NAMESPACE: usize = 12;

/// A policy, and what it is held against.
struct Exported {
    name: String,
    rule: &'static Rule,
    kubernetes: Version,
}

/// Policies that hold in a namespace of their own.
struct Room {
    /// Whether they are controls of the Pod Security Standards.
    controls: bool,
    namespace: String,
    policies: Vec<Exported>,
    manifests: String,
}

/// An object as the API server and the rules get it.
struct Sent {
    what: String,
    method: &'static str,
    path: String,
    body: Value,
    /// What the rules read; the same but for ephemeral containers.
    local: Value,
    room: usize,
}

fn options(kubernetes: Version, prefix: &str, namespace: &str, action: Action) -> Options {
    Options {
        settings: settings(kubernetes),
        actions: vec![action],
        prefix: prefix.to_owned(),
        labels: vec![Label::parse(&format!("{LABEL}={namespace}")).expect("a label")],
        excluded: Vec::new(),
        in_system: false,
        is_static: false,
        may_change: Vec::new(),
    }
}

fn settings(kubernetes: Version) -> Settings {
    Settings { kubernetes, registries: REGISTRIES.map(str::to_owned).into(), as_admission: true, ..Settings::default() }
}

/// The policies of all rules for all releases, each once: most are the same in every release.
fn rooms(live: &Live) -> Result<Vec<Room>, Failed> {
    let mut seen = BTreeSet::new();
    let mut wanted: Vec<(Subject, &'static Rule, Version)> = Vec::new();
    for subject in Subject::all() {
        let Subject::Rule(rule) = subject else { continue };
        for kubernetes in Version::all() {
            let Ok(text) = export(&[subject], &options(kubernetes, "x", "x", Action::Warn)) else { continue };
            let text: String = text.lines().filter(|line| !line.starts_with('#')).collect();
            if seen.insert(text) {
                wanted.push((subject, rule, kubernetes));
            }
        }
    }
    let mut rooms = Vec::new();
    let (controls, others): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|(subject, ..)| subject.control().is_some());
    for part in controls.chunks(IN_ONE_NAMESPACE).chain([&*others]) {
        let namespace = live.unique("p");
        let controls = part.iter().all(|(subject, ..)| subject.control().is_some());
        let mut room = Room { controls, namespace, policies: Vec::new(), manifests: String::new() };
        for (subject, rule, kubernetes) in part {
            let prefix = format!("{}-{}", room.namespace, kubernetes.minor());
            let text = export(&[*subject], &options(*kubernetes, &prefix, &room.namespace, Action::Warn));
            room.manifests.push_str(&format!("---\n{}", text.map_err(|error| error.to_string())?));
            let name = format!("{prefix}-{}", rule.id);
            room.policies.push(Exported { name, rule, kubernetes: *kubernetes });
        }
        rooms.push(room);
    }
    Ok(rooms)
}

/// What was applied, and goes when dropped.
struct Applied<'a> {
    live: &'a Live,
    namespaces: Vec<String>,
    manifests: String,
}

impl<'a> Applied<'a> {
    /// Makes the namespaces, each with a pod, into which ephemeral containers can come.
    fn namespaces(live: &'a Live, names: Vec<String>) -> Result<Self, Failed> {
        let applied = Self { live, namespaces: names, manifests: String::new() };
        let spaces = applied.namespaces.iter().map(|name| {
            let metadata = json!({"name": name, "labels": {LABEL: name}});
            format!("---\n{}\n", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
        });
        live.apply(&spaces.collect::<String>())?;
        for name in &applied.namespaces {
            eventually("a service account", || Ok(live.run(&["-n", name, "get", "serviceaccount", "default"]).ok))?;
        }
        let pods = applied.namespaces.iter().map(|name| {
            let mut pod = base("there");
            pod["metadata"]["namespace"] = json!(name);
            format!("---\n{pod}\n")
        });
        live.apply(&pods.collect::<String>())?;
        Ok(applied)
    }

    fn policies(&mut self, manifests: String) -> Result<(), Failed> {
        self.manifests = manifests;
        self.live.apply(&self.manifests)
    }
}

impl Drop for Applied<'_> {
    fn drop(&mut self) {
        self.live.with_input(&["delete", "--ignore-not-found", "--wait=false", "-f", "-"], &self.manifests);
        let mut delete = vec!["delete", "namespace", "--wait=false", "--ignore-not-found"];
        delete.extend(self.namespaces.iter().map(|name| &**name));
        self.live.run(&delete);
    }
}

fn same_verdicts(live: &Live) -> Result<(), Failed> {
    let rooms = rooms(live)?;
    let mut applied = Applied::namespaces(live, rooms.iter().map(|room| room.namespace.clone()).collect())?;
    applied.policies(rooms.iter().map(|room| &*room.manifests).collect())?;
    let proxy = Proxy::start(live)?;
    effective(&proxy, &rooms)?;
    typed(live, &rooms)?;

    let sent = objects(&proxy, &rooms)?;
    let answers = proxy.send_all(&sent, |it| (it.method, &it.path, &it.body))?;

    let others = others::verdicts(&sent);
    let mut differences = Vec::new();
    let (mut compared, mut refused, mut objects) = (0, BTreeMap::new(), 0);
    for (at, (sent, answer)) in sent.iter().zip(&answers).enumerate() {
        let Some(theirs) = verdicts(answer, &rooms[sent.room])? else { continue };
        objects += 1;
        let text = sent.local.to_string();
        let stream = yaml::parse(&text);
        let object = stream.documents[0].root().and_then(Object::new).expect("an object");
        let pod = Pod::of(&object).expect("pods");
        for policy in &rooms[sent.room].policies {
            let ours = match &policy.rule.check {
                RuleKind::PodSecurity(control) => breaks(policy, control, (&object, &pod), &text),
                _ => others[&(at, policy.rule.id)],
            };
            let theirs = theirs.contains(&*policy.name);
            compared += 1;
            *refused.entry(policy.rule.id).or_insert(0) += usize::from(theirs);
            if ours != theirs {
                differences.push(format!("{} {}: refused {theirs}, rule broken {ours}", policy.name, sent.what));
            }
        }
    }
    eprintln!(
        "{compared} verdicts of {} policies on {objects} objects compared with those of their rules ({} of them refusals)",
        rooms.iter().map(|room| room.policies.len()).sum::<usize>(),
        refused.values().sum::<usize>(),
    );
    let idle = refused.iter().filter(|(_, count)| **count == 0).map(|(rule, _)| *rule).collect::<Vec<_>>();
    ensure(idle.is_empty(), || format!("no case is refused for {}", idle.join(", ")))?;
    ensure(differences.is_empty(), || {
        let first: Vec<_> = differences.iter().take(20).cloned().collect();
        format!("{} differences:\n{}", differences.len(), first.join("\n"))
    })?;
    // the comparison must not become empty unnoticed
    ensure(objects > 1500 && objects * 6 > sent.len() * 5, || format!("too little was compared: {objects}"))
}

/// What is sent to each room: all cases as pods, and every other one as something that makes them.
fn objects(proxy: &Proxy, rooms: &[Room]) -> Result<Vec<Sent>, Failed> {
    let (mut of_controls, mut of_others) = (cases(), others::cases());
    for cases in [&mut of_controls, &mut of_others] {
        cases.push(large());
    }
    let mut sent = Vec::new();
    for (at, room) in rooms.iter().enumerate() {
        let path = format!("/api/v1/namespaces/{}/pods/there", room.namespace);
        let there = proxy.connect()?.send("GET", &path, &Value::Null)?.body;
        let cases = if room.controls { &of_controls } else { &of_others };
        sent.extend(cases.iter().map(|case| pod(at, &room.namespace, case, &there)));
        let usual = cases.iter().filter(|case| !case.is_ephemeral()).skip(at).step_by(2).enumerate();
        sent.extend(usual.map(|(n, case)| maker(at, &room.namespace, KINDS[n % KINDS.len()], case)));
        let worst = of_controls.iter().find(|case| case.name == "mixture.all").expect("a case");
        sent.extend(KINDS.iter().map(|kind| maker(at, &room.namespace, kind, worst)));
    }
    Ok(sent)
}

/// Waits until each policy refuses the bad example of its rule, and asserts that it lets the good one pass.
fn effective(proxy: &Proxy, rooms: &[Room]) -> Result<(), Failed> {
    let examples = |text: fn(&Rule) -> &'static str| -> Vec<(usize, &Exported, String, Value)> {
        let each = rooms.iter().enumerate().flat_map(|(at, room)| {
            room.policies.iter().map(move |policy| {
                let body = json_of(text(policy.rule));
                (at, policy, format!("/api/v1/namespaces/{}/pods?dryRun=All", room.namespace), body)
            })
        });
        each.collect()
    };
    let bad = examples(|rule| rule.bad);
    eventually("every policy refuses what is bad", || {
        let answers = proxy.send_all(&bad, |it| ("POST", &it.2, &it.3))?;
        for ((room, policy, ..), answer) in bad.iter().zip(&answers) {
            // some examples are wrong in two ways, and the API server itself refuses them for the other
            let theirs = verdicts(answer, &rooms[*room])?;
            if theirs.is_some_and(|theirs| !theirs.contains(&*policy.name)) {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    let good = examples(|rule| rule.good);
    let answers = proxy.send_all(&good, |it| ("POST", &it.2, &it.3))?;
    for ((room, policy, ..), answer) in good.iter().zip(&answers) {
        let theirs = verdicts(answer, &rooms[*room])?.unwrap_or_default();
        ensure(!theirs.contains(&*policy.name), || format!("{} refuses what is good", policy.name))?;
    }
    Ok(())
}

/// Asserts that the API server finds nothing odd in the expressions.
fn typed(live: &Live, rooms: &[Room]) -> Result<(), Failed> {
    let names: BTreeSet<&str> = rooms.iter().flat_map(|room| &room.policies).map(|policy| &*policy.name).collect();
    let mut said = String::new();
    eventually("the API server has looked at the types", || {
        let list: Value = serde_json::from_str(&live.ok(&["get", "validatingadmissionpolicies", "-o", "json"])?)?;
        let ours = list["items"].as_array().expect("a list").iter();
        let ours: Vec<&Value> =
            ours.filter(|it| it["metadata"]["name"].as_str().is_some_and(|name| names.contains(name))).collect();
        let warnings = ours.iter().filter(|it| !it["status"]["typeChecking"]["expressionWarnings"].is_null());
        said = warnings.map(|it| format!("{}: {}\n", it["metadata"]["name"], it["status"])).collect();
        Ok(ours.len() == names.len() && ours.iter().all(|it| it["status"]["typeChecking"].is_object()))
    })?;
    ensure(said.is_empty(), || said)
}

/// The policies that would have refused an object; `None` if the API server does not take it anyway.
fn verdicts<'r>(answer: &Answer, room: &'r Room) -> Result<Option<BTreeSet<&'r str>>, Failed> {
    match answer.code {
        200 | 201 => {}
        400 | 422 => return Ok(None),
        code => return Err(format!("{code}: {}", answer.message()).into()),
    }
    let mut refusing = BTreeSet::new();
    for warning in &answer.warnings {
        let Some(rest) = warning.strip_prefix("Validation failed for ValidatingAdmissionPolicy '") else { continue };
        let (name, said) = rest.split_once('\'').unwrap_or((rest, ""));
        let policy = room.policies.iter().find(|policy| policy.name == name);
        let policy = policy.ok_or_else(|| format!("not a policy of the namespace: {warning}"))?;
        // an expression that fails says so instead
        ensure(said.contains(&format!(": {}: ", policy.rule.id)), || format!("no verdict: {warning}"))?;
        refusing.insert(&*policy.name);
    }
    Ok(Some(refusing))
}

fn json_of(text: &str) -> Value {
    let stream = yaml::parse(text);
    let document = stream.documents.iter().find_map(|document| document.root()).expect("a document");
    document.to_json().expect("plain YAML")
}

/// Whether a pod breaks a control, as the API server sees it.
fn breaks(policy: &Exported, control: &Control, (object, pod): (&Object<'_, '_>, &Pod<'_, '_>), text: &str) -> bool {
    let context = PodContext {
        object,
        pod,
        policy: Policy { level: control.level, version: PolicyVersion::latest(policy.kubernetes) },
        account_gives_no_token: false,
        defaults: Defaults::default(),
    };
    control.violation(policy.rule, &context, text, &settings(policy.kubernetes)).is_some()
}

/// A pod so large that an expression with a cost beyond measure would fail.
fn large() -> Case {
    let mut pod = base("large");
    let container = |at: usize| {
        let ports: Vec<Value> = (0..8).map(|port| json!({"containerPort": at * 8 + port + 1})).collect();
        json!({
            "name": format!("c{at}"), "image": format!("registry.example.com:5000/shop/team/app-{at}:1.2.3"), "ports": ports,
            "securityContext": {"capabilities": {"add": vec!["NET_BIND_SERVICE"; 30], "drop": vec!["CHOWN"; 30]}},
            "livenessProbe": {"tcpSocket": {"port": 80}},
            "env": (0..20).map(|n| json!({"name": format!("E{n}"), "value": "x".repeat(50)})).collect::<Vec<_>>(),
        })
    };
    pod["spec"]["containers"] = (0..150).map(container).collect();
    pod["spec"]["volumes"] = (0..150).map(|at| json!({"name": format!("v{at}"), "emptyDir": {}})).collect();
    Case { name: "large".to_owned(), pod }
}

fn pod(room: usize, namespace: &str, case: &Case, there: &Value) -> Sent {
    let what = case.name.clone();
    let mut local = case.pod.clone();
    local["metadata"]["namespace"] = json!(namespace);
    if case.is_ephemeral() {
        let mut body = there.clone();
        body["spec"]["ephemeralContainers"] = case.pod["spec"]["ephemeralContainers"].clone();
        let path = format!("/api/v1/namespaces/{namespace}/pods/there/ephemeralcontainers?dryRun=All");
        return Sent { what, method: "PUT", path, body, local, room };
    }
    let path = format!("/api/v1/namespaces/{namespace}/pods?dryRun=All");
    Sent { what, method: "POST", path, body: local.clone(), local, room }
}

fn maker(room: usize, namespace: &str, kind: &str, case: &Case) -> Sent {
    let mut local = controller(kind, case);
    local["metadata"]["namespace"] = json!(namespace);
    let api = match local["apiVersion"].as_str() {
        Some("v1") => "/api/v1".to_owned(),
        other => format!("/apis/{}", other.unwrap_or_default()),
    };
    let path = format!("{api}/namespaces/{namespace}/{}s?dryRun=All", kind.to_lowercase());
    Sent { what: format!("{kind} {}", case.name), method: "POST", path, body: local.clone(), local, room }
}
