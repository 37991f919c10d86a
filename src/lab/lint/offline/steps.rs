//! Steps, and the files that they need; whatever nothing needs is out of place.

use super::structure::known_task;
use super::{Linter, Use};
use crate::decode::{Located, Map};
use crate::diagnostic::Diagnostic;
use crate::lab::answers::{digest, takes};
use crate::lab::course::source::LAB;
use crate::lab::course::step::ObjectRef;
use crate::lab::course::values::{Id, Need};
use crate::lab::course::{Action, CheckKind, Step};
use crate::lab::kubectl;
use crate::lab::node::files;
use crate::yaml::Span;

/// The folder of what a lab begins with; the learner gets its files.
const START: &str = "start";
/// The texts that every lab has.
pub(super) const PAGES: [&str; 2] = ["README.md", "debrief.md"];

pub(super) fn check(linter: &mut Linter<'_>) {
    let lab = linter.lab;
    steps(linter, &lab.start.steps, &Located { value: START.to_owned(), span: lab.id.span }, Use::Started);
    let mut dirs: Vec<&Located<String>> = Vec::new();
    for solution in &lab.solutions {
        dir(linter, &mut dirs, &solution.dir, "solution");
        steps(linter, &solution.steps, &solution.dir, Use::Applied);
        answered(linter, &solution.steps, solution.dir.span);
    }
    for trap in &lab.traps {
        dir(linter, &mut dirs, &trap.dir, "trap-");
        steps(linter, &trap.steps, &trap.dir, Use::Applied);
    }
    strays(linter);
}

fn dir<'l>(linter: &mut Linter<'_>, dirs: &mut Vec<&'l Located<String>>, dir: &'l Located<String>, prefix: &str) {
    if !dir.starts_with(prefix) || dir.contains('/') {
        let problem = Diagnostic::error(dir.span, format!("`{}` is not a name for this folder", dir.value));
        linter.say(problem.label(format!("expected one that begins with `{prefix}`")));
    }
    if let Some(first) = dirs.iter().find(|other| other.value == dir.value) {
        let problem = Diagnostic::error(dir.span, format!("`{}` is there twice", dir.value));
        linter.say(problem.label("the second time").related(first.span, "the first time"));
    }
    dirs.push(dir);
}

fn steps(linter: &mut Linter<'_>, steps: &[Step], default: &Located<String>, purpose: Use) {
    if steps.is_empty() {
        apply(linter, default, purpose);
    }
    for step in steps {
        self::step(linter, step, purpose);
    }
}

fn step(linter: &mut Linter<'_>, step: &Step, purpose: Use) {
    if let Some(span) = step.action.on_node() {
        linter.needs(span, &[Need::OwnCluster], "a change of the node");
    }
    if let Some(task) = &step.task {
        known_task(linter, task);
    }
    match &step.action {
        Action::Apply(path) | Action::Replace(path) | Action::Patch(path) => apply(linter, path, purpose),
        Action::Delete(object) => object_ref(linter, object),
        Action::Kubectl(argv, saved) => {
            kubectl(linter, argv);
            if let Some(name) = saved.save.as_ref().filter(|name| name.contains('-')) {
                let message = format!("`{name}` cannot stand in a placeholder: expected letters and digits");
                linter.wrong(argv.span, message);
            }
        }
        Action::Put(put) => {
            linter.file(&put.from);
            linter.learners(&put.file);
        }
        Action::Answers(answers) => self::answers(linter, answers),
        Action::NodePut(put) => {
            linter.file(&put.from);
            on_node(linter, &put.to);
        }
        Action::NodeEdit(edit) => on_node(linter, &edit.file),
        Action::NodeDelete(path) => on_node(linter, path),
        Action::NodeRestart(_) => {}
    }
}

/// A file of the node that a step changes.
fn on_node(linter: &mut Linter<'_>, path: &Located<String>) {
    if let Some(Err(error)) = linter.filled(path).map(|path| files::check(&path)) {
        linter.wrong(path.span, error.to_string());
    }
}

