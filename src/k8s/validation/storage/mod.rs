//! `pkg/apis/storage/validation`.

mod storage_class;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name == "StorageClass" {
        storage_class::validate_storage_class(root, errors);
    }
}
