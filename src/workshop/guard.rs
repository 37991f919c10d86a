//! What holds for all attendees: policies that no account of theirs can change, and the roles of their accounts.
//!
//! Attendees are the administrators of their namespaces, as their labs ask for. What keeps them apart is not that they lack
//! rights there, but policies of the API server, which hold every account of their namespaces: RBAC cannot say them.

use serde_json::{Value, json};

use super::error::WorkshopError;
use super::place::{ATTENDEE, GUARD, OPEN, WORKSHOP};
use crate::k8s::version::Version;
use crate::policy::{self, Action, Label, Options, Subject};
use crate::rules::Settings;
use crate::yaml;

/// How the names of all objects of the cluster begin.
pub const PREFIX: &str = "tightship-workshop";
/// The role of an attendee's account in the namespaces of their labs.
pub const ROLE: &str = "tightship-workshop-attendee";
/// What every attendee may see of the cluster.
pub const ROLE_EVERYWHERE: &str = "tightship-workshop-everywhere";
/// What a refusal says.
pub const MESSAGE: &str = "the workshop's guard";

/// The controls of Pod Security that keep pods off the node, whatever a namespace says. Seccomp is none of them: a lab begins
/// without it.
const FLOOR: [&str; 9] = [
    "privileged",
    "host-namespaces",
    "host-path-volumes",
    "host-ports",
    "capabilities-baseline",
    "proc-mount",
    "sysctls",
    "selinux-options",
    "apparmor-profile",
];

/// Groups of the API that attendees may change objects of. Others belong to whatever runs on the cluster, which may do as
/// they say with its own rights.
const GROUPS: &str = "['', 'apps', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'coordination.k8s.io', \
                      'events.k8s.io', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io']";

/// Kinds among them that lead out of a namespace: addresses of anybody behind one's own service, storage, routes.
const KINDS: &str = "['endpoints', 'endpointslices', 'persistentvolumeclaims', 'ingresses', 'replicationcontrollers']";

/// Whether whoever asks is an account of a namespace of attendees, by the group that every account of a namespace has.
const IS_ATTENDEE: &str =
    "request.userInfo.groups.exists(group, group.matches('^system:serviceaccounts:ts-[a-z0-9-]*-w-[a-z0-9-]+$'))";
/// Whether whoever asks does not manage workshops: only those who may do everything do.
const IS_NOT_INSTRUCTOR: &str = "!authorizer.group('tightship.dev').resource('workshops').check('manage').allowed()";

/// All of them, in the order in which they are made.
pub fn objects(id: &str, release: Version) -> Result<Vec<Value>, WorkshopError> {
    let mut all = roles();
    all.extend(policy("accounts", &accounts()));
    all.extend(policy("pods", &pods()));
    all.extend(floor(release)?);
    for object in &mut all {
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("labels".to_owned(), json!({WORKSHOP: id, "app.kubernetes.io/managed-by": "tightship"}));
        }
    }
    Ok(all)
}

fn roles() -> Vec<Value> {
    let role = |name: &str, rules: Value| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules});
    let groups = [
        "",
        "apps",
        "autoscaling",
        "batch",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
    ];
    vec![
        // bound in namespaces only; what a lab's flaw gives an account, its attendee has to be able to give
        role(ROLE, json!([{"apiGroups": groups, "resources": ["*"], "verbs": ["*"]}])),
        role(
            ROLE_EVERYWHERE,
            json!([
                {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": ["kube-system"], "verbs": ["get"]},
                {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]},
                {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["get", "list"]},
            ]),
        ),
    ]
}

