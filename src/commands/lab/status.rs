//! `tightship lab` and `tightship lab status`.

use std::fmt::Write as _;

use super::context::LabContext;
use super::show;
use crate::commands::{OK, output};
use crate::diagnostic::text::line;
use crate::file;
use crate::lab::lab_cluster::LabCluster;

/// The largest kubeconfig of a learner that is looked at.
const KUBECONFIG: u64 = 1 << 20;

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
    let mut sites = Vec::new();
    if context.state.clusters.is_empty() {
        text.push_str("cluster   none yet: `tightship lab start` makes one\n");
    }
    for (key, record) in &context.state.clusters {
        let made = if record.is_made() { "made for the labs" } else { "not made by tightship" };
        let answers = match LabCluster::open(&context.workspace, record) {
            Ok(site) => {
                sites.push(site);
                "answers".to_owned()
            }
            Err(error) => error.to_string(),
        };
        let known = line(&format!("{} ({key}, {}, {made})", record.name, record.version)).into_owned();
        let _ = writeln!(text, "cluster   {known}: {answers}");
    }
    for entry in &context.course.labs {
        let Some(record) = context.record(entry) else { continue };
        let is_current = context.state.current.as_deref() == Some(&*entry.lab.id.value.0);
        let passed = record.passed.as_deref().map_or("not passed", |_| "passed");
        let hints: usize = record.hints.values().fold(0, |all, shown| all.saturating_add(*shown));
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
    if let Some(current) = &context.state.current {
        text.push_str(&kubeconfig(context, current, &sites));
    }
    output::show(&text)?;
    Ok(OK)
}

/// The line that names the learner's kubeconfig, if it is one that was written for a cluster of the labs: a shell that has it
/// does what the kubeconfig says.
fn kubeconfig(context: &LabContext, lab: &str, sites: &[LabCluster]) -> String {
    let path = context.workspace.kubeconfig(lab);
    let text = file::read_text(&path, KUBECONFIG).unwrap_or_default();
    if sites.iter().any(|site| site.login().is_in(&text)) {
        return format!("export KUBECONFIG={}\n", output::shell_word(path.as_str()));
    }
    format!("{path} is not as tightship writes it for these labs: `tightship lab start` with the lab writes it\n")
}
