//! A picture for Graphviz.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::model::{Graph, Side, Tone, quoted};

/// The colour of a frame or a line.
fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "#57606a",
        Tone::Outside => "#0969da",
        Tone::Warned => "#9a6700",
        Tone::Bad => "#cf222e",
    }
}

/// Writes a `digraph`.
pub(super) fn write(graph: &Graph) -> String {
    let (things, number) = graph.things();
    let mut out = format!(
        "digraph {{\n  label={}\n  rankdir=LR\n  node [shape=box, style=rounded, fontname=\"sans-serif\"]\n  edge [fontname=\"sans-serif\", fontsize=10]\n",
        quoted(graph.title, false)
    );
    let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (at, node) in things.iter().enumerate() {
        groups.entry(node.group.as_deref()).or_default().push(at);
    }
    for (index, (group, members)) in groups.iter().enumerate() {
        let indent = if group.is_some() { "    " } else { "  " };
        if let Some(name) = group {
            let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label={}", quoted(name, false));
        }
        for at in members {
            let Some(node) = things.get(*at) else { continue };
            let lines: Vec<&str> =
                std::iter::once(node.label.as_str()).chain(node.details.iter().map(String::as_str)).collect();
            // each line is quoted by itself: only the breaks between them are escapes
            let text: Vec<String> = lines.iter().map(|text| inner(text)).collect();
            let _ = writeln!(out, "{indent}n{at} [label=\"{}\", color=\"{}\"]", text.join("\\n"), colour(node.tone));
        }
        if group.is_some() {
            out.push_str("  }\n");
        }
    }
    for edge in &graph.edges {
        let (from, to) = (number(Side::Left, edge.from), number(Side::Right, edge.to));
        let _ =
            writeln!(out, "  n{from} -> n{to} [label={}, color=\"{}\"]", quoted(&edge.label, false), colour(edge.tone));
    }
    for note in graph.notes() {
        let _ = writeln!(out, "  // {note}");
    }
    out + "}\n"
}

/// A text as it stands between quotes.
fn inner(text: &str) -> String {
    let quoted = quoted(text, false);
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}
