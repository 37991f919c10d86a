//! What the API server says of hundreds of pods under many policies, and what `tightship check --as-admission` says of them:
//! word for word the same.

use std::collections::BTreeSet;
use std::process::Command;

use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::proxy::{Answer, Connection, Proxy};
use crate::support::pod_security_cases::{Case, KINDS, base, cases, controller};

pub const TESTS: &[Test] = &[("admission::same_words", same_words), ("admission::labels", labels)];

/// Policies before and after each change of the standards; what a server does not know yet is for it the newest it knows.
const POLICIES: [(&str, &str); 13] = [
    ("restricted", "latest"),
    ("restricted", "v1.7"),
    ("restricted", "v1.18"),
    ("restricted", "v1.22"),
    ("restricted", "v1.24"),
    ("restricted", "v1.30"),
    ("restricted", "v1.34"),
    ("baseline", "latest"),
    ("baseline", "v1.18"),
    ("baseline", "v1.28"),
    ("baseline", "v1.30"),
    ("baseline", "v1.33"),
    ("baseline", "v1.36"),
];

/// Those under which the kinds that make pods are tried too.
const FOR_MAKERS: [(&str, &str); 2] = [("restricted", "latest"), ("baseline", "v1.18")];

/// An object as the API server and the checker get it.
struct Sent {
    /// What to call it when something is wrong.
    what: String,
    method: &'static str,
    path: String,
    body: Value,
    /// What the checker reads; the same but for ephemeral containers.
    local: Value,
}

/// What is said of an object.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Message(String),
}

fn same_words(live: &Live) -> Result<(), Failed> {
    let proxy = Proxy::start(live)?;
    let cases = cases();
    let rooms = Rooms::new(live)?;
    let mut sent = Vec::new();
    for (namespace, policy) in &rooms.names {
        let there =
            proxy.connect()?.send("GET", &format!("/api/v1/namespaces/{namespace}/pods/there"), &Value::Null)?;
        sent.extend(cases.iter().map(|case| pod(namespace, case, &there.body)));
        if FOR_MAKERS.contains(policy) {
            let usual = cases.iter().filter(|case| !case.is_ephemeral()).enumerate();
            sent.extend(usual.map(|(at, case)| maker(namespace, KINDS[at % KINDS.len()], case)));
            let worst = cases.iter().find(|case| case.name == "mixture.bare").expect("a case");
            sent.extend(KINDS.iter().map(|kind| maker(namespace, kind, worst)));
        }
    }
    let answers = proxy.send_all(&sent, |it| (it.method, &it.path, &it.body))?;
    let locally = check(live, &rooms.documents(), sent.iter().map(|it| &it.local))?;

    let mut differences = Vec::new();
    let (mut compared, mut invalid) = (0, 0);
    let (mut tried, mut refused) = (BTreeSet::new(), 0);
    for ((sent, answer), ours) in sent.iter().zip(&answers).zip(locally) {
        let Some(theirs) = said(answer)? else {
            invalid += 1;
            continue;
        };
        compared += 1;
        tried.insert(sent.local["metadata"]["name"].as_str().map(str::to_owned));
        refused += usize::from(theirs != Said::Nothing);
        let theirs = without_made_up_name(theirs, &sent.local);
        if theirs != ours {
            differences.push(format!("{}\n  server: {theirs:?}\n  we:     {ours:?}", sent.what));
        }
    }
    eprintln!(
        "{compared} objects compared ({refused} refused or warned of) with API server {}, {} policies; {invalid} left out, \
         as the API server takes them under no policy",
        live.release(),
        rooms.names.len(),
    );
    ensure(differences.is_empty(), || {
        format!(
            "{} differences:\n{}",
            differences.len(),
            differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
        )
    })?;
    // the comparison must not become empty unnoticed
    ensure(tried.len() > 300 && refused > 1000 && invalid * 4 < compared, || "too little was compared".to_owned())
}

/// A namespace for each policy.
struct Rooms<'a> {
    live: &'a Live,
    names: Vec<(String, (&'static str, &'static str))>,
    namespaces: Vec<Value>,
}

