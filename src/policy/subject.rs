//! What a policy can be made for: a rule that can be said in CEL, or a guard.

use super::cel::{self, Cel};
use super::guard::{GUARDS, Guard};
use crate::diagnostic::nearest;
use crate::k8s::pod_security::{Level, Policy, PolicyVersion};
use crate::k8s::version::Version;
use crate::rules::pod_security::Control;
use crate::rules::{self, Rule, RuleKind};

/// What a policy is made for.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// A rule of the table.
    Rule(&'static Rule),
    /// A way into running pods.
    Guard(&'static Guard),
}

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// The word names nothing.
    #[error("there is no rule `{word}`{help}")]
    Unknown {
        word: String,
        /// The nearest one, or where to look.
        help: String,
    },
    /// The rule asks for what a policy does not see.
    #[error("CEL cannot express `{rule}`: {reason}; `tightship policy list` shows what it can")]
    NotInCel { rule: &'static str, reason: &'static str },
    /// Nobody has said the rule in CEL.
    #[error("`{0}` has no policy; `tightship policy list` shows the rules that have one")]
    NoPolicy(&'static str),
    /// The release does not have it yet.
    #[error("`{rule}` is part of the Pod Security Standards from v1.{since} on, and this is for {kubernetes}")]
    NotYet {
        rule: &'static str,
        /// The number after `1.` of the first policy that has it.
        since: u8,
        kubernetes: Version,
    },
}

impl Subject {
    /// Every one: the rules in the order of the table, then the guards.
    pub fn all() -> impl Iterator<Item = Self> {
        let is_in_cel = |rule: &&Rule| cel_of(rule).is_some();
        let rules = rules::all().filter(is_in_cel).map(Self::Rule);
        rules.chain(GUARDS.iter().map(Self::Guard))
    }

    /// The one of that name.
    pub fn named(word: &str) -> Result<Self, SubjectError> {
        if let Some(found) = Self::all().find(|subject| subject.id() == word) {
            return Ok(found);
        }
        if let Some(rule) = rules::find(word) {
            return Err(without_cel(rule));
        }
        let known = rules::all().map(|rule| rule.id).chain(GUARDS.iter().map(|guard| guard.id));
        let help = nearest(word, known).map_or_else(
            || ": `tightship policy list` lists them".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        Err(SubjectError::Unknown { word: word.to_owned(), help })
    }

    /// The controls that a level of the Pod Security Standards consists of, as the release has them.
    pub fn of_level(level: Level, kubernetes: Version) -> Vec<Self> {
        let policy = Policy { level, version: PolicyVersion::latest(kubernetes) };
        let controls = || {
            let all = Self::all().filter_map(|subject| Some((subject, subject.control()?)));
            all.filter(|(_, control)| control.is_in(policy))
        };
        let is_overridden = |id: &str| controls().any(|(_, other)| other.overrides.contains(&id));
        controls().filter(|(_, control)| !is_overridden(control.id)).map(|(subject, _)| subject).collect()
    }

    /// Its name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.id,
            Self::Guard(guard) => guard.id,
        }
    }

    /// What is wrong where the policy refuses.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.summary,
            Self::Guard(guard) => guard.summary,
        }
    }

    /// The control of the Pod Security Standards that it is, if it is one.
    pub fn control(self) -> Option<&'static Control> {
        match self {
            Self::Rule(Rule { check: RuleKind::PodSecurity(control), .. }) => Some(control),
            _ => None,
        }
    }

    /// Refuses what the release does not have yet.
    pub(super) fn check_release(self, kubernetes: Version) -> Result<(), SubjectError> {
        match self.control() {
            Some(control) if control.since > kubernetes.minor() => {
                Err(SubjectError::NotYet { rule: self.id(), since: control.since, kubernetes })
            }
            _ => Ok(()),
        }
    }
}

/// Why there is no policy for a rule.
pub(super) fn without_cel(rule: &'static Rule) -> SubjectError {
    let reason = match rule.check {
        RuleKind::Set(_) => "it needs several objects, and a policy sees one at a time",
        RuleKind::ControlPlane(_) => "it is about the files of control planes",
        RuleKind::Manifest | RuleKind::Engine => {
            "it is about the text of the manifest, which the API server has read by then"
        }
        RuleKind::Pod(_) | RuleKind::Object(_) | RuleKind::PodSecurity(_) => return SubjectError::NoPolicy(rule.id),
    };
    SubjectError::NotInCel { rule: rule.id, reason }
}

/// A rule in CEL, if it is said.
pub(super) fn cel_of(rule: &Rule) -> Option<&'static Cel> {
    cel::RULES.iter().find(|cel| cel.rule == rule.id)
}

#[cfg(test)]
mod tests {
    use super::{Level, RuleKind, Subject, Version, cel, cel_of, rules};

    #[test]
    fn every_control_and_every_entry_is_a_rule_in_cel() {
        for rule in rules::all().filter(|rule| matches!(rule.check, RuleKind::PodSecurity(_))) {
            assert!(cel_of(rule).is_some(), "{}", rule.id);
        }
        assert!(cel::RULES.iter().all(|cel| rules::find(cel.rule).is_some()));
        assert_eq!(Subject::all().count(), cel::RULES.len() + 3);
    }

    #[test]
    fn a_level_is_what_the_api_server_holds_pods_against() {
        let ids = |level, kubernetes: &str| -> Vec<&str> {
            let kubernetes = Version::parse(kubernetes).unwrap();
            Subject::of_level(level, kubernetes).into_iter().map(Subject::id).collect()
        };
        assert_eq!(ids(Level::Privileged, "1.37").len(), 0);
        assert_eq!(ids(Level::Baseline, "1.33").len(), 11);
        assert_eq!(ids(Level::Baseline, "1.34").len(), 12);
        assert_eq!(ids(Level::Restricted, "1.34").len(), 15);
        let newest = ids(Level::Restricted, "1.37");
        assert_eq!(newest.len(), 15);
        assert!(newest.contains(&"proc-mount-restricted") && !newest.contains(&"proc-mount"));
    }
}
