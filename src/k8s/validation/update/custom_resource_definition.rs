//! `ValidateCustomResourceDefinitionUpdate` of `k8s.io/apiextensions-apiserver`.

use serde_json::Value;

use super::change::{Changes, Pair};
use crate::k8s::validation::at;

const DEFINITION: &str =
    "deleting a definition deletes all its objects: make one of another name, and move the objects";
const STORED: &str =
    "keep the version with `served: false`, write every object anew, and take it out of `status.storedVersions` first";

/// `validateCustomResourceDefinitionUpdate`, of a definition that was established.
pub(super) fn validate_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let Some(spec) = pair.inner("spec") else { return };
    changes.immutable(spec, &["scope"], &Value::Null, DEFINITION);
    changes.immutable(spec, &["names", "kind"], &Value::Null, DEFINITION);
    let stored = spec.old.each("versions").find(|version| at::is_true(version.get("storage")));
    let Some(stored) = stored.and_then(|version| version.text("name")) else { return };
    let names: Vec<&str> = spec.new.each("versions").filter_map(|version| version.text("name")).collect();
    if let Some(versions) = spec.new.get("versions").filter(|_| !names.contains(&stored)) {
        let why = "lacks the version that objects were stored in";
        changes.refuse(versions, why, STORED);
    }
}
