//! What a look at a lab says that the log does not say yet.

use crate::lab::run::{Checked, Report};
use crate::lab::verdict::Verdict;
use crate::workshop::room::{Event, Outcome, Progress, Told};

/// The longest reason that is written down.
const WHY: usize = 2000;

/// The events of a look.
pub(super) fn of(
    name: &str,
    lab: &str,
    tasks: &[String],
    progress: &Progress,
    has_begun: bool,
    result: &Result<Report, String>,
) -> Vec<Event> {
    let report = match result {
        Ok(report) => report,
        Err(why) => {
            // whoever is done has nothing that could be looked at
            let Some(task) = tasks.iter().find(|task| !progress.passes(task)) else { return Vec::new() };
            let told =
                Told { state: Outcome::Error, why: Some(short(why)), task: Some(task.clone()), ..nothing(name, lab) };
            return news(progress, told, has_begun).into_iter().collect();
        }
    };
    let mut groups: Vec<(Option<&str>, Vec<&Checked>)> = Vec::new();
    for check in &report.checks {
        let task = check.task.as_deref();
        match groups.iter_mut().find(|(known, _)| *known == task) {
            Some((_, checks)) => checks.push(check),
            None => groups.push((task, vec![check])),
        }
    }
    let told = groups
        .into_iter()
        .map(|(task, checks)| Told { task: task.map(str::to_owned), ..outcome(&checks, nothing(name, lab)) });
    told.filter_map(|told| news(progress, told, has_begun)).collect()
}

fn nothing(name: &str, lab: &str) -> Told {
    Told {
        name: name.to_owned(),
        lab: lab.to_owned(),
        task: None,
        state: Outcome::Passed,
        check: None,
        why: None,
        failing: Vec::new(),
        passing: 0,
    }
}

/// How the checks of a task stand together: a failure is certain whatever could not be looked at.
fn outcome(checks: &[&Checked], told: Told) -> Told {
    let first = |verdict: Verdict| checks.iter().find(|check| check.status == verdict);
    let failing = || checks.iter().filter(|check| matches!(check.status, Verdict::Fail | Verdict::Blocked));
    let passing = checks.iter().filter(|check| check.status == Verdict::Pass).count();
    let told = Told { passing, failing: failing().map(|check| check.id.clone()).collect(), ..told };
    if let Some(check) = first(Verdict::Fail) {
        let why = check.why.as_deref().unwrap_or(&check.observed);
        return Told { state: Outcome::Failed, check: Some(check.id.clone()), why: Some(short(why)), ..told };
    }
    if let Some(check) = first(Verdict::Error) {
        return Told { state: Outcome::Error, why: Some(short(&check.observed)), failing: Vec::new(), ..told };
    }
    if let Some(check) = first(Verdict::Blocked) {
        return Told {
            state: Outcome::Failed,
            check: Some(check.id.clone()),
            why: Some(short(&check.observed)),
            ..told
        };
    }
    told
}

/// What is said, if it is new.
fn news(progress: &Progress, told: Told, has_begun: bool) -> Option<Event> {
    let task = told.task.clone().unwrap_or_default();
    let before = progress.told.get(&task);
    let was = before.map(|before| before.state);
    let told = match (told.state, was) {
        // what nobody has touched fails, as that is how a lab begins
        (Outcome::Failed, Some(Outcome::Error)) if !has_begun => {
            Told { state: Outcome::Open, check: None, why: None, failing: Vec::new(), ..told }
        }
        (Outcome::Failed, Some(Outcome::Open) | None) if !has_begun => return None,
        // what passed is not undone by a cluster that does not answer
        (Outcome::Error, Some(Outcome::Passed)) => return None,
        // what must keep working is only told when it did not
        (Outcome::Passed, None) if task.is_empty() => return None,
        _ => told,
    };
    let is_same = before.is_some_and(|before| {
        (before.state, &before.check, &before.failing, before.passing)
            == (told.state, &told.check, &told.failing, told.passing)
    });
    (!is_same).then_some(Event::Task(told))
}

fn short(text: &str) -> String {
    text.chars().take(WHY).collect()
}
