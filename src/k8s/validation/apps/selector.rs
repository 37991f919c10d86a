//! What all controllers of pods ask of their selectors.

use crate::k8s::validation::{At, Errors, meta};

/// The selector of a controller, which may not be empty.
pub(super) fn validate_selector<'d, 's>(selector: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let Some(selector) = selector else { return };
    meta::validate_label_selector(Some(selector), errors);
    if meta::is_empty(selector) {
        errors.invalid(selector, "is empty, and so would select every pod");
    }
}
