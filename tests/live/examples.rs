//! The applications of `examples/`, held against the API server, and the keys of a spec at work in a pod.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::spec::{Room, tightship};

pub const TESTS: &[Test] = &[("examples::the_api_server_takes_them", taken), ("examples::keys_are_at_work", at_work)];

/// Kinds of custom resources, which this cluster does not have.
const CUSTOM: [&str; 3] = ["kind: HTTPRoute", "kind: PodMonitor", "kind: ServiceMonitor"];

/// Everything is validated and admitted, Pod Security included, and nothing is kept.
fn taken(live: &Live) -> Result<(), Failed> {
    let folder = tempfile::TempDir::new()?;
    let space = live.unique("examples");
    for level in ["restricted", "privileged"] {
        let name = format!("{space}-{level}");
        live.ok(&["create", "namespace", &name])?;
        live.ok(&["label", "namespace", &name, &format!("pod-security.kubernetes.io/enforce={level}")])?;
    }
    let mut result = Ok(());
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        let text = text.replace("kubernetes: \"1.36\"", &format!("kubernetes: \"{}\", platform: kind", live.release()));
        std::fs::write(folder.path().join("tightship.yaml"), text)?;
        let manifests = tightship(folder.path(), &["render", "--stdout"])?;
        let level = if manifests.contains("hostPath:") { "privileged" } else { "restricted" };
        // what a namespace has already, or has in its own right
        let others = ["kind: Namespace\n", "kind: ResourceQuota", "kind: LimitRange", "\n  name: default\n"];
        let objects = manifests.split("---\n").filter(|object| {
            object.contains("kind: ") && !others.iter().chain(&CUSTOM).any(|text| object.contains(text))
        });
        let objects: Vec<String> = objects.map(|object| in_namespace(object, &format!("{space}-{level}"))).collect();
        let output = live.with_input(&["apply", "--dry-run=server", "-f", "-"], &objects.join("---\n"));
        let warned = output.stderr.contains("Warning");
        if !output.ok || warned {
            result = Err(format!("{}: {}", path.display(), output.stderr).into());
        }
    }
    live.run(&["delete", "namespace", &format!("{space}-restricted"), &format!("{space}-privileged"), "--wait=false"]);
    result
}

/// The object in another namespace.
fn in_namespace(object: &str, namespace: &str) -> String {
    let mut out = String::new();
    for line in object.lines() {
        let own = line.strip_prefix("  namespace: ").or(line.strip_prefix("    namespace: "));
        match own {
            Some(_) => {
                let spaces = line.len() - line.trim_start().len();
                out += &format!("{}namespace: {namespace}\n", " ".repeat(spaces));
            }
            None => out += &format!("{line}\n"),
        }
    }
    out
}

/// Variables from fields, resources and ConfigMaps, projected files, scratch in memory, taints, the hook after the start, and
/// pods that start all at once.
fn at_work(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "keys", "")?;
    live.ok(&[
        "-n",
        &room.name,
        "create",
        "configmap",
        "settings",
        "--from-literal=mode=quiet",
        "--from-literal=a.conf=x=1",
    ])?;
    let keys = "workload: {kind: statefulset, start: parallel, headless: peers, grace: 1}\nreplicas: 2\n\
                command: [sleep, \"3600\"]\nlabels: {tier: keys}\npods: {annotations: {example.com/note: hello}}\n\
                tolerations: [{key: example.com/some, effect: NoExecute, seconds: 77}]\n\
                lifecycle: {postStart: [sh, -c, \"echo started > /tmp/started\"]}\n\
                health: {startup: {exec: [\"true\"], within: 2m}, ready: {exec: [test, -f, /tmp/go], period: 1, failures: 1}}\n\
                env: {POD: {pod: name}, IP: {pod: ip}, NUMBER: {pod: index}, TIER: {label: tier}, MEMORY: {resource: limits.memory, unit: 1Mi}, MODE: {configMap: settings, key: mode}}\n\
                envFrom: [{configMap: settings, prefix: S_}]\n\
                writable: [{path: /mem, size: 8Mi, memory: true}]\n\
                volumes: [{path: /settings, configMap: settings, keys: [a.conf]}, {path: /id, projected: [{token: {audience: vault}}, {pod: {labels: labels, note: annotations}}]}]";
    room.apply(&[room.app("keys", keys)])?;
    // neither of them is ready, and both run
    eventually("both pods run", || {
        let phases = live.ok(&["-n", &room.name, "get", "pods", "-o", "jsonpath={.items[*].status.phase}"])?;
        Ok(phases.split_whitespace().filter(|phase| *phase == "Running").count() == 2)
    })?;
    let script = "echo $POD $NUMBER $TIER $MEMORY $MODE $S_mode; test -n \"$IP\" && cat /tmp/started /settings/a.conf; echo; \
                  grep -c tier /id/labels; grep -c example.com/note /id/note; test -s /id/token && grep -c ' /mem tmpfs ' /proc/mounts; \
                  echo > /tmp/x && echo written";
    let mut said = String::new();
    eventually("the keys are at work", || {
        let output = live.exec(&room.name, "keys-1", "app", script);
        said = format!("{}{}", output.stdout, output.stderr);
        Ok(said == "keys-1 1 keys 64 quiet quiet\nstarted\nx=1\n1\n1\n1\nwritten\n")
    })
    .map_err(|error| Failed::from(format!("{}: {said}", error.message().unwrap_or_default())))?;
    let seconds = "jsonpath={.spec.tolerations[?(@.key==\"example.com/some\")].tolerationSeconds}";
    let seconds = live.ok(&["-n", &room.name, "get", "pod", "keys-0", "-o", seconds])?;
    ensure(seconds == "77", || format!("tolerated for {seconds}"))
}
