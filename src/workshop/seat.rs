//! What one attendee gets: namespaces with their bounds, an account, and a role in them.

use serde_json::{Value, json};

use super::guard::ROLE;
use super::place::{self, ACCOUNT, ATTENDEE, GUARD, LAB, OPEN, WORKSHOP};
use crate::lab::check_context::Names;
use crate::lab::course::Entry;
use crate::lab::run::LABEL;

/// The objects of an attendee, without those that their labs begin with, namespaces first. `planes` are addresses of the control
/// plane, from which the API server comes to pods.
pub fn objects(id: &str, name: &str, labs: &[&Entry], planes: &[String]) -> Vec<Value> {
    let home = place::home(name);
    let labels = json!({WORKSHOP: id, ATTENDEE: name, "pod-security.kubernetes.io/enforce": "restricted"});
    let mut namespaces =
        vec![json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home, "labels": labels}})];
    let mut all = at_home(&home, labs);
    for entry in labs {
        let names = Names::again(&entry.lab, &place::run_name(name), indexmap::IndexMap::new());
        for (alias, space) in &entry.lab.namespaces {
            let Some(namespace) = names.ns.get(alias.0.as_str()) else { continue };
            let mut labels = json!({WORKSHOP: id, ATTENDEE: name, LAB: entry.lab.id.value.0, LABEL: names.run});
            if let Some(fields) = labels.as_object_mut() {
                fields.extend(space.labels.iter().map(|(key, value)| (key.clone(), json!(value))));
                if place::is_open(entry) {
                    fields.insert(OPEN.to_owned(), json!("true"));
                }
            }
            namespaces.push(
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}),
            );
            all.push(binding(namespace, &home, "ClusterRole", ROLE));
            all.extend(bounds(namespace, entry));
            if !place::is_open(entry) {
                all.push(network(namespace, name, planes));
            }
        }
    }
    namespaces.extend(all);
    namespaces
}

fn metadata(namespace: &str, name: &str) -> Value {
    json!({"name": name, "namespace": namespace, "labels": {GUARD: "workshop"}})
}

fn binding(namespace: &str, home: &str, kind: &str, role: &str) -> Value {
    let rbac = "rbac.authorization.k8s.io";
    json!({
        "apiVersion": format!("{rbac}/v1"), "kind": "RoleBinding", "metadata": metadata(namespace, "tightship-attendee"),
        "roleRef": {"apiGroup": rbac, "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": home}],
    })
}

/// The account of an attendee, in the namespace that is for it.
pub fn account(home: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(home, ACCOUNT), "automountServiceAccountToken": false})
}

/// The account, and what it sees beside its labs.
fn at_home(home: &str, labs: &[&Entry]) -> Vec<Value> {
    let claims: Vec<String> = labs.iter().map(|entry| place::claim_map(&entry.lab.id.value.0)).collect();
    let rule = |verbs: &[&str], names: &[String]| {
        let mut rule = json!({"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs});
        if let (false, Some(fields)) = (names.is_empty(), rule.as_object_mut()) {
            fields.insert("resourceNames".to_owned(), json!(names));
        }
        rule
    };
    let mut all = vec![
        account(home),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata(home, "tightship-attendee"),
            "rules": [rule(&["get", "list", "watch"], &[]), rule(&["update", "patch"], &claims)],
        }),
        binding(home, home, "Role", "tightship-attendee"),
        json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(home, "tightship"), "spec": {"hard": {"pods": "0"}}}),
    ];
    // without data, so that nothing of an attendee is lost when this is applied again
    all.extend(
        claims.iter().map(
            |claim| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": claim, "namespace": home}}),
        ),
    );
    all
}

/// Quota and limits. In a lab about quotas only numbers of objects are bounded.
fn bounds(namespace: &str, entry: &Entry) -> Vec<Value> {
    let mut hard = json!({
        "pods": "20", "services": "10", "services.nodeports": "0", "services.loadbalancers": "0", "persistentvolumeclaims": "0",
        "configmaps": "40", "secrets": "40", "count/jobs.batch": "20", "count/deployments.apps": "20",
        "count/replicasets.apps": "100", "count/serviceaccounts": "20", "count/roles.rbac.authorization.k8s.io": "40",
    });
    let quota = |hard: Value| json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(namespace, "tightship"), "spec": {"hard": hard}});
    if place::is_of_quotas(entry) {
        return vec![quota(hard)];
    }
    if let Some(fields) = hard.as_object_mut() {
        let sums = [("requests.cpu", "1"), ("requests.memory", "512Mi"), ("limits.memory", "2Gi")];
        fields.extend(sums.map(|(key, most)| (key.to_owned(), json!(most))));
    }
    let limits = json!([{
        "type": "Container",
        "defaultRequest": {"cpu": "10m", "memory": "16Mi"},
        "default": {"cpu": "500m", "memory": "128Mi"},
        "max": {"cpu": "1", "memory": "512Mi"},
    }]);
    vec![
        quota(hard),
        json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata(namespace, "tightship"), "spec": {"limits": limits}}),
    ]
}

/// Nothing goes in or out but from and to namespaces of the same attendee, and to the name server.
fn network(namespace: &str, name: &str, planes: &[String]) -> Value {
    let own = json!({"namespaceSelector": {"matchLabels": {ATTENDEE: name}}});
    let dns = json!({
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    });
    let hosts = planes.iter().map(|plane| {
        let bits = if plane.contains(':') { 128 } else { 32 };
        json!({"ipBlock": {"cidr": format!("{plane}/{bits}")}})
    });
    let from: Vec<Value> = std::iter::once(own.clone()).chain(hosts).collect();
    let port = |protocol: &str| json!({"port": 53, "protocol": protocol});
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata(namespace, "tightship-own-only"),
        "spec": {
            "podSelector": {}, "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": from}],
            "egress": [{"to": [own]}, {"to": [dns], "ports": [port("UDP"), port("TCP")]}],
        },
    })
}
