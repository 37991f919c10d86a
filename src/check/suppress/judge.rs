//! Which findings pass, and which suppressions are themselves worth a finding.

use std::collections::HashMap;

use jiff::civil::Date;

use super::cover::{Covers, Found};
use super::{Collected, ObjectSuppression, Suppression};
use crate::check::Findings;
use crate::diagnostic::{Diagnostic, Location};
use crate::rules::Rule;
use crate::rules::suppression::{EXPIRED, INVALID, UNUSED};
use crate::yaml::FileId;

/// What the user asked for about suppressions.
#[derive(Debug)]
pub(in crate::check) struct SuppressionContext<'a> {
    /// The day on which they are judged.
    pub(in crate::check) today: Date,
    /// Rules that nothing may suppress.
    pub(in crate::check) no_suppress: &'a [&'static Rule],
    /// The rules that ran: a suppression of another one cannot be called unused.
    pub(in crate::check) ran: &'a [&'static Rule],
    /// Those of the configuration.
    pub(in crate::check) configured: &'a [ObjectSuppression],
    /// The configuration's file, for findings about it.
    pub(in crate::check) config: FileId,
}

/// What became of the suppressions.
#[derive(Debug, Default)]
pub(in crate::check) struct Judged {
    /// The number of findings taken away.
    pub(in crate::check) count: usize,
    /// Those of the manifests that took one away.
    pub(in crate::check) holding: Vec<Suppression>,
}

/// Takes away what is suppressed, and adds what is wrong with suppressions.
pub(in crate::check) fn judge(
    findings: &mut Findings,
    collected: Collected,
    context: &SuppressionContext<'_>,
) -> Judged {
    let before = findings.len();
    let found = Found::new(findings, &collected.suppressions);
    let used: Vec<bool> = collected.suppressions.iter().map(|suppression| found.any_in(suppression)).collect();
    let is_over = |expires: Option<Date>| expires.is_some_and(|day| day < context.today);
    let covers = Covers::new(collected.suppressions.iter().filter(|suppression| !is_over(suppression.expires)));
    let mut by_rule: HashMap<&str, Vec<(usize, &ObjectSuppression)>> = HashMap::new();
    for (at, suppression) in context.configured.iter().enumerate() {
        by_rule.entry(suppression.rule.id).or_default().push((at, suppression));
    }
    let mut used_configured = vec![false; context.configured.len()];
    findings.retain(|finding| {
        let mut passes = covers.has(finding);
        for &(at, suppression) in by_rule.get(finding.id).into_iter().flatten() {
            if suppression.holds_for(finding) {
                passes |= !is_over(suppression.expires);
                mark(&mut used_configured, at);
            }
        }
        !passes || context.no_suppress.iter().any(|rule| rule.id == finding.id)
    });
    let count = before - findings.len();
    let ran = |rule: &'static Rule| context.ran.contains(&rule);
    if ran(&INVALID) {
        findings.extend(collected.invalid);
    }
    let mut holding = Vec::new();
    for (suppression, used) in collected.suppressions.into_iter().zip(used) {
        if is_over(suppression.expires) && ran(&EXPIRED) {
            findings.push(about(&EXPIRED, &suppression, expired(suppression.rule, suppression.expires)));
        } else if !used && ran(suppression.rule) && ran(&UNUSED) {
            findings.push(about(&UNUSED, &suppression, unused(suppression.rule)));
        } else if used && !is_over(suppression.expires) && !context.no_suppress.contains(&suppression.rule) {
            holding.push(suppression);
        }
    }
    for (suppression, used) in context.configured.iter().zip(used_configured) {
        let place = Location::new(context.config, suppression.span, "");
        if is_over(suppression.expires) && ran(&EXPIRED) {
            findings.push(EXPIRED.found(place, expired(suppression.rule, suppression.expires)));
        } else if !used && ran(suppression.rule) && ran(&UNUSED) {
            findings.push(UNUSED.found(place, unused(suppression.rule)));
        }
    }
    Judged { count, holding }
}

fn mark(used: &mut [bool], at: usize) {
    if let Some(used) = used.get_mut(at) {
        *used = true;
    }
}

fn expired(rule: &Rule, day: Option<Date>) -> String {
    format!("the suppression of `{}` has expired on {}", rule.id, day.unwrap_or_default())
}

fn unused(rule: &Rule) -> String {
    format!("nothing here breaks `{}`, which is suppressed", rule.id)
}

fn about(rule: &Rule, suppression: &Suppression, message: String) -> Diagnostic {
    let place = Location::new(suppression.file, suppression.span, "");
    rule.found(place, message).about(std::sync::Arc::clone(&suppression.object), "")
}
