//! What reaches what: network policies, services, ingresses and gateways.

use super::rule::Rule;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[];
