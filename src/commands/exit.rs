//! How a command ends: its exit code, and an error that is shown already.

/// Done, and all is well.
pub(super) const OK: u8 = 0;
/// The files are not as the spec says.
pub(super) const DRIFT: u8 = 1;
/// The rules found something.
pub(super) const FINDINGS: u8 = 1;
/// Wrong usage, or an input that cannot be used.
pub(super) const UNUSABLE: u8 = 2;
/// There was nothing to check.
pub(super) const NOTHING: u8 = 3;
/// A check of a lab could not be made, which is not the learner's fault.
#[cfg(feature = "cluster")]
pub(super) const ERROR: u8 = 3;

/// An error that the command has shown already.
#[derive(Debug, thiserror::Error)]
#[error("shown already")]
pub(super) struct Shown;
