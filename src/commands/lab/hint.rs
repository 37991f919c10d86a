//! `tightship lab hint`.

use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::bail;

use super::context::{self, LabContext};
use super::show;
use crate::cli::lab::HintArgs;
use crate::commands::{OK, output};
use crate::lab::course::Task;

/// Shows the next hint of a task, after those that were shown before.
pub(super) fn run(mut context: LabContext, args: &HintArgs) -> anyhow::Result<u8> {
    context.agree()?;
    let _lock = context.lock()?;
    let course = Rc::clone(&context.course);
    let entry = context.lab_of(&course, args.lab.lab.as_deref())?;
    context.run(entry)?;
    let id = entry.lab.id.value.to_string();
    let record = context.state.lab(&id);
    let seen = |task: &str| record.hints.get(task).copied().unwrap_or_default();
    let done = record.run.as_ref().map(|run| run.done.as_slice()).unwrap_or_default();
    let is_done = |task: &str| done.iter().any(|done| done == task);
    let tasks = &entry.lab.tasks;
    let has_more = |task: &&Task| seen(&task.id.value) < task.hints.len();
    let mut open = tasks.iter().filter(|task| !is_done(&task.id.value));
    // the first that is not passed and has a hint that was not shown
    let next = open.clone().find(has_more).or_else(|| tasks.iter().find(has_more)).or_else(|| open.next());
    let task = match (&args.task, next.or(tasks.last())) {
        (Some(word), _) => context::task(entry, word)?,
        (None, Some(task)) => &*task.id.value.0,
        (None, None) => bail!("{id} has no tasks"),
    };
    let Some((number, found)) = tasks.iter().enumerate().find(|(_, other)| *other.id.value == *task) else {
        bail!("{id} has no task {task}");
    };
    let shown = seen(task).saturating_add(1).min(found.hints.len());
    let is_new = shown > seen(task);
    record.hints.insert(task.to_owned(), shown);
    let all_seen = all_hints_seen(&context, entry);
    context.save()?;
    // the names of the run are in the hints too
    let names = context.run(entry)?.clone();
    let cluster = context.cluster(entry).cloned();
    let mut text = format!("{}\n", show::bold(&format!("{}. {}", number + 1, found.id.value)));
    for (at, hint) in found.hints.iter().take(shown).enumerate() {
        let hint = match &cluster {
            Some(cluster) => names.names(&id, cluster, &context.workspace).render("lab.yaml", hint),
            None => Ok(hint.clone()),
        };
        let hint = hint.map_err(|fault| anyhow::anyhow!("{fault}"))?;
        let _ = write!(text, "\nhint {} of {}\n{}", at + 1, found.hints.len(), show::wrapped(&hint, "  "));
    }
    output::show(&text)?;
    if !is_new {
        output::say_lines("\nthat was the last hint of this task")?;
    }
    if all_seen {
        output::say_lines("\nall hints are shown: `tightship lab solution` is available now")?;
    }
    Ok(OK)
}

/// Whether every hint of a lab was shown.
pub(super) fn all_hints_seen(context: &LabContext, entry: &crate::lab::course::Entry) -> bool {
    let record = context.record(entry);
    entry.lab.tasks.iter().all(|task| {
        record.and_then(|record| record.hints.get(&*task.id.value)).is_some_and(|seen| *seen >= task.hints.len())
    })
}
