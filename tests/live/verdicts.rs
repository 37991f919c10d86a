//! What a real API server says of the objects of `tests/data/verdicts/`: the answers there are its own, and so is the field that
//! it names first. `tests/integration/verdicts.rs` holds the program against the same answers.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use serde_json::Value;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::support::Folder;
use crate::support::verdicts::{Mutant, mutants};

pub const TESTS: &[Test] = &[("verdicts::mutants_get_the_answers_of_the_table", answers)];

fn answers(live: &Live) -> Result<(), Failed> {
    let namespace = namespace(live, "verdicts")?;
    let folder = Folder::new();
    let mut expected: Vec<(Option<String>, String)> = Vec::new();
    for file in mutants() {
        for mutant in Mutant::all(&file) {
            let Some(answer) = mutant.answers.get(live.release()) else { continue };
            let object = placed(mutant.object.clone(), &namespace);
            let at = expected.len();
            folder.write(&format!("case-{at}.json"), serde_json::to_string(&object).unwrap());
            expected.push((answer.clone(), format!("{}:{}", file.display(), mutant.first)));
        }
    }
    if expected.is_empty() {
        eprintln!("no answers of {} are kept: nothing to compare", live.release());
        return Ok(());
    }
    let here = folder.path("");
    let said = live.run(&["create", "--dry-run=server", "--validate=strict", "-f", here.to_str().unwrap()]);
    let refused: BTreeMap<usize, &str> = said.stderr.lines().filter_map(|line| Some((number(line)?, line))).collect();
    let mut wrong = Vec::new();
    for (at, (answer, place)) in expected.iter().enumerate() {
        match (answer, refused.get(&at)) {
            (None, None) => {}
            // of what the decoder refuses no field is named
            (Some(field), Some(line)) if field.is_empty() || first_field(line).is_none_or(|named| named == *field) => {}
            (answer, said) => wrong.push(format!("{place}: {answer:?}, and the server says {said:?}")),
        }
    }
    eprintln!("{} objects compared, {} of them refused", expected.len(), refused.len());
    ensure(wrong.is_empty(), || format!("{}\n{} differ", wrong.join("\n"), wrong.len()))
}

/// A namespace with an account, as no pod is taken before it has one.
fn namespace(live: &Live, name: &str) -> Result<String, Failed> {
    let namespace = live.unique(name);
    live.ok(&["create", "namespace", &namespace])?;
    let account = ["-n", &namespace, "get", "serviceaccount", "default"];
    eventually("the account `default` is there", || Ok(live.run(&account).ok))?;
    Ok(namespace)
}

/// An object in a namespace of the test.
fn placed(mut object: Value, namespace: &str) -> Value {
    if object["metadata"]["namespace"].is_string() {
        object["metadata"]["namespace"] = namespace.into();
    }
    object
}

/// The number of the file that a line is about.
fn number(line: &str) -> Option<usize> {
    let (_, rest) = line.split_once("/case-")?;
    rest.split('.').next()?.parse().ok()
}

/// The field that an error names first; `None` of an error that names none, as that of the decoder.
fn first_field(line: &str) -> Option<String> {
    let (_, fields) = line.split_once(" is invalid: ")?;
    let fields = fields.strip_prefix('[').unwrap_or(fields);
    fields.split(": ").next().map(str::to_owned)
}
