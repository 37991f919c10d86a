//! The applications of `examples/`: rendered for every release, without a finding, and the page about them.

use std::fmt::Write as _;

use tightship::internals::generate::{self, Options};
use tightship::internals::k8s::Version;
use tightship::internals::spec;
use tightship::internals::yaml::Source;

use crate::support::Folder;

/// The examples with their names.
fn examples() -> Vec<(String, String)> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    let mut all: Vec<(String, String)> = folder
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    all.sort();
    all
}

/// What is rendered for kubectl. A rule that finds fault with it would be an error.
fn stream(name: &str, text: &str) -> String {
    let outcome = spec::load(&Source::new("tightship.yaml", text), "2026-01-01".parse().unwrap());
    let specs = outcome.specs.unwrap_or_else(|| panic!("{name}: {:?}", outcome.problems));
    let options = Options { spec: "tightship.yaml", layout: None, comments: None, environment: None };
    generate::plan(&specs, options).unwrap_or_else(|error| panic!("{name}: {error}")).stream
}

#[test]
fn ten_applications_render_for_every_release() {
    let examples = examples();
    assert_eq!(examples.len(), 10);
    for release in Version::all() {
        for (name, text) in &examples {
            let text = text.replace("kubernetes: \"1.36\"", &format!("kubernetes: \"{release}\""));
            assert!(text.contains(&release.to_string()), "{name}");
            assert!(stream(name, &text).lines().count() > 100, "{name}");
        }
    }
}

#[test]
fn the_check_finds_nothing_in_them() {
    for (name, text) in examples() {
        let folder = Folder::with(&text);
        folder.render(&["--layout", "plain"]).exits(0);
        let ran = folder.run(&["check", "--level", level(&text), "apps"]);
        assert_eq!(ran.code, 0, "{name}:\n{}{}", ran.stdout, ran.stderr);
    }
}

/// The level of the apps of an example.
fn level(text: &str) -> &str {
    text.rsplit("\nlevel: ").next().unwrap().lines().next().unwrap()
}

/// Lines that say something.
fn lines(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).count()
}

#[test]
fn the_page_counts_their_lines() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples.md");
    let mut table = String::from("| example | lines of spec | lines of manifests |\n|---|---:|---:|\n");
    for (name, text) in examples() {
        let (spec, manifests) = (lines(&text), lines(&stream(&name, &text)));
        writeln!(table, "| `{name}.yaml` | {spec} | {manifests} |").unwrap();
    }
    let held = std::fs::read_to_string(page).unwrap();
    let (before, rest) = held.split_once("<!-- lines -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let wanted = format!("{before}<!-- lines -->\n{table}<!-- end -->{after}");
    if std::env::var_os("README_UPDATE").is_some() {
        std::fs::write(page, &wanted).unwrap();
    }
    assert!(
        held == wanted || std::env::var_os("README_UPDATE").is_some(),
        "docs/examples.md is out of date: README_UPDATE=1 writes it"
    );
}
