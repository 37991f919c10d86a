//! `json`: everything, for programs. `docs/check-output.schema.json` describes it; what breaks its readers raises
//! [`VERSION`].

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::each::Each;
use super::files::{Files, Position};
use super::plain::Plain;
use super::tally::Tally;
use crate::check::Admission;
use crate::diagnostic::{Diagnostic, Fix, Location, ObjectId, Severity};
use crate::rules;
use crate::yaml::{FileId, Span};

/// The version of the format.
const VERSION: u32 = 1;

/// Writes one JSON object, finding by finding.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = files.outcome;
    let report = Report {
        version: VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        counts: counts(files),
        findings: Each(outcome.findings.iter(), |finding| finding_of(files, finding)),
        errors: Each(outcome.errors.iter(), |broken| error_of(files, broken)),
        notices: Each(outcome.notices.iter(), |notice| error_of(files, notice)),
        admissions: Each(outcome.admissions.iter(), |admission| admission_of(files, admission)),
    };
    serde_json::to_writer_pretty(Plain(&mut *out), &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Report<F, E, N, A> {
    version: u32,
    tool: Tool,
    counts: Counts,
    findings: F,
    errors: E,
    notices: N,
    admissions: A,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    files: usize,
    documents: usize,
    objects: usize,
    pods: usize,
    others: usize,
    findings: usize,
    severities: BTreeMap<&'static str, usize>,
    suppressed: usize,
    new_suppressions: usize,
    rules_left_out: usize,
    errors: usize,
    left_out: BTreeMap<&'static str, usize>,
    fixable: Fixable,
}

#[derive(Serialize)]
struct Fixable {
    safe: usize,
    r#unsafe: usize,
}

fn counts(files: &Files<'_>) -> Counts {
    let outcome = files.outcome;
    let tally = Tally::of(outcome);
    let mut severities: BTreeMap<_, _> = Severity::OF_RULES.map(|severity| (severity.as_str(), 0)).into();
    severities.extend(tally.severities.iter().map(|(severity, count)| (severity.as_str(), *count)));
    Counts {
        files: outcome.counts.files,
        documents: outcome.counts.documents,
        objects: outcome.counts.objects,
        pods: outcome.counts.pods,
        others: outcome.counts.skipped,
        findings: outcome.findings.len(),
        severities,
        suppressed: outcome.suppressed,
        new_suppressions: outcome.new_suppressions,
        rules_left_out: outcome.rules_left_out,
        errors: outcome.errors.len(),
        left_out: outcome.left_out.counts().into_iter().map(|(cause, number)| (cause.as_str(), number)).collect(),
        fixable: Fixable { safe: tally.safe, r#unsafe: tally.risky },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> From<&'a ObjectId> for Object<'a> {
    fn from(object: &'a ObjectId) -> Self {
        let ObjectId { api_version, kind, namespace, name } = object;
        Self { api_version, kind, namespace: namespace.as_deref(), name }
    }
}

/// A position with its byte offset, from 0.
#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
    offset: u32,
}

#[derive(Serialize)]
struct Extent {
    start: Option<Point>,
    end: Option<Point>,
}

fn extent(files: &Files<'_>, file: FileId, span: Span) -> Extent {
    let point = |Position { line, column }, offset| Some(Point { line, column, offset });
    match files.range(file, span) {
        Some((start, end)) => Extent { start: point(start, span.start), end: point(end, span.end) },
        None => Extent { start: None, end: None },
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    severity: &'static str,
    category: &'static str,
    message: &'a str,
    object: Object<'a>,
    container: Option<&'a str>,
    path: &'a str,
    places: Vec<PlaceJson<'a>>,
    help: Option<&'a str>,
    fix: Option<FixJson<'a>>,
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    file: &'a str,
    #[serde(flatten)]
    extent: Extent,
    label: &'a str,
}

#[derive(Serialize)]
struct FixJson<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    file: &'a str,
    #[serde(flatten)]
    extent: Extent,
    text: &'a str,
}

fn finding_of<'a>(files: &'a Files<'_>, finding: &'a Diagnostic) -> FindingJson<'a> {
    let place = |place: &'a Location| PlaceJson {
        file: files.name(place.file),
        extent: extent(files, place.file, place.span),
        label: &place.label,
    };
    FindingJson {
        rule: finding.id,
        severity: finding.severity.as_str(),
        category: rules::find(finding.id).map_or("", |rule| rule.category.as_str()),
        message: &finding.message,
        object: Object::from(finding.object()),
        container: finding.container.as_deref(),
        path: &finding.path,
        places: finding.locations().map(place).collect(),
        help: finding.help.as_deref(),
        fix: files.fix(finding).map(|fix| fix_of(files, finding.file(), fix)),
    }
}

fn fix_of<'a>(files: &'a Files<'_>, file: FileId, fix: &'a Fix) -> FixJson<'a> {
    let edits = fix.edits.iter().map(|edit| EditJson {
        file: files.name(file),
        extent: extent(files, file, edit.span),
        text: &edit.text,
    });
    FixJson { title: &fix.title, safety: fix.safety.as_str(), edits: edits.collect() }
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    file: &'a str,
    #[serde(flatten)]
    extent: Extent,
    message: &'a str,
}

fn error_of<'a>(files: &'a Files<'_>, broken: &'a Diagnostic) -> ErrorJson<'a> {
    let file = broken.file();
    ErrorJson { file: files.name(file), extent: extent(files, file, broken.span()), message: &broken.message }
}

#[derive(Serialize)]
struct AdmissionJson<'a> {
    file: &'a str,
    #[serde(flatten)]
    extent: Extent,
    object: Object<'a>,
    refused: bool,
    level: &'static str,
    version: String,
    message: &'a str,
    violations: Vec<ViolationJson<'a>>,
}

#[derive(Serialize)]
struct ViolationJson<'a> {
    reason: &'a str,
    detail: &'a str,
}

fn admission_of<'a>(files: &'a Files<'_>, admission: &'a Admission) -> AdmissionJson<'a> {
    let violations = admission.violations.iter();
    AdmissionJson {
        file: files.name(admission.file),
        extent: extent(files, admission.file, admission.span),
        object: Object::from(&admission.object),
        refused: admission.refused,
        level: admission.policy.level.as_str(),
        version: admission.policy.version.to_string(),
        message: &admission.message,
        violations: violations.map(|it| ViolationJson { reason: it.reason, detail: &it.detail }).collect(),
    }
}
