//! The README is short; the documentation has a page for everything, is complete in its contents, and no link in it is dead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[cfg(feature = "cluster")]
use serde_json::Value;
use tightship::internals::rules;

#[cfg(feature = "cluster")]
use crate::support::Folder;

pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The README and every page of the documentation, by path.
pub(crate) fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut add = |path: PathBuf| {
        let text = std::fs::read_to_string(repository().join(&path)).unwrap();
        pages.insert(path.to_str().unwrap().replace('\\', "/"), text);
    };
    add(PathBuf::from("README.md"));
    let mut left = vec![PathBuf::from("docs")];
    while let Some(folder) = left.pop() {
        for entry in repository().join(&folder).read_dir().unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                add(path);
            }
        }
    }
    pages
}

/// A text without its blocks of code, comments and code in lines.
fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            // code in a line is every second part
            out += &line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            out.push('\n');
        }
    }
    out
}

/// The targets of the links of a page.
fn links(text: &str) -> Vec<String> {
    let text = prose(text);
    text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()).collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut all = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let title = line.trim_start_matches('#');
        if is_code || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().chars().filter(|it| it.is_alphanumeric() || "-_ ".contains(*it));
        all.insert(kept.collect::<String>().to_lowercase().replace(' ', "-"));
    }
    all
}

/// `docs/start` and `../ci.md` make `docs/ci.md`.
fn joined(folder: &Path, target: &str) -> String {
    let mut parts: Vec<&str> = folder.to_str().unwrap().split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop().unwrap()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn the_readme_is_short() {
    let lines = pages()["README.md"].lines().count();
    assert!(lines <= 150, "README.md has {lines} lines; what it holds may be a page of docs/");
}

#[test]
fn no_link_is_dead() {
    let pages = pages();
    let mut dead = Vec::new();
    let mut count = 0;
    for (path, text) in &pages {
        for link in links(text) {
            if link.starts_with("https://") {
                continue;
            }
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = Path::new(path).parent().unwrap();
            let target = if file.is_empty() { path.clone() } else { joined(folder, file) };
            let is_there = repository().join(&target).is_file();
            // the site has what is in its folder, and nothing else
            let is_outside = path.starts_with("docs/") && !target.starts_with("docs/");
            let is_headed = anchor.is_empty() || pages.get(&target).is_some_and(|text| anchors(text).contains(anchor));
            if !is_there || is_outside || !is_headed {
                dead.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
    assert!(count > 500, "only {count} links were found");
}

#[test]
fn the_contents_name_every_page_once() {
    let pages = pages();
    let mut listed = links(&pages["docs/SUMMARY.md"]);
    listed.sort();
    let mut there: Vec<String> =
        pages.keys().filter_map(|path| path.strip_prefix("docs/")).map(str::to_owned).collect();
    there.retain(|path| path != "SUMMARY.md");
    there.sort();
    assert_eq!(listed, there, "docs/SUMMARY.md has a line for each page");
}

#[cfg(feature = "cluster")]
#[test]
fn the_reference_is_todays() {
    let folder = Folder::new();
    let summary = &pages()["docs/SUMMARY.md"];
    folder.write("SUMMARY.md", summary);
    // what is gone goes, what somebody else wrote stays
    folder.write("reference/rules/gone.md", "# gone\n\n<!-- Made from the program; `just docs` writes it. -->\n");
    folder.write("reference/mine.md", "# mine\n");
    folder.run(&["reference", "--out", "."]).exits(0);
    assert!(!folder.path("reference/rules/gone.md").exists());
    assert!(folder.path("reference/mine.md").exists());
    assert!(folder.read("SUMMARY.md") == *summary, "docs/SUMMARY.md is out of date: `just docs` writes it");
    let written = pages().into_iter().filter(|(path, _)| path.starts_with("docs/reference/"));
    for (path, text) in written {
        let today = std::fs::read_to_string(folder.path(path.strip_prefix("docs/").unwrap()));
        assert!(today.is_ok_and(|today| today == text), "{path} is out of date: `just docs` writes it");
    }
}

#[test]
fn every_rule_has_a_page_with_its_examples() {
    let pages = pages();
    for rule in rules::all() {
        let page = pages.get(&format!("docs/reference/rules/{}.md", rule.id)).unwrap_or_else(|| panic!("{}", rule.id));
        for part in [rule.why.trim(), rule.bad.trim_end(), rule.good.trim_end(), &rule.suppression()] {
            assert!(page.contains(part), "{}: {part}", rule.id);
        }
        assert!(pages["docs/reference/rules.md"].contains(&format!("(rules/{}.md)", rule.id)), "{}", rule.id);
    }
}

#[cfg(feature = "cluster")]
#[test]
fn every_key_is_on_a_page() {
    let pages: BTreeMap<String, String> =
        pages().into_iter().filter(|(path, _)| path.starts_with("docs/reference/keys/")).collect();
    let mut count = 0;
    for what in ["spec", "lab"] {
        let schema: Value = serde_json::from_str(&Folder::new().run(&["schema", what]).exits(0).stdout).unwrap();
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            let Some(keys) = definition.get("properties").and_then(Value::as_object) else { continue };
            // one section of one page has them all
            let has_all = |section: &str| {
                keys.keys()
                    .all(|key| section.contains(&format!("| `{key}` |")) || section.contains(&format!("| [`{key}`](#")))
            };
            let is_there = pages.values().any(|page| page.split("\n## ").any(has_all));
            assert!(is_there, "no page has all keys of {name}: {:?}", keys.keys().collect::<Vec<_>>());
            count += keys.len();
        }
    }
    assert!(count > 200, "only {count} keys were looked for");
}

/// Every command, with the words that lead to it.
#[cfg(feature = "cluster")]
fn commands(folder: &Folder, words: &[String], all: &mut Vec<Vec<String>>) {
    let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
    args.push("-h");
    let help = folder.run(&args).exits(0).stdout;
    let Some((_, list)) = help.split_once("Commands:\n") else { return };
    for line in list.lines().take_while(|line| !line.is_empty()) {
        // a line that goes on is indented further
        let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) else { continue };
        let name = name.split(' ').next().unwrap();
        if name == "help" {
            continue;
        }
        let below = [words, &[name.to_owned()]].concat();
        commands(folder, &below, all);
        all.push(below);
    }
}

#[cfg(feature = "cluster")]
#[test]
fn every_command_and_its_flags_have_a_page() {
    let (folder, pages) = (Folder::new(), pages());
    let mut all = Vec::new();
    commands(&folder, &[], &mut all);
    assert!(all.len() > 25, "{all:?}");
    for words in all {
        let path = format!("docs/reference/commands/{}.md", words.join("-"));
        let page = pages.get(&path).unwrap_or_else(|| panic!("{path} is not there"));
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let help = folder.run(&args).exits(0).stdout;
        for flag in
            help.lines().map(str::trim).filter_map(|line| line.split("--").nth(1).filter(|_| line.starts_with('-')))
        {
            let flag = flag.split([' ', '=', '[', '.']).next().unwrap();
            let is_general = ["help", "color", "version"].contains(&flag);
            assert!(is_general || page.contains(&format!("`--{flag}")), "{path} has no --{flag}");
        }
    }
}
