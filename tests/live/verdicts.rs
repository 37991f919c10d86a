//! What a real API server says of the objects of `tests/data/verdicts/`: the answers there are its own, and so is the field that
//! it names first. `tests/integration/verdicts.rs` holds the program against the same answers.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use serde::Deserialize as _;
use serde_json::Value;
use tightship::internals::diagnostic::Safety;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::support::Folder;
use crate::support::rule_data::Run;
use crate::support::verdicts::{Mutant, bad_texts, mutants};

pub const TESTS: &[Test] = &[
    ("verdicts::mutants_get_the_answers_of_the_table", answers),
    ("verdicts::what_was_fixed_is_taken_as_before", fixes),
];

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

/// Fixes everything that a fix may change, and asks the server about each object before and after.
fn fixes(live: &Live) -> Result<(), Failed> {
    let namespace = namespace(live, "fixes")?;
    let folder = Folder::new();
    let mut count = 0;
    // every twelfth: all of them take minutes in a program that is not optimised
    for (name, text) in bad_texts().into_iter().step_by(12) {
        let fixed = Run::select("all", &name, &text).fixed(Safety::Unsafe);
        if fixed == text {
            continue;
        }
        let (before, after) = (objects(&text), objects(&fixed));
        // a file whose documents cannot be told apart shows nothing
        if before.len() != after.len() {
            continue;
        }
        for (old, new) in before.into_iter().zip(after).filter(|(old, new)| old != new && old["kind"].is_string()) {
            for (state, object) in [("old", old), ("new", new)] {
                folder.write(&format!("{state}/case-{count}.json"), placed(object, &namespace).to_string());
            }
            count += 1;
        }
    }
    let ask = |state: &str| {
        let here = folder.path(state);
        let said = live.run(&["create", "--dry-run=server", "--validate=strict", "-f", here.to_str().unwrap()]);
        let of = |line: &str| Some((number(line)?, line.to_owned()));
        said.stderr.lines().filter_map(of).collect::<BTreeMap<usize, String>>()
    };
    let (before, after) = (ask("old"), ask("new"));
    let worse: Vec<&String> = after.iter().filter(|(at, _)| !before.contains_key(at)).map(|(_, line)| line).collect();
    eprintln!("{count} objects were fixed; {} were refused before, {} are refused now", before.len(), after.len());
    ensure(worse.is_empty() && count > 25, || format!("{count} fixed; {worse:#?}"))
}

/// The objects of a text.
fn objects(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.filter_map(|document| Value::deserialize(document).ok()).filter(Value::is_object).collect()
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
