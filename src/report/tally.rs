//! The findings, counted.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::check::Outcome;
use crate::diagnostic::{Safety, Severity};

/// How many findings there are, by what distinguishes them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By severity, the worst first, without those that nothing has.
    pub(super) severities: Vec<(Severity, usize)>,
    /// By rule, the worst and most frequent first.
    pub(super) rules: Vec<(&'static str, Severity, usize)>,
    /// Those with a safe fix.
    pub(super) safe: usize,
    /// Those with a fix that may change more.
    pub(super) risky: usize,
}

impl Tally {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let mut by_rule: HashMap<(&'static str, Severity), usize> = HashMap::new();
        let mut tally = Self::default();
        for finding in &outcome.findings {
            *by_rule.entry((finding.id, finding.severity)).or_default() += 1;
            match finding.fix.as_ref().map(|fix| fix.safety) {
                Some(Safety::Safe) => tally.safe += 1,
                Some(Safety::Unsafe) => tally.risky += 1,
                None => {}
            }
        }
        tally.rules = by_rule.into_iter().map(|((rule, severity), count)| (rule, severity, count)).collect();
        tally.rules.sort_by_key(|(rule, severity, count)| (Reverse(*severity), Reverse(*count), *rule));
        for severity in Severity::OF_RULES {
            let count = tally.rules.iter().filter(|rule| rule.1 == severity).map(|rule| rule.2).sum();
            if count > 0 {
                tally.severities.push((severity, count));
            }
        }
        tally
    }
}

/// The outcome in one line: `42 objects in 7 files: 3 findings (1 critical, 2 low), 1 suppressed; left out: 2 ignored by git`.
pub fn summary(outcome: &Outcome) -> String {
    let looked = looked(outcome);
    match outcome.left_out.summary() {
        Some(left_out) => format!("{looked}; {left_out}"),
        None => looked,
    }
}

/// What was looked at, and what was found.
fn looked(outcome: &Outcome) -> String {
    let counts = &outcome.counts;
    let files = count(counts.files, "file");
    if outcome.asks_nothing && outcome.errors.is_empty() {
        let by = if outcome.rules_left_out > 0 { "the configuration leaves every rule out" } else { "no rule is left" };
        return format!("nothing to check: {by}");
    }
    let is_nothing = counts.objects == 0 && outcome.findings.is_empty();
    if is_nothing && outcome.errors.is_empty() {
        return match counts.files {
            0 => "nothing to check: no YAML or JSON file".to_owned(),
            _ => format!("nothing to check: no Kubernetes object in {files}"),
        };
    }
    let found = match outcome.findings.len() {
        0 if outcome.as_admission => admissions(outcome),
        0 => "no findings".to_owned(),
        number => {
            let severities = Tally::of(outcome).severities;
            let severities = severities.iter().map(|(severity, count)| format!("{count} {}", severity.as_str()));
            format!("{} ({})", count(number, "finding"), severities.collect::<Vec<_>>().join(", "))
        }
    };
    let mut parts = Vec::new();
    // of what could not be read nothing is known
    parts.extend((!is_nothing).then_some(found));
    if outcome.suppressed > 0 {
        let fresh = outcome.new_suppressions;
        let fresh = if fresh > 0 { format!(" ({})", count(fresh, "new suppression")) } else { String::new() };
        parts.push(format!("{} suppressed{fresh}", outcome.suppressed));
    }
    if outcome.baselined > 0 {
        parts.push(format!("{} in the baseline", outcome.baselined));
    }
    if !outcome.errors.is_empty() {
        parts.push(count(outcome.errors.len(), "error"));
    }
    if outcome.rules_left_out > 0 {
        parts.push(format!("{} left out by the configuration", count(outcome.rules_left_out, "rule")));
    }
    format!("{} in {files}: {}", count(counts.objects, "object"), parts.join(", "))
}

/// `2 refused, 1 warned of`.
fn admissions(outcome: &Outcome) -> String {
    let refused = outcome.admissions.iter().filter(|admission| admission.refused).count();
    let warned = outcome.admissions.len() - refused;
    match (refused, warned) {
        (0, 0) => "all admitted".to_owned(),
        (_, 0) => format!("{refused} refused"),
        (0, _) => format!("{warned} warned of"),
        _ => format!("{refused} refused, {warned} warned of"),
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