impl<'a> Rooms<'a> {
    fn new(live: &'a Live) -> Result<Self, Failed> {
        let mut rooms = Self { live, names: Vec::new(), namespaces: Vec::new() };
        let unique = live.unique("psa");
        for (level, version) in POLICIES {
            let name = format!("{unique}-{level}-{}", version.replace('.', "-"));
            let labels = json!({
                "pod-security.kubernetes.io/enforce": level,
                "pod-security.kubernetes.io/enforce-version": version,
            });
            rooms.namespaces.push(namespace(&name, &labels));
            rooms.names.push((name, (level, version)));
        }
        live.apply(&rooms.documents())?;
        let names: BTreeSet<&str> = rooms.names.iter().map(|(name, _)| &**name).collect();
        eventually("every namespace has its service account", || {
            let found = live.ok(&[
                "get",
                "serviceaccounts",
                "-A",
                "-o",
                "jsonpath={range .items[*]}{.metadata.namespace} {end}",
            ])?;
            Ok(names.is_subset(&found.split_whitespace().collect()))
        })?;
        // ephemeral containers come into a pod that is there
        let pods: String = names
            .iter()
            .map(|name| {
                let mut pod = base("there");
                pod["metadata"]["namespace"] = json!(name);
                format!("---\n{pod}\n")
            })
            .collect();
        live.apply(&pods)?;
        Ok(rooms)
    }

    fn documents(&self) -> String {
        self.namespaces.iter().map(|namespace| format!("---\n{namespace}\n")).collect()
    }
}

impl Drop for Rooms<'_> {
    fn drop(&mut self) {
        let mut delete = vec!["delete", "namespace", "--wait=false", "--ignore-not-found"];
        delete.extend(self.names.iter().map(|(name, _)| &**name));
        self.live.run(&delete);
    }
}

fn namespace(name: &str, labels: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

fn pod(namespace: &str, case: &Case, there: &Value) -> Sent {
    let what = format!("{} in {namespace}", case.name);
    let mut local = case.pod.clone();
    local["metadata"]["namespace"] = json!(namespace);
    if case.is_ephemeral() {
        local["metadata"]["name"] = json!("there");
        let mut body = there.clone();
        body["spec"]["ephemeralContainers"] = case.pod["spec"]["ephemeralContainers"].clone();
        let path = format!("/api/v1/namespaces/{namespace}/pods/there/ephemeralcontainers?dryRun=All");
        return Sent { what, method: "PUT", path, body, local };
    }
    let path = format!("/api/v1/namespaces/{namespace}/pods?dryRun=All");
    Sent { what, method: "POST", path, body: local.clone(), local }
}

fn maker(namespace: &str, kind: &str, case: &Case) -> Sent {
    let mut local = controller(kind, case);
    local["metadata"]["namespace"] = json!(namespace);
    let api = match local["apiVersion"].as_str() {
        Some("v1") => "/api/v1".to_owned(),
        other => format!("/apis/{}", other.unwrap_or_default()),
    };
    let path = format!("{api}/namespaces/{namespace}/{}s?dryRun=All", kind.to_lowercase());
    Sent { what: format!("{kind} {} in {namespace}", case.name), method: "POST", path, body: local.clone(), local }
}

/// What Pod Security said; `None` if the API server does not take the object for another reason.
fn said(answer: &Answer) -> Result<Option<Said>, Failed> {
    let message = answer.message();
    match answer.code {
        200 | 201 => {
            let ours = answer.warnings.iter().find(|warning| warning.starts_with("would violate PodSecurity"));
            Ok(Some(ours.map_or(Said::Nothing, |warning| Said::Message(warning.clone()))))
        }
        403 if message.contains("violates PodSecurity") => Ok(Some(Said::Message(message.to_owned()))),
        422 if message.contains("pod-security.kubernetes.io") => Ok(Some(Said::Message(message.to_owned()))),
        400 | 422 => Ok(None),
        code => Err(format!("{code}: {message}").into()),
    }
}

/// What the API server makes up for a name is unknown before.
fn without_made_up_name(said: Said, object: &Value) -> Said {
    match (said, object["metadata"]["generateName"].as_str()) {
        (Said::Message(message), Some(beginning)) => {
            let at = message.find(beginning).expect("its name") + beginning.len();
            Said::Message(format!("{}?????{}", &message[..at], &message[at + 5..]))
        }
        (said, _) => said,
    }
}

/// What the checker says of each object.
fn check<'a>(live: &Live, namespaces: &str, objects: impl Iterator<Item = &'a Value>) -> Result<Vec<Said>, Failed> {
    let mut text = namespaces.to_owned();
    let mut lines = Vec::new();
    let mut line = text.lines().count();
    for object in objects {
        line += 2;
        lines.push(line);
        text.push_str(&format!("---\n{object}\n"));
    }
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("all.yaml"), text)?;
    let output = Command::new(env!("CARGO_BIN_EXE_tightship"))
        .args(["check", "--no-config", "--as-admission", "--kubernetes", live.release(), "all.yaml"])
        .current_dir(folder.path())
        .output()?;
    ensure(output.status.code().is_some_and(|code| code < 2), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    let mut said: Vec<Said> = lines.iter().map(|_| Said::Nothing).collect();
    for printed in String::from_utf8(output.stdout)?.lines() {
        let mut parts = printed.splitn(3, ": ");
        let place = parts.next().and_then(|place| place.strip_prefix("all.yaml:")?.parse().ok());
        let (Some(line), Some(_), Some(message)) = (place, parts.next(), parts.next()) else {
            return Err(format!("not a verdict: {printed}").into());
        };
        let at = lines.binary_search(&line).map_err(|_| format!("about no object: {printed}"))?;
        said[at] = Said::Message(message.to_owned());
    }
    Ok(said)
}

