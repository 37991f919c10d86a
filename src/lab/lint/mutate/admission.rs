//! Wrong answers by admission: policies that leave somebody or something out, levels, quotas and limits that are too weak.

use serde_json::{Value, json};

use super::json::{items, pod_spec, text, with, with_at, with_member, without_at};
use super::scene::Scene;
use super::wrong::Wrong;
use crate::k8s::quantity::Quantity;
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::Who;

const POLICY: &[&str] = &["ValidatingAdmissionPolicy"];
const BINDING: &[&str] = &["ValidatingAdmissionPolicyBinding"];

/// Who makes a pod writes its labels.
const PASS: &str = "what has a label is left out";
const UNLABELLED: &str =
    "!has(object.metadata) || !has(object.metadata.labels) || !('mutant' in object.metadata.labels)";

/// The policies of the solution, none of which holds for some users.
pub(super) fn exempt_user(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut conditions = vec![
        ("users of the system".to_owned(), "!request.userInfo.username.startsWith('system:')".to_owned()),
        ("service accounts".to_owned(), "!('system:serviceaccounts' in request.userInfo.groups)".to_owned()),
    ];
    for probe in scene.probes() {
        let who = match probe {
            CheckKind::Admission(spec) => spec.by_whom.as_deref(),
            CheckKind::Http(spec) => spec.auth.as_deref(),
            CheckKind::Exec(spec) => spec.by_whom.as_deref(),
            _ => None,
        };
        if let Some(Who::User(name, more)) = who {
            conditions.push((name.clone(), format!("request.userInfo.username != '{name}'")));
            for group in &more.groups {
                conditions.push((format!("the group {group}"), format!("!('{group}' in request.userInfo.groups)")));
            }
        }
    }
    conditions.dedup();
    let mut found = Vec::new();
    for (_, _, policy) in scene.changed_of(POLICY) {
        for (who, expression) in &conditions {
            found.extend(scene.changes(&format!("{who} are exempt"), policy, conditioned(policy, expression)));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|wrong| seen.insert(wrong.what.clone()));
    found
}

/// A policy with one more condition.
fn conditioned(policy: &Value, expression: &str) -> Option<Value> {
    let number = items(policy, "/spec/matchConditions").len();
    let condition = json!({"name": format!("mutant-{number}"), "expression": expression});
    with_member(policy, "/spec/matchConditions", condition)
}

/// The policies of the solution, holding for one name only, or for one label.
pub(super) fn protect_one(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let workload = scene.after.values().find(|object| pod_spec(object).is_some());
    let name = workload.map(|object| text(object, "/metadata/name")).unwrap_or_default();
    for (_, _, policy) in scene.changed_of(POLICY) {
        let expression = format!(
            "request.name.startsWith('{name}-') || (request.name == '' && has(object.metadata) && \
             has(object.metadata.generateName) && object.metadata.generateName.startsWith('{name}-'))"
        );
        let what = format!("it guards pods of {name} only");
        found.extend(scene.changes(&what, policy, conditioned(policy, &expression)));
        found.extend(scene.changes(PASS, policy, conditioned(policy, UNLABELLED)));
    }
    for (_, _, binding) in scene.changed_of(BINDING) {
        let selector = json!({"matchLabels": {"app": name}});
        let changed = with(binding, &["spec", "matchResources", "objectSelector"], selector);
        found.extend(scene.changes(&format!("it holds for the label app: {name} only"), binding, Some(changed)));
        found.extend(scene.changes(PASS, binding, Some(unlabelled(binding))));
    }
    found
}

/// A binding that leaves out what has a label.
fn unlabelled(binding: &Value) -> Value {
    let selector = json!({"matchExpressions": [{"key": "mutant", "operator": "DoesNotExist"}]});
    with(binding, &["spec", "matchResources", "objectSelector"], selector)
}

/// A policy of a file or its binding, weaker in the ways that matter there: each with what is different.
pub(super) fn weaker_static(object: &Value) -> Vec<(String, Value)> {
    let called = |what: &str| format!("{} {}: {what}", text(object, "/kind"), text(object, "/metadata/name"));
    let mut found: Vec<(String, Option<Value>)> = Vec::new();
    match text(object, "/kind") {
        "ValidatingAdmissionPolicyBinding" => {
            found.push((called("it only audits"), with_at(object, "/spec/validationActions", json!(["Audit"]))));
            found.push((called(PASS), Some(unlabelled(object))));
        }
        "ValidatingAdmissionPolicy" => {
            let system = "!request.userInfo.username.startsWith('system:')";
            found.push((called("users of the system are exempt"), conditioned(object, system)));
            for (at, rule) in items(object, "/spec/matchConstraints/resourceRules").iter().enumerate() {
                for key in ["operations", "resources"] {
                    let words = items(rule, &format!("/{key}"));
                    for (number, word) in words.iter().enumerate().filter(|_| words.len() > 1) {
                        let pointer = format!("/spec/matchConstraints/resourceRules/{at}/{key}/{number}");
                        found.push((called(&format!("{word} is not matched")), without_at(object, &pointer)));
                    }
                }
            }
            let validations = items(object, "/spec/validations");
            for at in (0..validations.len()).filter(|_| validations.len() > 1) {
                let changed = without_at(object, &format!("/spec/validations/{at}"));
                found.push((called(&format!("without validation {}", at + 1)), changed));
            }
        }
        _ => {}
    }
    found.into_iter().filter_map(|(what, object)| Some((what, object?))).collect()
}

/// The policies of the solution without one operation, resource or expression, and without refusing.
pub(super) fn weaker_policy(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (_, _, policy) in scene.changed_of(POLICY) {
        // what makes pods need not be matched: the pods are
        let is_of_pods = |rule: &Value| {
            items(rule, "/resources")
                .iter()
                .filter_map(Value::as_str)
                .any(|word| word == "pods" || word.starts_with("pods/"))
        };
        let rules = items(policy, "/spec/matchConstraints/resourceRules");
        for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| is_of_pods(rule)) {
            let pointer = format!("/spec/matchConstraints/resourceRules/{at}");
            for key in ["operations", "resources"] {
                let words = items(rule, &format!("/{key}"));
                for (number, word) in words.iter().enumerate().filter(|_| words.len() > 1) {
                    let word = word.as_str().unwrap_or_default();
                    if key == "resources" && !word.starts_with("pods") {
                        continue;
                    }
                    let what = format!("{word} is not matched");
                    found.extend(scene.changes(
                        &what,
                        policy,
                        without_at(policy, &format!("{pointer}/{key}/{number}")),
                    ));
                }
            }
            if rules.len() > 1 {
                found.extend(scene.changes(&format!("without rule {}", at + 1), policy, without_at(policy, &pointer)));
            }
        }
        let validations = items(policy, "/spec/validations");
        for at in (0..validations.len()).filter(|_| validations.len() > 1) {
            let changed = without_at(policy, &format!("/spec/validations/{at}"));
            found.extend(scene.changes(&format!("without validation {}", at + 1), policy, changed));
        }
    }
    for (_, _, binding) in scene.changed_of(BINDING) {
        for actions in [json!(["Audit"]), json!(["Warn"])] {
            let what = format!("validationActions: {actions}");
            found.extend(scene.changes(&what, binding, with_at(binding, "/spec/validationActions", actions)));
        }
    }
    found
}

