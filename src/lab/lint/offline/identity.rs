//! Who asks, as a check names them.

use super::linter::{self, Linter};
use crate::decode::Located;
use crate::lab::course::check_kind::Who;

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
            Some(workload) => linter::workload(linter, workload),
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
