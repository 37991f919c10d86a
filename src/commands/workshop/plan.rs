//! `tightship workshop plan`.

use std::fmt::Write as _;

use anyhow::{Context as _, anyhow};
use serde::Serialize;

use super::site::course;
use crate::cli::workshop::PlanArgs;
use crate::client::apply;
use crate::client::kinds::Resource;
use crate::commands::{FINDINGS, OK, output};
use crate::k8s::object::Kind;
use crate::k8s::quantity::Quantity;
use crate::lab::lab_cluster::LabCluster;
use crate::workshop::capacity::{self, Has, Line, Plan};
use crate::workshop::share;

/// The version of the JSON.
const VERSION: u8 = 1;

/// A plan for programs.
#[derive(Serialize)]
struct Output<'p> {
    version: u8,
    fits: bool,
    cluster: &'p Has,
    own_cluster: Vec<Own>,
    #[serde(flatten)]
    plan: &'p Plan,
}

/// A lab that cannot share a cluster.
#[derive(Serialize)]
struct Own {
    lab: String,
    why: String,
}

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<u8> {
    let course = course()?;
    let mut needs = Vec::new();
    let mut own = Vec::new();
    for word in &args.labs {
        let entry = course.find(word)?;
        let lab = entry.lab.id.value.to_string();
        match share::obstacle(entry) {
            Some(why) => own.push(Own { lab, why }),
            None => needs.push(capacity::of_lab(entry)),
        }
    }
    let has = match &args.context {
        Some(context) => of_cluster(context)?,
        None => Has::kind(args.nodes, mebibytes(&args.memory)?),
    };
    let plan = Plan::new(args.attendees, needs, &has);
    let fits = plan.fits() && own.is_empty();
    if args.json {
        output::json(&Output { version: VERSION, fits, cluster: &has, own_cluster: own, plan: &plan })?;
    } else {
        output::print(&text(&plan, &has, &own))?;
    }
    Ok(if fits { OK } else { FINDINGS })
}

fn mebibytes(text: &str) -> anyhow::Result<u64> {
    let amount = Quantity::parse(text).map_err(|refusal| anyhow!("--memory {text}: {refusal}"))?;
    Ok(u64::try_from(amount.value()).unwrap_or_default() >> 20)
}

/// What the nodes of a cluster have, that take pods.
fn of_cluster(context: &str) -> anyhow::Result<Has> {
    let site = LabCluster::adopt(context, true)?;
    let resource = Resource::of(Kind::Node).context("there are no nodes")?;
    let nodes = apply::list(&site.client, &resource, None, None)?;
    let mut has = Has {
        source: format!("the cluster of {context}"),
        nodes: 0,
        pods: 0,
        addresses: 0,
        memory: 0,
        cpu: Some(0),
        is_kind: false,
    };
    for node in &nodes {
        let text = |pointer: &str| node.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
        let amount = |what: &str| Quantity::parse(text(&format!("/status/allocatable/{what}"))).ok();
        let is_closed =
            node.pointer("/spec/taints").and_then(serde_json::Value::as_array).into_iter().flatten().any(|taint| {
                taint
                    .get("effect")
                    .and_then(serde_json::Value::as_str)
                    .is_some_and(|effect| effect != "PreferNoSchedule")
            });
        has.is_kind |= text("/spec/providerID").starts_with("kind://");
        has.nodes += 1;
        if is_closed {
            continue;
        }
        let whole = |what: &str| amount(what).map_or(0, |amount| u64::try_from(amount.value()).unwrap_or_default());
        has.pods += whole("pods");
        has.addresses += addresses(text("/spec/podCIDR")).unwrap_or_else(|| whole("pods"));
        let memory = whole("memory") >> 20;
        // the nodes of kind share the memory of one machine
        has.memory = if has.is_kind { has.memory.max(memory) } else { has.memory + memory };
        let cpu = amount("cpu").map_or(0, |amount| u64::try_from(amount.millis()).unwrap_or_default());
        has.cpu = has.cpu.map(|all| if has.is_kind { all.max(cpu) } else { all + cpu });
    }
    Ok(has)
}

/// The addresses of a range of IPv4; none of another.
fn addresses(cidr: &str) -> Option<u64> {
    let (network, bits) = cidr.split_once('/')?;
    network.parse::<std::net::Ipv4Addr>().ok()?;
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 30)?;
    Some((1_u64 << (32 - bits)) - 2)
}

fn text(plan: &Plan, has: &Has, own: &[Own]) -> String {
    let mut text = format!(
        "{} on {}\n\n",
        output::count(usize::try_from(plan.attendees).unwrap_or_default(), "attendee"),
        has.source
    );
    for need in &plan.labs {
        let pods = output::count(usize::try_from(need.pods).unwrap_or_default(), "pod");
        let _ = writeln!(text, "{:<18} {pods}, {} MiB for each attendee, {} min", need.lab, need.memory, need.minutes);
    }
    for Own { lab, why } in own {
        let _ = writeln!(text, "{lab:<18} needs a cluster of its own: {why}");
    }
    text.push('\n');
    for line in &plan.lines {
        let _ = writeln!(text, "{}", shown(line));
    }
    let _ = writeln!(text, "{:<26} {:>6}", "minutes of labs", plan.minutes);
    let _ = writeln!(
        text,
        "\non two cores `workshop up` takes about {} s, and a round of verifications {} s",
        plan.begin_seconds, plan.round_seconds
    );
    if plan.labs.iter().any(|need| need.is_open) {
        text.push_str("labs of network policies begin with open pods: until an attendee has closed theirs, others in the same lab reach them\n");
    }
    if let Some(kind) = &plan.kind {
        let _ = write!(text, "\nthis kind.yaml makes a cluster with enough room for pods:\n\n{kind}");
    }
    text
}

fn shown(line: &Line) -> String {
    let unit = if line.unit.is_empty() { String::new() } else { format!(" {}", line.unit) };
    let has =
        line.has.map_or_else(|| "  (not known how many there are)".to_owned(), |has| format!(" of {has:>6}{unit}"));
    let verdict = if line.fits() { "" } else { "  DOES NOT FIT" };
    format!("{:<26} {:>6}{has}{verdict}", line.what, line.needed)
}
