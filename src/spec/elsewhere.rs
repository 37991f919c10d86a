//! Words of manifests and of other tools that are no keys of an app: what says the same here, or where it goes.

use crate::k8s::fields::{self, Lookup};
use crate::k8s::version::Version;
use crate::yaml::{Node, Span};

/// What a key of elsewhere is called here. A word that is a key is never looked up.
const CALLED: &[(&str, &str)] = &[
    ("autoscaling", "`replicas: {min: 2, max: 6, cpu: 80}`"),
    ("hpa", "`replicas: {min: 2, max: 6, cpu: 80}`"),
    ("configMap", "`files`, with the content, or `env`"),
    ("containers", "`image` for the container of the app, `sidecars` and `init` for others"),
    ("deployment", "`workload: deployment`"),
    ("statefulset", "`workload: statefulset`"),
    ("expose", "`ports`, and `route` for the outside world"),
    ("ingress", "`route`, with `via: ingress`"),
    ("initContainers", "`init`"),
    ("kubernetes", "`target: {kubernetes: ...}`"),
    ("limits", "`size`"),
    ("livenessProbe", "`health: {live: ...}`"),
    ("namespace", "`space`"),
    ("platform", "`target: {platform: ...}`"),
    ("podSecurityContext", "`runAs`; the rest is hardened already"),
    ("probes", "`health`"),
    ("readinessProbe", "`health: {ready: ...}`"),
    ("resources", "`size`"),
    ("schedule", "`workload: {kind: cronjob, schedule: ...}`"),
    ("secret", "`secrets`, which names Secrets that exist"),
    ("securityContext", "`runAs` and `capabilities`; the rest is hardened already"),
    ("service", "`ports`: each gets a port of the Service"),
    ("serviceAccountName", "`api`, for which an account is made"),
    ("serviceMonitor", "`metrics`"),
    ("startupProbe", "`health: {startup: ...}`"),
    ("volumeMounts", "`writable`, `storage`, `files` or `secrets`, each with its path"),
    ("volumeClaimTemplates", "`storage`"),
    ("volumes", "`writable`, `storage`, `files` or `secrets`, each with its path"),
];

/// The keys of an app's document that say where they belong, with one line each.
pub(super) fn keys(root: Node<'_, '_>) -> Vec<(Span, String)> {
    if root.get("kind").and_then(Node::text) != Some("App") {
        return Vec::new();
    }
    root.entries().filter_map(|(key, _)| Some((key.span(), help(root, key.text()?)?))).collect()
}

fn help(root: Node<'_, '_>, key: &str) -> Option<String> {
    if let Some((_, here)) = CALLED.iter().find(|(word, _)| *word == key) {
        return Some(format!("here this is {here}"));
    }
    let (kind, pod) = workload(root);
    let at = |ty: &str, path: &str| {
        let table = fields::table();
        let found = table.field(table.type_id(ty)?, key, Version::NEWEST);
        matches!(found, Lookup::Found(_)).then(|| format!("{path}/{key}"))
    };
    let container = format!("{pod}/containers/0");
    let path = at("core.v1.PodSpec", &pod).or_else(|| at("core.v1.Container", &container));
    let path = path.or_else(|| {
        at(
            &format!("{}.{kind}Spec", if pod.contains("job") || kind == "Job" { "batch.v1" } else { "apps.v1" }),
            "/spec",
        )
    })?;
    let name = root
        .get("name")
        .and_then(Node::text)
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let name = name.unwrap_or("NAME");
    Some(format!(
        "no key says this: it goes to apps/{name}/patches/kustomization.yaml, as \
         `patches: [{{target: {{kind: {kind}, name: {name}}}, patch: '[{{\"op\": \"add\", \"path\": \"{path}\", \"value\": ...}}]'}}]`"
    ))
}

/// The kind of the workload, and the path of its pods.
fn workload(root: Node<'_, '_>) -> (&'static str, String) {
    let written = root.get("workload");
    let word = written.and_then(|it| it.text().or_else(|| it.get("kind").and_then(Node::text)));
    let kind = match word {
        Some("statefulset") => "StatefulSet",
        Some("daemonset") => "DaemonSet",
        Some("job") => "Job",
        Some("cronjob") => return ("CronJob", "/spec/jobTemplate/spec/template/spec".to_owned()),
        _ => "Deployment",
    };
    (kind, "/spec/template/spec".to_owned())
}
