//! `pkg/apis/batch/validation` and `pkg/registry/batch/job/strategy.go`.

use serde_json::{Value, json};

use super::change::{Changes, Pair};
use super::same;
use crate::k8s::validation::{At, at};

const JOB: &str = "a Job is run once: delete it first, or give each run a name of its own, as `generateName` and Helm hooks do; \
                   `ttlSecondsAfterFinished` deletes those that are done";

/// The first release with the gates `MutablePodResourcesForSuspendedJobs` and `MutableSchedulingDirectivesForSuspendedJobs` on.
const MUTABLE_RESOURCES: u8 = 36;

/// `ValidateJobSpecUpdate`.
pub(super) fn validate_job_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    validate_completions(pair, changes);
    let has_own = |at: At<'_, '_>| at::is_true(at.path(&["spec", "manualSelector"]));
    // the selector of others is made by the API server
    let both = pair.old.path(&["spec", "selector"]).is_some() && pair.new.path(&["spec", "selector"]).is_some();
    if both || has_own(pair.old) && has_own(pair.new) {
        changes.immutable(pair, &["spec", "selector"], &Value::Null, JOB);
    }
    validate_pod_template_update(pair, changes);
    changes.immutable(pair, &["spec", "completionMode"], &json!("NonIndexed"), JOB);
    for name in ["podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
        changes.immutable(pair, &["spec", name], &Value::Null, JOB);
    }
}

/// `validateCompletions`: those of an Indexed Job may change together with `parallelism`.
fn validate_completions<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    const PATH: [&str; 2] = ["spec", "completions"];
    let number = |at: At<'_, '_>, name: &str| at.path(&["spec", name]).and_then(At::int);
    // without either, both are 1
    let completions = |at: At<'_, '_>| number(at, "completions").or(number(at, "parallelism").is_none().then_some(1));
    let before = completions(pair.old);
    // what the API server filled in stays
    let is_kept = number(pair.old, "completions").is_none() && number(pair.new, "completions").is_none();
    let after = if is_kept { before } else { completions(pair.new) };
    if before == after {
        return;
    }
    if pair.texts(&["spec", "completionMode"], "NonIndexed").1 != "Indexed" {
        let value = |number: Option<i128>| json!(number.and_then(|number| i64::try_from(number).ok()));
        return changes.differ(pair, &PATH, &value(before), &value(after), JOB);
    }
    let parallelism = number(pair.new, "parallelism").unwrap_or(1);
    if let Some(place) = pair.new.path(&PATH).filter(|_| after != Some(parallelism)) {
        changes.refuse(
            place,
            "may only change to the number of `parallelism`",
            "set both to the same number: an Indexed Job grows and shrinks with both",
        );
    }
}

/// `validatePodTemplateUpdate`. A Job that was suspended from the start counts as one that was not started.
fn validate_pod_template_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    const PATH: [&str; 2] = ["spec", "template"];
    let template = |at: At<'_, '_>| at.path(&PATH).map(same::plain).unwrap_or_default();
    let (mut before, mut after) = (template(pair.old), template(pair.new));
    if at::is_true(pair.old.path(&["spec", "suspend"])) {
        let may_resize = changes.version.minor() >= MUTABLE_RESOURCES;
        for template in [&mut before, &mut after] {
            without_directives(template, may_resize);
        }
    }
    if before != after {
        changes.differ(pair, &PATH, &before, &after, JOB);
    }
}

/// Takes out where the pods of a suspended Job run, and what they get.
fn without_directives(template: &mut Value, may_resize: bool) {
    let Some(fields) = template.as_object_mut() else { return };
    if may_resize {
        fields.remove("metadata");
    } else if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("labels");
        metadata.remove("annotations");
        if metadata.is_empty() {
            fields.remove("metadata");
        }
    }
    let Some(spec) = fields.get_mut("spec").and_then(Value::as_object_mut) else { return };
    for name in ["nodeSelector", "tolerations", "schedulingGates"] {
        spec.remove(name);
    }
    if let Some(affinity) = spec.get_mut("affinity").and_then(Value::as_object_mut) {
        affinity.remove("nodeAffinity");
        if affinity.is_empty() {
            spec.remove("affinity");
        }
    }
    for name in ["containers", "initContainers"].into_iter().filter(|_| may_resize) {
        let containers = spec.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten();
        containers.filter_map(Value::as_object_mut).for_each(|container| drop(container.remove("resources")));
    }
}
