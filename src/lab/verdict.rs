//! What a check says.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Pass,
    Fail,
    /// What it needs is wrong, so it was not looked at.
    Blocked,
    /// It could not be looked at, and that is not the learner's fault.
    Error,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Blocked => "blocked",
            Self::Error => "error",
        }
    }
}

/// A verdict, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    pub verdict: Verdict,
    /// What was seen, in a line; for people.
    pub observed: String,
    /// Whether there was nothing to look at, so that the opposite would be wrong too.
    pub nothing: bool,
}

impl CheckResult {
    pub fn pass(observed: impl Into<String>) -> Self {
        Self { verdict: Verdict::Pass, observed: observed.into(), nothing: false }
    }

    pub fn fail(observed: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, observed: observed.into(), nothing: false }
    }

    /// There is nothing to look at: it is wrong, and so would be the opposite.
    pub fn nothing(observed: impl Into<String>) -> Self {
        Self { nothing: true, ..Self::fail(observed) }
    }

    /// It could not be looked at.
    pub fn error(observed: impl Into<String>) -> Self {
        Self { verdict: Verdict::Error, observed: observed.into(), nothing: false }
    }

    pub fn when(right: bool, observed: impl Into<String>) -> Self {
        if right { Self::pass(observed) } else { Self::fail(observed) }
    }
}

impl From<crate::client::ApiError> for CheckResult {
    fn from(error: crate::client::ApiError) -> Self {
        Self::error(error.to_string())
    }
}
