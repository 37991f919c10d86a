//! Policies that guard policies: who may change what admits. Only those of a folder can, as the API server shows none of its own
//! admission objects to policies of its API.

use super::cel::text;
use super::options::Options;
use super::static_set::SUFFIX;
use super::view::{Resources, VariableView, View};

/// The objects that decide what is admitted.
const ADMISSION: [&str; 6] = [
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "validatingwebhookconfigurations",
];

/// The labels of a namespace that say its level.
const LEVELS: &str = "['enforce', 'enforce-version', 'audit', 'audit-version', 'warn', 'warn-version'].all(mode, \
     object.metadata.?labels[?'pod-security.kubernetes.io/' + mode].orValue('') == \
     oldObject.metadata.?labels[?'pod-security.kubernetes.io/' + mode].orValue(''))";

/// Whether whoever asks is one of those who may.
fn allowed(options: &Options) -> String {
    let list = |words: Vec<String>| format!("[{}]", words.join(", "));
    let (groups, users): (Vec<&String>, Vec<&String>) =
        options.may_change.iter().partition(|name| name.starts_with("group:"));
    let users = list(users.into_iter().map(|name| text(name)).collect());
    let groups = list(groups.into_iter().map(|name| text(name.trim_start_matches("group:"))).collect());
    format!("request.userInfo.username in {users} || request.userInfo.groups.exists(group, group in {groups})")
}

/// Both policies.
pub(super) fn views(options: &Options) -> [View; 2] {
    let view = |id: &str, what: &str, operations, group, resources, validation| View {
        name: format!("{}-{id}{SUFFIX}", options.prefix),
        comments: vec![format!("Refused: {what}.")],
        operations,
        resources: vec![Resources { group, resources }],
        condition: None,
        variables: vec![VariableView { name: "allowed", expression: allowed(options) }],
        validation,
        message: format!("{id}: {what}"),
        message_expression: format!("{} + request.userInfo.username", text(&format!("{id}: {what}: "))),
        actions: options.actions.iter().map(|action| action.as_str()).collect(),
        name_label: "",
        excluded: Vec::new(),
        labels: Vec::new(),
    };
    [
        view(
            "admission-objects",
            "policies, bindings and webhooks are changed by somebody who may not",
            vec!["CREATE", "UPDATE", "DELETE"],
            "admissionregistration.k8s.io",
            ADMISSION.to_vec(),
            "variables.allowed".to_owned(),
        ),
        view(
            "namespace-levels",
            "the level of a namespace is changed by somebody who may not",
            vec!["UPDATE"],
            "",
            vec!["namespaces"],
            format!("variables.allowed || {LEVELS}"),
        ),
    ]
}
