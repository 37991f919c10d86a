//! Bindings by whom they name.

use std::collections::HashMap;

use super::grants::{and_others, describe};
use crate::diagnostic::{Diagnostic, Location};
use crate::rules::facts::{Binding, Facts, Role, Subject};

/// Roles of the input by what bindings call them: whether it is a ClusterRole, the namespace of a Role, the name.
pub(super) struct Roles<'f>(HashMap<(bool, Option<&'f str>, &'f str), &'f Role>);

impl<'f> Roles<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        let key = |role: &'f Role| {
            let namespace = if role.is_cluster { None } else { role.object.namespace() };
            ((role.is_cluster, namespace, role.object.name()), role)
        };
        Self(facts.roles.iter().map(key).collect())
    }

    /// The role that a binding names.
    pub(super) fn of(&self, binding: &'f Binding) -> Option<&'f Role> {
        let is_cluster = binding.names_cluster_role();
        let namespace = if is_cluster { None } else { binding.object.namespace() };
        self.get(is_cluster, namespace, &binding.role.as_ref()?.text)
    }

    pub(super) fn get(&self, is_cluster: bool, namespace: Option<&'f str>, name: &'f str) -> Option<&'f Role> {
        self.0.get(&(is_cluster, namespace, name)).copied()
    }
}

/// `, in every namespace`.
pub(super) fn reach(binding: &Binding) -> String {
    match (binding.is_cluster, binding.object.namespace()) {
        (true, _) => ", in every namespace".to_owned(),
        (_, Some(namespace)) => format!(", in namespace `{namespace}`"),
        _ => ", in one namespace".to_owned(),
    }
}

/// ``ClusterRole `edit` ``.
pub(super) fn role_name(binding: &Binding) -> String {
    let kind = if binding.names_cluster_role() { "ClusterRole" } else { "Role" };
    format!("{kind} `{}`", binding.role.as_ref().map_or("", |role| &role.text))
}

/// The name of the role that a binding grants, and the role itself where it is in the input.
pub(super) fn role_places(binding: &Binding, role: Option<&Role>) -> Vec<Location> {
    let named = binding.role.as_ref().map(|name| binding.object.at(name.span, "the role that is granted"));
    named.into_iter().chain(role.map(|role| role.object.place("the role"))).collect()
}

/// A report on one subject of a binding.
pub(super) fn on_subject(
    binding: &Binding,
    index: usize,
    subject: &Subject,
    label: &str,
    message: String,
) -> Diagnostic {
    let name = &subject.name.text;
    let is_plain = name.bytes().all(|byte| byte.is_ascii_graphic());
    let path = if is_plain { format!("subjects[{name}].name") } else { format!("subjects[{index}].name") };
    binding.object.diagnostic(path, binding.object.at(subject.name.span, label), message)
}

/// Who gets the role of a binding: the first, and how many more.
pub(super) fn who(binding: &Binding) -> Option<String> {
    let first = describe(binding, binding.subjects.first()?);
    Some(and_others(first, binding.subjects.len()))
}
