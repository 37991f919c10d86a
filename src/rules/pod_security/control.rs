//! A control of the Pod Security Standards.

use crate::k8s::pod_security::{Level, Policy};
use crate::rules::sink::{PodContext, Sink};

/// A control of the standards.
#[derive(Debug)]
pub struct Control {
    /// The API server's name for it, by which it sorts what it reports: `hostNamespaces`.
    pub id: &'static str,
    /// The level that brings it; the stricter level has it too, unless another control overrides it.
    pub level: Level,
    /// The number after `1.` of the first policy version that has it.
    pub since: u8,
    /// The controls of baseline that it takes the place of in what the API server says.
    pub overrides: &'static [&'static str],
    /// Looks at a pod: reports each place to the sink, and gives what the API server would say if that was asked for; `None`
    /// if all is well.
    pub evaluate: fn(&PodContext<'_, '_, '_>, &mut Sink<'_>) -> Option<Violation>,
}

/// What the API server says of a control that is broken: `reason (detail)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `privileged`.
    pub reason: &'static str,
    /// `container "a" must not set securityContext.privileged=true`.
    pub detail: String,
}

impl Control {
    /// Whether the control is part of a policy, not counting overrides.
    pub fn is_in(&self, policy: Policy) -> bool {
        self.level <= policy.level && self.since <= policy.version.minor()
    }
}

/// Whether a pod declares itself one for Windows, and the policy exempts such from what Linux alone has.
pub(super) fn is_exempt_windows(context: &PodContext<'_, '_, '_>) -> bool {
    context.policy.version.minor() >= 25 && context.pod.is_windows()
}

/// Whether a pod has a user namespace of its own, and the policy lets it be root in there.
pub(super) fn is_exempt_user_namespace(context: &PodContext<'_, '_, '_>) -> bool {
    context.policy.version.minor() >= 35 && context.pod.has_user_namespace()
}
