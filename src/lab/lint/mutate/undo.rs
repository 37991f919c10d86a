//! Undoing one change of a solution.

use serde_json::Value;

use super::inventory::{Objects, name};
use super::json::{Hunk, Step, differences, pod_spec, text};
use super::network::reach;
use super::rights::grants;
use super::scene::Scene;
use super::wrong::{Edit, Wrong};
use crate::lab::answers;

/// Kinds of which any change counts, as a rule seldom says what it is for.
const POLICIES: &[&str] =
    &["ResourceQuota", "LimitRange", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "Secret"];

/// The ways to undo one change.
pub(super) fn one(scene: &Scene<'_>) -> Vec<Wrong> {
    let made = scene.after.iter().filter(|(name, _)| !scene.before.contains_key(*name));
    let made = made.map(|(name, object)| Wrong::new(format!("{name} is not made"), [Edit::Delete(object.clone())]));
    let gone = scene.before.iter().filter(|(name, object)| !scene.after.contains_key(*name) && !refuses(object));
    let gone = gone.map(|(name, object)| Wrong::new(format!("{name} is still there"), [Edit::Put(object.clone())]));
    let mut found: Vec<Wrong> = made.chain(gone).filter(|wrong| matters(scene, wrong)).collect();
    for (object_name, before, after) in scene.changed() {
        let Some(before) = before else { continue };
        found.extend(parts(scene, object_name, before, after));
    }
    found.extend(files(scene));
    found
}

/// Whether an object can only refuse more than there would be without it.
fn refuses(object: &Value) -> bool {
    POLICIES.contains(&text(object, "/kind")) && text(object, "/kind") != "Secret"
}

/// The ways to undo one change of an object that was there before.
fn parts(scene: &Scene<'_>, object_name: &str, before: &Value, after: &Value) -> Vec<Wrong> {
    let hunks: Vec<Hunk> = differences(before, after).into_iter().filter(|hunk| counts(hunk.path.as_slice())).collect();
    let of = |what: String, object: Value| Wrong::new(format!("{object_name}: {what}"), [Edit::Put(object)]);
    let mut wrongs: Vec<Wrong> =
        hunks.iter().map(|hunk| of(format!("{} as at the start", hunk.shown), hunk.undone(after))).collect();
    wrongs.retain(|wrong| matters(scene, wrong));
    if hunks.len() > 1 {
        let whole = of("all as at the start".to_owned(), before.clone());
        // a workload as it was is wrong even if no rule says why
        let is_workload = pod_spec(after).is_some() && !is_filled_in(scene, &hunks);
        wrongs.extend(Some(whole).filter(|whole| is_workload || matters(scene, whole)));
    }
    wrongs
}

/// Whether a workload has got nothing but what a `LimitRange` of the solution gives its pods anyway.
fn is_filled_in(scene: &Scene<'_>, hunks: &[Hunk]) -> bool {
    let is_amount = |step: &Step| matches!(step, Step::Key(key) if key == "resources");
    let is_limited = scene.changed_of(&["LimitRange"]).next().is_some();
    is_limited && hunks.iter().all(|hunk| hunk.path.iter().any(is_amount))
}

/// Whether a place of an object can mean anything to a lab.
fn counts(path: &[Step]) -> bool {
    let keys: Vec<&str> =
        path.iter().filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None }).collect();
    match keys.as_slice() {
        ["metadata", "labels", label] => label.starts_with("pod-security.kubernetes.io/enforce"),
        ["status" | "apiVersion" | "kind" | "metadata", ..]
        | [.., "annotations" | "message" | "messageExpression" | "reason"]
        | [.., "annotations", _] => false,
        _ => true,
    }
}

/// Whether an undone change is wrong: an equivalent answer is a right one.
fn matters(scene: &Scene<'_>, wrong: &Wrong) -> bool {
    let Some(object) = wrong.edits.iter().find_map(|edit| match edit {
        Edit::Put(object) | Edit::Delete(object) => Some(object),
        Edit::Node { .. } | Edit::File { .. } => None,
    }) else {
        return false;
    };
    let edited: Objects = scene.edited(&wrong.edits);
    match text(object, "/kind") {
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => {
            let (before, after) = (grants(scene.after), grants(&edited));
            !before.iter().all(|grant| after.iter().any(|other| other.covers(grant)))
                || !after.iter().all(|grant| before.iter().any(|other| other.covers(grant)))
        }
        "NetworkPolicy" => reach(scene.after) != reach(&edited),
        "Namespace" => is_level(scene, object, &edited),
        kind if POLICIES.contains(&kind) => true,
        _ => {
            let is_made = wrong.edits.iter().any(|edit| matches!(edit, Edit::Delete(_)));
            is_made && is_needed(object) || scene.is_worse(&wrong.edits)
        }
    }
}

/// Whether a lab needs what a solution makes, such as a workload.
fn is_needed(object: &Value) -> bool {
    matches!(text(object, "/kind"), "Deployment" | "StatefulSet" | "DaemonSet" | "Service")
}

/// Whether a namespace has another level, or a version that is not pinned any more where that matters.
fn is_level(scene: &Scene<'_>, object: &Value, edited: &Objects) -> bool {
    let label = |objects: &Objects, key: &str| {
        let found = objects.get(&name(object, scene.names));
        found.map(|found| text(found, &format!("/metadata/labels/pod-security.kubernetes.io~1{key}")).to_owned())
    };
    let differs = |key: &str| label(scene.after, key) != label(edited, key);
    differs("enforce") || differs("enforce-version") && scene.is_about(&["unpinned-pod-security-version"])
}

/// The learner's files that a solution changes, such as a kubeconfig.
fn files(scene: &Scene<'_>) -> Vec<Wrong> {
    let (before, after) = &scene.files;
    let changed = after.iter().filter(|(name, text)| before.get(*name) != Some(text));
    let is_judged = |name: &str| name.ends_with(".kubeconfig") || name == answers::FILE;
    let changed = changed.filter(|(name, _)| is_judged(name));
    let undone = |name: &String| {
        let old = before.get(name).cloned();
        Wrong::new(format!("{name} as at the start"), [Edit::File { name: name.clone(), text: old }])
    };
    changed.map(|(name, _)| undone(name)).collect()
}
