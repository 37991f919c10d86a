//! Checks that ask the API server about objects and rights, and those on what the learner has.

use super::identity::who;
use super::linter::workload;
use super::{Linter, Use};
use crate::client::kinds::Resource as Kind;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::lab::course::Right;
use crate::lab::course::check_kind::{
    Admission, Answer, CanI, Cert, CertFrom, Resource, Rules, Token, TokenFrom, Unchanged,
};
use crate::lab::course::values::{Admitted, Authority, Id, Operation};
use crate::yaml::Span;

/// How many digits of hexadecimal a SHA-256 has.
const SHA256: usize = 64;

/// A kind, and whether it fits the namespace.
fn kind(linter: &mut Linter<'_>, kind: &Located<String>, api_version: Option<&str>, ns: Option<&Located<Id>>) {
    if let Some(ns) = ns {
        linter.alias(ns);
    }
    match Kind::known(api_version, kind) {
        Some(known) if known.namespaced && ns.is_none() => {
            linter.wrong(kind.span, format!("`ns` is missing: a {} is in a namespace", kind.value));
        }
        Some(known) if !known.namespaced && ns.is_some() => {
            linter.wrong(kind.span, format!("a {} is in no namespace", kind.value));
        }
        None if api_version.is_none() => {
            let problem = Diagnostic::error(kind.span, format!("unknown kind `{}`", kind.value));
            linter.say(problem.label("say its `api_version` if it is not a misspelling"));
        }
        _ => {}
    }
}

pub(super) fn resource(linter: &mut Linter<'_>, spec: &Resource, span: Span) {
    kind(linter, &spec.kind, spec.api_version.as_deref(), spec.ns.as_ref());
    if spec.name.is_some() {
        linter.not_with(spec.kind.span, "beside `name`", &[("selector", spec.selector.is_some())]);
    }
    if !spec.exists {
        let keys = [("cel", spec.cel.is_some()), ("count", spec.count.is_some())];
        linter.not_with(span, "of what does not exist", &keys);
    }
    linter.cel(spec.cel.as_ref());
}

pub(super) fn unchanged(linter: &mut Linter<'_>, spec: &Unchanged, span: Span) {
    kind(linter, &spec.kind, spec.api_version.as_deref(), spec.ns.as_ref());
    if spec.cel.is_empty() {
        linter.wrong(span, "`cel` is empty: nothing is compared");
    }
    for expression in &spec.cel {
        linter.cel(Some(expression));
    }
}

pub(super) fn can_i(linter: &mut Linter<'_>, spec: &CanI, span: Span) {
    if let Some(ns) = &spec.ns {
        linter.alias(ns);
    }
    for alias in &spec.except_in {
        linter.alias(alias);
    }
    who(linter, &spec.subject);
    if spec.allow.is_empty() && spec.deny.is_empty() && !spec.only && !spec.only_here {
        linter.wrong(span, "`allow`, `deny` or `only` is missing: nothing is checked");
    }
    if !spec.only {
        linter.not_with(span, "without `only`", &[("may", !spec.may.is_empty())]);
    }
    if !spec.only && !spec.only_here {
        linter.not_with(span, "without `only` or `only_here`", &[("except_in", !spec.except_in.is_empty())]);
    }
    for right in spec.allow.iter().chain(&spec.deny).chain(&spec.may) {
        let Some(text) = linter.filled(right) else { continue };
        match Right::parse(&text) {
            Ok(parsed) if parsed.verb == "*" || parsed.resource == "*" => {
                let is_denied = spec.deny.iter().any(|denied| denied.span == right.span);
                if is_denied {
                    let problem = Diagnostic::error(right.span, "the API server denies `*` to whoever lacks any right");
                    linter.say(problem.label("name what must be denied"));
                }
            }
            Ok(_) => {}
            Err(error) => linter.wrong(right.span, error),
        }
    }
    let allows = |right: &Located<String>| spec.allow.iter().any(|allowed| allowed.value == right.value);
    for right in spec.deny.iter().filter(|right| allows(right)) {
        linter.wrong(right.span, format!("`{}` is both allowed and denied", right.value));
    }
}

