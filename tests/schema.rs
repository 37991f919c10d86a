//! The schema that editors use, and the texts that come from the command line's definition.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use clap::CommandFactory as _;
use serde_json::Value;
use support::{Folder, data};

fn schema() -> Value {
    serde_json::from_str(&Folder::new().run(&["schema"]).exits(0).stdout).unwrap()
}

/// The documents of a file as JSON.
fn documents(path: &camino::Utf8Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let stream = tightship::yaml::parse(&text);
    let roots = stream.documents.iter().filter_map(tightship::yaml::Document::root);
    roots.map(|root| root.to_json().unwrap()).filter(|value| !value.is_null()).collect()
}

#[test]
fn the_repository_holds_the_schema() {
    let printed = Folder::new().run(&["schema"]).exits(0).stdout;
    let held = include_str!("../tightship.schema.json");
    assert!(printed == held, "tightship.schema.json is out of date: `just docs` writes it");
}

#[test]
fn it_is_a_schema() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn good_specs_fit_it() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, path) in data("good-") {
        for document in documents(&path) {
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}

#[test]
fn wrong_keys_types_and_words_do_not_fit_it() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let mut checked = 0;
    for prefix in ["key-", "word-", "missing-"] {
        // a merge key is nothing that a schema sees
        for (name, path) in data(prefix).into_iter().filter(|(name, _)| name != "key-merge") {
            checked += 1;
            assert!(documents(&path).iter().any(|document| !validator.is_valid(document)), "{name} fits the schema");
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn completions_and_manual_pages() {
    let folder = Folder::new();
    for (shell, part) in [("bash", "complete -F"), ("zsh", "#compdef tightship"), ("fish", "complete -c tightship")] {
        folder.run(&["completions", shell]).exits(0).says(&[part, "render", "layout"]);
    }
    folder.run(&["man"]).exits(0).says(&[".TH tightship 1"]);
    folder.run(&["man", "--out", "man"]).exits(0);
    assert_eq!(folder.names().iter().filter(|name| name.ends_with(".1")).count(), 6, "{:?}", folder.names());
}

#[test]
fn help_fits_the_screen() {
    let folder = Folder::new();
    for command in ["new", "render", "schema", "completions", "man"] {
        let help = folder.command(&[command, "--help"]).env("COLUMNS", "100").output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        assert!(help.contains("Usage: tightship"));
    }
    folder.run(&["--version"]).exits(0).says(&[env!("CARGO_PKG_VERSION")]);
    folder.run(&["rendr"]).exits(2).says(&["'render'"]);
}

#[test]
fn wrong_types_do_not_fit_it() {
    // what only YAML knows: a tag, a NUL, a key that is a list
    const BEYOND: [&str; 3] = ["type-tag", "type-args-nul", "type-key-list"];
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, path) in data("type-").into_iter().filter(|(name, _)| !BEYOND.contains(&name.as_str())) {
        assert!(documents(&path).iter().any(|document| !validator.is_valid(document)), "{name} fits the schema");
    }
}

#[test]
fn help_lists_every_flag() {
    let folder = Folder::new();
    let program = tightship::cli::Cli::command();
    let commands: Vec<_> = program.get_subcommands().collect();
    assert!(commands.len() >= 5);
    for command in commands {
        let help = folder.run(&[command.get_name(), "--help"]).exits(0).stdout;
        for flag in command.get_arguments().filter_map(|argument| argument.get_long()).chain(["color", "help"]) {
            assert!(help.contains(&format!("--{flag}")), "{} --help has no --{flag}:\n{help}", command.get_name());
        }
        let exit_codes = ["new", "render"].contains(&command.get_name());
        assert!(!exit_codes || help.contains("Exit codes: 0 done"), "{help}");
    }
}
