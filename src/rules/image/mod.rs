//! Images: where they come from, and whether they stay the same.

use super::rule::Rule;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[];
