//! Whether the API server takes an object as its author meant it: fields, types, API versions.

use super::rule::Rule;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[];
