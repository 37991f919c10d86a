//! The Pod Security Standards, exact by level and by policy version, with the API server's own words
//! (k8s.io/pod-security-admission/policy).

pub mod labels;
mod policy;
mod privileged;
mod words;

pub use policy::{Level, Policy, PolicyVersion};

use super::rule::Rule;
use super::sink::{PodContext, Sink};

/// Its rules: one per control.
pub(super) const RULES: &[&Rule] = &[&privileged::RULE];

/// A control of the standards.
#[derive(Debug)]
pub struct Control {
    /// The API server's name for it, by which it sorts what it reports: `hostNamespaces`.
    pub id: &'static str,
    /// The level that brings it; the stricter level has it too, unless another control overrides it.
    pub level: Level,
    /// The number after `1.` of the first policy version that has it.
    pub since: u8,
    /// The controls of baseline that it takes the place of.
    pub overrides: &'static [&'static str],
    /// Looks at a pod: reports each place to the sink, and gives what the API server would say, or `None` if all is well.
    pub evaluate: fn(&PodContext<'_, '_, '_>, &mut Sink<'_, '_, '_>) -> Option<Violation>,
}

/// What the API server says of a control that is broken: `reason (detail)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `privileged`.
    pub reason: String,
    /// `container "a" must not set securityContext.privileged=true`; may be empty.
    pub detail: String,
}

impl Control {
    /// Whether the control is part of a policy, not counting overrides.
    pub fn is_in(&self, policy: Policy) -> bool {
        self.level <= policy.level && self.since <= policy.version.minor()
    }
}
