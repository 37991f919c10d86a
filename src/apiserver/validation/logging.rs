//! How programs log, after `k8s.io/component-base/logs/api/v1/options.go`.

use super::tools;
use crate::k8s::validation::{At, Errors};

/// `Validate`.
pub(super) fn validate<'d, 's>(logging: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    tools::one_of(logging, "format", &["text", "json"], errors);
    let is_text = logging.text("format").is_none_or(|format| format == "text");
    if let Some(at) = logging.get("vmodule").filter(|list| !list.is_empty() && !is_text) {
        errors.conflict(at, "is for the format `text` only", logging.get("format"), "the format");
    }
    for item in logging.each("vmodule") {
        if item.text("filePattern").is_none() {
            errors.required(item, "filePattern", "");
        }
    }
    tools::in_range(logging, &tools::range("verbosity", 0, i128::from(i32::MAX)), errors);
}
