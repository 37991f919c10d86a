//! Levels and policy versions.

use std::fmt;

use crate::k8s::version::Version;

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
    /// The number after `1.` as it was written down, which messages repeat; `None` for `latest`.
    asked: Option<u64>,
}

impl PolicyVersion {
    /// `latest`, as an API server of the release understands it.
    pub fn latest(release: Version) -> Self {
        Self { minor: release.minor(), asked: None }
    }

    /// Reads `latest` or `v1.34`, as labels have it; `None` for anything else. What is newer than the API server of
    /// `release` means to it the newest policy that it knows.
    pub fn parse(text: &str, release: Version) -> Option<Self> {
        if text == "latest" {
            return Some(Self::latest(release));
        }
        let digits = text.strip_prefix("v1.")?;
        let is_canonical = digits == "0" || !digits.starts_with('0');
        if !is_canonical || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let asked = digits.parse::<i64>().ok().and_then(|asked| u64::try_from(asked).ok())?;
        let minor = u8::try_from(asked).unwrap_or(u8::MAX).min(release.minor());
        Some(Self { minor, asked: Some(asked) })
    }

    /// The number after `1.` of the policy that counts.
    pub fn minor(self) -> u8 {
        self.minor
    }
}

impl fmt::Display for PolicyVersion {
    /// As in the API server's messages: `latest` or `v1.34`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.asked {
            None => f.write_str("latest"),
            Some(minor) => write!(f, "v1.{minor}"),
        }
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

/// The policies that hold in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// What the rules hold pods against.
    pub checked: Policy,
    /// What the API server refuses pods for.
    pub enforce: Policy,
    /// What the API server warns of.
    pub warn: Policy,
}

impl Policies {
    /// The same in every respect.
    pub fn all(policy: Policy) -> Self {
        Self { checked: policy, enforce: policy, warn: policy }
    }
}

#[cfg(test)]
mod tests {
    use super::PolicyVersion;
    use crate::k8s::version::Version;

    #[test]
    fn reads_what_the_api_server_reads() {
        let release = Version::parse("1.34").unwrap();
        let read = |text| PolicyVersion::parse(text, release).map(|version| (version.minor(), version.to_string()));
        for (text, minor) in [("latest", 34), ("v1.0", 0), ("v1.9", 9), ("v1.34", 34), ("v1.35", 34), ("v1.9000", 34)] {
            assert_eq!(read(text), Some((minor, text.to_owned())), "{text}");
        }
        for text in [
            "",
            "v1",
            "v1.",
            "1.34",
            "v1.034",
            "v1.00",
            "v2.1",
            "v1.34.4",
            "Latest",
            "v1.-1",
            "v1.+1",
            "v1.99999999999999999999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
