//! After the workshop: who passed what, how long it took, which check and which trap cost most. Without names unless they are
//! asked for.

mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::workshop::room::{Attendee, Entry, Event, LabRun, LabSheet, Outcome, Room, Told, median};

pub use write::{html, markdown};

/// The version of the JSON.
const VERSION: u8 = 1;

/// What came of a workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub version: u8,
    pub title: String,
    /// When the first lab was opened, and when something happened last; RFC 3339.
    pub from: Option<String>,
    pub until: Option<String>,
    pub attendees: usize,
    pub joined: usize,
    pub labs: Vec<LabReport>,
    /// Only if names were asked for.
    pub people: Option<Vec<PersonReport>>,
}

/// What came of a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabReport {
    pub id: String,
    pub title: String,
    /// As the time box was in the end, and as long as it was open.
    pub minutes_given: u32,
    pub minutes_open: i64,
    /// How many passed all of its tasks.
    pub passed: usize,
    pub tasks: Vec<TaskReport>,
    /// The checks on which people spent time, the most first.
    pub checks: Vec<CheckReport>,
    /// The traps that somebody's work looked like, the most first.
    pub traps: Vec<TrapReport>,
    pub hints_for_all: usize,
    pub hints_for_one: usize,
    pub resets: usize,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskReport {
    pub id: String,
    pub passed: usize,
    pub median_seconds: Option<i64>,
    pub slowest_seconds: Option<i64>,
}

/// A check that kept people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    pub id: String,
    /// What is right when it passes.
    pub text: String,
    /// How many it kept.
    pub people: usize,
    /// For how many minutes in all it was the first that failed.
    pub minutes: i64,
}

/// A trap: all of its checks failed, and no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrapReport {
    /// What it teaches.
    pub lesson: String,
    pub fails: Vec<String>,
    pub people: usize,
}

/// What came of one person's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonReport {
    pub name: String,
    /// By lab: the tasks that they passed, each with the minutes since the lab was opened.
    pub passed: BTreeMap<String, BTreeMap<String, i64>>,
    pub hints: usize,
}

impl Report {
    /// What came of it, by the log.
    pub fn of(title: &str, entries: &[Entry], attendees: &[Attendee], labs: &[LabSheet], names: bool) -> Self {
        let room = Room::of(entries);
        let here = |attendee: &&Attendee| {
            attendee.has_joined || room.people.get(&attendee.name).is_some_and(|person| person.joined.is_some())
        };
        let opened = room.labs.values().map(|run| run.opened).min();
        let labs = room.labs.iter().map(|(id, run)| {
            let sheet = labs.iter().find(|sheet| sheet.id == *id);
            lab(&room, entries, id, run, sheet)
        });
        Self {
            version: VERSION,
            title: title.to_owned(),
            from: opened.map(|at| at.to_string()),
            until: room.last.map(|at| at.to_string()),
            attendees: attendees.len(),
            joined: attendees.iter().filter(here).count(),
            labs: labs.collect(),
            people: names.then(|| attendees.iter().map(|attendee| person(&room, &attendee.name)).collect()),
        }
    }
}

fn lab(room: &Room, entries: &[Entry], id: &str, run: &LabRun, sheet: Option<&LabSheet>) -> LabReport {
    let end = run.closed.or(room.last).unwrap_or(run.opened);
    let progress = || room.people.values().filter_map(|person| person.labs.get(id));
    let of_lab = |event: &Event, all: bool| match event {
        Event::Hint { name, lab, .. } => lab == id && name.is_none() == all,
        _ => false,
    };
    let task = |task: &String| {
        let times = room.times(id, task);
        TaskReport {
            id: task.clone(),
            passed: progress().filter(|progress| progress.passed.contains_key(task)).count(),
            slowest_seconds: times.iter().max().map(SignedDuration::as_secs),
            median_seconds: median(times).map(|time| time.as_secs()),
        }
    };
    let is_passed = |passed: &indexmap::IndexMap<String, Timestamp>| {
        !run.tasks.is_empty() && run.tasks.iter().all(|task| passed.contains_key(task))
    };
    LabReport {
        id: id.to_owned(),
        title: run.title.clone(),
        minutes_given: run.minutes,
        minutes_open: end.duration_since(run.opened).as_secs() / 60,
        passed: progress().filter(|progress| is_passed(&progress.passed)).count(),
        tasks: run.tasks.iter().map(task).collect(),
        checks: checks(entries, id, sheet, end),
        traps: sheet.map(|sheet| traps(entries, sheet)).unwrap_or_default(),
        hints_for_all: entries.iter().filter(|entry| of_lab(&entry.event, true)).count(),
        hints_for_one: entries.iter().filter(|entry| of_lab(&entry.event, false)).count(),
        resets: progress().map(|progress| progress.resets).sum(),
    }
}

