//! `tightship.lock`: what tightship wrote last, so that it can tell its own files from those that a person edited.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use camino::{Utf8Path, Utf8PathBuf};
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params};
use sha2::{Digest, Sha256};

use super::plan;
use crate::decode::{Decode, Decoder, Located, Map, record};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::text::line;
use crate::spec::values::Number;
use crate::yaml::{self, Source, Span, quote};

/// The name of the lock file, at the root of the output.
pub const NAME: &str = "tightship.lock";
/// The version of its format. The first one had no texts.
const FORMAT: i64 = 2;
const FORMATS: [i64; 2] = [1, FORMAT];
/// A text longer than this is not kept.
const LONGEST: usize = 1024 * 1024;

/// What was written last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The version of tightship that wrote the files.
    pub tightship: String,
    /// The name of the spec.
    pub source: String,
    /// What was written to each file, by path.
    pub files: BTreeMap<Utf8PathBuf, Written>,
    /// What the other branch wrote, where git could not merge the two locks.
    pub other: BTreeMap<Utf8PathBuf, Written>,
}

/// What was written to a file. In the lock it is a line of words: a hash, and what else is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The hash of the text.
    pub hash: String,
    /// The text, compressed, in base64.
    pub(super) packed: Option<Arc<str>>,
    /// The hash of the text that a conflict was about: a person was asked to decide.
    pub offered: Option<String>,
}

/// What stands before a compressed text.
const PACKED: &str = "deflate:";
/// What stands before the hash of a text that was offered.
const OFFERED: &str = "offered:";

thread_local! {
    /// Its tables are much larger than most texts, so they are used again.
    static COMPRESSOR: RefCell<CompressorOxide> = {
        const LEVEL: i32 = 6;
        RefCell::new(CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL, 0, 0)))
    };
}

fn deflate(text: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut packed = Vec::with_capacity(text.len() / 2);
        compress_to_output(compressor, text, TDEFLFlush::Finish, |bytes| {
            packed.extend_from_slice(bytes);
            true
        });
        packed
    })
}

impl Written {
    /// A text, kept with its hash so that later changes can be merged with those of a person.
    pub fn of(text: &str) -> Self {
        let pack = || STANDARD.encode(deflate(text.as_bytes())).into();
        Self { hash: hash(text.as_bytes()), packed: (text.len() <= LONGEST).then(pack), offered: None }
    }

    /// A text of which only the hash is kept.
    pub fn hash_of(text: &str) -> Self {
        Self { hash: hash(text.as_bytes()), ..Self::default() }
    }

    /// The text, if it is kept and is what the hash says.
    pub fn text(&self) -> Option<String> {
        let packed = STANDARD.decode(self.packed.as_deref()?).ok()?;
        let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(&packed, LONGEST).ok()?;
        String::from_utf8(bytes).ok().filter(|text| hash(text.as_bytes()) == self.hash)
    }

    /// Whether the text is kept.
    pub fn is_packed(&self) -> bool {
        self.packed.is_some()
    }

    fn read(line: &str) -> Self {
        let mut words = line.split(' ');
        let mut written = Self { hash: words.next().unwrap_or_default().to_owned(), ..Self::default() };
        for word in words {
            if let Some(packed) = word.strip_prefix(PACKED) {
                written.packed = Some(packed.into());
            } else if let Some(offered) = word.strip_prefix(OFFERED) {
                written.offered = Some(offered.to_owned());
            }
        }
        written
    }

    fn line(&self) -> String {
        let mut line = self.hash.clone();
        for (word, value) in [(OFFERED, self.offered.as_deref()), (PACKED, self.packed.as_deref())] {
            if let Some(value) = value {
                line.extend([" ", word, value]);
            }
        }
        line
    }
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
        /// The hash of the spec: the first format had it, and it was in the way of every merge.
        spec "spec": Option<String> = None,
        /// What was written to each file, by path.
        files "files": Map<Located<String>, String>,
    }
}

impl Lock {
    /// A lock for files of this version of tightship.
    pub fn new(spec: &Source, files: BTreeMap<Utf8PathBuf, Written>) -> Self {
        Self {
            tightship: env!("CARGO_PKG_VERSION").to_owned(),
            source: spec.name().to_owned(),
            files,
            other: BTreeMap::new(),
        }
    }