pub(super) fn admission(linter: &mut Linter<'_>, spec: &Admission, span: Span) {
    if let Some(ns) = &spec.ns {
        linter.alias(ns);
    }
    if linter.file(&spec.file) {
        linter.manifest(&spec.file, Use::Asked);
    }
    match &spec.workload {
        Some(workload) => {
            linter.namespace(spec.ns.as_ref(), span, "a workload");
            self::workload(linter, workload);
            if spec.op == Operation::Create {
                linter.wrong(workload.span, "`workload` belongs to `op: debug` or `op: update`");
            }
        }
        None if spec.op == Operation::Debug => {
            linter.namespace(spec.ns.as_ref(), span, "a pod that is debugged");
        }
        None => {}
    }
    if let Some(by_whom) = &spec.by_whom {
        who(linter, by_whom);
    }
    match spec.expect {
        Admitted::Allow => {
            let keys = [
                ("by", spec.by != Authority::Any),
                ("policy", spec.policy.is_some()),
                ("message", spec.message.is_some()),
            ];
            linter.not_with(span, "where the object is to be allowed", &keys);
        }
        Admitted::Deny => {
            let keys = [("defaults", spec.defaults.is_some()), ("warning", spec.warning.is_some())];
            linter.not_with(span, "where the object is to be refused", &keys);
        }
    }
    if spec.policy.is_some() && spec.by != Authority::Policy {
        linter.wrong(span, "`policy` belongs to `by: vap`");
    }
    linter.regex(spec.message.as_ref());
    linter.regex(spec.warning.as_ref());
    linter.cel(spec.defaults.as_ref());
}

pub(super) fn rules(linter: &mut Linter<'_>, spec: &Rules, span: Span) {
    linter.one_of(span, "what is looked for", &[("ids", !spec.ids.is_empty()), ("all", spec.all)]);
    let keys =
        [("ns", !spec.ns.is_empty()), ("files", !spec.files.is_empty()), ("node_files", !spec.node_files.is_empty())];
    linter.one_of(span, "where it is looked for", &keys);
    for ns in &spec.ns {
        linter.alias(ns);
    }
    for file in &spec.files {
        linter.learners(file);
    }
}

pub(super) fn token(linter: &mut Linter<'_>, spec: &Token, span: Span) {
    match &spec.from {
        TokenFrom::Workload(workload, place) => {
            linter.alias(&place.ns);
            self::workload(linter, workload);
        }
        TokenFrom::Kubeconfig(file) | TokenFrom::File(file) => linter.learners(file),
    }
    if spec.absent {
        let keys = [("cel", spec.cel.is_some()), ("accepted", spec.accepted.is_some())];
        linter.not_with(span, "of a token that is not there", &keys);
    }
    linter.cel(spec.cel.as_ref());
}

pub(super) fn cert(linter: &mut Linter<'_>, spec: &Cert, span: Span) {
    if spec.cel.is_none() && !spec.issued_by_csr {
        linter.wrong(span, "`cel` or `issued_by_csr` is missing: nothing is checked");
    }
    let (CertFrom::Kubeconfig(file) | CertFrom::File(file)) = &spec.from;
    linter.learners(file);
    linter.cel(spec.cel.as_ref());
}

pub(super) fn answer(linter: &mut Linter<'_>, spec: &Answer) {
    for hash in std::iter::once(&spec.sha256).chain(&spec.or) {
        if hash.len() != SHA256 || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            let problem = Diagnostic::error(hash.span, "this is not a SHA-256");
            let label = format!("expected {SHA256} digits of lower case hexadecimal, found {}", hash.chars().count());
            linter.say(problem.label(label));
        }
    }
}
