//! The checks, whatever their type: each can be result, and none passes for want of a target.

use super::{Linter, node, objects, reach};
use crate::decode::Located;
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::Who;
use crate::yaml::Span;

pub(super) fn check(linter: &mut Linter<'_>) {
    for check in linter.lab.checks() {
        // the key of the check, not the whole of it
        probe(linter, &check.probe, check.id.span);
    }
}

fn probe(linter: &mut Linter<'_>, probe: &CheckKind, span: Span) {
    match probe {
        CheckKind::Group(_, members) => {
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
        CheckKind::Healthy(spec) => reach::healthy(linter, spec, span),
        CheckKind::Leak(spec) => reach::leak(linter, spec, span),
        CheckKind::Flag(spec) => node::flag(linter, spec, span),
        CheckKind::NodeFile(spec) => node::file(linter, spec, span),
        CheckKind::Audit(spec) => node::audit(linter, spec, span),
        CheckKind::Etcd(spec) => node::etcd(linter, spec, span),
    }
}

/// Somebody.
pub(super) fn who(linter: &mut Linter<'_>, who: &Located<Who>) {
    let Located { value, span } = who;
    let keys = [
        ("service_account", value.service_account.is_some()),
        ("user", value.user.is_some()),
        ("kubeconfig", value.kubeconfig.is_some()),
        ("token", value.token.is_some()),
        ("token_of", value.token_of.is_some()),
        ("anonymous", value.anonymous == Some(true)),
    ];
    linter.one_of(*span, "who it is", &keys);
    if let Some(Located { value: from, span }) = &value.token_of {
        linter.namespace(from.ns.as_ref(), *span, "a workload");
        match &from.workload {
            Some(workload) => objects::workload(linter, workload),
            None => linter.wrong(*span, "`workload` is missing: whose token it is"),
        }
        let keys = [("kubeconfig", from.kubeconfig.is_some()), ("file", from.file.is_some())];
        linter.not_with(*span, "beside `workload`", &keys);
    }
    if !value.groups.is_empty() && value.user.is_none() {
        linter.wrong(*span, "`groups` belong to a `user`");
    }
    if let Some(account) = &value.service_account {
        match account.split_once('/') {
            Some((alias, name)) if !name.is_empty() => {
                let known: Vec<&str> = linter.lab.namespaces.keys().map(|alias| alias.0.as_str()).collect();
                if !known.contains(&alias) {
                    linter.unknown(account.span, "namespace", alias, known);
                }
            }
            _ => linter.wrong(account.span, "expected a service account as `alias/name`"),
        }
    }
}
