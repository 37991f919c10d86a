//! The Pod Security Standards, exact by level and by policy version, with the API server's own words
//! (k8s.io/pod-security-admission/policy).
//!
//! Where `restricted` has a stricter form of a control of `baseline`, each of the two rules reports what its level brings: a
//! finding has the same rule at either level. What the API server would say is another matter: there the stricter control
//! takes the place of the other one.

mod allow_privilege_escalation;
pub mod apparmor_profile;
pub mod capabilities_baseline;
mod capabilities_restricted;
mod holder;
mod host_namespaces;
mod host_path_volumes;
mod host_ports;
mod host_probes;
mod implicit;
mod privileged;
mod proc_mount;
mod proc_mount_restricted;
pub mod restricted_volumes;
mod run_as_non_root;
mod run_as_user;
mod seccomp_profile_baseline;
mod seccomp_profile_restricted;
pub mod selinux_options;
pub mod sysctls;
mod windows_host_process;
mod words;

use holder::Holder;

use super::finding::FileId;
use super::rule::{Rule, RuleKind};
use super::settings::Settings;
use super::sink::{PodContext, Sink};
use crate::k8s::pod_security::{Level, Policy};

/// Its rules: one per control, in the order in which the API server reports them: by level, then by [`Control::id`].
pub(super) const RULES: &[&Rule] = &[
    &apparmor_profile::RULE,
    &capabilities_baseline::RULE,
    &host_namespaces::RULE,
    &host_path_volumes::RULE,
    &host_ports::RULE,
    &host_probes::RULE,
    &privileged::RULE,
    &proc_mount::RULE,
    &selinux_options::RULE,
    &seccomp_profile_baseline::RULE,
    &sysctls::RULE,
    &windows_host_process::RULE,
    &allow_privilege_escalation::RULE,
    &capabilities_restricted::RULE,
    &proc_mount_restricted::RULE,
    &restricted_volumes::RULE,
    &run_as_non_root::RULE,
    &run_as_user::RULE,
    &seccomp_profile_restricted::RULE,
];

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
    pub evaluate: fn(&PodContext<'_, '_, '_>, &mut Sink<'_, '_, '_>) -> Option<Violation>,
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

    /// What the API server would say of a pod if this control of a rule was all that it asked for; `None` if all is well, or
    /// if the settings do not ask for its words.
    pub fn violation(
        &self,
        rule: &'static Rule,
        context: &PodContext<'_, '_, '_>,
        text: &str,
        settings: &Settings,
    ) -> Option<Violation> {
        let (object, file) = (context.object, FileId::default());
        let mut sink = Sink { rule, settings, text, file, object, id: None, findings: Vec::new() };
        (self.evaluate)(context, &mut sink)
    }
}

/// What the API server would say of a pod under the policy of the context, in its order. All controls count.
pub fn violations(context: &PodContext<'_, '_, '_>, text: &str, settings: &Settings) -> Vec<Violation> {
    let controls = || {
        let all = RULES.iter().filter_map(|rule| match rule.check {
            RuleKind::PodSecurity(control) => Some((*rule, control)),
            _ => None,
        });
        all.filter(|(_, control)| control.is_in(context.policy))
    };
    let is_overridden = |id: &str| controls().any(|(_, other)| other.overrides.contains(&id));
    let mut violations = Vec::new();
    for (rule, control) in controls().filter(|(_, control)| !is_overridden(control.id)) {
        violations.extend(control.violation(rule, context, text, settings));
    }
    violations
}

/// Whether a pod declares itself one for Windows, and the policy exempts such from what Linux alone has.
fn is_exempt_windows(context: &PodContext<'_, '_, '_>) -> bool {
    context.policy.version.minor() >= 25 && context.pod.is_windows()
}

/// Whether a pod has a user namespace of its own, and the policy lets it be root in there.
fn is_exempt_user_namespace(context: &PodContext<'_, '_, '_>) -> bool {
    context.policy.version.minor() >= 35 && context.pod.has_user_namespace()
}

#[cfg(test)]
mod tests {
    use super::{RULES, RuleKind};

    #[test]
    fn the_order_is_that_of_the_api_server() {
        let keys: Vec<_> = RULES
            .iter()
            .map(|rule| match rule.check {
                RuleKind::PodSecurity(control) => (control.level, control.id),
                _ => panic!("{} is no control", rule.id),
            })
            .collect();
        assert_eq!(keys.len(), 19);
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
