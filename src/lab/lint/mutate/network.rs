//! Wrong answers by network policies: a second one, and wider or narrower selectors.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::inventory::{Objects, neutral};
use super::json::{items, pod_spec, text, with, with_at, without_at};
use super::scene::Scene;
use super::wrong::{Edit, Wrong};

/// Where the addresses of pods, services and nodes are.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/// The label that every namespace has: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// The two directions, with the key of their rules and of their peers.
const WAYS: [(&str, &str, &str); 2] = [("Ingress", "ingress", "from"), ("Egress", "egress", "to")];

/// An end of a connection.
struct End {
    /// Its namespace; none is an address outside of the cluster.
    ns: Option<String>,
    ns_labels: Value,
    labels: Value,
}

impl End {
    fn shown(&self) -> String {
        format!("{} {}", self.ns.as_deref().unwrap_or("outside"), self.labels)
    }
}

/// Who can reach whom at which port, by the policies among objects: the pods of each workload, any other pod, pods of a
/// namespace that nobody knows, the name server, and the world.
pub(super) fn reach(objects: &Objects) -> BTreeSet<String> {
    let ends = ends(objects);
    let policies: Vec<&Value> = objects.values().filter(|object| text(object, "/kind") == "NetworkPolicy").collect();
    let ports = ports(&policies);
    let mut found = BTreeSet::new();
    for from in &ends {
        for to in &ends {
            for port in &ports {
                if lets(&policies, WAYS[1], from, to, port) && lets(&policies, WAYS[0], to, from, port) {
                    found.insert(format!("{} to {} at {port}", from.shown(), to.shown()));
                }
            }
        }
    }
    found
}

fn ends(objects: &Objects) -> Vec<End> {
    let mut found = Vec::new();
    let mut all_labels = vec![json!({})];
    for space in objects.values().filter(|object| text(object, "/kind") == "Namespace") {
        let ns = text(space, "/metadata/name");
        let mut ns_labels = space.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
        ns_labels = with(&ns_labels, &[NAME_LABEL], json!(ns));
        for labels in pods(objects, ns) {
            all_labels.push(labels.clone());
            found.push(End { ns: Some(ns.to_owned()), ns_labels: ns_labels.clone(), labels });
        }
    }
    let foreign = |ns: &str, labels: Value| End { ns: Some(ns.to_owned()), ns_labels: json!({NAME_LABEL: ns}), labels };
    found.extend(all_labels.into_iter().map(|labels| foreign("foreign", labels)));
    found.push(foreign("kube-system", json!({"k8s-app": "kube-dns"})));
    found.push(End { ns: None, ns_labels: json!({}), labels: json!({}) });
    found
}

/// The ports that policies name, and another one.
fn ports(policies: &[&Value]) -> BTreeSet<String> {
    let rules =
        policies.iter().flat_map(|policy| items(policy, "/spec/ingress").iter().chain(items(policy, "/spec/egress")));
    rules.flat_map(|rule| items(rule, "/ports")).map(port_of).chain(["another".to_owned()]).collect()
}

fn port_of(port: &Value) -> String {
    let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
    format!("{protocol} {}", port.get("port").unwrap_or(&Value::Null))
}

/// Whether the policies for a pod let something through in one direction.
fn lets(policies: &[&Value], (way, rules, peers): (&str, &str, &str), own: &End, other: &End, port: &str) -> bool {
    let Some(ns) = &own.ns else { return true };
    let mut is_limited = false;
    for policy in policies.iter().filter(|policy| text(policy, "/metadata/namespace") == ns) {
        let selector = policy.pointer("/spec/podSelector").unwrap_or(&Value::Null);
        if !is_of_type(policy, way) || !selects(selector, &own.labels) {
            continue;
        }
        is_limited = true;
        let fits = |rule: &&Value| {
            let ports = items(rule, "/ports");
            let peers = items(rule, &format!("/{peers}"));
            (ports.is_empty() || ports.iter().any(|one| port_of(one) == port))
                && (peers.is_empty() || peers.iter().any(|peer| is_peer(peer, ns, other)))
        };
        if items(policy, &format!("/spec/{rules}")).iter().any(|rule| fits(&rule)) {
            return true;
        }
    }
    !is_limited
}

fn is_peer(peer: &Value, own_ns: &str, other: &End) -> bool {
    if let Some(block) = peer.get("ipBlock") {
        let is_all = text(block, "/cidr").ends_with("/0");
        return is_all && (other.ns.is_none() || items(block, "/except").is_empty());
    }
    let Some(ns) = &other.ns else { return false };
    let is_space = match peer.get("namespaceSelector") {
        Some(selector) => selects(selector, &other.ns_labels),
        None => ns == own_ns,
    };
    is_space && peer.get("podSelector").is_none_or(|selector| selects(selector, &other.labels))
}

