//! Every rule on its own data: `tests/data/<rule>/bad*.yaml` break it, `good*.yaml` keep it, and its documentation tells
//! the truth.

use std::path::{Path, PathBuf};

use crate::support::{Folder, Ran, program};
use tightship::internals::rules::{self, Rule, RuleKind};

fn data(rule: &Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(rule.id)
}

/// The files of a rule that begin with a word, by name.
fn files(rule: &Rule, word: &str) -> Vec<PathBuf> {
    let folder = data(rule);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("tests/data/{} is missing", rule.id));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(word) && (name.ends_with(".yaml") || name.ends_with(".json"))
    };
    files.retain(is_ours);
    files.sort();
    assert!(!files.is_empty(), "tests/data/{} has no {word}*.yaml", rule.id);
    files
}

/// Runs one rule over one file. A first line `# flags: --level baseline` adds flags.
fn run(rule: &Rule, file: &Path, format: &str) -> Ran {
    let text = std::fs::read_to_string(file).unwrap();
    let flags = text.lines().next().and_then(|line| line.strip_prefix("# flags: ")).unwrap_or_default();
    let mut command = program();
    command.current_dir(file.parent().unwrap()).args(["check", "--no-config", "--select", rule.id, "--format", format]);
    command.args(flags.split_whitespace()).arg(file.file_name().unwrap());
    Ran::of(command.output().unwrap())
}

fn checked() -> impl Iterator<Item = &'static Rule> {
    // what the engine itself reports has tests of its own
    rules::all().filter(|rule| !matches!(rule.check, RuleKind::Engine))
}

#[test]
fn bad_files_are_reported_as_reviewed() {
    for rule in checked() {
        for file in files(rule, "bad") {
            let ran = run(rule, &file, "concise").exits(1);
            assert!(ran.stdout.contains(&format!("[{}]", rule.id)), "{}\n{}", file.display(), ran.stdout);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(data(rule));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(file.file_name().unwrap().to_str().unwrap(), ran.stdout));
        }
    }
}

#[test]
fn good_files_are_clean() {
    for rule in checked() {
        for file in files(rule, "good") {
            let ran = run(rule, &file, "concise");
            assert_eq!((ran.code, &*ran.stdout), (0, ""), "{}: {}", file.display(), ran.stderr);
        }
    }
}

#[test]
fn examples_show_what_they_say() {
    for rule in checked() {
        let folder = Folder::new();
        for (name, text, code) in [("bad.yaml", rule.bad, 1), ("good.yaml", rule.good, 0)] {
            folder.write(name, text);
            let ran = run(rule, &folder.path(name), "concise");
            assert_eq!(ran.code, code, "{} {name}: {}{}", rule.id, ran.stdout, ran.stderr);
        }
    }
}

#[test]
fn every_rule_is_documented() {
    let mut seen = std::collections::BTreeSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        let is_kebab = rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
        assert!(is_kebab && !rule.summary.ends_with('.') && rule.summary.len() < 80, "{}", rule.id);
        assert!(rule.why.len() > 60 && rule.prevents.len() > 30, "{} says too little", rule.id);
        assert!(rule.why.ends_with('.') && rule.prevents.ends_with('.'), "{}", rule.id);
    }
}
