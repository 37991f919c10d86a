//! The parts of a lab, and whether they fit together: names, order, traps.

use std::collections::BTreeSet;

use super::Linter;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::lab::course::values::{AtStart, Id};
use crate::lab::course::{LabCheck, Task, Trap};
use crate::yaml::Span;

/// The longest name of a namespace, and what of it is neither the lab's id nor the alias: `ts-`, `-` and `-abcd`.
const NAMESPACE: usize = 63 - "ts---abcd".len();

pub(super) fn check(linter: &mut Linter<'_>) {
    namespaces(linter);
    let lab = linter.lab;
    unique(linter, "task", lab.tasks.iter().map(|task| &task.id));
    unique(linter, "check", lab.checks().map(|check| &check.id));
    unique(linter, "random word", lab.random.iter());
    for task in &lab.tasks {
        self::task(linter, task);
    }
    let id = lab.id.span;
    for (missing, what) in [
        (lab.tasks.is_empty(), "no task"),
        (lab.keep.is_empty(), "nothing to `keep`: a learner could delete what it is about"),
        (lab.solutions.is_empty(), "no solution"),
        (lab.traps.is_empty(), "no trap"),
    ] {
        if missing {
            linter.wrong(id, format!("this lab has {what}"));
        }
    }
    for check in &lab.keep {
        if check.at_start == Some(AtStart::Fail) {
            linter.wrong(check.id.span, "what is to keep passes at the start");
        }
    }
    for check in lab.checks() {
        order(linter, check);
    }
    for trap in &lab.traps {
        self::trap(linter, &trap.value, trap.span);
    }
    mutation(linter);
}

fn namespaces(linter: &mut Linter<'_>) {
    let lab = linter.lab;
    let id = lab.id.span;
    if lab.namespaces.is_empty() {
        linter.wrong(id, "this lab has no namespace");
    }
    for alias in lab.namespaces.keys() {
        if lab.id.len() + alias.len() > NAMESPACE {
            linter.wrong(id, format!("the namespace `{alias}` gets a name of more than 63 characters"));
        }
    }
    let words = lab.random.iter().map(|word| (word.span, word.value.0.as_str()));
    for (span, name) in lab.namespaces.keys().map(|alias| (id, alias.0.as_str())).chain(words) {
        if name.contains('-') || name.starts_with(|first: char| first.is_ascii_digit()) {
            let problem = Diagnostic::error(span, format!("`{name}` cannot stand in a placeholder"));
            linter.say(problem.label("expected lower case letters and digits, a letter first"));
        }
    }
}

fn unique<'l>(linter: &mut Linter<'_>, what: &str, ids: impl Iterator<Item = &'l Located<Id>>) {
    let mut seen: Vec<&Located<Id>> = Vec::new();
    for id in ids {
        match seen.iter().find(|other| other.value == id.value) {
            Some(first) => linter.say(
                Diagnostic::error(id.span, format!("a second {what} `{}`", id.value))
                    .label("the second time")
                    .related(first.span, "the first time"),
            ),
            None => seen.push(id),
        }
    }
}

fn task(linter: &mut Linter<'_>, task: &Task) {
    let span = task.id.span;
    if task.hints.len() < 2 {
        linter.say(
            Diagnostic::error(span, "this task has fewer than two hints").label("the last is nearly the solution"),
        );
    }
    let distinct: BTreeSet<&str> = task.hints.iter().map(|hint| hint.trim()).collect();
    if distinct.len() < task.hints.len() {
        linter.wrong(task.hints.span, "two hints say the same");
    }
    if task.checks.iter().all(|check| check.passes_at_start(true)) {
        linter.wrong(span, "no check of this task fails at the start, so it is done already");
    }
    for check in task.checks.iter().filter(|check| check.passes_at_start(true)) {
        if !linter.lab.traps.iter().any(|trap| trap.fails.iter().any(|id| id.value == check.id.value)) {
            let problem = Diagnostic::error(check.id.span, format!("nothing ever fails `{}`", check.id.value));
            linter.say(problem.label("it passes at the start, and no trap fails it"));
        }
    }
}

/// Reports a check that does not exist.
fn known_check(linter: &mut Linter<'_>, id: &Located<Id>) -> bool {
    let lab = linter.lab;
    let known = lab.check(id).is_some();
    if !known {
        linter.unknown(id.span, "check", id, lab.checks().map(|check| check.id.0.as_str()));
    }
    known
}

/// Reports a task that does not exist.
pub(super) fn known_task(linter: &mut Linter<'_>, id: &Located<Id>) -> bool {
    let lab = linter.lab;
    let known = lab.tasks.iter().any(|task| task.id.value == id.value);
    if !known {
        linter.unknown(id.span, "task", id, lab.tasks.iter().map(|task| task.id.0.as_str()));
    }
    known
}

fn order(linter: &mut Linter<'_>, check: &LabCheck) {
    let Some(after) = &check.after else { return };
    if known_check(linter, after) && before(linter, check).contains(&check.id.value) {
        linter.say(Diagnostic::error(after.span, format!("`{}` waits for itself", check.id.value)).label("a circle"));
    }
}

/// The checks that a check waits for.
fn before(linter: &Linter<'_>, check: &LabCheck) -> Vec<Id> {
    let mut found = Vec::new();
    let mut next = check.after.as_ref();
    while let Some(id) = next.filter(|id| !found.contains(&id.value)) {
        found.push(id.value.clone());
        next = linter.lab.check(id).and_then(|check| check.after.as_ref());
    }
    found
}

fn trap(linter: &mut Linter<'_>, trap: &Trap, span: Span) {
    let lab = linter.lab;
    let place = trap.fails.first().map_or(span, |id| id.span);
    if trap.fails.is_empty() {
        linter.wrong(span, "this trap fails no check, so it is a solution");
    }
    unique(linter, "failing check", trap.fails.iter());
    for id in &trap.fails {
        known_check(linter, id);
    }
    let fails = |id: &Id| trap.fails.iter().any(|failing| failing.value == *id);
    for check in lab.checks().filter(|check| !fails(&check.id.value)) {
        if let Some(first) = before(linter, check).iter().find(|id| fails(id)) {
            let message = format!("where `{first}` fails, `{}` is blocked, which counts as failing", check.id.value);
            linter.say(Diagnostic::error(place, message).label(format!("`{}` belongs here", check.id.value)));
        }
    }
    if let Some(without) = trap.without.as_ref().filter(|id| known_task(linter, id)) {
        let task = lab.tasks.iter().find(|task| task.id.value == without.value);
        if task.is_some_and(|task| !task.checks.iter().any(|check| fails(&check.id.value))) {
            linter.wrong(without.span, format!("without `{}` no check of this task fails", without.value));
        }
    }
}

/// Each of several tasks can be left out of a solution, so that its checks can be seen to fail.
fn mutation(linter: &mut Linter<'_>) {
    let lab = linter.lab;
    if lab.tasks.len() < 2 {
        return;
    }
    for task in &lab.tasks {
        let is_it = |id: Option<&Located<Id>>| id.is_some_and(|id| id.value == task.id.value);
        let marked = lab.solutions.iter().any(|solution| solution.steps.iter().any(|step| is_it(step.task.as_ref())));
        if !marked && !lab.traps.iter().any(|trap| is_it(trap.without.as_ref())) {
            let message = format!("nothing shows that `{}` matters", task.id.value);
            linter.say(
                Diagnostic::error(task.id.span, message)
                    .label("neither a step of a solution is marked with this task, nor is a trap without it"),
            );
        }
    }
}
