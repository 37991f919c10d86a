//! `sarif`: SARIF 2.1.0, for code scanning.

mod fingerprint;
mod model;
mod uri;

use std::collections::HashMap;
use std::io::{self, Write};

use super::each::Each;
use super::files::Files;
use super::plain::Plain;
use super::tally::Tally;
use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::rules::{self, Category, Rule};
use crate::yaml::{FileId, Span};
use fingerprint::Fingerprints;
use model::{
    ArtifactChange, BaseId, Configuration, Driver, Fix, FixProperties, Help, Invocation, Log, LogicalLocation, Message,
    Notification, PhysicalLocation, Region, Replacement, RuleProperties, Run, SarifResult, Tool,
};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The key of the fingerprints; it changes if they do.
const FINGERPRINT: &str = "tightship/v1";

/// Writes a log with one run.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = files.outcome;
    let fired = Tally::of(outcome).rules;
    let used: Vec<&Rule> = rules::all().filter(|rule| fired.iter().any(|fired| fired.0 == rule.id)).collect();
    let index: HashMap<&str, usize> = used.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
    let fingerprints = Fingerprints::default();
    let result = |finding: &Diagnostic| SarifResult {
        rule_id: finding.id,
        rule_index: index.get(finding.id).copied().unwrap_or_default(),
        level: level(finding.severity),
        message: message(&finding.message),
        locations: vec![primary(files, finding)],
        related_locations: related(files, finding),
        partial_fingerprints: [(FINGERPRINT, fingerprints.of(finding))].into(),
        fixes: fixes(files, finding),
    };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: rules::REPOSITORY,
                rules: used.iter().map(|rule| descriptor(rule)).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: outcome.errors.is_empty(),
            tool_execution_notifications: notifications(files),
        }],
        original_uri_base_ids: [(uri::ROOT, BaseId { description: message("the folder that tightship ran in") })]
            .into(),
        column_kind: "unicodeCodePoints",
        results: Each(outcome.findings.iter(), result),
    };
    serde_json::to_writer_pretty(Plain(&mut *out), &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    writeln!(out)
}

fn message(text: &str) -> Message {
    Message { text: text.to_owned() }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Warning => "warning",
        Severity::Low => "note",
    }
}

fn descriptor(rule: &Rule) -> model::Rule {
    let is_security = matches!(rule.category, Category::Security | Category::Hardening);
    let mut tags = vec![rule.category.as_str().to_owned()];
    if rule.category == Category::Hardening {
        // code scanning shows the severity only of what is tagged so
        tags.push("security".to_owned());
    }
    tags.extend(rule.control_names());
    // code scanning makes words of these numbers: critical above 9, high from 7, medium from 4
    let score = match rule.severity {
        Severity::Error | Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low | Severity::Warning => "2.0",
    };
    model::Rule {
        id: rule.id,
        short_description: message(&rule.sentence()),
        full_description: message(rule.why),
        help_uri: rule.url(),
        help: Help { text: format!("{}\n\n{}", rule.why, rule.prevents), markdown: rule.markdown() },
        default_configuration: Configuration { enabled: rule.is_default(), level: level(rule.severity) },
        properties: RuleProperties { tags, security_severity: is_security.then_some(score) },
    }
}

/// What could not be read, what the change brings, and how much was not looked at.
fn notifications(files: &Files<'_>) -> Vec<Notification> {
    let errors = files.outcome.errors.iter().map(|broken| notification(files, "error", broken));
    let notices = files.outcome.notices.iter().map(|notice| notification(files, "note", notice));
    let left_out = files.outcome.left_out.summary();
    let left_out = left_out.map(|text| Notification { level: "note", message: message(&text), locations: Vec::new() });
    errors.chain(notices).chain(left_out).collect()
}

fn notification(files: &Files<'_>, level: &'static str, broken: &Diagnostic) -> Notification {
    let location = model::Location {
        id: None,
        physical_location: physical(files, &broken.location),
        logical_locations: Vec::new(),
        message: None,
    };
    Notification { level, message: message(&broken.message), locations: vec![location] }
}

fn primary(files: &Files<'_>, finding: &Diagnostic) -> model::Location {
    let object = finding.object().to_string();
    let qualified = format!("{object} {}", finding.path).trim_end().to_owned();
    model::Location {
        id: None,
        physical_location: physical(files, &finding.location),
        logical_locations: vec![LogicalLocation { name: object, fully_qualified_name: qualified }],
        message: label(&finding.location),
    }
}

fn related(files: &Files<'_>, finding: &Diagnostic) -> Vec<model::Location> {
    let others = finding.others().iter().enumerate();
    others
        .map(|(at, place)| model::Location {
            id: Some(at + 1),
            physical_location: physical(files, place),
            logical_locations: Vec::new(),
            message: label(place),
        })
        .collect()
}

fn label(place: &Location) -> Option<Message> {
    Some(&*place.label).filter(|label| !label.is_empty()).map(message)
}

fn physical(files: &Files<'_>, place: &Location) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: uri::location(files.name(place.file)),
        region: region(files, place.file, place.span),
    }
}

/// The end is the column behind the last character, as in the rest of the program.
fn region(files: &Files<'_>, file: FileId, span: Span) -> Option<Region> {
    let (start, end) = files.range(file, span)?;
    Some(Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column })
}

fn fixes(files: &Files<'_>, finding: &Diagnostic) -> Vec<Fix> {
    let Some(fix) = files.fix(finding) else { return Vec::new() };
    let file = finding.file();
    let replacement = |edit: &crate::yaml::edit::Edit| {
        let deleted_region = region(files, file, edit.span)?;
        Some(Replacement { deleted_region, inserted_content: message(&edit.text) })
    };
    let change = ArtifactChange {
        artifact_location: uri::location(files.name(file)),
        replacements: fix.edits.iter().filter_map(replacement).collect(),
    };
    vec![Fix {
        description: message(&fix.title),
        artifact_changes: [change],
        properties: FixProperties { safety: fix.safety.as_str() },
    }]
}
