//! Files of the learner's folder.

use crate::client::ApiError;
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// A file of the learner's folder that is missing or broken is for the learner to fix.
pub(super) fn credentials(error: ApiError) -> CheckResult {
    match error {
        ApiError::Identity(reason) => CheckResult::nothing(reason),
        other => other.into(),
    }
}

/// A file of the learner's folder that has something in it.
pub(super) fn read(file: &str, context: &CheckContext<'_>) -> Result<String, CheckResult> {
    match std::fs::read_to_string(context.folder.join(file)) {
        Ok(text) if text.trim().is_empty() => Err(CheckResult::nothing(format!("{file} in your folder is empty"))),
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(CheckResult::nothing(format!("there is no {file} in your folder")))
        }
        Err(error) => Err(CheckResult::nothing(format!("{file} in your folder cannot be read: {error}"))),
    }
}
