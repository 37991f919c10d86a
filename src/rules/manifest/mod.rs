//! Rules on the manifest itself: whether the API server takes it, and means by it what its author means.
//!
//! One walk over all fields of an object serves most of them (`kube::schema`); each file says what of it is its own.

mod between_fields;
mod conflicting_fields;
mod context;
mod duplicate_item;
mod duplicate_key;
mod field_not_in_release;
mod immutable_field;
mod invalid_name;
mod invalid_quantity;
mod invalid_value;
mod misplaced_field;
mod misread_quantity;
mod missing_field;
mod not_an_object;
mod removed_api_version;
mod selector_mismatch;
mod sources;
mod unknown_field;
mod unknown_kind;
mod unknown_reference;
mod unreadable_value;
mod wrong_type;

use std::collections::{HashMap, HashSet};

use super::rule::Rule;
use super::sink::Sink;
use crate::apiserver::validation as config;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::{Scope, table};
use crate::k8s::object::{Kind, Object};
use crate::k8s::schema::{self, Fault, SchemaFault};
use crate::k8s::source::Later;
use crate::k8s::validation::{Violation, validate, validate_update};
use crate::k8s::version::Version;
use crate::yaml::{Document, FileId, Kind as NodeKind, Node, Span};
use context::{Context, Found};
use sources::Source;

/// The rules of this group.
pub const RULES: &[&Rule] = &[
    &unknown_field::RULE,
    &misplaced_field::RULE,
    &field_not_in_release::RULE,
    &wrong_type::RULE,
    &invalid_value::RULE,
    &missing_field::RULE,
    &conflicting_fields::RULE,
    &selector_mismatch::RULE,
    &immutable_field::RULE,
    &unknown_reference::RULE,
    &invalid_name::RULE,
    &invalid_quantity::RULE,
    &misread_quantity::RULE,
    &not_an_object::RULE,
    &duplicate_key::RULE,
    &duplicate_item::RULE,
    &unreadable_value::RULE,
    &unknown_kind::RULE,
    &removed_api_version::RULE,
];

/// Holds an object against the rules of this group that were chosen. `duplicates` are the keys of its document that are
/// there twice.
pub fn check<'d, 's>(
    object: &Object<'d, 's>,
    duplicates: &[(Node<'d, 's>, Node<'d, 's>)],
    chosen: &[&'static Rule],
    sink: &mut Sink<'_>,
) {
    let known = table().kind(object.api_version, object.kind_name);
    let file = known.filter(|info| info.scope == Scope::Config);
    // which release reads a file is a rule of its own; what it says is judged by one that does
    let version = sink.settings.kubernetes;
    let version = file.map_or(version, |info| version.clamp(info.since, info.until));
    let info = known.filter(|info| info.in_release(version));
    let context = Context { object, info, version };
    let mut problems = Vec::new();
    match info {
        Some(info) => {
            schema::walk(object.root, info.ty, version, &mut |problem| problems.push(problem));
            for inner in file.into_iter().flat_map(|_| config::inner(object.root)) {
                let version = version.clamp(inner.info.since, inner.info.until);
                schema::walk(inner.root, inner.info.ty, version, &mut |problem| problems.push(problem));
            }
        }
        None => schema::walk_unknown(object.root, version, &mut |problem| problems.push(problem)),
    }
    let mut spans = HashSet::new();
    let secrets = if file.is_some() { secrets(object.root) } else { Vec::new() };
    let mut report = |sink: &mut Sink<'_>, (rule, report): Found| {
        spans.insert(report.span());
        let report = report.hide(secrets.iter().copied());
        if chosen.contains(&rule) {
            rule.speak(sink);
            sink.report(report);
        }
    };
    if info.is_none()
        && let Some(found) = removed_api_version::of(&context, sink).or_else(|| unknown_kind::of(&context, sink))
    {
        report(sink, found);
    }
    let source = Source::of(object);
    if let Some(later) = source.later(object) {
        sink.explain(later);
    }
    let count = problems.len();
    problems.retain(|problem| !source.explains(problem));
    if problems.len() < count {
        sink.explain(Later::Filled);
    }
    for problem in &problems {
        if let Some(found) = judge(&context, problem, sink) {
            report(sink, found);
        }
    }
    let named = object.metadata.and_then(|metadata| metadata.get("name"));
    let name = invalid_name::of_object(&context);
    let is_filled = name.is_some() && named.is_some_and(|name| source.stands_in(name));
    if is_filled {
        sink.explain(Later::Filled);
    }
    let name = name.filter(|_| !is_filled);
    for found in missing_field::of_object(&context).into_iter().chain(name) {
        report(sink, found);
    }
    for found in within(duplicates, object.root.origin())
        .filter_map(|(first, later)| duplicate_key::of(&context, *first, *later))
    {
        report(sink, found);
    }
    if info.is_some() {
        // where a field is wrong by itself, that is the reason for what is wrong beside it
        let violations = match file {
            Some(_) => validate_file(object, version),
            None => validate(object, version),
        };
        // a list may be wrong as often as it has members
        let mut known = HashMap::new();
        let mut stands_in = |node: Node<'d, 's>| {
            let any = || source.stands_in(node) || node.items().any(|item| source.stands_in(item));
            *known.entry(node.span()).or_insert_with(any)
        };
        for violation in violations.iter().filter(|violation| !spans.contains(&violation.span())) {
            if stands_in(violation.at.node) {
                sink.explain(Later::Filled);
                continue;
            }
            let (rule, found) = between_fields::of(&context, violation);
            if chosen.contains(&rule) {
                rule.speak(sink);
                sink.report(found.hide(secrets.iter().copied()));
            }
        }
    }
}