/// What the verifier said of a lab, in its order.
fn said<'e>(entries: &'e [Entry], lab: &'e str) -> impl Iterator<Item = (Timestamp, &'e Told)> {
    entries.iter().filter_map(move |entry| match &entry.event {
        Event::Task(told) if told.lab == lab => Some((entry.at, told)),
        _ => None,
    })
}

/// How long each check was the first to fail: until something else was said of the task, or the lab was over.
fn checks(entries: &[Entry], lab: &str, sheet: Option<&LabSheet>, end: Timestamp) -> Vec<CheckReport> {
    let mut since: BTreeMap<(&str, Option<&str>), (Timestamp, &str)> = BTreeMap::new();
    let mut spent: BTreeMap<&str, (BTreeSet<&str>, SignedDuration)> = BTreeMap::new();
    for (at, told) in said(entries, lab) {
        let key = (told.name.as_str(), told.task.as_deref());
        if let Some((from, check)) = since.remove(&key) {
            let (people, time) = spent.entry(check).or_default();
            people.insert(key.0);
            *time += at.duration_since(from);
        }
        if let Some(check) = told.check.as_deref().filter(|_| told.state == Outcome::Failed) {
            since.insert(key, (at, check));
        }
    }
    for ((name, _), (from, check)) in since {
        let (people, time) = spent.entry(check).or_default();
        people.insert(name);
        *time += end.duration_since(from).max(SignedDuration::ZERO);
    }
    let text = |id: &str| {
        let known = sheet.into_iter().flat_map(|sheet| sheet.tasks.iter().flat_map(|task| &task.checks));
        known.into_iter().find(|(check, _)| check == id).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let report = |(id, (people, time)): (&str, (BTreeSet<&str>, SignedDuration))| CheckReport {
        id: id.to_owned(),
        text: text(id),
        people: people.len(),
        minutes: time.as_secs() / 60,
    };
    let mut checks: Vec<CheckReport> = spent.into_iter().map(report).collect();
    checks.sort_by(|a, b| (b.minutes, b.people, &a.id).cmp(&(a.minutes, a.people, &b.id)));
    checks
}

/// Whose work looked like a trap: after a look at all of their lab, its checks failed and no others.
fn traps(entries: &[Entry], sheet: &LabSheet) -> Vec<TrapReport> {
    let mut failing: BTreeMap<&str, BTreeMap<Option<&str>, &Told>> = BTreeMap::new();
    let mut people: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); sheet.traps.len()];
    let mut told = said(entries, &sheet.id).peekable();
    while let Some((at, now)) = told.next() {
        failing.entry(&now.name).or_default().insert(now.task.as_deref(), now);
        // what one look said has one time
        if told.peek().is_some_and(|(next, other)| *next == at && other.name == now.name) {
            continue;
        }
        let Some(of) = failing.get(now.name.as_str()) else { continue };
        let all: BTreeSet<&str> = of.values().flat_map(|told| &told.failing).map(String::as_str).collect();
        let has_begun = of.values().any(|told| told.passing > 0 && told.task.is_some());
        for (trap, people) in sheet.traps.iter().zip(&mut people) {
            let fails: BTreeSet<&str> = trap.1.iter().map(String::as_str).collect();
            if has_begun && !fails.is_empty() && fails == all {
                people.insert(&now.name);
            }
        }
    }
    let report = |((lesson, fails), people): (&(String, Vec<String>), BTreeSet<&str>)| TrapReport {
        lesson: lesson.clone(),
        fails: fails.clone(),
        people: people.len(),
    };
    let mut traps: Vec<TrapReport> = sheet.traps.iter().zip(people).map(report).collect();
    traps.retain(|trap| trap.people > 0);
    traps.sort_by_key(|trap| std::cmp::Reverse(trap.people));
    traps
}

fn person(room: &Room, name: &str) -> PersonReport {
    let person = room.people.get(name);
    let passed = person.into_iter().flat_map(|person| &person.labs).filter_map(|(lab, progress)| {
        let opened = room.labs.get(lab)?.opened;
        let minutes = |(task, at): (&String, &Timestamp)| (task.clone(), at.duration_since(opened).as_secs() / 60);
        Some((lab.clone(), progress.passed.iter().map(minutes).collect()))
    });
    PersonReport {
        name: name.to_owned(),
        passed: passed.collect(),
        hints: person.map_or(0, |person| person.labs.values().map(|progress| progress.hints).sum()),
    }
}
