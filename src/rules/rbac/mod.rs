//! What roles allow, and to whom bindings grant it.

use super::rule::Rule;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[];