/// Holds a change from one object to another of the same name against the rule on fields that stay as they are.
pub fn check_update(old: &Object<'_, '_>, new: &Object<'_, '_>, sink: &mut Sink<'_>) {
    immutable_field::RULE.speak(sink);
    for change in validate_update(old, new, sink.settings.kubernetes) {
        sink.report(immutable_field::of(new, &change));
    }
}

/// The rule that [`check_update`] is of.
pub const UPDATES: &Rule = &immutable_field::RULE;

/// What the program that reads a file would refuse in it, and in what is inside of it.
fn validate_file<'d, 's>(object: &Object<'d, 's>, version: Version) -> Vec<Violation<'d, 's>> {
    let mut violations = config::validate(object.root, object.api_version, object.kind_name, version);
    for inner in config::inner(object.root) {
        violations.extend(config::validate(inner.root, inner.info.api_version, inner.info.kind, version));
    }
    violations
}

/// The keys and tokens in a file of a program, which no report shows.
fn secrets(root: Node<'_, '_>) -> Vec<Span> {
    const NAMES: [&str; 4] = ["secret", "token", "tlsBootstrapToken", "certificateKey"];
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        open.extend(node.items());
        for (key, value) in node.fields() {
            if key.text().is_some_and(|key| NAMES.contains(&key)) {
                found.push(value.span());
            }
            open.push(value);
        }
    }
    found
}

/// What is wrong with a document that is no object.
pub fn check_document(document: &Document<'_>, chosen: &[&'static Rule], file: FileId) -> Option<Diagnostic> {
    not_an_object::of(document, file).filter(|_| chosen.contains(&&not_an_object::RULE))
}

/// The same of one that is wrong only beside objects.
pub fn check_stray(document: &Document<'_>, chosen: &[&'static Rule], file: FileId) -> Option<Diagnostic> {
    not_an_object::stray(document, file).filter(|_| chosen.contains(&&not_an_object::RULE))
}

/// Holds what stands around the members of a list against the rules of this group.
pub fn check_list<'d, 's>(
    list: &Object<'d, 's>,
    duplicates: &[(Node<'d, 's>, Node<'d, 's>)],
    chosen: &[&'static Rule],
    sink: &mut Sink<'_>,
) {
    let context = Context { object: list, info: None, version: sink.settings.kubernetes };
    let own = |node: Node<'d, 's>| {
        let behind = list.root.members_before(node.span().start.saturating_add(1));
        let near = (behind.saturating_sub(2)..behind).filter_map(|index| list.root.entry(index));
        let holder = near.rev().find(|(key, value)| key.span() == node.span() || holds(*value, node));
        holder.is_some_and(|(key, value)| key.span() == node.span() || value.kind() != NodeKind::Sequence)
    };
    for (first, later) in duplicates.iter().filter(|(_, later)| own(*later)) {
        if let Some((rule, report)) =
            duplicate_key::of(&context, *first, *later).filter(|(rule, _)| chosen.contains(rule))
        {
            rule.speak(sink);
            sink.report(report);
        }
    }
}

/// The pairs, in their order, whose later key may lie within a place.
fn within<'p, 'd, 's>(
    pairs: &'p [(Node<'d, 's>, Node<'d, 's>)],
    place: Span,
) -> impl Iterator<Item = &'p (Node<'d, 's>, Node<'d, 's>)> {
    let first = pairs.partition_point(|(_, later)| later.span().start < place.start);
    pairs.iter().skip(first).take_while(move |(_, later)| later.span().start <= place.end)
}

fn holds(outer: Node<'_, '_>, inner: Node<'_, '_>) -> bool {
    outer.span().start <= inner.span().start && inner.span().end <= outer.span().end
}

fn is_of_host(problem: &SchemaFault<'_, '_>) -> bool {
    matches!(problem.key.and_then(Node::text), Some("hostname" | "subdomain"))
}

/// The rule that a problem breaks, and what to say of it; `None` where another group says it.
fn judge<'d, 's>(context: &Context<'_, 'd, 's>, problem: &SchemaFault<'d, 's>, sink: &Sink<'_>) -> Option<Found> {
    let found = match &problem.fault {
        Fault::Unknown { ty } => {
            misplaced_field::of(context, problem, *ty).unwrap_or_else(|| unknown_field::of(context, problem, *ty, sink))
        }
        Fault::OtherRelease(field) => field_not_in_release::of(context, problem, field),
        Fault::WrongType { node, expected } => wrong_type::of(context, problem, *node, expected, sink),
        Fault::NotInEnum { node, field } => invalid_value::of_enum(context, problem, *node, field, sink),
        Fault::OutOfRange { node, least, most } => invalid_value::of_range(context, *node, *least, *most),
        Fault::Malformed { node, reason } => invalid_value::malformed(context, *node, reason),
        // the controller gives each pod a name of its own
        Fault::Name { .. } if context.object.kind == Kind::StatefulSet && is_of_host(problem) => return None,
        Fault::Name { node, rule, error } => invalid_name::of(context, *node, *rule, error),
        Fault::Quantity { node, error } => invalid_quantity::of(context, *node, error, sink),
        Fault::Misread { node, meaning } => misread_quantity::of(context, *node, meaning),
        Fault::Missing(field) => missing_field::of(context, problem, field),
        Fault::Unreadable { node, error } => unreadable_value::of(context, *node, error),
        Fault::Twice { first, second, field } => duplicate_item::of(context, *first, *second, field)?,
    };
    let (rule, report) = found;
    Some((rule, context.complete(report, problem)))
}
