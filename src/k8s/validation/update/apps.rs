//! `pkg/apis/apps/validation`, and `pkg/registry/apps/daemonset/strategy.go`.

use serde_json::{Value, json};

use super::change::{Changes, Pair};
use super::same;
use crate::k8s::validation::At;

const SELECTOR: &str = "keep the selector, or give the workload another name and delete the old one once the new one runs; \
                        `kubectl delete --cascade=orphan` leaves the pods of the old one running";
const STATEFUL_SET: &str = "delete it with `kubectl delete statefulset --cascade=orphan`, which leaves its pods and claims, and apply \
                            it again; claims that are there keep what they have";
const ROLLING: &str = "stays as the API server filled it in, and `type: OnDelete` does not allow it";
const ROLLING_OUT: &str = "write `rollingUpdate: null` beside the type, by which `kubectl apply` deletes it; server-side apply needs \
                           `kubectl delete statefulset --cascade=orphan` first";

pub(super) fn validate<'d, 's>(kind: &str, pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    match kind {
        // `ValidateDeploymentUpdate`, `ValidateReplicaSetUpdate`, and the strategy of DaemonSets
        "Deployment" | "ReplicaSet" | "DaemonSet" => {
            changes.immutable(pair, &["spec", "selector"], &Value::Null, SELECTOR);
        }
        "StatefulSet" => validate_stateful_set_update(pair, changes),
        // `ValidateControllerRevisionUpdate`
        "ControllerRevision" => changes.immutable(pair, &["data"], &Value::Null, "make a revision of another name"),
        _ => {}
    }
}

/// `ValidateStatefulSetUpdate`. Up to 1.36 it names `spec` as a whole; what may change is the same.
fn validate_stateful_set_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    changes.immutable(pair, &["spec", "selector"], &Value::Null, STATEFUL_SET);
    validate_claims(pair, changes);
    changes.immutable(pair, &["spec", "serviceName"], &Value::Null, STATEFUL_SET);
    changes.immutable(pair, &["spec", "podManagementPolicy"], &json!("OrderedReady"), STATEFUL_SET);
    keep_rolling_update(pair, changes);
}

/// `SetDefaults_StatefulSet` gives one without a type the type `RollingUpdate` and a `rollingUpdate`, which `kubectl apply` leaves when the
/// type becomes `OnDelete`, and `ValidateStatefulSetSpec` refuses. One with its type written has no such default.
fn keep_rolling_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let old = pair.old.path(&["spec", "updateStrategy"]);
    let Some(strategy) = pair.new.path(&["spec", "updateStrategy"]) else { return };
    let has_default = old.is_none_or(|old| old.text("type").is_none() && old.get("rollingUpdate").is_none());
    // `rollingUpdate: null` deletes it
    let says_so = strategy.node.fields().any(|(key, _)| key.text() == Some("rollingUpdate"));
    if has_default && strategy.text("type") == Some("OnDelete") && !says_so {
        changes.refuse_gone(strategy, "rollingUpdate", ROLLING, ROLLING_OUT);
    }
}

/// `volumeClaimTemplates`, whose members have the API version and kind of claims whatever they say.
fn validate_claims<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    const PATH: [&str; 2] = ["spec", "volumeClaimTemplates"];
    let claims = |at: At<'_, '_>| {
        let mut claims = at.path(&PATH).map(same::plain).unwrap_or_default();
        for claim in claims.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            for name in ["apiVersion", "kind", "status"] {
                claim.remove(name);
            }
        }
        claims
    };
    let (before, after) = (claims(pair.old), claims(pair.new));
    if before != after {
        changes.differ(pair, &PATH, &before, &after, STATEFUL_SET);
    }
}
