//! What an app may do with the Kubernetes API.

use crate::decode::Decoder;
use crate::diagnostic::{Diagnostic, nearest};
use crate::k8s::rbac;
use crate::spec::App;
use crate::spec::app::ApiRule;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    for rule in &app.api {
        if rule.verbs.is_empty() {
            decoder
                .report(Diagnostic::error(rule.span, "a rule without verbs grants nothing").label("expected `verbs`"));
        }
        if is_out_of_reach(rule) {
            decoder.report(
                Diagnostic::error(rule.resource.span, format!("`{}` is cluster-scoped", rule.resource.as_str()))
                    .label("the Role of an app allows nothing of it"),
            );
        }
        for verb in &rule.verbs {
            if !rbac::VERBS.contains(&verb.as_str()) {
                let problem = Diagnostic::error(verb.span, format!("unknown verb `{}`", verb.as_str()));
                decoder.report(match nearest(&verb.value, rbac::VERBS) {
                    Some(near) => problem.label(format!("did you mean `{near}`?")),
                    None => problem.label(format!("expected {}", rbac::VERBS.join(", "))),
                });
            }
            if !rule.names.is_empty() && rbac::is_nameless(rule.resource.as_str(), verb.as_str()) {
                decoder.report(
                    Diagnostic::error(verb.span, format!("`{}` cannot be restricted to names", verb.as_str()))
                        .label("the request carries no name: this would grant nothing")
                        .help("put it into a rule of its own, without `names`"),
                );
            }
        }
    }
    if let Some(first) = app.api.first().filter(|_| app.target.api_server.is_none()) {
        decoder.report(
            Diagnostic::error(first.span, "the app may use the Kubernetes API, but nothing says where that is")
                .label("needs `target.apiServer.cidrs`")
                .help("the addresses are those of `kubectl get endpointslices -n default kubernetes`; NetworkPolicies cannot name them otherwise"),
        );
    }
    let Some(server) = &app.target.api_server else { return };
    if server.cidrs.is_empty() {
        decoder.report(Diagnostic::error(server.cidrs.span, "no addresses").label("expected at least one block"));
    }
    for cidr in server.cidrs.iter().filter(|cidr| cidr.is_everything()) {
        decoder.report(
            Diagnostic::error(cidr.span, "this is every address, not those of the API server")
                .label("expected a smaller block"),
        );
    }
}

/// Whether a rule hands out Secrets beyond some by name.
pub(super) fn reads_secrets(rule: &ApiRule) -> bool {
    let named = !rule.names.is_empty();
    let reads = |verb: &str| rbac::reads_secrets(rule.group.as_str(), rule.resource.as_str(), verb, named);
    rule.verbs.iter().any(|verb| reads(verb.as_str()))
}

/// Whether a rule is about what lives in no namespace, so that a Role cannot allow it. To bind a ClusterRole in a namespace, a
/// right there is enough.
fn is_out_of_reach(rule: &ApiRule) -> bool {
    let is_bind = rule.verbs.iter().any(|verb| matches!(verb.as_str(), "bind" | "escalate"));
    rbac::is_cluster_scoped(rule.group.as_str(), rule.resource.as_str()) && !is_bind
}

/// Whether a rule lets the app take rights that it was not given.
pub(super) fn escalates(rule: &ApiRule) -> bool {
    if is_out_of_reach(rule) {
        return false;
    }
    let verbs: Vec<&str> = rule.verbs.iter().map(|verb| verb.as_str()).collect();
    let danger = rbac::danger(&[rule.group.as_str()], rule.resource.as_str(), &verbs, !rule.names.is_empty());
    danger.is_some_and(|(danger, _)| danger.is_escalation())
}
