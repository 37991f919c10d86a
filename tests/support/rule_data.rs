//! The data of the rules, `tests/data/rules/<group>/<rule>/`, and a rule run over a text within this process.

use std::path::{Path, PathBuf};

use tightship::internals::check::fix::{self, Fixed};
use tightship::internals::check::{self, Input, Options, Outcome, Selection, Text};
use tightship::internals::diagnostic::Safety;
use tightship::internals::k8s::{Level, PolicyVersion, Version};
use tightship::internals::report::{self, Format};
use tightship::internals::rules::{GROUPS, Rule, RuleKind, Settings};

/// The folders of the groups, here and in `src/rules/`, in the order of the groups.
const FOLDERS: [&str; 9] =
    ["pod_security", "pod", "image", "rbac", "network", "namespace", "manifest", "control_plane", "suppression"];

/// Each group with its folder.
pub(crate) fn groups() -> impl Iterator<Item = (PathBuf, &'static [&'static Rule])> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rules");
    assert_eq!(FOLDERS.len(), GROUPS.len(), "each group has a folder");
    FOLDERS.iter().zip(GROUPS).map(move |(folder, (_, rules))| (root.join(folder), rules))
}

/// Whether a rule has data: what the engine itself reports has tests of its own.
pub(crate) fn has_data(rule: &Rule) -> bool {
    !matches!(rule.check, RuleKind::Engine)
}

/// The rules that have data, each with its folder.
pub(crate) fn all() -> impl Iterator<Item = (&'static Rule, PathBuf)> {
    let of_group = |(folder, rules): (PathBuf, &'static [&'static Rule])| {
        rules.iter().filter(|rule| has_data(rule)).map(move |rule| (*rule, folder.join(rule.id)))
    };
    groups().flat_map(of_group)
}

/// The files of a folder that begin with a word, by name.
pub(crate) fn files(folder: &Path, word: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(word) && (name.ends_with(".yaml") || name.ends_with(".json"))
    };
    files.retain(is_ours);
    files.sort();
    assert!(!files.is_empty(), "{} has no {word}*.yaml", folder.display());
    files
}

/// What a first line `# flags: --level baseline` adds to the command line.
pub(crate) fn flags(text: &str) -> &str {
    text.lines().next().and_then(|line| line.strip_prefix("# flags: ")).unwrap_or_default()
}

/// A text that some rules are run over.
pub(crate) struct Run {
    options: Options,
    inputs: [Input; 1],
}

impl Run {
    /// One rule over a text, under the flags that it asks for.
    pub(crate) fn new(rule: &Rule, name: &str, text: &str) -> Self {
        Self::select(rule.id, name, text)
    }

    /// The same with what a word selects.
    pub(crate) fn select(word: &str, name: &str, text: &str) -> Self {
        let selection = Selection::from_words(&[word.to_owned()], &[]).unwrap();
        let options = Options {
            settings: settings(flags(text)),
            selection,
            today: "2026-01-01".parse().unwrap(),
            ..Options::default()
        };
        Self { options, inputs: [Input { name: name.to_owned(), text: Text::Here(text.into()) }] }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        check::run(&self.inputs, &self.options)
    }

    /// What `--format concise` prints, with the exit code.
    pub(crate) fn concise(&self) -> (i32, String) {
        let outcome = self.outcome();
        let mut out = Vec::new();
        report::write(&outcome, Format::Concise, false, &mut out).unwrap();
        let code = match (outcome.errors.len(), outcome.counts.objects, outcome.findings.len()) {
            (0, 0, _) => 3,
            (0, _, 0) => 0,
            (0, ..) => 1,
            _ => 2,
        };
        (code, String::from_utf8(out).unwrap())
    }

    /// The text with its fixes.
    pub(crate) fn fixed(&self, safety: Safety) -> String {
        let mut fixed = fix::fix(&self.inputs, &self.outcome(), &self.options, safety);
        match (fixed.pop(), &self.inputs[0].text) {
            (Some(Fixed { after, .. }), _) => after,
            (None, Text::Here(text)) => text.to_string(),
            _ => panic!("the input is a text"),
        }
    }
}

/// What the command makes of the flags that data asks for.
fn settings(flags: &str) -> Settings {
    let mut settings = Settings { fixes: true, ..Settings::default() };
    let mut level_version = None;
    let mut words = flags.split_whitespace();
    while let (Some(flag), Some(value)) = (words.next(), words.next()) {
        match flag {
            "--kubernetes" => settings.kubernetes = Version::parse(value).unwrap(),
            "--level" => settings.level = Some(Level::parse(value).unwrap()),
            "--level-version" => level_version = Some(value),
            "--registry" => settings.registries = value.split(',').map(str::to_owned).collect(),
            _ => panic!("teach `settings` the flag {flag}"),
        }
    }
    settings.level_version = level_version.map(|word| PolicyVersion::parse(word, settings.kubernetes).unwrap());
    settings
}
