//! The Kubernetes releases that tightship writes for.

use std::fmt;

/// A minor release of Kubernetes 1, for example 1.36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u8,
}

impl Version {
    /// The oldest release supported.
    pub const OLDEST: Self = Self { minor: 33 };
    /// The newest release supported, and the default of the scaffolder.
    pub const NEWEST: Self = Self { minor: 37 };

    /// Every supported release, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| Self { minor })
    }

    /// Reads `1.36`, `v1.36` or `1.36.4`; `None` for anything else and for releases out of range.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.split('.');
        let (major, minor) = (parts.next()?, parts.next()?);
        if let Some(patch) = parts.next() {
            patch.parse::<u16>().ok()?;
        }
        if major != "1" || parts.next().is_some() {
            return None;
        }
        let minor: u8 = minor.parse().ok()?;
        Self::all().find(|version| version.minor == minor)
    }

    /// The number after `1.`.
    pub fn minor(self) -> u8 {
        self.minor
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn reads_the_usual_spellings() {
        for text in ["1.36", "v1.36", "1.36.4", "v1.36.0"] {
            assert_eq!(Version::parse(text).map(Version::minor), Some(36), "{text}");
        }
        for text in ["", "1", "1.32", "1.38", "2.36", "1.36.x", "1.36.1.1", "1.036x"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
