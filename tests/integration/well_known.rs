//! A folder of well-known bad manifests: every finding stands at its exact line, nothing else is found, and
//! `--fix=unsafe` leaves only what no fix can repair. `tests/well_known/README.md` says how the files tell what is
//! expected.

use std::path::Path;
use std::process::Command;

use crate::support::Folder;
use tightship::internals::yaml;

/// A line with the rules that point at it.
type Line = (usize, Vec<String>);

/// What a line of a manifest says about itself.
#[derive(Default)]
struct Note {
    fixed: Vec<String>,
    stays: Vec<String>,
    goes: bool,
}

fn words(list: &str) -> Vec<String> {
    list.split(", ").map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

fn note(line: &str) -> Note {
    let mut note = Note::default();
    let Some((_, expected)) = line.split_once("expect: ") else { return note };
    for part in expected.split(';').map(str::trim) {
        match part.strip_prefix("stays: ") {
            Some(list) => note.stays = words(list),
            None if part == "goes" => note.goes = true,
            None => note.fixed = words(part),
        }
    }
    note
}

/// The lines of which something is expected, as far as `choose` wants it.
fn expected(text: &str, choose: impl Fn(&Note) -> Vec<String>) -> Vec<Line> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, choose(&note(line))));
    sorted(lines.filter(|(_, rules)| !rules.is_empty()).collect())
}

fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.iter_mut().for_each(|(_, rules)| rules.sort());
    lines.sort();
    lines
}

fn all_of(text: &str) -> Vec<Line> {
    expected(text, |note| [&note.fixed[..], &note.stays].concat())
}

/// What the program finds in a file.
fn found(folder: &Folder, name: &str) -> Vec<Line> {
    let ran = folder.run(&["check", "--no-config", "--format", "concise", name]);
    assert!(ran.code == 0 || ran.code == 1, "{name}: {}", ran.stderr);
    let mut lines: Vec<Line> = Vec::new();
    for finding in ran.stdout.lines() {
        let rest = finding.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')).unwrap();
        let line: usize = rest.split(':').next().unwrap().parse().unwrap();
        let rule = rest.split(['[', ']']).nth(1).unwrap().to_owned();
        match lines.iter_mut().find(|known| known.0 == line) {
            Some((_, rules)) => rules.push(rule),
            None => lines.push((line, vec![rule])),
        }
    }
    sorted(lines)
}

/// The manifests, as name and text.
fn manifests(ending: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/well_known");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// A file in a folder of its own.
fn alone(name: &str, text: &str) -> Folder {
    let folder = Folder::new();
    folder.write(name, text);
    folder
}

#[test]
fn every_finding_is_at_its_line_and_nothing_else_is_found() {
    let files = manifests("yaml");
    assert!(files.len() >= 15, "the folder is gone");
    for (name, text) in files {
        assert_eq!(found(&alone(&name, &text), &name), all_of(&text), "{name}");
    }
}

#[test]
fn fixes_leave_what_no_fix_can_mend() {
    for (name, text) in manifests("yaml") {
        let folder = alone(&name, &text);
        let fix = || folder.run(&["check", "--no-config", "--fix=unsafe", &name]);
        let ran = fix();
        let fixed = folder.read(&name);
        assert_eq!(found(&folder, &name), expected(&fixed, |note| note.stays.clone()), "{name}:\n{fixed}");
        let offers = ran.stdout.lines().filter(|line| line.contains("(`--fix")).count();
        assert_eq!(offers, 0, "{name} still offers fixes:\n{}", ran.stdout);
        fix();
        assert_eq!(folder.read(&name), fixed, "a second run changes {name}");
    }
}

#[test]
fn fixes_keep_comments_and_the_ends_of_lines() {
    for (name, text) in manifests("yaml") {
        let folder = alone(&name, &text);
        folder.run(&["check", "--no-config", "--fix=unsafe", &name]);
        let fixed = folder.read(&name);
        let comments = |text: &str| -> Vec<String> {
            let kept = text.lines().filter(|line| !note(line).goes);
            kept.filter_map(|line| line.split_once("# ")).map(|(_, comment)| comment.to_owned()).collect()
        };
        assert_eq!(comments(&fixed), comments(&text), "{name}");
        let windows = |text: &str| text.matches("\r\n").count() == text.matches('\n').count();
        assert_eq!(windows(&fixed), windows(&text), "{name}");
    }
}

#[test]
fn what_was_fixed_is_read_as_before() {
    let program = Command::new("kubectl").args(["version", "--client"]).output();
    let has_kubectl = std::env::var("TIGHTSHIP_LIVE").is_ok_and(|value| value == "1") && program.is_ok();
    for (name, text) in manifests("yaml") {
        let folder = alone(&name, &text);
        folder.run(&["check", "--no-config", "--fix=unsafe", &name]);
        let fixed = folder.read(&name);
        let (before, after) = (yaml::parse(&text), yaml::parse(&fixed));
        assert!(after.errors.is_empty(), "{name}:\n{fixed}");
        assert_eq!(after.documents.len(), before.documents.len(), "{name}");
        if has_kubectl {
            // without a cluster: it only decodes the objects, as strictly as it always does
            let args = ["label", "--local", "--dry-run=client", "-o", "name", "tightship/read=yes", "-f", &name];
            let output = Command::new("kubectl").args(args).current_dir(folder.path("")).output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn json_is_fixed_too() {
    for (name, text) in manifests("json") {
        let path = format!("{}/tests/well_known/{name}.expect", env!("CARGO_MANIFEST_DIR"));
        let expected = std::fs::read_to_string(path).unwrap();
        let expected = expected.lines().map(|line| {
            let (line, rules) = line.split_once(' ').unwrap();
            (line.parse().unwrap(), words(rules))
        });
        let folder = alone(&name, &text);
        assert_eq!(found(&folder, &name), sorted(expected.collect()), "{name}");
        folder.run(&["check", "--no-config", "--fix=unsafe", &name]);
        let fixed = folder.read(&name);
        assert!(serde_json::from_str::<serde_json::Value>(&fixed).is_ok(), "{name} is no JSON any more:\n{fixed}");
        assert_eq!(found(&folder, &name), [], "{name}:\n{fixed}");
    }
}
