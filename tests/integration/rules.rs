//! Every rule on its own data: `tests/data/rules/<group>/<rule>/bad*.yaml` break it, `good*.yaml` keep it, and its
//! documentation tells the truth. The rules run within this process; a choice of files goes through the program as well.

use std::collections::BTreeSet;
use std::path::Path;

use tightship::internals::rules::{self, Rule};

use crate::support::rule_data::{self, Run, files, flags, groups, has_data};
use crate::support::{Ran, program};

fn concise(rule: &Rule, file: &Path) -> (i32, String) {
    let text = std::fs::read_to_string(file).unwrap();
    Run::new(rule, file.file_name().unwrap().to_str().unwrap(), &text).concise()
}

#[test]
fn bad_files_are_reported_as_reviewed() {
    for (rule, folder) in rule_data::all() {
        for file in files(&folder, "bad") {
            let (code, printed) = concise(rule, &file);
            assert_eq!(code, 1, "{}\n{printed}", file.display());
            assert!(printed.contains(&format!("[{}]", rule.id)), "{}\n{printed}", file.display());
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(&folder);
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(file.file_name().unwrap().to_str().unwrap(), printed));
        }
    }
}

#[test]
fn good_files_are_clean() {
    for (rule, folder) in rule_data::all() {
        for file in files(&folder, "good") {
            let (code, printed) = concise(rule, &file);
            let found: Vec<&str> = printed.lines().filter(|line| !line.contains(": notice: ")).collect();
            assert_eq!((code, &*found.join("\n")), (0, ""), "{}", file.display());
        }
    }
}

#[test]
fn the_program_says_the_same() {
    let (mut seen_flags, mut seen_folders, mut compared) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (rule, folder) in rule_data::all() {
        for (word, file) in
            ["bad", "good"].into_iter().flat_map(|word| files(&folder, word).into_iter().map(move |file| (word, file)))
        {
            // the first files of each group, and the first with any flags
            let text = std::fs::read_to_string(&file).unwrap();
            let is_new_folder = seen_folders.insert((word, folder.parent().unwrap().to_owned()));
            if !seen_flags.insert(flags(&text).to_owned()) && !is_new_folder {
                continue;
            }
            let name = file.file_name().unwrap().to_str().unwrap();
            let mut command = program();
            command.current_dir(&folder).args(["check", "--no-config", "--select", rule.id, "--format", "concise"]);
            let ran = Ran::of(command.args(flags(&text).split_whitespace()).arg(name).output().unwrap());
            assert_eq!((ran.code, ran.stdout), Run::new(rule, name, &text).concise(), "{}", file.display());
            compared += 1;
        }
    }
    assert!((20..100).contains(&compared), "{compared} files went through the program");
}

#[test]
fn examples_show_what_they_say() {
    for (rule, _) in rule_data::all() {
        for (name, text, code) in [("bad.yaml", rule.bad, 1), ("good.yaml", rule.good, 0)] {
            let (found, printed) = Run::new(rule, name, text).concise();
            assert_eq!(found, code, "{} {name}: {printed}", rule.id);
        }
    }
}

#[test]
fn data_lies_in_the_folder_of_its_rule() {
    for (folder, rules) in groups() {
        let expected: BTreeSet<String> =
            rules.iter().filter(|rule| has_data(rule)).map(|rule| rule.id.into()).collect();
        let entries = folder.read_dir().into_iter().flatten();
        let found: BTreeSet<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(found, expected, "{}", folder.display());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules").join(folder.file_name().unwrap());
        assert!(source.is_dir(), "{} is no folder of rules", source.display());
    }
}

#[test]
fn every_rule_is_documented() {
    let mut seen = BTreeSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        let is_kebab = rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
        assert!(is_kebab && !rule.summary.ends_with('.') && rule.summary.len() < 80, "{}", rule.id);
        assert!(rule.why.len() > 60 && rule.prevents.len() > 30, "{} says too little", rule.id);
        assert!(rule.why.ends_with('.') && rule.prevents.ends_with('.'), "{}", rule.id);
    }
}
