//! Files of the learner's folder.

use camino::Utf8PathBuf;

use crate::client::ApiError;
use crate::client::kubeconfig::{Access, Credentials, Files};
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;
use crate::lab::within::{self, Outside, ReadError};

/// The credentials in a kubeconfig of the learner's folder. It may refer to files of the folder, and to nothing else.
pub(super) fn kubeconfig(file: &str, context: &CheckContext<'_>) -> Result<Credentials, CheckResult> {
    read(file, context)?;
    let access = Access::open(&path(file, context)?, Files::Within(&context.folder));
    Ok(access.map_err(credentials)?.credentials)
}

/// A file of the learner's folder that is missing or broken is for the learner to fix.
pub(super) fn credentials(error: ApiError) -> CheckResult {
    match error {
        ApiError::Identity(reason) => CheckResult::nothing(reason),
        other => other.into(),
    }
}

/// A file of the learner's folder that has something in it.
pub(super) fn read(file: &str, context: &CheckContext<'_>) -> Result<String, CheckResult> {
    match within::read(&context.folder, file) {
        Ok(text) if text.trim().is_empty() => Err(CheckResult::nothing(format!("{file} in your folder is empty"))),
        Ok(text) => Ok(text),
        Err(ReadError::Outside(error)) => Err(outside(&error)),
        Err(error) if error.is_absent() => Err(CheckResult::nothing(format!("there is no {file} in your folder"))),
        Err(error) => Err(CheckResult::nothing(format!("{file} in your folder cannot be read: {error}"))),
    }
}

/// The path of a file in the learner's folder.
pub(super) fn path(file: &str, context: &CheckContext<'_>) -> Result<Utf8PathBuf, CheckResult> {
    within::within(&context.folder, file).map_err(|error| outside(&error))
}

/// A name that leads out of the folder is the lab's fault, a link there the learner's.
fn outside(error: &Outside) -> CheckResult {
    match error {
        Outside::Link { .. } | Outside::Unknown { .. } => CheckResult::nothing(error.to_string()),
        Outside::Empty | Outside::Leaves(_) | Outside::Hidden(_) | Outside::Odd(_) => {
            CheckResult::error(error.to_string())
        }
    }
}
