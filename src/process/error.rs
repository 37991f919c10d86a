//! Why a program gives no result.

use std::io;
use std::time::Duration;

/// Why a program gives no result.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// There is none of that name.
    #[error("it is not on the PATH")]
    Missing,
    /// It did not end in time, and was ended.
    #[error("it took longer than {} seconds", .0.as_secs())]
    Late(Duration),
    /// It printed more than anybody can use, and was ended.
    #[error("it printed more than {0} bytes")]
    TooMuch(usize),
    /// The system refused.
    #[error(transparent)]
    System(io::Error),
}

impl ProgramError {
    /// Why a program cannot be started.
    pub(super) fn start(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound { Self::Missing } else { Self::System(error) }
    }
}
