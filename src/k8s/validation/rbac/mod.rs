//! `pkg/apis/rbac/validation`.

mod binding;
mod role;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    match object.kind_name {
        "Role" | "ClusterRole" => role::validate_role(root, errors),
        "RoleBinding" => binding::validate_role_binding(root, true, errors),
        "ClusterRoleBinding" => binding::validate_role_binding(root, false, errors),
        _ => {}
    }
}
