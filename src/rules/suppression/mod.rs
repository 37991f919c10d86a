//! Suppressions that suppress nothing. The engine reports these itself, once it knows what the other rules found.

mod expired;
mod invalid;
mod unused;

pub use expired::RULE as EXPIRED;
pub use invalid::RULE as INVALID;
pub use unused::RULE as UNUSED;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[&UNUSED, &INVALID, &EXPIRED];
