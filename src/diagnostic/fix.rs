//! A change that solves what a diagnostic says.

use super::Text;
use crate::yaml::edit::Edit;

/// How much a fix may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// What runs today still runs.
    Safe,
    /// Right in most cases, but the app may depend on what it takes away.
    Unsafe,
}

impl Safety {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }

    /// The flag that applies such fixes.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Safe => "--fix",
            Self::Unsafe => "--fix=unsafe",
        }
    }
}

/// A change to the file of the diagnostic after which the rule is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// How much it may change.
    pub safety: Safety,
    /// What it does, as an imperative: "set `privileged: false`".
    pub title: Text,
    /// The bytes to replace.
    pub edits: Box<[Edit]>,
}
