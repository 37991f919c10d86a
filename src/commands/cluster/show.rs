//! What `tightship cluster status` prints.

use std::fmt::Write as _;

use crate::apiserver::slides::{SlideFlag, slides};
use crate::cluster::ClusterDir;
use crate::cluster::flags::{Difference, Running};
use crate::cluster::ports::{Exposure, Listener};
use crate::cluster::status::{Node, Status};
use crate::diagnostic::style::{BAD, HEADING};

/// Longer values are cut: paths fit.
const LONGEST: usize = 48;

pub(super) fn text(home: &ClusterDir, status: &Status) -> String {
    let record = &status.record;
    let kind = if record.hardened { "hardened" } else { "not hardened" };
    let mut text = format!(
        "{}: Kubernetes {}, {kind}, image {}\nkubeconfig: {}\n",
        record.name,
        record.kubernetes,
        record.image,
        home.kubeconfig()
    );
    section(&mut text, "nodes");
    text.push_str(&table(status.nodes.iter().map(node)));
    section(&mut text, "API server");
    text.push_str(&flags(status));
    if let Some(flags) = &status.flags {
        section(&mut text, "what slides of 2019 say of it (tightship apiserver explain --slides)");
        text.push_str(&table(slides().flags.iter().filter_map(|row| slide(row, flags))));
    }
    for node in status.nodes.iter().filter(|node| !node.ports.is_empty()) {
        section(&mut text, &format!("ports open on {}", node.name));
        text.push_str(&table(node.ports.iter().map(port)));
    }
    if !status.pending.is_empty() {
        let names = status.pending.join(" ");
        // writing to a string cannot fail
        let _ =
            write!(text, "\nlogs and exec wait for the kubelets' certificates: kubectl certificate approve {names}\n");
    }
    text
}

fn section(text: &mut String, title: &str) {
    // writing to a string cannot fail
    let _ = write!(text, "\n{HEADING}{title}{HEADING:#}\n");
}

fn node(node: &Node) -> Vec<String> {
    let version = node.version.clone().unwrap_or_default();
    vec![node.name.clone(), node.role.clone(), node.state.clone(), version]
}

fn flags(status: &Status) -> String {
    let Some(flags) = &status.flags else { return "  does not run\n".to_owned() };
    if status.differences.is_empty() {
        return format!("  {} flags, as the baseline of {} has them\n", flags.len(), status.record.kubernetes);
    }
    let head = ["flag", "runs with", "baseline", ""].map(str::to_owned).to_vec();
    let rows = status.differences.iter().map(difference);
    let differ = match status.differences.len() {
        1 => "1 differs".to_owned(),
        number => format!("{number} differ"),
    };
    format!(
        "  {} flags, {differ} from the baseline of {}\n{}",
        flags.len(),
        status.record.kubernetes,
        table(std::iter::once(head).chain(rows))
    )
}

fn difference(difference: &Difference) -> Vec<String> {
    let value = |value: &Option<String>| match value.as_deref() {
        None => "not set".to_owned(),
        Some("") => "empty".to_owned(),
        Some(text) if text.chars().count() > LONGEST => text.chars().take(LONGEST - 1).chain(['…']).collect(),
        Some(text) => text.to_owned(),
    };
    let items = difference.why.split_once(": ").map(|(items, _)| items).unwrap_or_default();
    vec![format!("--{}", difference.name), value(&difference.running), value(&difference.baseline), items.to_owned()]
}

fn port(port: &Listener) -> Vec<String> {
    let verdict = port.verdict();
    let address = match port.reach() {
        Exposure::Everywhere => "all addresses".to_owned(),
        _ => port.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let what = match verdict.wrong {
        Some(wrong) => format!("{BAD}{wrong}{BAD:#}: {}", verdict.what),
        None => verdict.what,
    };
    vec![port.port.to_string(), port.program.clone().unwrap_or_else(|| "-".to_owned()), address, what]
}

/// What the server runs with of what a slide names; nothing for what is gone from the release and not set.
fn slide(row: &SlideFlag, flags: &[Running]) -> Option<Vec<String>> {
    let value = |name: &str| flags.iter().find(|flag| flag.name == name).map(|flag| flag.value.as_str());
    let (name, runs) = match (row.flag(), row.plugin()) {
        (Some(flag), _) => (format!("--{flag}"), value(flag)?.to_owned()),
        (None, Some(plugin)) => {
            let listed = value("enable-admission-plugins")?.split(',').any(|item| item == plugin);
            listed.then(|| (plugin.to_owned(), "listed".to_owned()))?
        }
        (None, None) => return None,
    };
    let runs =
        if runs.chars().count() > LONGEST { runs.chars().take(LONGEST - 1).chain(['…']).collect() } else { runs };
    Some(vec![name, runs, row.today.clone()])
}

/// Rows with their columns below each other; the last may be of any length.
fn table(rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            // writing to a string cannot fail
            let _ = write!(line, " {cell:<width$} ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
