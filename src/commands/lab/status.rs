//! `tightship lab` and `tightship lab status`.

use std::fmt::Write as _;

use super::context::LabContext;
use super::show;
use crate::commands::{OK, output};
use crate::lab::lab_cluster::LabCluster;

/// Where one is, and what is next.
pub(super) fn brief(context: &LabContext) -> anyhow::Result<u8> {
    let total = context.course.labs.len();
    let is_done = |id: &str| context.state.labs.get(id).is_some_and(|record| record.passed.is_some());
    let done = context.course.labs.iter().filter(|entry| is_done(&entry.lab.id.value)).count();
    let mut text = format!("{done} of {} passed\n", output::count(total, "lab"));
    let current = context.state.current.as_deref().and_then(|id| context.course.find(id).ok());
    if let Some(entry) = current.filter(|entry| !is_done(&entry.lab.id.value)) {
        let _ = writeln!(text, "\nyou are in {}", show::bold(&format!("{} {}", entry.folder, entry.lab.title)));
        text.push_str(&show::wrapped(&entry.lab.story, "  "));
        let _ = writeln!(text, "\nread {}", output::shell_word(context.folder(entry)?.join("README.md").as_str()));
        text.push_str("then `tightship lab verify`, `tightship lab hint`, `tightship lab reset`\n");
    } else if let Some(next) = context.course.next(context.state.current.as_deref(), is_done) {
        let _ = writeln!(text, "\nnext is {}", show::bold(&format!("{} {}", next.folder, next.lab.title)));
        text.push_str(&show::wrapped(&next.lab.story, "  "));
        text.push_str("\n`tightship lab start` starts it, `tightship lab list` shows all\n");
    } else {
        text.push_str("\nthat was the last one; `tightship lab list` shows them, `tightship lab down` cleans up\n");
    }
    output::show(&text)?;
    Ok(OK)
}

/// The cluster, the lab, its namespaces, and what was done.
pub(super) fn run(context: &LabContext) -> anyhow::Result<u8> {
    let mut text = format!("folder    {}\n", context.workspace.dir());
    if context.state.clusters.is_empty() {
        text.push_str("cluster   none yet: `tightship lab start` makes one\n");
    }
    for (key, record) in &context.state.clusters {
        let answers = match LabCluster::open(record) {
            Ok(_) => "answers".to_owned(),
            Err(error) => error.to_string(),
        };
        let made = if record.made { "made for the labs" } else { "not made by tightship" };
        let _ = writeln!(text, "cluster   {} ({key}, {}, {made}): {answers}", record.name, record.version);
    }
    for entry in &context.course.labs {
        let Some(record) = context.record(entry) else { continue };
        let is_current = context.state.current.as_deref() == Some(&*entry.lab.id.value.0);
        let passed = record.passed.as_deref().map_or("not passed", |_| "passed");
        let hints: usize = record.hints.values().sum();
        let mark = if is_current { "*" } else { " " };
        let _ = writeln!(
            text,
            "{mark} {}  {passed}, {}, {}",
            entry.folder,
            output::count(usize::try_from(record.verified).unwrap_or(usize::MAX), "verification"),
            output::count(hints, "hint")
        );
        if let Some(run) = &record.run {
            for (alias, name) in &run.ns {
                let _ = writeln!(text, "    {alias:<12} {name}");
            }
        }
    }
    if context.state.current.is_some() {
        let _ = writeln!(text, "export KUBECONFIG={}", output::shell_word(context.workspace.kubeconfig().as_str()));
    }
    output::show(&text)?;
    Ok(OK)
}