fn apply(linter: &mut Linter<'_>, path: &Located<String>, purpose: Use) {
    let entry = linter.entry;
    let found = entry.manifests(path);
    for (file, _) in &found {
        linter.manifest(file, purpose);
    }
    if found.is_empty() {
        let files = entry.files.keys().map(String::as_str);
        let known = files.flat_map(|file| [Some(file), file.rsplit_once('/').map(|(folder, _)| folder)]).flatten();
        linter.missing(path, "file or folder of manifests", known.collect());
    }
}

fn object_ref(linter: &mut Linter<'_>, object: &Located<ObjectRef>) {
    if let Some(ns) = &object.ns {
        linter.alias(ns);
    }
    for word in [&object.kind.value, &object.name] {
        if let Some(Err(message)) = linter.filled(word).map(|word| kubectl::operand(&word)) {
            linter.wrong(object.span, message);
        }
    }
    let known = crate::client::kinds::Resource::known(object.api_version.as_deref(), &object.kind);
    match known {
        Some(kind) if kind.namespaced && object.ns.is_none() => {
            linter.wrong(object.kind.span, format!("`ns` is missing: a {} is in a namespace", kind.kind));
        }
        None if object.api_version.is_none() => {
            let problem = Diagnostic::error(object.kind.span, format!("unknown kind `{}`", object.kind.value));
            linter.say(problem.label("say its `api_version` if it is not a misspelling"));
        }
        _ => {}
    }
}

/// What the engine would refuse; a placeholder is tried with a sample, and may stand for something worse in a run.
fn kubectl(linter: &mut Linter<'_>, argv: &Located<Vec<Located<String>>>) {
    let Some(filled) = argv.iter().map(|word| linter.filled(word)).collect::<Option<Vec<String>>>() else { return };
    let written = argv.iter().map(|word| word.as_str()).collect::<Vec<_>>();
    let filled = filled.iter().map(String::as_str).collect::<Vec<_>>();
    if let Err(refusal) = kubectl::read(&filled).and_then(|_| kubectl::read(&written)) {
        let span = argv.get(refusal.at).map_or(argv.span, |word| word.span);
        linter.wrong(span, refusal.message);
    }
}

fn answers(linter: &mut Linter<'_>, answers: &Located<Map<Id, String>>) {
    let lab = linter.lab;
    let questions = || lab.checks().filter(|check| matches!(check.probe, CheckKind::Answer(_)));
    for id in answers.keys() {
        if !questions().any(|check| check.id.value == *id) {
            linter.unknown(answers.span, "question", id, questions().map(|check| check.id.0.as_str()));
        }
    }
}

/// A solution answers every question, and rightly.
fn answered(linter: &mut Linter<'_>, steps: &[Step], span: Span) {
    let lab = linter.lab;
    for check in lab.checks() {
        let CheckKind::Answer(question) = &check.probe else { continue };
        let given = steps.iter().filter_map(|step| match &step.action {
            Action::Answers(answers) => Some(answers),
            _ => None,
        });
        match given.filter_map(|answers| Some((answers.span, answers.get(&check.id.value)?))).next_back() {
            None => linter.wrong(span, format!("this solution does not answer `{}`", check.id.value)),
            Some((span, answer)) => {
                let Some(answer) = linter.filled(answer) else { continue };
                if !takes(&lab.id, &check.id, question, &answer) {
                    let hash = digest(&lab.id, &check.id, &answer);
                    let message = format!("the answer to `{}` is not the one that the check takes", check.id.value);
                    let problem = Diagnostic::error(span, message).label(format!("its hash is {hash}"));
                    linter.say(problem.related(question.sha256.span, "the check takes this"));
                }
            }
        }
    }
}

fn strays(linter: &mut Linter<'_>) {
    let entry = linter.entry;
    for (path, source) in &entry.files {
        let has_place = path == LAB || PAGES.contains(&path.as_str()) || path.starts_with("start/");
        // what a solution was rendered from is worth reading with it
        let is_spec = path.starts_with("solution") && path.ends_with("/tightship.yaml");
        if !has_place && !is_spec && !linter.used.contains(path) {
            linter.say_of(source, Diagnostic::error(Span::default(), format!("no step and no check needs `{path}`")));
        }
    }
}