/// What labels of a namespace come to: refused ones, and a pod that breaks both levels under the others.
fn labels(live: &Live) -> Result<(), Failed> {
    let unique = live.unique("psa-labels");
    let key = |mode: &str| format!("pod-security.kubernetes.io/{mode}");
    let sets: [&[(&str, &str)]; 16] = [
        &[],
        &[("enforce", "privileged")],
        &[("enforce", "baseline"), ("warn", "restricted")],
        &[("enforce", "restricted"), ("warn", "privileged")],
        &[("enforce", "restricted"), ("enforce-version", "v1.24"), ("warn", "baseline"), ("warn-version", "v1.0")],
        &[("enforce", "baseline"), ("enforce-version", "v1.24"), ("warn-version", "v1.30")],
        &[("warn", "restricted"), ("warn-version", "v1.24")],
        &[("warn", "baseline"), ("audit", "restricted")],
        &[("audit", "restricted")],
        &[("enforce-version", "v1.24")],
        &[("enforce", "Restricted")],
        &[("enforce", "")],
        &[("enforce", "baseline"), ("enforce-version", "1.24"), ("audit-version", "v1.01"), ("warn", "none")],
        &[("enforce-version", "v1.99999999999999999999"), ("audit", "x"), ("warn-version", "newest")],
        &[("enforce-version", "v1.123456"), ("enforce", "restricted")],
        &[("warn-version", "v2.0")],
    ];
    let worst = cases().into_iter().find(|case| case.name == "mixture.bare").expect("a case");
    let mut connection = Proxy::start(live).and_then(|proxy| {
        let connection = proxy.connect()?;
        Ok((proxy, connection))
    })?;
    let mut names = Vec::new();
    let mut result = Ok(());
    for (at, set) in sets.iter().enumerate() {
        let name = format!("{unique}-{at}");
        let labels: serde_json::Map<String, Value> =
            set.iter().map(|(mode, value)| (key(mode), json!(value))).collect();
        let made = one(live, &mut connection.1, &namespace(&name, &labels.into()), &name, &worst);
        names.push(name);
        result = result.and(made.map_err(|error| format!("{set:?}: {}", error.message().unwrap_or_default()).into()));
    }
    live.run(
        &[
            &["delete", "namespace", "--wait=false", "--ignore-not-found"],
            &*names.iter().map(|it| &**it).collect::<Vec<_>>(),
        ]
        .concat(),
    );
    result
}

fn one(live: &Live, connection: &mut Connection, space: &Value, name: &str, case: &Case) -> Result<(), Failed> {
    let answer = connection.send("POST", "/api/v1/namespaces", space)?;
    let theirs = said(&answer)?.ok_or("not a namespace")?;
    let ours = check(live, "", std::iter::once(space))?.remove(0);
    ensure(theirs == ours, || format!("\n  server: {theirs:?}\n  we:     {ours:?}"))?;
    if theirs != Said::Nothing {
        return Ok(());
    }
    eventually("a service account", || {
        let path = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        Ok(connection.send("GET", &path, &Value::Null)?.code == 200)
    })?;
    let objects = [pod(name, case, &Value::Null), maker(name, "Deployment", case)];
    let ours = check(live, &format!("---\n{space}\n"), objects.iter().map(|it| &it.local))?;
    for (sent, ours) in objects.iter().zip(ours) {
        let theirs = said(&connection.send(sent.method, &sent.path, &sent.body)?)?.ok_or("not a pod")?;
        ensure(theirs == ours, || format!("{}\n  server: {theirs:?}\n  we:     {ours:?}", sent.what))?;
    }
    Ok(())
}
