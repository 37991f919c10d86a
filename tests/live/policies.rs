//! What `tightship policy export` prints, on the API server: each policy has the verdict of its rule on every pod, and on
//! everything that makes pods.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use serde_json::{Value, json};
use tightship::check::{self, Input, Selection, Text};
use tightship::kube::object::Object;
use tightship::kube::pod::Pod;
use tightship::kube::version::Version;
use tightship::policy::{Action, Label, Options, Subject, export};
use tightship::rules::facts::Defaults;
use tightship::rules::pod_security::{Control, Policy, PolicyVersion};
use tightship::rules::{Check, PodContext, Rule, Settings};
use tightship::yaml;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::pod_security_cases::{Case, KINDS, base, cases, controller};
use crate::proxy::{Answer, Proxy};

pub const TESTS: &[Test] = &[("policies::same_verdicts", same_verdicts), ("policies::refusals", refusals)];

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
const IN_ONE_NAMESPACE: usize = 10;

/// A policy, and what it is held against.
struct Exported {
    name: String,
    rule: &'static Rule,
    kubernetes: Version,
}

/// Policies that hold in a namespace of their own.
struct Room {
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
    for part in wanted.chunks(IN_ONE_NAMESPACE) {
        let namespace = live.unique("p");
        let mut room = Room { namespace, policies: Vec::new(), manifests: String::new() };
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

    let mut all = cases();
    all.extend(images());
    all.push(large());
    let mut sent = Vec::new();
    for (at, room) in rooms.iter().enumerate() {
        let path = format!("/api/v1/namespaces/{}/pods/there", room.namespace);
        let there = proxy.connect()?.send("GET", &path, &Value::Null)?.body;
        sent.extend(all.iter().map(|case| pod(at, &room.namespace, case, &there)));
        let usual = all.iter().filter(|case| !case.is_ephemeral()).enumerate();
        sent.extend(usual.map(|(n, case)| maker(at, &room.namespace, KINDS[n % KINDS.len()], case)));
        for name in ["mixture.bare", "mixture.all", "base"] {
            let case = all.iter().find(|case| case.name == name).expect("a case");
            sent.extend(KINDS.iter().map(|kind| maker(at, &room.namespace, kind, case)));
        }
    }
    let answers = proxy.send_all(&sent, |it| (it.method, &it.path, &it.body))?;

    let images = image_verdicts(&sent);
    let mut differences = Vec::new();
    let (mut compared, mut refused, mut objects) = (0, BTreeMap::new(), 0);
    for (at, (sent, answer)) in sent.iter().zip(&answers).enumerate() {
        let Some(theirs) = verdicts(answer, &rooms[sent.room])? else { continue };
        objects += 1;
        for policy in &rooms[sent.room].policies {
            let ours = match &policy.rule.check {
                Check::PodSecurity(control) => breaks(policy, control, &sent.local),
                _ => images[&(at, policy.rule.id)],
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
    ensure(objects > 2500 && objects * 6 > sent.len() * 5, || format!("too little was compared: {objects}"))
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
fn breaks(policy: &Exported, control: &Control, object: &Value) -> bool {
    let text = object.to_string();
    let stream = yaml::parse(&text);
    let object = stream.documents[0].root().and_then(Object::new).expect("an object");
    let pod = Pod::of(&object).expect("pods");
    let context = PodContext {
        object: &object,
        pod: &pod,
        policy: Policy { level: control.level, version: PolicyVersion::latest(policy.kubernetes) },
        account_gives_no_token: false,
        defaults: Defaults::default(),
    };
    control.violation(policy.rule, &context, &text, &settings(policy.kubernetes)).is_some()
}

/// Whether each object breaks each of the rules on images. What cannot be read as an image is of no registry and no version
/// to its policies, whereas of the rules one alone speaks of it.
fn image_verdicts(sent: &[Sent]) -> BTreeMap<(usize, &'static str), bool> {
    const RULES: [&str; 4] = ["image-digest", "image-registry", "malformed-image", "mutable-image-tag"];
    let inputs: Vec<Input> = sent
        .iter()
        .enumerate()
        .map(|(at, it)| Input { name: at.to_string(), text: Text::Here(it.local.to_string().into()) })
        .collect();
    let selection = Selection::from_words(&RULES.map(str::to_owned), &[]).expect("rules");
    let settings = Settings { as_admission: false, ..settings(Version::NEWEST) };
    let outcome = check::run(&inputs, &check::Options { settings, selection, ..check::Options::default() });
    let mut verdicts: BTreeMap<(usize, &str), bool> =
        (0..sent.len()).flat_map(|at| RULES.map(|rule| ((at, rule), false))).collect();
    for finding in &outcome.findings {
        let at = outcome.files[finding.places[0].file.0 as usize].name.parse().expect("a number");
        let also: &[&str] = match finding.rule.id {
            "malformed-image" => &["image-registry", "mutable-image-tag"],
            _ => &[],
        };
        for rule in also.iter().copied().chain([finding.rule.id]) {
            verdicts.insert((at, RULES.into_iter().find(|it| *it == rule).expect("a rule")), true);
        }
    }
    verdicts
}

/// Pods with images of every form, in each list of containers.
fn images() -> Vec<Case> {
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let long = |length: usize| format!("ghcr.io/acme/{}", "a".repeat(length));
    let mut images: Vec<String> = [
        "busybox",
        "busybox:1.37",
        "busybox:latest",
        "library/busybox:1",
        "docker.io/busybox:1",
        "docker.io/library/busybox:1",
        "index.docker.io/busybox:1",
        "index.docker.io/library/busybox:1",
        "index.docker.io/acme/app:1",
        "acme/app:1",
        "acme/app/more:1",
        "acme/apple:1",
        "docker.io/acme/app",
        "ghcr.io/acme/app",
        "ghcr.io/acme/app:latest",
        "ghcr.io/acme/app:Latest",
        "ghcr.io/acme/app:latest-1",
        "ghcr.io/acme/team/app:1",
        "ghcr.io/acme:1",
        "ghcr.io/acme-labs/app:1",
        "ghcr.io/acmeapp:1",
        "ghcr.io/other/ghcr.io/acme/app:1",
        "GHCR.io/acme/app:1",
        "ghcr.io:443/acme/app:1",
        "ghcr.io.example.com/acme/app:1",
        "example.com/ghcr.io/acme/app:1",
        "quay.io/x:1",
        "quay.io/a/b/c/d:V1",
        "quay.iox/a:1",
        "registry.example.com:5000/shop/api:1",
        "registry.example.com:5000/shop/api",
        "registry.example.com:5000/shop/api:latest",
        "registry.example.com:5000/shop:1",
        "registry.example.com:5001/shop/api:1",
        "registry.example.com/shop/api:1",
        "localhost/app:1",
        "localhost:5000/app:1",
        "localhost:5000",
        "localhost",
        "Shop/api:1",
        "shop/Api:1",
        "ghcr.io/acme/App:1",
        "ghcr.io/acme/App",
        "BUSYBOX",
        "https://ghcr.io/acme/app:1",
        "ghcr.io/acme/app:1:2",
        "ghcr.io/acme//app:1",
        "ghcr.io/acme/../evil/app:1",
        "ghcr.io/acme/app:",
        "ghcr.io/acme/app@",
        "ghcr.io/acme/app:1@sha256:abc",
        "ghcr.io/acme/app@latest",
        "ghcr.io/acme/a..b:1",
        "ghcr.io/acme/a__b--c.d:1",
        "a_b.c/app:1",
        "[::1]:5000/app:1",
        "[::1]/app",
        "ghcr.io/acme/$APP:1",
        "ghcr.io/acme/app:1 2",
        "ghcr.io/acme/app:1\nx",
        "ghcr.io/acme/'); true || ('",
        "ghcr.io/acme/ä:1",
        "/app",
        "@",
        ":1",
        "",
    ]
    .map(str::to_owned)
    .into();
    for name in ["busybox", "acme/app:1", "ghcr.io/acme/app", "ghcr.io/acme/app:latest", "quay.io:443/app", "Shop/api"]
    {
        images.push(format!("{name}@{digest}"));
        images.push(format!("{name}@{}", digest.to_uppercase()));
    }
    images.extend([digest.clone(), digest.trim_start_matches("sha256:").to_owned()]);
    images.extend([long(250), long(251), format!("ghcr.io/acme/app:{}", "1".repeat(129))]);
    let mut cases = Vec::new();
    for (at, image) in images.iter().enumerate() {
        for who in ["initContainers", "containers", "ephemeralContainers"] {
            let name = format!("image.{at}.{}", who.to_lowercase());
            let mut pod = base(&name);
            if who == "ephemeralContainers" {
                pod["spec"][who] = json!([{"name": "debug", "image": image}]);
            } else {
                pod["spec"][who][1]["image"] = json!(image);
            }
            cases.push(Case { name, pod });
        }
    }
    cases
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

/// Refusals: what is new, what changes, and ways into pods; and that all else goes on.
fn refusals(live: &Live) -> Result<(), Failed> {
    let unique = live.unique("p");
    let (closed, open) = (format!("{unique}-closed"), format!("{unique}-open"));
    let mut applied = Applied::namespaces(live, vec![closed.clone(), open.clone()])?;
    let deployment = |name: &str| {
        let mut pod = base(name);
        pod["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
        let mut deployment = controller("Deployment", &Case { name: name.to_owned(), pod });
        deployment["spec"]["replicas"] = json!(0);
        deployment.to_string()
    };
    let create =
        |namespace: &str, name: &str| live.with_input(&["-n", namespace, "create", "-f", "-"], &deployment(name));
    ensure(create(&closed, "old").ok, || "a Deployment".to_owned())?;
    eventually("the ReplicaSet of the Deployment", || {
        Ok(!live.ok(&["-n", &closed, "get", "replicasets", "-o", "name"])?.is_empty())
    })?;

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tightship"));
    command.args(["policy", "export", "privileged", "pods-exec", "pods-debug", "pods-port-forward"]);
    command.args(["--kubernetes", live.release(), "--name-prefix", &unique]);
    command.args(["--namespace-selector", &format!("{LABEL}={closed}")]);
    let output = command.output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    applied.policies(String::from_utf8(output.stdout)?)?;

    let said = |policy: &str, said: &str| format!("'{unique}-{policy}' denied request: {policy}: {said}");
    let refused = said("privileged", "a container runs privileged: securityContext.privileged of container main");
    let mut last = String::new();
    eventually("a Deployment is refused", || {
        last = live.with_input(&["-n", &closed, "create", "--dry-run=server", "-f", "-"], &deployment("new")).stderr;
        Ok(last.contains(&refused))
    })
    .map_err(|error| format!("{}\n{last}", error.message().unwrap_or_default()))?;
    ensure(create(&open, "new").ok, || "refused in another namespace".to_owned())?;

    // ways into pods
    let exec = said("pods-exec", "commands are run in a running pod, or its terminal is joined: exec of pod there");
    let attach = exec.replace("exec of", "attach of");
    let forward =
        said("pods-port-forward", "a port of a running pod is reached past its network policies: portforward of");
    let debug =
        said("pods-debug", "a container for debugging is put into a running pod: ephemeralcontainers of pod there");
    for (args, refused) in [
        (&["exec", "there", "--", "id"][..], exec),
        (&["attach", "there"], attach),
        (&["debug", "there", "--image=ghcr.io/acme/debug:1", "--profile=restricted", "--", "id"], debug),
    ] {
        let mut last = String::new();
        eventually("a way is closed", || {
            let output = live.run(&[&["-n", &closed], args].concat());
            last = format!("{}{}", output.stdout, output.stderr);
            Ok(last.contains(&refused))
        })
        .map_err(|_| format!("{args:?}: {last}"))?;
        let output = live.run(&[&["-n", &open], args].concat());
        ensure(!output.stderr.contains("denied request"), || format!("{args:?}: {}", output.stderr))?;
    }
    // kubectl does not even ask for a port of a pod that does not run
    let proxy = Proxy::start(live)?;
    let forwarded = |namespace: &str| {
        let path = format!("/api/v1/namespaces/{namespace}/pods/there/portforward");
        proxy.connect()?.send("POST", &path, &Value::Null).map(|answer| answer.message().to_owned())
    };
    let (here, there) = (forwarded(&closed)?, forwarded(&open)?);
    ensure(here.contains(&forward) && !there.contains("denied request"), || format!("{here}\n{there}"))?;

    // what is there already can be scaled, labelled and deleted, but not changed into something that is no better
    let old = live.ok(&["-n", &closed, "get", "replicasets", "-o", "name"])?;
    let scale = r#"{"spec": {"replicas": 1}, "metadata": {"labels": {"x": "y"}}}"#;
    for what in ["deployment/old", old.trim()] {
        live.ok(&["-n", &closed, "patch", what, "--dry-run=server", "-p", scale])?;
    }
    let image = live.run(&["-n", &closed, "set", "image", "deployment/old", "main=ghcr.io/acme/app:2"]);
    ensure(!image.ok && image.stderr.contains(&refused), || image.stderr)?;
    live.ok(&["-n", &closed, "delete", "deployment", "old"]).map(drop)
}