/// A policy, and its binding, which holds in the whole cluster.
fn policy(name: &str, spec: &Value) -> [Value; 2] {
    let name = format!("{PREFIX}-{name}");
    let version = "admissionregistration.k8s.io/v1";
    let selector = spec.get("namespaceSelector").cloned();
    let mut spec = spec.clone();
    spec.as_object_mut().map(|fields| fields.remove("namespaceSelector"));
    let mut binding = json!({"policyName": name, "validationActions": ["Deny"]});
    if let (Some(selector), Some(fields)) = (selector, binding.as_object_mut()) {
        fields.insert("matchResources".to_owned(), json!({"namespaceSelector": selector}));
    }
    [
        json!({"apiVersion": version, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": spec}),
        json!({"apiVersion": version, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": binding}),
    ]
}

/// What accounts of attendees may not do, wherever they have rights.
fn accounts() -> Value {
    let label = |object: &str| format!("{object} == null || !{object}.?metadata.?labels[?'{GUARD}'].hasValue()");
    let is =
        |resource: &str, rule: &str| format!("request.resource.resource != '{resource}' || object == null || ({rule})");
    let rule = |expression: String, what: &str| json!({"expression": expression, "message": format!("{MESSAGE}: {what}"), "reason": "Forbidden"});
    let peers = |direction: &str, key: &str| {
        format!(
            "object.spec.?{direction}.orValue([]).all(rule, rule.?{key}.orValue([]).size() > 0 && \
             rule.{key}.all(peer, !has(peer.ipBlock) && !has(peer.namespaceSelector)))"
        )
    };
    json!({
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [{
            "apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE", "DELETE"], "resources": ["*/*"],
        }]},
        "matchConditions": [{"name": "is-of-an-attendee", "expression": IS_ATTENDEE}],
        "variables": [
            {"name": "attendee", "expression":
                format!("namespaceObject == null ? '/' : namespaceObject.metadata.?labels[?'{ATTENDEE}'].orValue('/')")},
            {"name": "open", "expression": format!("namespaceObject != null && namespaceObject.metadata.?labels[?'{OPEN}'].hasValue()")},
            {"name": "subresource", "expression": "request.?subResource.orValue('')"},
        ],
        "validations": [
            rule(label("oldObject"), "this belongs to the workshop"),
            rule(label("object"), "this label belongs to the workshop"),
            rule(format!("request.resource.group in {GROUPS} && !(request.resource.resource in {KINDS})"),
                "objects of this kind reach out of a namespace"),
            rule("!(variables.subresource in ['status', 'finalize', 'binding'])".to_owned(), "this is what the cluster itself writes"),
            rule("object == null || object.?metadata.?finalizers.orValue([]).all(f, f in ['foregroundDeletion', 'orphan'] || \
                  (oldObject != null && f in oldObject.?metadata.?finalizers.orValue([])))".to_owned(), "a finalizer would stay for ever"),
            rule(format!("request.resource.resource != 'namespaces' || (request.operation == 'UPDATE' && {NAMESPACE})"),
                "of a namespace only its labels of Pod Security may be changed"),
            rule(is("services", "variables.subresource != '' || (object.spec.?type.orValue('ClusterIP') in ['ClusterIP', \
                  'ExternalName'] && object.spec.?externalIPs.orValue([]).size() == 0)"), "a service stays inside of the cluster"),
            rule(is("networkpolicies", &format!("variables.open || ({} && {})", peers("ingress", "from"), peers("egress", "to"))),
                "a network policy opens nothing beyond its namespace"),
            rule(is("rolebindings", "object.?subjects.orValue([]).all(subject, \
                  (subject.kind == 'ServiceAccount' && subject.?namespace.orValue(request.namespace).startsWith('ts-') && \
                  subject.?namespace.orValue(request.namespace).endsWith('-w-' + variables.attendee)) || \
                  (subject.kind == 'Group' && subject.name.startsWith('system:serviceaccounts:ts-') && \
                  subject.name.endsWith('-w-' + variables.attendee)))"), "rights are for one's own accounts"),
        ],
    })
}

/// What may change of a namespace.
const NAMESPACE: &str = "variables.subresource == '' && \
    object.metadata.?labels.orValue({}).all(key, key.startsWith('pod-security.kubernetes.io/') || \
    oldObject.metadata.?labels[?key].orValue('/') == object.metadata.labels[key]) && \
    oldObject.metadata.?labels.orValue({}).all(key, key.startsWith('pod-security.kubernetes.io/') || \
    object.metadata.?labels[?key].hasValue()) && \
    object.metadata.?annotations.orValue({}).all(key, key == 'kubectl.kubernetes.io/last-applied-configuration' || \
    oldObject.metadata.?annotations[?key].orValue('/') == object.metadata.annotations[key]) && \
    oldObject.metadata.?annotations.orValue({}).all(key, key == 'kubectl.kubernetes.io/last-applied-configuration' || \
    object.metadata.?annotations[?key].hasValue()) && \
    object.metadata.?ownerReferences.orValue([]).size() == 0";

/// What no pod in a namespace of attendees has, whoever makes it for them.
fn pods() -> Value {
    json!({
        "failurePolicy": "Fail",
        "namespaceSelector": {"matchExpressions": [{"key": WORKSHOP, "operator": "Exists"}]},
        "matchConstraints": {"resourceRules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]},
        ]},
        "matchConditions": [{"name": "is-not-the-instructor", "expression": IS_NOT_INSTRUCTOR}],
        "validations": [
            {"expression": "!object.spec.?priorityClassName.orValue('').startsWith('system-')", "reason": "Forbidden",
                "message": format!("{MESSAGE}: a priority of the cluster's own would push pods of others away")},
            {"expression": "object.spec.?nodeName.orValue('') == ''", "reason": "Forbidden",
                "message": format!("{MESSAGE}: the scheduler finds the node")},
        ],
    })
}

/// The rules that keep pods off the node, as the program exports them, for everybody but the instructor.
fn floor(release: Version) -> Result<Vec<Value>, WorkshopError> {
    let wrong = |error: &dyn std::fmt::Display| WorkshopError::Other(error.to_string());
    let subjects: Result<Vec<Subject>, _> = FLOOR.iter().map(|rule| Subject::named(rule)).collect();
    let options = Options {
        settings: Settings { kubernetes: release, ..Settings::default() },
        actions: vec![Action::Deny],
        prefix: PREFIX.to_owned(),
        labels: vec![Label::parse(WORKSHOP).map_err(|error| wrong(&error))?],
        excluded: Vec::new(),
        in_system: false,
        is_static: false,
        may_change: Vec::new(),
    };
    let text = policy::export(&subjects.map_err(|error| wrong(&error))?, &options).map_err(|error| wrong(&error))?;
    let stream = yaml::parse(&text);
    let mut all = Vec::new();
    for root in stream.documents.iter().filter_map(yaml::Document::root) {
        let mut object = root.to_json().map_err(|error| wrong(&error))?;
        if object.get("kind").and_then(Value::as_str) == Some("ValidatingAdmissionPolicy")
            && let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut)
        {
            let conditions = spec.entry("matchConditions").or_insert_with(|| json!([]));
            let condition = json!({"name": "is-not-the-instructor", "expression": IS_NOT_INSTRUCTOR});
            if let Some(list) = conditions.as_array_mut() {
                list.push(condition);
            }
        }
        all.push(object);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{FLOOR, objects};
    use crate::k8s::version::Version;

    #[test]
    fn every_policy_is_bound_refuses_and_spares_only_the_instructor() {
        for release in [Version::OLDEST, Version::NEWEST] {
            let all = objects("w1", release).unwrap();
            let of = |kind: &str| all.iter().filter(|object| object["kind"] == kind).collect::<Vec<_>>();
            let (policies, bindings) = (of("ValidatingAdmissionPolicy"), of("ValidatingAdmissionPolicyBinding"));
            assert_eq!((policies.len(), bindings.len()), (FLOOR.len() + 2, FLOOR.len() + 2));
            for (policy, binding) in policies.iter().zip(&bindings) {
                assert_eq!(policy["metadata"]["name"], binding["spec"]["policyName"]);
                assert_eq!(binding["spec"]["validationActions"], serde_json::json!(["Deny"]));
                assert_eq!(policy["spec"]["failurePolicy"], "Fail");
                let conditions = policy["spec"]["matchConditions"].to_string();
                assert!(conditions.contains("is-not-the-instructor") || conditions.contains("is-of-an-attendee"));
            }
            assert!(all.iter().all(|object| object["metadata"]["labels"]["tightship/workshop"] == "w1"));
        }
    }
}
