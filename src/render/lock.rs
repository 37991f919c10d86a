//! `tightship.lock`: what tightship wrote last, so that it can tell its own files from those that a person edited.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use super::plan;
use crate::decode::{Decode, Decoder, Located, Map, record};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::text::line;
use crate::spec::values::Number;
use crate::yaml::{self, Source, Span, quote};

/// The name of the lock file, at the root of the output.
pub const NAME: &str = "tightship.lock";
/// The version of its format.
const FORMAT: i64 = 1;

/// What was written last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The version of tightship that wrote the files.
    pub tightship: String,
    /// The name of the spec.
    pub source: String,
    /// The hash of the spec.
    pub spec: String,
    /// The hash of each file, by path.
    pub files: BTreeMap<Utf8PathBuf, String>,
}

/// Why a lock file cannot be used, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct LockError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

record! {
    /// The lock file as it is written.
    LockFile "lock" {
        /// The version of the format.
        version "version": Located<Number<0, 1_000_000>>,
        /// The version of tightship that wrote the files.
        tightship "tightship": String,
        /// The name of the spec.
        source "source": String,
        /// The hash of the spec.
        spec "spec": String,
        /// The hash of each file, by path.
        files "files": Map<Located<String>, String>,
    }
}

impl Lock {
    /// A lock for files of this version of tightship.
    pub fn new(spec: &Source, files: BTreeMap<Utf8PathBuf, String>) -> Self {
        Self {
            tightship: env!("CARGO_PKG_VERSION").to_owned(),
            source: spec.name().to_owned(),
            spec: hash(spec.text().as_bytes()),
            files,
        }
    }

    /// Reads a lock file.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let source = Source::new(NAME, text);
        let at = |span: Span, message: String| {
            let (line, column) = source.position(span.range().start);
            LockError { line, column, message }
        };
        let stream = yaml::parse(text);
        if let Some(error) = stream.errors.first() {
            return Err(at(error.span, format!("this is not YAML: {}", error.message)));
        }
        let root = stream.documents.first().and_then(yaml::Document::root);
        let root = root.ok_or_else(|| at(Span::default(), "it is empty".to_owned()))?;
        let mut decoder = Decoder::new(text);
        let file = LockFile::decode(root, &mut decoder);
        let file = file.ok_or_else(|| at(root.span(), "it is no lock file".to_owned()))?;
        // another format has other keys: that comes first
        if let Some(place) = file.version.place().filter(|_| file.version.0 != FORMAT) {
            return Err(at(place, format!("it has format {}, this tightship knows {FORMAT}", file.version.0)));
        }
        if let Some(problem) = decoder.into_problems().first() {
            return Err(at(problem.span(), told(problem)));
        }
        // what stands here is compared and deleted: it must stay within the folder
        for path in file.files.keys() {
            let shown = line(&path.value);
            if !is_inside(path.value.as_str().into()) {
                return Err(at(path.span, format!("it names `{shown}`, which is not below the folder")));
            }
            if !plan::can_hold(path.value.as_str().into()) {
                return Err(at(path.span, format!("it names `{shown}`, which tightship does not write")));
            }
        }
        let files = file.files.into_iter().map(|(path, hash)| (path.value.into(), hash)).collect();
        Ok(Self { tightship: file.tightship, source: file.source, spec: file.spec, files })
    }

    /// The text of the lock file.
    pub fn to_text(&self) -> String {
        let mut out = String::from("# What tightship wrote last. Commit it; do not edit it.\n");
        // writing to a string cannot fail
        let _ = writeln!(out, "version: {FORMAT}");
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

fn told(problem: &Diagnostic) -> String {
    let label = problem.location.label.to_string();
    if label.is_empty() { problem.message.to_string() } else { format!("{} ({label})", problem.message) }
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
        let files = BTreeMap::from([("apps/no/base/x.yaml".into(), super::hash(b"x"))]);
        let lock = Lock::new(&Source::new("no", "name: x"), files);
        assert_eq!(Lock::parse(&lock.to_text()), Ok(lock));
        assert_eq!(Lock::parse(&Lock::new(&Source::new("", ""), BTreeMap::new()).to_text()).unwrap().files.len(), 0);
    }

    #[test]
    fn a_lock_names_nothing_outside() {
        for path in ["../x", "/etc/passwd", "a/../../b", "apps/../../x.yaml", "apps//etc/x.yaml/..", "", "."] {
            assert_eq!(parse(path).unwrap_err().message, format!("it names `{path}`, which is not below the folder"));
        }
    }

    #[test]
    fn a_lock_names_nothing_that_no_layout_writes() {
        for path in [
            ".git/HEAD",
            "apps/.git/hooks/x.yaml",
            "apps/.GIT/x.yaml",
            "apps/a/.git",
            "control-plane/.git/x.yaml",
            ".github/workflows/ci.yaml",
            "tightship.yaml",
            "tightship.lock",
            "apps/x",
            "apps/x.yaml",
            "apps/shop/base/main.go",
            "apps/shop/base/.gitignore",
            "control-plane/a/.gitignore/b.yaml",
            "apps/a\u{202e}/x.yaml",
            "Apps/shop/base/x.yaml",
        ] {
            let said = parse(path).expect_err(path).message;
            assert!(said.ends_with("which tightship does not write") && !said.contains('\u{202e}'), "{said}");
        }
    }

    fn parse(path: &str) -> Result<Lock, super::LockError> {
        let path = crate::yaml::quote::double_quoted(path);
        Lock::parse(&format!("version: 1\ntightship: x\nsource: x\nspec: x\nfiles:\n  {path}: x\n"))
    }

    #[test]
    fn a_broken_lock_says_where() {
        const HEAD: &str = "version: 1\ntightship: x\nsource: x\nspec: x\n";
        for (text, said) in [
            ("version: 2\nmore: x\n".to_owned(), "1:10: it has format 2, this tightship knows 1"),
            ("[]".to_owned(), "1:1: it is no lock file"),
            (String::new(), "1:1: it is empty"),
            (format!("{HEAD}<<<<<<< HEAD\nfiles: {{}}\n"), "5:1: this is not YAML: "),
            (format!("{HEAD}files: {{a: x, a: y}}\n"), "5:15: `a` is here twice (the second time)"),
            (format!("{HEAD}file: {{}}\n"), "5:1: unknown key `file` (did you mean `files`?)"),
            (format!("{HEAD}files: {{a: 1}}\n"), "5:12: expected text, found a number"),
            (format!("{HEAD}files: {{../a: x}}\n"), "5:9: it names `../a`, which is not below the folder"),
        ] {
            let error = Lock::parse(&text).expect_err(&text).to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
