//! `tightship.lock`: what tightship wrote last, so that it can tell its own files from those that a person edited.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::yaml::{Source, quote};

/// The name of the lock file, at the root of the output.
pub const NAME: &str = "tightship.lock";
/// The version of its format.
const FORMAT: u32 = 1;

/// What was written last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of the format.
    pub version: u32,
    /// The version of tightship that wrote the files.
    pub tightship: String,
    /// The name of the spec.
    pub source: String,
    /// The hash of the spec.
    pub spec: String,
    /// The hash of each file, by path.
    pub files: BTreeMap<Utf8PathBuf, String>,
}

impl Lock {
    /// A lock for files of this version of tightship.
    pub fn new(spec: &Source, files: BTreeMap<Utf8PathBuf, String>) -> Self {
        Self {
            version: FORMAT,
            tightship: env!("CARGO_PKG_VERSION").to_owned(),
            source: spec.name().to_owned(),
            spec: hash(spec.text().as_bytes()),
            files,
        }
    }

    /// Reads a lock file. `Err` says why it cannot be used.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lock: Self = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        if lock.version != FORMAT {
            return Err(format!("it has format {}, this tightship knows {FORMAT}", lock.version));
        }
        // what stands here is compared and deleted: it must stay within the folder
        if let Some(path) = lock.files.keys().find(|path| !is_inside(path)) {
            return Err(format!("it names `{path}`, which is not below the folder"));
        }
        Ok(lock)
    }

    /// The text of the lock file.
    pub fn to_text(&self) -> String {
        let mut out = String::from("# What tightship wrote last. Commit it; do not edit it.\n");
        // writing to a string cannot fail
        let _ = writeln!(out, "version: {}", self.version);
        let _ = writeln!(out, "tightship: {}", quote::double_quoted(&self.tightship));
        let _ = writeln!(out, "source: {}", quote::double_quoted(&self.source));
        let _ = writeln!(out, "spec: {}", quote::double_quoted(&self.spec));
        let _ = writeln!(out, "files:{}", if self.files.is_empty() { " {}" } else { "" });
        for (path, hash) in &self.files {
            let _ = writeln!(out, "  {}: {}", quote::double_quoted(path.as_str()), quote::double_quoted(hash));
        }
        out
    }
}

/// Whether a path is relative and goes only downwards.
fn is_inside(path: &Utf8Path) -> bool {
    path.components().all(|part| matches!(part, camino::Utf8Component::Normal(_))) && !path.as_str().is_empty()
}

/// The hash of a content, with its algorithm.
pub fn hash(content: &[u8]) -> String {
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(content) {
        // writing to a string cannot fail
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Lock, Source};

    #[test]
    fn a_lock_reads_back() {
        let files = BTreeMap::from([("apps/no/x.yaml".into(), super::hash(b"x"))]);
        let lock = Lock::new(&Source::new("no", "name: x"), files);
        assert_eq!(Lock::parse(&lock.to_text()), Ok(lock));
        assert_eq!(Lock::parse(&Lock::new(&Source::new("", ""), BTreeMap::new()).to_text()).unwrap().files.len(), 0);
    }

    #[test]
    fn a_lock_names_nothing_outside() {
        for path in ["../x", "/etc/passwd", "a/../../b", ""] {
            let text = format!("version: 1\ntightship: x\nsource: x\nspec: x\nfiles:\n  \"{path}\": x\n");
            assert!(Lock::parse(&text).is_err(), "{path}");
        }
        assert!(Lock::parse("version: 2\ntightship: x\nsource: x\nspec: x\nfiles: {}\n").is_err());
        assert!(Lock::parse("[]").is_err());
    }
}