    /// Whether a text with this hash was written to a path.
    pub fn wrote(&self, path: &Utf8Path, hash: &str) -> bool {
        [&self.files, &self.other].iter().any(|files| files.get(path).is_some_and(|written| written.hash == hash))
    }

    /// Reads a lock file. Where git left a conflict, both sides count.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        match sides(text) {
            Some((ours, theirs)) => {
                let other = Self::parse_one(&theirs)?.files;
                Ok(Self { other, ..Self::parse_one(&ours)? })
            }
            None => Self::parse_one(text),
        }
    }

    fn parse_one(text: &str) -> Result<Self, LockError> {
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
        if let Some(place) = file.version.place().filter(|_| !FORMATS.contains(&file.version.0)) {
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
        let files = file.files.into_iter().map(|(path, line)| (path.value.into(), Written::read(&line))).collect();
        Ok(Self { tightship: file.tightship, source: file.source, files, other: BTreeMap::new() })
    }

    /// The text of the lock file. Between the files are empty lines: with these, git merges changes of files that are neighbours.
    pub fn to_text(&self) -> String {
        let mut out = String::from("# What tightship wrote last. Commit it; do not edit it.\n");
        // writing to a string cannot fail
        let _ = writeln!(out, "version: {FORMAT}");
        let _ = writeln!(out, "tightship: {}", quote::double_quoted(&self.tightship));
        let _ = writeln!(out, "source: {}", quote::double_quoted(&self.source));
        let _ = writeln!(out, "files:{}", if self.files.is_empty() { " {}" } else { "" });
        for (path, written) in &self.files {
            let (path, line) = (quote::double_quoted(path.as_str()), quote::double_quoted(&written.line()));
            let _ = writeln!(out, "\n  {path}: {line}");
        }
        out
    }
}

/// The two texts of a file that git could not merge.
fn sides(text: &str) -> Option<(String, String)> {
    let (mut ours, mut theirs) = (String::new(), String::new());
    let (mut in_ours, mut in_theirs, mut conflicts) = (true, true, false);
    for line in text.split_inclusive('\n') {
        let marker = line.trim_end();
        if marker.starts_with("<<<<<<<") && in_ours && in_theirs {
            (in_ours, in_theirs) = (true, false);
        } else if marker.starts_with("|||||||") && !in_theirs {
            (in_ours, in_theirs) = (false, false);
        } else if marker == "=======" && !in_theirs {
            (in_ours, in_theirs) = (false, true);
        } else if marker.starts_with(">>>>>>>") && !in_ours && in_theirs {
            (in_ours, in_theirs, conflicts) = (true, true, true);
        } else {
            if in_ours {
                ours.push_str(line);
            }
            if in_theirs {
                theirs.push_str(line);
            }
        }
    }
    (conflicts && in_ours && in_theirs).then_some((ours, theirs))
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

    use super::{Lock, Source, Written};

    #[test]
    fn a_lock_keeps_what_was_written() {
        let text = "replicas: 2\n".repeat(1000);
        let written = Written::of(&text);
        assert_eq!(written.text().as_deref(), Some(text.as_str()));
        assert!(written.line().len() < 400 && Written::read(&written.line()) == written);
        assert_eq!(Written { hash: super::hash(b"other"), ..written }.text(), None);
        for line in ["", "sha256:x deflate:%", "sha256:x deflate:", "sha256:x what:ever"] {
            assert_eq!(Written::read(line).text(), None, "{line}");
        }
    }

    #[test]
    fn both_sides_of_a_conflict_count() {
        let text = "version: 2\ntightship: x\nsource: x\nfiles:\n<<<<<<< HEAD\n  apps/a/x.yaml: one\n||||||| base\n  no: no\n=======\n  apps/a/x.yaml: two\n>>>>>>> b\n";
        let lock = Lock::parse(text).unwrap();
        let wrote = |hash| lock.wrote("apps/a/x.yaml".into(), hash);
        assert!(wrote("one") && wrote("two") && !wrote("no"));
    }

    #[test]
    fn a_lock_reads_back() {
        let files = BTreeMap::from([("apps/no/base/x.yaml".into(), Written::of("x"))]);
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
            ("version: 3\nmore: x\n".to_owned(), "1:10: it has format 3, this tightship knows 2"),
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
