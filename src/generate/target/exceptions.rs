//! The rules over the files of a control plane: nothing is written that they find fault with. Where an exception allows
//! one, a comment at the place says so, as `tightship check` reads it.

use std::sync::Arc;

use super::super::error::RenderError;
use crate::check::{self, Input, Options, Outcome, Selection, Text};
use crate::diagnostic::Diagnostic;
use crate::generate::baseline::{Baseline, Exception, Role};
use crate::render::key_file::PLACEHOLDER;
use crate::render::plan::PlannedFile;
use crate::rules::{RuleKind, Settings};

/// What each exception lets pass.
const RULES: [(&str, &[&str]); 9] = [
    ("no-encryption-at-rest", &["encryption-at-rest", "encryption-provider"]),
    ("audit-secret-content", &["audit-secret-bodies"]),
    ("short-audit-log", &["audit-retention"]),
    ("anonymous-access", &["anonymous-auth"]),
    ("images-not-always-pulled", &["always-pull-images"]),
    ("unverified-kubelets", &["kubelet-certificate-authority", "kubelet-serving-certificate"]),
    ("long-lived-tokens", &["service-account-token-expiration"]),
    ("privileged-pods", &["pod-security-defaults"]),
    ("no-rate-limits", &["event-rate-limit"]),
];

/// What the rules see in the place of a key: as many bytes, and no key of anybody.
const STAND_IN: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";

/// Marks in the files what exceptions allow; `Err` where a rule finds anything else.
pub(super) fn apply(mut files: Vec<PlannedFile>, baseline: &Baseline) -> Result<Vec<PlannedFile>, RenderError> {
    let mut outcome = judge(&files, baseline);
    // the spec warned of these already, with their lines
    outcome.findings.retain(|finding| finding.id != "deprecated-flag" || !is_of_site(finding, baseline));
    let mut marks: Vec<(usize, usize, String)> = Vec::new();
    for finding in &outcome.findings {
        let at = finding.file().0 as usize;
        let (Some(file), Some(exception)) = (files.get(at), exception_for(finding, baseline)) else {
            return Err(refused(finding, &outcome));
        };
        let start = finding.span().range().start;
        let line = file.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let indent: String = file.text.get(line..).unwrap_or_default().chars().take_while(|it| *it == ' ').collect();
        let Exception { reason, ticket, expires, .. } = exception;
        marks.push((
            at,
            line,
            format!("{indent}# tightship: allow[{}] {reason} ({ticket}, until {expires})\n", finding.id),
        ));
    }
    // from the end, so that the places before stay where they are
    marks.sort();
    marks.dedup();
    for (at, line, mark) in marks.into_iter().rev() {
        if let Some(file) = files.get_mut(at) {
            file.text.insert_str(line, &mark);
        }
    }
    let mut outcome = judge(&files, baseline);
    outcome.findings.retain(|finding| finding.id != "deprecated-flag" || !is_of_site(finding, baseline));
    outcome.findings.first().map_or(Ok(files), |finding| Err(refused(finding, &outcome)))
}

fn judge(files: &[PlannedFile], baseline: &Baseline) -> Outcome {
    let text = |file: &PlannedFile| match file.path.extension() {
        Some("md") => Arc::from(""),
        // the key is made when the file is written
        _ => Arc::from(file.text.replace(PLACEHOLDER, STAND_IN)),
    };
    let input = |file: &PlannedFile| Input { name: file.path.to_string(), text: Text::Here(text(file)) };
    let inputs: Vec<Input> = files.iter().map(input).collect();
    let mut selection = Selection::default();
    // whether an exception is needed was decided on the spec, with its lines
    selection.retain(|rule| !matches!(rule.check, RuleKind::Engine));
    let settings = Settings { kubernetes: baseline.version(), ..Settings::default() };
    check::run(&inputs, &Options { settings, selection, ..Options::default() })
}

fn exception_for<'b>(finding: &Diagnostic, baseline: &'b Baseline) -> Option<&'b Exception> {
    let excuses = |exception: &&Exception| {
        // of the rules that speak of flags, any may find what the site has of its own
        (exception.rule == "weaker-flag" && is_of_site(finding, baseline))
            || RULES.iter().any(|(name, rules)| *name == exception.rule && rules.contains(&finding.id))
    };
    baseline.exceptions.iter().find(excuses)
}

/// Whether a finding is about a flag of the site: its place ends with the name.
fn is_of_site(finding: &Diagnostic, baseline: &Baseline) -> bool {
    let path = finding.path.to_string();
    let mut own = baseline.flags.iter().filter(|flag| flag.role == Role::Site);
    own.any(|flag| path.ends_with(&format!("[{}]", flag.name)) || path.ends_with(&format!("[--{}]", flag.name)))
}

fn refused(finding: &Diagnostic, outcome: &Outcome) -> RenderError {
    let file = outcome.files.get(finding.file().0 as usize).map_or("", |file| file.name.as_str());
    RenderError::Finding { what: file.to_owned(), finding: Box::new(finding.clone()) }
}
