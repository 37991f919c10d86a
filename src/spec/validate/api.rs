//! What an app may do with the Kubernetes API. Sources of the list: the RBAC good practices of the Kubernetes
//! documentation, and CIS Kubernetes Benchmark 5.1.

use crate::diagnostic::{Problem, nearest};
use crate::spec::App;
use crate::spec::app::ApiRule;
use crate::spec::decode::Decoder;

/// The verbs that RBAC knows for resources.
const VERBS: [&str; 12] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "escalate",
    "impersonate",
    "approve",
];

/// Verbs that no list of names restricts: the request carries no name.
const NAMELESS: [&str; 2] = ["create", "deletecollection"];

/// Resources whose use amounts to other people's rights.
const ESCALATING: [&str; 14] = [
    "pods/exec",
    "pods/attach",
    "pods/portforward",
    "pods/proxy",
    "pods/ephemeralcontainers",
    "services/proxy",
    "nodes/proxy",
    "serviceaccounts/token",
    "roles",
    "rolebindings",
    "clusterroles",
    "clusterrolebindings",
    "certificatesigningrequests/approval",
    "tokenreviews",
];

/// Verbs that grant more than they say.
const ESCALATING_VERBS: [&str; 4] = ["bind", "escalate", "impersonate", "approve"];

/// Verbs that change objects.
const WRITING: [&str; 5] = ["create", "update", "patch", "delete", "deletecollection"];

/// Workloads: who creates one can run any image with any ServiceAccount of the namespace.
const WORKLOADS: [&str; 8] =
    ["pods", "deployments", "statefulsets", "daemonsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs"];

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    for rule in &app.api {
        if rule.verbs.is_empty() {
            decoder.report(Problem::error(rule.span, "a rule without verbs grants nothing").label("expected `verbs`"));
        }
        for verb in &rule.verbs {
            if !VERBS.contains(&verb.as_str()) {
                let problem = Problem::error(verb.span, format!("unknown verb `{}`", verb.as_str()));
                decoder.report(match nearest(&verb.value, VERBS) {
                    Some(near) => problem.label(format!("did you mean `{near}`?")),
                    None => problem.label(format!("expected {}", VERBS.join(", "))),
                });
            }
            if !rule.names.is_empty() && NAMELESS.contains(&verb.as_str()) {
                decoder.report(
                    Problem::error(verb.span, format!("`{}` cannot be restricted to names", verb.as_str()))
                        .label("the request carries no name: this would grant nothing")
                        .help("put it into a rule of its own, without `names`"),
                );
            }
        }
    }
    if let Some(first) = app.api.first().filter(|_| app.target.api_server.is_none()) {
        decoder.report(
            Problem::error(first.span, "the app may use the Kubernetes API, but nothing says where that is")
                .label("needs `target.apiServer.cidrs`")
                .help("the addresses are those of `kubectl get endpointslices -n default kubernetes`; NetworkPolicies cannot name them otherwise"),
        );
    }
    let Some(server) = &app.target.api_server else { return };
    if server.cidrs.is_empty() {
        decoder.report(Problem::error(server.cidrs.span, "no addresses").label("expected at least one block"));
    }
    for cidr in server.cidrs.iter().filter(|cidr| cidr.is_everything()) {
        decoder.report(
            Problem::error(cidr.span, "this is every address, not those of the API server")
                .label("expected a smaller block"),
        );
    }
}

/// Whether a rule hands out Secrets beyond some by name.
pub(super) fn reads_secrets(rule: &ApiRule) -> bool {
    let reads = rule.verbs.iter().any(|verb| matches!(verb.as_str(), "list" | "watch"));
    let any = rule.names.is_empty() && rule.verbs.iter().any(|verb| verb.as_str() == "get");
    rule.group.is_empty() && rule.resource.as_str() == "secrets" && (reads || any)
}

/// Whether a rule lets the app take rights that it was not given.
pub(super) fn escalates(rule: &ApiRule) -> bool {
    let resource = rule.resource.as_str();
    let has = |words: &[&str]| rule.verbs.iter().any(|verb| words.contains(&verb.as_str()));
    let writes = has(&WRITING);
    has(&ESCALATING_VERBS)
        || (ESCALATING.contains(&resource) && (writes || resource.contains('/')))
        || (WORKLOADS.contains(&resource) && writes)
}
