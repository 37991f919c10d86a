//! What the tests share: a folder with a spec, runs of the real program in it, and what it printed.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

pub(crate) mod merge;
pub(crate) mod pod_security_cases;
pub(crate) mod rancher;
pub(crate) mod rule_data;
pub(crate) mod style;
pub(crate) mod verdicts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Once;

use camino::Utf8PathBuf;
use proptest::test_runner::{Config, RngSeed};
use tempfile::TempDir;

/// The day of all tests, 2026-01-01, for `SOURCE_DATE_EPOCH`.
pub(crate) const TODAY: &str = "1767225600";

/// An app with nothing but what it must have.
pub(crate) const MINIMAL: &str = r#"apiVersion: tightship/v1
kind: App
name: shop
image: ghcr.io/acme/shop:1.2.3
level: restricted
target: {kubernetes: "1.36"}
ports: [{name: http, port: 8080}]
"#;

/// The minimal app with more lines.
pub(crate) fn app(more: &str) -> String {
    format!("{MINIMAL}{more}\n")
}

/// So many random inputs, the same in each run, so that a change that breaks nothing fails nothing. With
/// `TIGHTSHIP_CASES=10000` as many as that, others in each run.
pub(crate) fn random(cases: u32) -> Config {
    let config = Config { failure_persistence: None, ..Config::default() };
    match std::env::var("TIGHTSHIP_CASES") {
        Ok(cases) => Config { cases: cases.parse().unwrap(), ..config },
        Err(_) => Config { cases, rng_seed: RngSeed::Fixed(1), ..config },
    }
}

/// The program, free of what the developer's environment says.
pub(crate) fn program() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tightship"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("TIGHTSHIP_") || text.starts_with("CLICOLOR") {
            command.env_remove(&name);
        }
    }
    command.env("NO_COLOR", "1").env("SOURCE_DATE_EPOCH", TODAY).stdin(Stdio::null());
    command
}

/// From here on the programs that this process starts heed signals, even where those who run the tests ignore them, as a
/// shell in the background does: a signal that is ignored stays so in a child, but one that has a handler does not.
#[expect(clippy::exit, reason = "an interrupt ends the tests, as it would without a handler")]
pub(crate) fn heed_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ctrlc::set_handler(|| std::process::exit(130)).unwrap());
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Checks the exit code; shows what was printed if it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks that all of these were printed, to either side.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            let said = self.stdout.contains(part) || self.stderr.contains(part);
            assert!(said, "`{part}` is not in\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        }
        self
    }
}

/// A folder that is gone with the test.
pub(crate) struct Folder {
    dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("test-").tempdir().unwrap() }
    }

    /// A folder with a `tightship.yaml`.
    pub(crate) fn with(spec: &str) -> Self {
        let folder = Self::new();
        folder.write("tightship.yaml", spec);
        folder
    }

    /// A folder in which a spec is rendered already.
    pub(crate) fn rendered(spec: &str) -> Self {
        let folder = Self::with(spec);
        folder.render(&[]).exits(0);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Makes the folder a repository in which nothing is tracked yet.
    pub(crate) fn repository(&self) {
        self.write(".git/HEAD", "ref: refs/heads/main\n");
        for name in ["objects", "refs"] {
            std::fs::create_dir_all(self.path(".git").join(name)).unwrap();
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Changes a text in a file.
    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no `{from}`:\n{text}");
        self.write(name, text.replace(from, to));
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.dir.path()).args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// Runs `tightship render` in the folder.
    pub(crate) fn render(&self, args: &[&str]) -> Ran {
        self.run(&[&["render"], args].concat())
    }

    /// All files with their contents, links as where they lead.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.dir.path(), self.dir.path(), &mut files);
        files
    }

    /// The names of all files.
    pub(crate) fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_symlink() {
            files.insert(name, std::fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
        } else if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// A problem as it was printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Printed {
    /// `error` or `warning`.
    pub(crate) severity: String,
    /// `LINE:COLUMN`.
    pub(crate) place: String,
    /// Everything that was said about it.
    pub(crate) text: String,
}

/// The problems in what was printed to standard error.
pub(crate) fn problems(stderr: &str) -> Vec<Printed> {
    stderr.split("\n\n").filter_map(problem).collect()
}

fn problem(text: &str) -> Option<Printed> {
    let (severity, _) = text.split_once(": ").filter(|(word, _)| ["error", "warning"].contains(word))?;
    let arrow = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = arrow.rsplitn(3, ':');
    let (column, line) = (parts.next()?, parts.next()?);
    Some(Printed { severity: severity.to_owned(), place: format!("{line}:{column}"), text: text.to_owned() })
}

/// A text without its marks `«`, and the places (`LINE:COLUMN`) where they stood.
pub(crate) fn marked(text: &str) -> (String, Vec<String>) {
    let mut places = Vec::new();
    let (mut plain, mut line, mut column) = (String::new(), 1, 1);
    for character in text.chars() {
        match character {
            '«' => {
                places.push(format!("{line}:{column}"));
                continue;
            }
            '\n' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
        plain.push(character);
    }
    (plain, places)
}

/// The files of `tests/data/spec` whose names, such as `keys/port`, have the given beginning; as name and path.
pub(crate) fn data(prefix: &str) -> Vec<(String, Utf8PathBuf)> {
    let root = Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/spec"));
    let mut files = BTreeMap::new();
    collect(root.as_std_path(), root.as_std_path(), &mut files);
    let names = files.into_keys().filter_map(|path| path.strip_suffix(".yaml").map(str::to_owned));
    let found: Vec<_> =
        names.filter(|name| name.starts_with(prefix)).map(|name| (name.clone(), root.join(name + ".yaml"))).collect();
    assert!(!found.is_empty(), "no file begins with `{prefix}`");
    found
}
