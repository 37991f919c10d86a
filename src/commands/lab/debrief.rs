//! `tightship lab debrief`.

use anyhow::bail;

use super::context::LabContext;
use crate::cli::lab::LabName;
use crate::commands::{OK, output};
use crate::lab::check_context::Names;

/// Says what happened and why, once the lab is passed or its solution was seen.
pub(super) fn run(context: &LabContext, name: &LabName) -> anyhow::Result<u8> {
    let entry = context.lab(name.lab.as_deref())?;
    let record = context.record(entry);
    if !record.is_some_and(|record| record.passed.is_some() || record.solution_seen) {
        bail!("the debrief of {} contains its solution: pass the lab first", entry.lab.id.value);
    }
    let names = match (record.and_then(|record| record.run.as_ref()), context.cluster(entry)) {
        (Some(run), Some(cluster)) => run.names(&entry.lab.id.value, cluster, &context.workspace),
        _ => Names::sample(&entry.lab),
    };
    let text = entry.text("debrief.md", &names).map_err(|fault| anyhow::anyhow!("{fault}"))?;
    output::show(&text)?;
    Ok(OK)
}
