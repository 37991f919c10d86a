//! Checks of the control-plane node.

use super::Linter;
use super::identity::who;
use super::linter::workload;
use crate::diagnostic::Diagnostic;
use crate::lab::course::check_kind::{Audit, Etcd, Flag, NodeFile};
use crate::lab::course::values::Need;
use crate::yaml::Span;

fn enters_node(linter: &mut Linter<'_>, span: Span, what: &str) {
    linter.needs(span, &[Need::Node, Need::OwnCluster], what);
}

fn absolute(linter: &mut Linter<'_>, span: Span, path: &str) {
    if !path.starts_with('/') {
        linter.say(
            Diagnostic::error(span, format!("`{path}` is not a path on the node"))
                .label("expected one that begins with `/`"),
        );
    }
}

pub(super) fn flag(linter: &mut Linter<'_>, spec: &Flag, span: Span) {
    enters_node(linter, span, "a `flag` check");
    if !spec.name.starts_with("--") {
        linter.wrong(span, format!("`{}` is not a flag: expected one such as `--anonymous-auth`", spec.name));
    }
    linter.one_of(span, "what is expected of the flag", &[("cel", spec.cel.is_some()), ("absent", spec.absent)]);
    linter.cel(spec.cel.as_ref());
}

pub(super) fn file(linter: &mut Linter<'_>, spec: &NodeFile, span: Span) {
    enters_node(linter, span, "a `node_file` check");
    absolute(linter, span, &spec.path);
    let keys = [("mode_max", spec.mode_max.is_some()), ("owner", spec.owner.is_some()), ("cel", spec.cel.is_some())];
    if !spec.exists.value {
        linter.not_with(span, "of what does not exist", &keys);
    } else if spec.exists.place().is_none() && !keys.iter().any(|(_, given)| *given) {
        linter.wrong(span, "nothing is expected of the file: say `exists`, `mode_max`, `owner` or `cel`");
    }
    if let Some(mode) = spec.mode_max.as_ref().filter(|mode| mode.len() > 4 || u32::from_str_radix(mode, 8).is_err()) {
        linter.wrong(span, format!("`{mode}` is not a mode: expected one such as \"0600\""));
    }
    linter.cel(spec.cel.as_ref());
}

pub(super) fn audit(linter: &mut Linter<'_>, spec: &Audit, span: Span) {
    enters_node(linter, span, "an `audit` check");
    absolute(linter, span, &spec.log);
    if let Some(provoke) = &spec.provoke {
        if let Some(ns) = &provoke.ns {
            linter.alias(ns);
        }
        if let Some(exec) = &provoke.exec {
            linter.namespace(provoke.ns.as_ref(), provoke.span, "a workload");
            workload(linter, exec);
        }
        if let Some(by_whom) = &provoke.by_whom {
            who(linter, by_whom);
        }
    }
    linter.cel(spec.cel.as_ref());
}

pub(super) fn etcd(linter: &mut Linter<'_>, spec: &Etcd, span: Span) {
    enters_node(linter, span, "an `etcd` check");
    if !spec.canary && spec.key.is_none() {
        linter.wrong(span, "`canary` or `key` is missing: nothing is read");
    }
    if spec.prefix.is_none() && spec.not_contains.is_none() {
        linter.wrong(span, "`prefix` or `not_contains` is missing: nothing is checked");
    }
}