/// The levels of Pod Security that the solution sets, weaker or of a version that there is not.
pub(super) fn weaker_level(scene: &Scene<'_>) -> Vec<Wrong> {
    let label = |key: &str| format!("/metadata/labels/pod-security.kubernetes.io~1{key}");
    let mut found = Vec::new();
    for (_, before, namespace) in scene.changed_of(&["Namespace"]) {
        let of = |key: &str| text(namespace, &label(key));
        let differs = |key: &str| before.map(|before| text(before, &label(key))) != Some(of(key));
        if differs("enforce") {
            let weaker = ["baseline", "privileged"].into_iter().filter(|level| *level != of("enforce"));
            for level in weaker {
                let changed = with_at(namespace, &label("enforce"), json!(level));
                found.extend(scene.changes(&format!("enforce: {level}"), namespace, changed));
            }
        }
        if differs("enforce-version") && scene.is_about(&["unpinned-pod-security-version"]) {
            for version in ["latest", "v1.99"] {
                let changed = with_at(namespace, &label("enforce-version"), json!(version));
                found.extend(scene.changes(&format!("enforce-version: {version}"), namespace, changed));
            }
        }
    }
    found
}

/// The quotas and limits of the solution, too large to matter, or for few pods only.
pub(super) fn weaker_quota(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (_, _, quota) in scene.changed_of(&["ResourceQuota"]) {
        let hard = quota.pointer("/spec/hard").and_then(Value::as_object).cloned().unwrap_or_default();
        let raised: serde_json::Map<String, Value> = hard.keys().map(|key| (key.clone(), json!("1000"))).collect();
        found.extend(scene.changes("every limit is 1000", quota, with_at(quota, "/spec/hard", raised.into())));
        let twice = with_at(quota, "/spec/hard", doubled(&hard));
        found.extend(scene.changes("every limit is twice as high", quota, twice));
        if hard.contains_key("pods") {
            found.extend(scene.changes("1000 pods", quota, with_at(quota, "/spec/hard/pods", json!("1000"))));
        }
        let terminating = with(quota, &["spec", "scopes"], json!(["Terminating"]));
        found.extend(scene.changes("only pods with a deadline count", quota, Some(terminating)));
        let class = json!({"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]});
        let by_class = with(quota, &["spec", "scopeSelector"], class);
        found.extend(scene.changes("only pods with a priority class count", quota, Some(by_class)));
    }
    for (_, _, range) in scene.changed_of(&["LimitRange"]) {
        // how much a pod may have is a matter of its containers, and of the quota
        let of_containers = |(_, limit): &(usize, &Value)| text(limit, "/type") == "Container";
        for (at, limit) in items(range, "/spec/limits").iter().enumerate().filter(of_containers) {
            let pointer = format!("/spec/limits/{at}");
            for key in ["max", "defaultRequest"].into_iter().filter(|key| limit.get(key).is_some()) {
                let changed = without_at(range, &format!("{pointer}/{key}"));
                found.extend(scene.changes(&format!("without `{key}`"), range, changed));
            }
            let max = limit.get("max").and_then(Value::as_object).cloned().unwrap_or_default();
            if max.is_empty() {
                continue;
            }
            let most = |value: Value| with_at(range, &format!("{pointer}/max"), value);
            let raised: serde_json::Map<String, Value> = max.keys().map(|key| (key.clone(), json!("64Gi"))).collect();
            found.extend(scene.changes("the most is 64Gi", range, most(raised.into())));
            found.extend(scene.changes("the most is twice as much", range, most(doubled(&max))));
        }
    }
    found
}

/// Quantities, each of them twice.
fn doubled(quantities: &serde_json::Map<String, Value>) -> Value {
    let twice = |value: &Value| {
        let millis = Quantity::parse(value.as_str()?).ok()?.millis() * 2;
        Some(json!(if millis % 1000 == 0 { (millis / 1000).to_string() } else { format!("{millis}m") }))
    };
    let all = quantities.iter().map(|(key, value)| (key.clone(), twice(value).unwrap_or_else(|| value.clone())));
    Value::Object(all.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{doubled, weaker_static};

    #[test]
    fn a_policy_of_a_file_is_weakened_in_each_way() {
        let rules = json!([{"operations": ["UPDATE", "DELETE"], "resources": ["a", "b"]}]);
        let policy = json!({"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "k"},
            "spec": {"matchConstraints": {"resourceRules": rules}, "validations": [{"expression": "false"}]}});
        let ways: Vec<String> = weaker_static(&policy).into_iter().map(|(what, _)| what).collect();
        assert_eq!(ways.len(), 5, "{ways:?}");
        assert!(ways.contains(&r#"ValidatingAdmissionPolicy k: "DELETE" is not matched"#.to_owned()), "{ways:?}");
        let binding = json!({"kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "k"},
            "spec": {"validationActions": ["Deny"]}});
        let ways = weaker_static(&binding);
        assert_eq!(ways[0].1.pointer("/spec/validationActions"), Some(&json!(["Audit"])));
        assert_eq!(ways.len(), 2);
        assert!(weaker_static(&json!({"kind": "ConfigMap"})).is_empty());
    }

    #[test]
    fn quantities_are_doubled_however_they_are_written() {
        let hard = json!({"pods": "6", "requests.cpu": "250m", "limits.memory": "1Ki", "odd": "x"});
        let twice = json!({"pods": "12", "requests.cpu": "500m", "limits.memory": "2048", "odd": "x"});
        assert_eq!(hard.as_object().map(doubled), Some(twice));
    }
}
