//! Hardening of pods beyond the Pod Security Standards.

mod writable_root_filesystem;

use super::rule::Rule;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[&writable_root_filesystem::RULE];
