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
mod control;
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

pub use control::{Control, Violation};
use control::{is_exempt_user_namespace, is_exempt_windows};
use holder::Holder;

use super::rule::{Rule, RuleKind};
use super::settings::Settings;
use super::sink::{PodContext, Sink};
use crate::yaml::FileId;

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

impl Control {
    /// What the API server would say of a pod if this control of a rule was all that it asked for; `None` if all is well, or
    /// if the settings do not ask for its words.
    pub fn violation(
        &self,
        rule: &'static Rule,
        context: &PodContext<'_, '_, '_>,
        text: &str,
        settings: &Settings,
    ) -> Option<Violation> {
        let mut sink = Sink::on(context.object, text, FileId::default(), settings);
        rule.speak(&mut sink);
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