/// The labels of the pods of a namespace, and those of a pod without any.
fn pods(objects: &Objects, namespace: &str) -> Vec<Value> {
    let own = objects.values().filter(|object| text(object, "/metadata/namespace") == namespace);
    let labels = own.filter_map(|object| {
        let (pointer, _) = pod_spec(object)?;
        object.pointer(&format!("{}/metadata/labels", pointer.strip_suffix("/spec")?)).cloned()
    });
    labels.chain([json!({})]).collect()
}

fn is_of_type(policy: &Value, way: &str) -> bool {
    let types = items(policy, "/spec/policyTypes");
    types.iter().any(|found| found == way) || types.is_empty() && way == "Ingress"
}

/// Whether a label selector selects something.
fn selects(selector: &Value, labels: &Value) -> bool {
    let label = |key: &str| labels.get(key).and_then(Value::as_str);
    let equal = selector.get("matchLabels").and_then(Value::as_object);
    let equal = equal.into_iter().flatten().all(|(key, value)| label(key) == value.as_str());
    equal
        && items(selector, "/matchExpressions").iter().all(|expression| {
            let value = label(text(expression, "/key"));
            let is_listed = value.is_some_and(|value| items(expression, "/values").iter().any(|other| other == value));
            match text(expression, "/operator") {
                "In" => is_listed,
                "NotIn" => !is_listed,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => false,
            }
        })
}

/// The policies of the solution, and the directions that they limit.
fn guards<'s>(scene: &Scene<'s>) -> Vec<(&'s String, &'s Value)> {
    scene.changed_of(&["NetworkPolicy"]).map(|(name, _, policy)| (name, policy)).collect()
}

/// Those of the wrong answers that let through something else than the solution.
fn different(scene: &Scene<'_>, found: Vec<Wrong>) -> Vec<Wrong> {
    let now = reach(scene.after);
    found.into_iter().filter(|wrong| reach(&scene.edited(&wrong.edits)) != now).collect()
}

/// A second policy that opens what the solution has closed.
pub(super) fn second_policy(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (_, guard) in guards(scene) {
        let namespace = text(guard, "/metadata/namespace");
        for (way, rules, peers) in WAYS.into_iter().filter(|(way, ..)| is_of_type(guard, way)) {
            if !seen.insert((namespace.to_owned(), way)) {
                continue;
            }
            let selector = guard.pointer("/spec/podSelector").cloned().unwrap_or_default();
            for (what, rule) in openings(scene, way, peers) {
                let policy = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                    "metadata": {"name": "mutant", "namespace": namespace, "labels": scene.labels()},
                    "spec": {"podSelector": selector, "policyTypes": [way], rules: [rule]}});
                let alias = neutral(namespace, scene.names);
                found.push(Wrong::new(format!("a second policy in {alias} opens {rules} {what}"), [Edit::Put(policy)]));
            }
        }
    }
    different(scene, found)
}

/// Rules that open one direction, in the ways that people write.
fn openings(scene: &Scene<'_>, way: &str, peers: &str) -> Vec<(&'static str, Value)> {
    let own: Vec<&str> = scene.names.ns.values().map(String::as_str).collect();
    let foreign = json!({"namespaceSelector": {"matchExpressions":
        [{"key": NAME_LABEL, "operator": "NotIn", "values": own}]}});
    let mut found = vec![
        ("for everybody", json!({})),
        ("for all of its namespace", json!({peers: [{"podSelector": {}}]})),
        ("for all namespaces", json!({peers: [{"namespaceSelector": {}}]})),
        ("for namespaces that no check names", json!({peers: [foreign]})),
    ];
    if way == "Egress" {
        found.push(("to every address", json!({peers: [{"ipBlock": {"cidr": "0.0.0.0/0"}}]})));
        let world = json!({peers: [{"ipBlock": {"cidr": "0.0.0.0/0", "except": PRIVATE}}]});
        found.push(("to the world outside of the cluster", world));
        found.push(("to everywhere on port 443", json!({"ports": [{"protocol": "TCP", "port": 443}]})));
    }
    found
}

/// The selectors of the solution's policies, wider for peers and narrower for what they guard.
pub(super) fn wider_selector(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (_, policy) in guards(scene) {
        for (_, rules, peers) in WAYS {
            for (at, rule) in items(policy, &format!("/spec/{rules}")).iter().enumerate() {
                let pointer = format!("/spec/{rules}/{at}/{peers}");
                found.extend(wider_peers(scene, policy, rule, &pointer, peers));
            }
        }
        found.extend(narrower_guard(scene, policy));
    }
    different(scene, found)
}

