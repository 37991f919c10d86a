//! Who asks, as a check names them.

use super::linter::{self, Linter};
use crate::decode::Located;
use crate::lab::course::check_kind::{PodToken, Who};

/// Somebody.
pub(super) fn who(linter: &mut Linter<'_>, who: &Located<Who>) {
    if let Who::TokenOf(from) = &who.value {
        let PodToken::Workload(workload, place) = &from.value;
        linter.alias(&place.ns);
        linter::workload(linter, workload);
    }
    if let Who::Kubeconfig(file) | Who::Token(file) = &who.value {
        linter.learners(file);
    }
    if let Who::ServiceAccount(account) = &who.value {
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
