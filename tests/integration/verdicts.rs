//! What the API server refuses is found, at the field that it names; what it takes is not.
//!
//! `tests/data/verdicts/cases/` has a sample of each kind of mistake; `answers.tsv` says what kube-apiserver answers to them, and
//! `expected.tsv` what has to be found in others. `mutants/` has objects with the answers of two releases in comments before
//! them; `tests/live/verdicts.rs` asks a real API server again.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::verdicts::{Mutant, folder, is_about, mutants, refusals};
use crate::support::{Ran, program};

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn object(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

#[test]
fn each_case_is_judged_as_the_api_server_judges_it() {
    let mut wrong = Vec::new();
    let rows = rows("answers.tsv");
    for row in &rows {
        let (name, answer, field) = (&row[0], &row[1], row.get(2).map_or("", String::as_str));
        let file = folder().join("cases").join(name);
        let found = refusals(&mut program(), "1.34", &file);
        let fits = match answer.as_str() {
            "taken" => found.is_empty(),
            "refused" => {
                !found.is_empty() && (field.is_empty() || found.iter().any(|it| is_about(&object(&file), it, field)))
            }
            other => panic!("{name}: {other}"),
        };
        if !fits {
            wrong.push(format!("{name}: {answer} {field}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert_eq!(rows.len(), 38);
}

#[test]
fn what_is_expected_of_a_case_holds() {
    for row in rows("expected.tsv") {
        let (name, expected) = (&row[0], &row[1]);
        let (word, wanted) = match expected.strip_prefix("not ") {
            Some(word) => (word, false),
            None => (expected.as_str(), true),
        };
        let file = folder().join("cases").join(name);
        let mut command = program();
        command.args(["check", "--no-config", "--format", "concise", "--select", word]).arg(file);
        let ran = Ran::of(command.output().unwrap());
        assert!(ran.code <= 1, "{name}: {}", ran.stderr);
        assert_eq!(ran.code == 1, wanted, "{name}: {expected}\n{}", ran.stdout);
    }
}

#[test]
fn mutants_are_judged_as_the_api_server_judges_them() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for file in mutants() {
        for release in ["1.34", "1.37"] {
            let found = refusals(&mut program(), release, &file);
            for mutant in Mutant::all(&file) {
                let Some(answer) = mutant.answers.get(release) else { continue };
                let own: Vec<&Value> = found.iter().filter(|it| mutant.holds(it)).collect();
                *counts.entry((release, answer.is_some())).or_default() += 1;
                let fits = match answer {
                    None => own.is_empty(),
                    // the decoder refuses it, and names no field
                    Some(field) if field.is_empty() => !own.is_empty(),
                    Some(field) => own.iter().any(|it| is_about(&mutant.object, it, field)),
                };
                if !fits {
                    wrong.push(format!("{}:{} {release} {answer:?}\n{own:#?}", file.display(), mutant.first));
                }
            }
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts.len() == 4 && counts.values().all(|count| *count > 50), "{counts:?}");
}
