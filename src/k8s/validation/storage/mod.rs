//! `pkg/apis/storage/validation`.

mod csi_driver;
mod storage_class;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    match object.kind_name {
        "StorageClass" => storage_class::validate_storage_class(root, errors),
        "CSIDriver" => csi_driver::validate_csi_driver(root, errors),
        "CSINode" => csi_driver::validate_csi_node(root, errors),
        _ => {}
    }
}
