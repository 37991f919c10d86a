//! A picture for Markdown pages, as GitHub and GitLab show them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::model::{Graph, Side, quoted};

/// Writes a `flowchart`.
pub(super) fn write(graph: &Graph) -> String {
    let (things, number) = graph.things();
    let mut out = format!("---\ntitle: {}\n---\nflowchart LR\n", graph.title);
    let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (at, node) in things.iter().enumerate() {
        groups.entry(node.group.as_deref()).or_default().push(at);
    }
    for (index, (group, members)) in groups.iter().enumerate() {
        if let Some(name) = group {
            let _ = writeln!(out, "  subgraph g{index}[{}]", quoted(name, true));
        }
        for at in members {
            let Some(node) = things.get(*at) else { continue };
            let text = std::iter::once(&node.label).chain(&node.details).cloned().collect::<Vec<_>>().join(" · ");
            let _ = writeln!(out, "    n{at}[{}]:::{}", quoted(&text, true), node.tone.word());
        }
        if group.is_some() {
            out.push_str("  end\n");
        }
    }
    for edge in &graph.edges {
        let (from, to) = (number(Side::Left, edge.from), number(Side::Right, edge.to));
        let label = if edge.label.is_empty() { String::new() } else { format!("|{}|", quoted(&edge.label, true)) };
        let _ = writeln!(out, "  n{from} -->{label} n{to}");
    }
    for note in graph.notes() {
        let _ = writeln!(out, "  %% {note}");
    }
    out + "  classDef bad stroke:#cf222e,stroke-width:2px\n  classDef warned stroke:#9a6700,stroke-width:2px\n  classDef outside stroke:#0969da\n  classDef plain stroke:#57606a\n"
}
