//! `tightship lab list`.

use std::fmt::Write as _;

use anstyle::Style;
use serde::Serialize;

use super::context::LabContext;
use crate::cli::lab::ListArgs;
use crate::commands::{OK, output};
use crate::diagnostic::style::{GOOD, OPEN};
use crate::diagnostic::text;
use crate::lab::course::{Entry, values::Need};
use crate::lab::page;

/// The version of the JSON.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Output<'d> {
    version: u8,
    labs: Vec<Line<'d>>,
}

/// A lab, as a program sees it.
#[derive(Serialize)]
struct Line<'d> {
    number: u32,
    id: &'d str,
    title: &'d str,
    level: &'static str,
    minutes: u32,
    story: &'d str,
    status: &'static str,
    blocked: Option<String>,
    rules: Vec<&'static str>,
    cis: &'d [String],
    cks: Vec<&'static str>,
}

pub(super) fn run(context: &LabContext, args: &ListArgs) -> anyhow::Result<u8> {
    if args.markdown {
        output::print(&page::markdown(&context.course, context.is_built_in()))?;
        return Ok(OK);
    }
    let lines: Vec<Line<'_>> = context.course.labs.iter().map(|entry| line(context, entry)).collect();
    if args.json {
        let output = Output { version: VERSION, labs: lines };
        output::json(&output)?;
        return Ok(OK);
    }
    let width = lines.iter().map(|line| line.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for line in lines {
        let style = match line.status {
            "done" => GOOD,
            "doing" => OPEN,
            _ => Style::new(),
        };
        let minutes = format!("{} min", line.minutes);
        let title: String = line.blocked.unwrap_or_else(|| text::line(line.title).into_owned());
        let _ = writeln!(
            text,
            "{style}{:<7}{style:#} {:02} {:<width$}  {:<8}  {minutes:>6}  {title}",
            line.status, line.number, line.id, line.level
        );
    }
    output::show(&text)?;
    Ok(OK)
}

fn line<'d>(context: &'d LabContext, entry: &'d Entry) -> Line<'d> {
    let lab = &entry.lab;
    let record = context.record(entry);
    let blocked = blocked(context, entry);
    let status = match record {
        Some(record) if record.passed.is_some() => "done",
        Some(record) if record.run.is_some() => "doing",
        _ if blocked.is_some() => "blocked",
        _ => "",
    };
    Line {
        number: entry.number,
        id: &lab.id.value,
        title: &lab.title,
        level: lab.level.as_str(),
        minutes: lab.minutes.0,
        story: &lab.story,
        status,
        blocked,
        rules: lab.rules.iter().filter_map(|rule| rule.value.0).map(|rule| rule.id).collect(),
        cis: &lab.cis,
        cks: lab.cks.iter().map(|topic| topic.as_str()).collect(),
    }
}

/// Why a lab cannot be started on the cluster that is there; none if it can, or if there is no cluster yet.
fn blocked(context: &LabContext, entry: &Entry) -> Option<String> {
    let own = entry.lab.needs.contains(&Need::OwnCluster);
    let record = context.state.clusters.get(LabContext::cluster_key(entry)).filter(|_| !own)?;
    if let Some(needed) = record.lacks(&entry.lab) {
        return Some(format!("needs Kubernetes {needed} or newer, the cluster has {}", record.version));
    }
    let needs_node = entry.lab.needs.contains(&Need::Node) && record.node.is_empty();
    needs_node.then(|| "needs a node that can be entered, as kind's can".to_owned())
}
