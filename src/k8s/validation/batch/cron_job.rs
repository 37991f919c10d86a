//! `validateCronJobSpec`.

use super::job;
use crate::k8s::validation::{At, Errors};

/// `validateCronJobSpec`. The schedule and the time zone are a matter of the table of fields.
pub(super) fn validate_cron_job<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.path(&["spec", "jobTemplate", "spec"]) else { return };
    job::validate_job_spec(spec, None, true, errors);
    let [selector, manual] = spec.fields(["selector", "manualSelector"]);
    if let Some(selector) = selector {
        errors.forbidden(selector, "may not be set in a template of jobs: each job gets its own");
    }
    if let Some(manual) = manual.filter(|manual| manual.is_true()) {
        errors.forbidden(manual, "may not be true in a template of jobs");
    }
}
