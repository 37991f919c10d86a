//! What a rule is.

use super::facts::{Facts, Plane};
use super::pod_security;
use super::sink::{PodContext, Sink};
use crate::diagnostic::{Diagnostic, Location, Text};
pub use crate::diagnostic::{Safety, Severity};
use crate::k8s::object::Object;

/// What a rule is for. A category can be chosen or left out as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The Pod Security Standards, and what is as dangerous as what they forbid.
    Security,
    /// Layers beyond them.
    Hardening,
    /// Whether it stays up; off unless asked for.
    Reliability,
    /// Whether the API server takes the manifest, and means by it what its author means.
    Correctness,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 4] = [Self::Security, Self::Hardening, Self::Reliability, Self::Correctness];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Hardening => "hardening",
            Self::Reliability => "reliability",
            Self::Correctness => "correctness",
        }
    }
}

/// An item of a standard that a rule maps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Which standard.
    pub standard: Standard,
    /// The item, as the standard calls it.
    pub item: &'static str,
}

/// A standard that rules map to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// The Pod Security Standards; the item is the level and the control.
    PodSecurity,
    /// The CIS Kubernetes Benchmark 1.12; the item is its number.
    Cis112,
    /// The Kubernetes Hardening Guide 1.2 of NSA and CISA; the item is a section's title.
    Nsa,
    /// The Kubernetes STIG V2R6 of DISA; the item is the number of a rule.
    Stig,
}

impl Standard {
    /// Every standard.
    pub const ALL: [Self; 4] = [Self::PodSecurity, Self::Cis112, Self::Nsa, Self::Stig];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::PodSecurity => "pss",
            Self::Cis112 => "cis",
            Self::Nsa => "nsa",
            Self::Stig => "stig",
        }
    }

    /// What people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PodSecurity => "Pod Security Standards",
            Self::Cis112 => "CIS 1.12",
            Self::Nsa => "NSA/CISA 1.2",
            Self::Stig => "STIG V2R6",
        }
    }
}

/// A control of the Pod Security Standards.
pub(super) const fn pss(item: &'static str) -> Control {
    Control { standard: Standard::PodSecurity, item }
}

/// An item of the CIS Kubernetes Benchmark 1.12.
pub(super) const fn cis(item: &'static str) -> Control {
    Control { standard: Standard::Cis112, item }
}

/// A section of the hardening guide of NSA and CISA.
pub(super) const fn nsa(item: &'static str) -> Control {
    Control { standard: Standard::Nsa, item }
}

/// A rule of the STIG.
pub(super) const fn stig(item: &'static str) -> Control {
    Control { standard: Standard::Stig, item }
}

/// A rule of the table.
#[derive(Debug)]
pub struct Rule {
    /// Its name: kebab-case, never reused for another.
    pub id: &'static str,
    /// What is wrong where it fires, in a few words, without a full stop.
    pub summary: &'static str,
    /// How bad that is.
    pub severity: Severity,
    /// What it is for.
    pub category: Category,
    /// Whether it runs without being asked for. Those of [`Category::Reliability`] never do.
    pub on: bool,
    /// What it maps to.
    pub controls: &'static [Control],
    /// Why it matters: Markdown, one or two paragraphs.
    pub why: &'static str,
    /// The attack or the failure that keeping the rule prevents: one or two sentences.
    pub prevents: &'static str,
    /// A manifest that breaks it, the smallest that makes sense.
    pub bad: &'static str,
    /// The same, kept.
    pub good: &'static str,
    /// What kind of fix it offers, if it does.
    pub fix: Option<Safety>,
    /// How it is checked.
    pub check: RuleKind,
}

/// How a rule is checked.
#[derive(Debug)]
pub enum RuleKind {
    /// For each object that is or makes pods.
    Pod(fn(&PodContext<'_, '_, '_>, &mut Sink<'_>)),
    /// For each object.
    Object(fn(&Object<'_, '_>, &mut Sink<'_>)),
    /// Once, over what all objects of the input say together.
    Set(fn(&Facts, &mut Sink<'_>)),
    /// Once, over all that the input says about control planes.
    ControlPlane(fn(&Plane, &mut Sink<'_>)),
    /// For each object that is or makes pods: a control of the Pod Security Standards, at the level and version that hold
    /// there.
    PodSecurity(&'static pod_security::Control),
    /// By the one walk over all fields of an object that serves all rules of this kind.
    Manifest,
    /// By the engine itself: suppressions, and YAML that reads otherwise than it looks.
    Engine,
}

impl Rule {
    /// That it is broken at a place, where no sink is at hand.
    pub fn found(&self, location: impl Into<Location>, message: impl Into<Text>) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(location, message);
        (diagnostic.id, diagnostic.severity) = (self.id, self.severity);
        diagnostic
    }

    /// Says that this rule runs now.
    pub fn speak(&self, sink: &mut Sink<'_>) {
        sink.set_rule(self.id, self.severity, self.fix);
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}
