//! `ValidatePriorityClass`.

use crate::k8s::validation::{At, Errors};

/// `HighestUserDefinablePriority`.
const MOST: i128 = 1_000_000_000;
/// `SystemPriorityClasses`.
const SYSTEM: [(&str, i128); 2] = [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

/// `ValidatePriorityClass`.
pub(super) fn validate_priority_class<'d, 's>(name: &str, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let value = root.get("value");
    if name.starts_with("system-") {
        let own = SYSTEM.iter().find(|(known, _)| *known == name);
        let same = own.is_some_and(|(_, priority)| value.and_then(At::int) == Some(*priority));
        let is_default = root.get("globalDefault").is_some_and(At::is_true);
        if let Some(name) = root.path(&["metadata", "name"]).filter(|_| !same || is_default) {
            errors.invalid(name, "begins with `system-`, which the system's own two classes do");
        }
    } else if let Some(value) = value.filter(|value| value.int().is_some_and(|number| number > MOST)) {
        errors.invalid(value, "must be 1000000000 at most; more is for the system");
    }
}
