//! What the room has to know of the labs.

use crate::lab::course::{Course, Entry};

/// A lab as the room sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabSheet {
    pub id: String,
    pub title: String,
    pub minutes: u32,
    pub tasks: Vec<TaskSheet>,
    /// Its traps: what each teaches, and the checks that fail in it.
    pub traps: Vec<(String, Vec<String>)>,
}

/// A task of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSheet {
    pub id: String,
    pub hints: Vec<String>,
    /// Its checks, each with what is right when it passes.
    pub checks: Vec<(String, String)>,
}

/// The labs of a course.
pub fn sheets(course: &Course) -> Vec<LabSheet> {
    course.labs.iter().map(sheet).collect()
}

fn sheet(entry: &Entry) -> LabSheet {
    let lab = &entry.lab;
    let tasks = lab.tasks.iter().map(|task| TaskSheet {
        id: task.id.value.to_string(),
        hints: task.hints.value.iter().map(|hint| generic(hint)).collect(),
        checks: task.checks.iter().map(|check| (check.id.value.to_string(), generic(&check.text))).collect(),
    });
    let fails = |trap: &crate::lab::course::Trap| trap.fails.iter().map(|id| id.value.to_string()).collect();
    LabSheet {
        id: lab.id.value.to_string(),
        title: lab.title.clone(),
        minutes: lab.minutes.0,
        tasks: tasks.collect(),
        traps: lab.traps.iter().map(|trap| (generic(&trap.value.lesson), fails(&trap.value))).collect(),
    }
}

/// A text for everybody: what is named otherwise in each run has the name of its placeholder, such as `<web>`.
pub fn generic(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once("{{") {
        let Some((name, after)) = inner.split_once("}}") else { break };
        out += before;
        let name = name.trim();
        out.extend(["<", name.rsplit('.').next().unwrap_or(name), ">"]);
        rest = after;
    }
    out + rest.trim_end()
}
