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
use crate::support::verdicts::{Mutant, Update, bad_texts, mutants, updates};

pub const TESTS: &[Test] = &[
    ("verdicts::mutants_get_the_answers_of_the_table", answers),
    ("verdicts::changes_get_the_answers_of_the_table", changes),
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

/// The kinds whose answer a controller of a whole cluster changes: a Job that has started, a kubelet or a driver that is not there.
const CONTROLLED: [&str; 4] = ["CSINode", "VolumeAttachment", "ServiceCIDR", "Pod"];

/// Makes the objects as they were, and applies each as it is then without doing it.
fn changes(live: &Live) -> Result<(), Failed> {
    let namespace = namespace(live, "changes")?;
    let folder = Folder::new();
    let wanted = |update: &Update| !CONTROLLED.contains(&update.old["kind"].as_str().unwrap_or_default());
    // every second one: each is sent twice
    let updates: Vec<Update> = updates().into_iter().filter(wanted).step_by(2).collect();
    let mut expected = BTreeMap::new();
    for update in &updates {
        let Some(answer) = update.answers.get(live.release()) else { continue };
        folder.write(&format!("old/{}", update.file), placed(update.old.clone(), &namespace).to_string());
        folder.write(&format!("new/{}", update.file), placed(update.new.clone(), &namespace).to_string());
        let name = format!("{} {}", kind(&update.old), update.old["metadata"]["name"].as_str().unwrap_or_default());
        expected.insert(name, (answer.clone(), &update.file));
    }
    if expected.is_empty() {
        eprintln!("no answers of {} are kept: nothing to compare", live.release());
        return Ok(());
    }
    let (old, new) = (folder.path("old"), folder.path("new"));
    let made = live.run(&["apply", "--validate=ignore", "-f", old.to_str().unwrap()]);
    let said = live.run(&["apply", "--validate=ignore", "--dry-run=server", "-f", new.to_str().unwrap()]);
    live.run(&["delete", "--ignore-not-found", "--wait=false", "-f", old.to_str().unwrap()]);
    ensure(made.ok, || made.stderr.clone())?;
    // several mistakes have lines of their own
    let lines: Vec<&str> = said.stderr.lines().collect();
    let pairs = lines.iter().zip(lines.iter().skip(1).chain([&""]));
    let field = |line: &str, next: &str| {
        let own = first_field(line).filter(|field| !field.is_empty());
        own.or_else(|| next.strip_prefix("* ")?.split(": ").next().map(str::to_owned))
    };
    let refused: BTreeMap<String, Option<String>> =
        pairs.filter_map(|(line, next)| Some((named(line)?, field(line, next)))).collect();
    let mut wrong = Vec::new();
    for (name, (answer, file)) in &expected {
        match (answer, refused.get(name)) {
            (None, None) => {}
            (Some(field), Some(named)) if named.as_ref() == Some(field) => {}
            (answer, said) => wrong.push(format!("{file} {name}: {answer:?}, and the server says {said:?}")),
        }
    }
    eprintln!("{} changes compared, {} of them refused", expected.len(), refused.len());
    ensure(wrong.is_empty(), || format!("{}\n{} differ", wrong.join("\n"), wrong.len()))
}

fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

/// `Kind name` of a line such as `The Deployment "u1" is invalid: spec.selector: …`.
fn named(line: &str) -> Option<String> {
    let (kind, rest) = line.strip_prefix("The ")?.split_once(" \"")?;
    let (name, _) = rest.split_once("\" is invalid: ")?;
    Some(format!("{kind} {name}"))
}

/// Fixes everything that a fix may change, and asks the server about each object before and after.
fn fixes(live: &Live) -> Result<(), Failed> {
    let namespace = namespace(live, "fixes")?;
    let folder = Folder::new();
    let mut count = 0;
    for (name, text) in bad_texts() {
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
    ensure(worse.is_empty() && count > 300, || format!("{count} fixed; {worse:#?}"))
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
