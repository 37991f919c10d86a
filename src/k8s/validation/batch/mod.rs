//! `pkg/apis/batch/validation`.

mod cron_job;
mod job;

use super::{At, Errors};
use crate::k8s::object::{Kind, Object};

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    match object.kind {
        Kind::Job => job::validate_job(object, root, errors),
        Kind::CronJob => cron_job::validate_cron_job(root, errors),
        _ => {}
    }
}
