//! What stops a program in a file that it reads is found, and what it takes is not: `tests/data/verdicts/files/` has changes of
//! good files with the answers of the programs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::program;
use crate::support::verdicts::{folder, refusals};

/// Programs that read on past a key which they do not know, with a warning.
const LENIENT: [&str; 8] = ["audit", "cluster", "clusterext", "init", "join", "kubelet", "proxy", "proxyipvs"];

/// A file with what its program answers.
struct Mutant {
    base: String,
    what: String,
    file: Value,
    taken: bool,
}

fn holder<'v>(file: &'v mut Value, place: &str) -> (&'v mut Value, String) {
    let (outer, last) = place.rsplit_once('/').unwrap();
    (file.pointer_mut(outer).unwrap(), last.replace("~1", "/").replace("~0", "~"))
}

fn changed(base: &Value, place: &str, what: &str) -> Value {
    let mut file = base.clone();
    match what {
        "base" => {}
        "unknown" => {
            file.pointer_mut(place).unwrap().as_object_mut().unwrap().insert("nonsense".to_owned(), Value::from(1));
        }
        "remove" => {
            let (outer, last) = holder(&mut file, place);
            match outer {
                Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                outer => drop(outer.as_object_mut().unwrap().remove(&last)),
            }
        }
        value => *file.pointer_mut(place).unwrap() = serde_json::from_str(value).unwrap(),
    }
    file
}

fn mutants() -> Vec<Mutant> {
    let read = |name: &str| std::fs::read_to_string(folder().join("files").join(name)).unwrap();
    let bases: BTreeMap<String, Value> = serde_json::from_str(&read("bases.json")).unwrap();
    let table = read("mutants.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let mutant = |line: &str| {
        let [base, place, what, answer] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let file = changed(&bases[base], place, what);
        Mutant { base: base.to_owned(), what: format!("{base} {place} {what}"), file, taken: answer == "taken" }
    };
    rows.map(mutant).collect()
}

#[test]
fn files_are_judged_as_their_programs_judge_them() {
    let mutants = mutants();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("files.yaml");
    // each is one line, with a line between it and the next
    let texts: Vec<String> = mutants.iter().map(|mutant| mutant.file.to_string()).collect();
    std::fs::write(&path, texts.join("\n---\n")).unwrap();
    let mut found: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for finding in refusals(&mut program(), "1.34", &path) {
        let line = finding["places"][0]["start"]["line"].as_u64().unwrap();
        found.entry(usize::try_from((line - 1) / 2).unwrap()).or_default().push(finding);
    }
    let (mut silent, mut wrong, mut refused) = (Vec::new(), Vec::new(), 0);
    for (at, mutant) in mutants.iter().enumerate() {
        // `kubeadm config validate` refuses such a key, too
        let is_lenient = mutant.taken && LENIENT.contains(&mutant.base.as_str());
        let counts = |finding: &&Value| {
            !is_lenient || !matches!(finding["rule"].as_str(), Some("unknown-field" | "misplaced-field"))
        };
        let own = found.get(&at).and_then(|own| own.iter().find(counts));
        refused += usize::from(!mutant.taken);
        match own {
            Some(finding) if mutant.taken => wrong.push(format!("{}: {}", mutant.what, finding["message"])),
            None if !mutant.taken => silent.push(mutant.what.clone()),
            _ => {}
        }
    }
    println!("{} files, {refused} refused, {} silent, {} wrong", mutants.len(), silent.len(), wrong.len());
    assert!(silent.is_empty() && wrong.is_empty(), "taken: {silent:#?}\nrefused: {wrong:#?}");
    assert!(mutants.len() > 2_000 && refused > 1_000, "{} {refused}", mutants.len());
}
