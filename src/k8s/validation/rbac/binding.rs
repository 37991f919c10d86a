//! `ValidateRoleBinding` and `ValidateClusterRoleBinding`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// `GroupName`.
const GROUP: &str = "rbac.authorization.k8s.io";

/// `ValidateRoleBinding` and `ValidateClusterRoleBinding`.
pub(super) fn validate_role_binding<'d, 's>(root: At<'d, 's>, namespaced: bool, errors: &mut Errors<'d, 's>) {
    let [role, subjects] = root.fields(["roleRef", "subjects"]);
    if let Some(role) = role {
        let [group, kind, name] = role.fields(["apiGroup", "kind", "name"]);
        if let Some(group) = group.filter(|group| group.str().is_some_and(|group| group != GROUP)) {
            errors.not_supported(group, &[GROUP]);
        }
        let kinds: &[&str] = if namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
        if let Some(kind) = kind.filter(|kind| kind.str().is_some_and(|kind| !kinds.contains(&kind))) {
            errors.not_supported(kind, kinds);
        }
        if let Some(name) = name {
            errors.check(name, format::path_segment);
        }
    }
    for subject in subjects.into_iter().flat_map(At::items) {
        validate_subject(subject, namespaced, errors);
    }
}

/// `ValidateRoleBindingSubject`. A group that is not written is the one that the kind has.
fn validate_subject<'d, 's>(subject: At<'d, 's>, namespaced: bool, errors: &mut Errors<'d, 's>) {
    let [kind, name, group, namespace] = subject.fields(["kind", "name", "apiGroup", "namespace"]);
    let group = group.filter(|group| group.str().is_some());
    match at::text(kind) {
        Some("ServiceAccount") => {
            if let Some(name) = name {
                errors.check(name, format::name(NameRule::Dns1123Subdomain));
            }
            if let Some(group) = group {
                errors.invalid_beside(group, "must be empty: service accounts are in the core group", kind, "the kind");
            }
            if !namespaced && at::text(namespace).is_none() {
                errors.required(subject, "namespace", "a service account is in one");
            }
        }
        Some("User" | "Group") => {
            if let Some(group) = group.filter(|group| group.str() != Some(GROUP)) {
                errors.not_supported(group, &[GROUP]);
            }
        }
        Some(_) => {
            if let Some(kind) = kind {
                errors.not_supported(kind, &["ServiceAccount", "User", "Group"]);
            }
        }
        None => {}
    }
}
