//! Namespaces: their Pod Security labels, quotas and limits.

use super::rule::Rule;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[];
