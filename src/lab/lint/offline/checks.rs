//! The checks, whatever their type: each can be result, and none passes for want of a target.

use super::{Linter, node, objects, reach};
use crate::lab::course::CheckKind;
use crate::yaml::Span;

pub(super) fn check(linter: &mut Linter<'_>) {
    for check in linter.lab.checks() {
        // the key of the check, not the whole of it
        probe(linter, &check.probe, check.id.span);
    }
}

fn probe(linter: &mut Linter<'_>, probe: &CheckKind, span: Span) {
    match probe {
        CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
            if members.is_empty() {
                linter.wrong(span, "this group is empty");
            }
            for member in members {
                self::probe(linter, member, span);
            }
        }
        CheckKind::Resource(spec) => objects::resource(linter, spec, span),
        CheckKind::CanI(spec) => objects::can_i(linter, spec, span),
        CheckKind::Admission(spec) => objects::admission(linter, spec, span),
        CheckKind::Unchanged(spec) => objects::unchanged(linter, spec, span),
        CheckKind::Rule(spec) => objects::rules(linter, spec, span),
        CheckKind::Token(spec) => objects::token(linter, spec, span),
        CheckKind::Cert(spec) => objects::cert(linter, spec, span),
        CheckKind::Answer(spec) => objects::answer(linter, spec),
        CheckKind::Exec(spec) => reach::exec(linter, spec, span),
        CheckKind::Connect(spec) => reach::connect(linter, spec, span),
        CheckKind::Http(spec) => reach::http(linter, spec, span),
        CheckKind::Route(spec) => reach::route(linter, spec, span),
        CheckKind::Healthy(spec) => reach::healthy(linter, spec, span),
        CheckKind::Leak(spec) => reach::leak(linter, spec, span),
        CheckKind::Flag(spec) => node::flag(linter, spec, span),
        CheckKind::NodeFile(spec) => node::file(linter, spec, span),
        CheckKind::Audit(spec) => node::audit(linter, spec, span),
        CheckKind::Etcd(spec) => node::etcd(linter, spec, span),
    }
}