fn wider_peers(scene: &Scene<'_>, policy: &Value, rule: &Value, pointer: &str, peers: &str) -> Vec<Wrong> {
    // a name server may be named in many ways
    let is_dns = items(rule, "/ports").iter().any(|port| port.get("port") == Some(&json!(53)));
    let mut found = Vec::new();
    found.extend(scene.changes(&format!("`{peers}` is left out"), policy, without_at(policy, pointer)));
    for (at, peer) in items(rule, &format!("/{peers}")).iter().enumerate().filter(|_| !is_dns) {
        let pointer = format!("{pointer}/{at}");
        let (pods, spaces) = (peer.get("podSelector"), peer.get("namespaceSelector"));
        let mut add = |what: &str, peer: Value| {
            found.extend(scene.changes(&format!("{peers}: {what}"), policy, with_at(policy, &pointer, peer)));
        };
        if pods.is_some_and(|pods| *pods != json!({})) {
            add("every pod", with(peer, &["podSelector"], json!({})));
        }
        if spaces.is_some_and(|spaces| *spaces != json!({})) {
            add("every namespace", with(peer, &["namespaceSelector"], json!({})));
        }
        if pods.is_some() && spaces.is_none() {
            add("these pods of every namespace", with(peer, &["namespaceSelector"], json!({})));
        }
        if let (Some(pods), Some(spaces)) = (pods, spaces) {
            let either = json!([{"podSelector": pods}, {"namespaceSelector": spaces}]);
            let list = pointer.rsplit_once('/').map(|(list, _)| list.to_owned()).unwrap_or_default();
            let changed = with_at(policy, &list, either);
            found.extend(scene.changes(&format!("{peers}: either selector is enough"), policy, changed));
        }
    }
    found
}

fn narrower_guard(scene: &Scene<'_>, policy: &Value) -> Vec<Wrong> {
    let mut found = Vec::new();
    let all = pods(scene.after, text(policy, "/metadata/namespace"));
    if let Some(one) = all.iter().find(|labels| **labels != json!({})) {
        let selector = json!({"matchLabels": one});
        let changed = with(policy, &["spec", "podSelector"], selector);
        found.extend(scene.changes("one workload only is guarded", policy, Some(changed)));
    }
    let nobody = with(policy, &["spec", "podSelector"], json!({"matchLabels": {"app": "mutant"}}));
    found.extend(scene.changes("no pod is guarded", policy, Some(nobody)));
    for (way, ..) in WAYS {
        let others: Vec<&Value> = items(policy, "/spec/policyTypes").iter().filter(|found| *found != way).collect();
        if !others.is_empty() && others.len() < items(policy, "/spec/policyTypes").len() {
            let changed = with(policy, &["spec", "policyTypes"], json!(others));
            found.extend(scene.changes(&format!("{way} is not limited"), policy, Some(changed)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Objects, reach, selects};

    fn objects(policies: &[(&str, Value)]) -> Objects {
        let space = json!({"kind": "Namespace", "metadata": {"name": "a"}});
        let page = json!({"kind": "Deployment", "metadata": {"name": "page", "namespace": "a"},
            "spec": {"template": {"metadata": {"labels": {"app": "page"}}, "spec": {}}}});
        let policy = |(name, spec): &(&str, Value)| {
            let metadata = json!({"name": name, "namespace": "a"});
            ((*name).to_owned(), json!({"kind": "NetworkPolicy", "metadata": metadata, "spec": spec}))
        };
        let others = [("Namespace a".to_owned(), space), ("Deployment a/page".to_owned(), page)];
        policies.iter().map(policy).chain(others).collect()
    }

    #[test]
    fn a_policy_that_says_nothing_more_makes_no_difference() {
        let dns = ("dns", json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": 53}]}]}));
        let out = ("out", json!({"podSelector": {}, "policyTypes": ["Egress"]}));
        let both = [dns.clone(), out.clone()];
        assert_eq!(reach(&objects(&both[..1])), reach(&objects(&both)));
        assert_ne!(reach(&objects(&both[..1])), reach(&objects(&both[1..])));
        assert_ne!(reach(&objects(&both)), reach(&objects(&[])));
    }

    #[test]
    fn both_ends_have_to_agree() {
        let closed = ("out", json!({"podSelector": {}, "policyTypes": ["Egress", "Ingress"]}));
        let own = json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]});
        let others =
            json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"namespaceSelector": {}}]}]});
        let now = reach(&objects(std::slice::from_ref(&closed)));
        assert_eq!(now, reach(&objects(&[closed.clone(), ("own", own)])), "nobody there may go out");
        assert_ne!(now, reach(&objects(&[closed.clone(), ("others", others)])));
        let world = |except: Value| {
            let peer = json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": except}});
            json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [peer]}]})
        };
        let outside = reach(&objects(&[closed.clone(), ("w", world(json!(["10.0.0.0/8"])))]));
        let all = reach(&objects(&[closed, ("w", world(json!([])))]));
        assert!(now.is_subset(&outside) && outside.is_subset(&all) && now != outside && outside != all);
    }

    #[test]
    fn selectors_select() {
        let labels = json!({"app": "a"});
        assert!(selects(&json!({}), &labels) && selects(&json!({"matchLabels": {"app": "a"}}), &labels));
        assert!(!selects(&json!({"matchLabels": {"app": "b"}}), &labels));
        let by = |operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": "app", "operator": operator, "values": values}]});
        assert!(selects(&by("In", &["a"]), &labels) && !selects(&by("NotIn", &["a"]), &labels));
        assert!(selects(&by("Exists", &[]), &labels) && !selects(&by("DoesNotExist", &[]), &labels));
    }
}
