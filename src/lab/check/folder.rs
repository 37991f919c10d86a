//! Files of the learner's folder.

use crate::client::ApiError;
use crate::client::kubeconfig::{Access, Credentials, Files};
use crate::file::Root;
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// The largest file that is read.
const MOST: u64 = 4 << 20;

/// The credentials in a kubeconfig of the learner's folder. It may refer to files of the folder, and to nothing else.
pub(super) fn kubeconfig(file: &str, context: &CheckContext<'_>) -> Result<Credentials, CheckResult> {
    read(file, context)?;
    let access = Access::open(&context.folder.join(file), Files::Within(&context.folder));
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
    let found = Root::new(&context.folder).map_err(Into::into);
    match found.and_then(|folder| folder.read_text(&context.folder.join(file), MOST)) {
        Ok(text) if text.trim().is_empty() => Err(CheckResult::nothing(format!("{file} in your folder is empty"))),
        Ok(text) => Ok(text),
        Err(error) if error.is_absent() => Err(CheckResult::nothing(format!("there is no {file} in your folder"))),
        Err(error) => Err(CheckResult::nothing(format!("{file} in your folder cannot be read: {error}"))),
    }
}
