//! Levels and policy versions.

use std::fmt;

use crate::kube::version::Version;

/// A level of the Pod Security Standards, the laxest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everything is allowed.
    Privileged,
    /// Known ways to take over the node are closed.
    Baseline,
    /// Current practice for pods that need no privileges.
    Restricted,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Privileged, Self::Baseline, Self::Restricted];

    /// Its name, as in the labels of a namespace.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    /// The level of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// A version of the policy: that of a release of Kubernetes, from 1.0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyVersion {
    minor: u8,
    latest: bool,
}

impl PolicyVersion {
    /// The policy of a release; later ones than are known count as the last one known.
    pub fn of(release: Version) -> Self {
        Self { minor: release.minor(), latest: false }
    }

    /// `latest`, as an API server of the release understands it.
    pub fn latest(release: Version) -> Self {
        Self { minor: release.minor(), latest: true }
    }

    /// Reads `latest` or `v1.34`, as labels have it; `None` for anything else. An API server of `release` clamps what is
    /// newer than itself.
    pub fn parse(text: &str, release: Version) -> Option<Self> {
        if text == "latest" {
            return Some(Self::latest(release));
        }
        let digits = text.strip_prefix("v1.")?;
        let canonical = digits == "0" || !digits.starts_with('0');
        if !canonical || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let minor = digits.parse().unwrap_or(u8::MAX);
        Some(Self { minor: minor.min(release.minor()), latest: false })
    }

    /// The number after `1.`.
    pub fn minor(self) -> u8 {
        self.minor
    }
}

impl fmt::Display for PolicyVersion {
    /// As in the API server's messages: `latest` or `v1.34`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.latest { f.write_str("latest") } else { write!(f, "v1.{}", self.minor) }
    }
}

/// A level at a version: what holds for a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The level.
    pub level: Level,
    /// The version.
    pub version: PolicyVersion,
}

impl fmt::Display for Policy {
    /// `restricted:v1.34`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level.as_str(), self.version)
    }
}
