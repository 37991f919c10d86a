//! A picture for browsers: two columns of boxes, and curves between them.

use std::fmt::Write as _;

use super::model::{Graph, Node, short};
use crate::diagnostic::text::escaped;

/// Measures in pixels. Letters are of one width, so that the size of a text is known here.
const LETTER: usize = 7;
const LINE: usize = 16;
const WIDTH: usize = 330;
const GAP: usize = 260;
const MARGIN: usize = 16;
const HEAD: usize = 44;
/// Characters of a label that fit into a box.
const MOST: usize = (WIDTH - 3 * MARGIN) / LETTER;

/// The colours of a picture that stands alone; a page has its own for these classes.
const STYLE: &str = "\
svg{background:#fff;color:#1f2328}text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}\
.side,.group>text{fill:#59636e}.side{font-weight:600}.group>rect{fill:#f6f8fa;stroke:#d1d9e0}.node>rect{fill:#fff;stroke:#818b98}\
.detail{fill:#59636e;font-size:11px}.edge{fill:none;stroke:#818b98;stroke-width:1.4}.edge-label{fill:#59636e;font-size:10px}\
.bad>rect,.edge.bad{stroke:#cf222e;stroke-width:2}.warned>rect,.edge.warned{stroke:#9a6700}.outside>rect,.edge.outside{stroke:#0969da}";

/// Where a node is drawn.
#[derive(Clone, Copy, Default)]
struct Place {
    top: usize,
    height: usize,
}

/// Writes the picture.
pub(super) fn write(graph: &Graph, is_alone: bool) -> String {
    let mut body = String::new();
    let right = MARGIN + WIDTH + GAP;
    let (left_places, left_end) = column(&graph.left, MARGIN, &mut body);
    let (right_places, right_end) = column(&graph.right, right, &mut body);
    let mut lines = String::new();
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (left_places.get(edge.from), right_places.get(edge.to)) else { continue };
        let (x1, x2) = (MARGIN + WIDTH - 8, right + 8);
        let (y1, y2) = (from.top + from.height / 2, to.top + to.height / 2);
        let (c1, c2) = (x1 + GAP / 2, x2.saturating_sub(GAP / 2));
        let tone = edge.tone.word();
        let title = title(graph, edge.from, edge.to, &edge.label);
        let _ = write!(
            lines,
            "<path class=\"edge {tone}\" d=\"M{x1} {y1}C{c1} {y1} {c2} {y2} {x2} {y2}\"><title>{title}</title></path>"
        );
        if !edge.label.is_empty() {
            // near the end at which fewer lines meet
            let is_left = graph.edges.iter().filter(|other| other.from == edge.from).count()
                <= graph.edges.iter().filter(|other| other.to == edge.to).count();
            let (x, y, anchor) =
                if is_left { (x1 + 10, (7 * y1 + y2) / 8, "start") } else { (x2 - 10, (y1 + 7 * y2) / 8, "end") };
            let (y, label) = (y.saturating_sub(4), escaped(&short(&edge.label, 24)));
            let _ =
                write!(lines, "<text class=\"edge-label\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\">{label}</text>");
        }
    }
    let (width, height) = (right + WIDTH + MARGIN, left_end.max(right_end) + MARGIN);
    let style = if is_alone { format!("<style>{STYLE}</style>") } else { String::new() };
    let [first, second] = graph.sides;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\
         <title>{}</title>{style}<text class=\"side\" x=\"{MARGIN}\" y=\"26\">{}</text><text class=\"side\" x=\"{right}\" y=\"26\">{}</text>{lines}{body}</svg>\n",
        escaped(graph.title),
        escaped(first),
        escaped(second),
    )
}

fn title(graph: &Graph, from: usize, to: usize, label: &str) -> String {
    let name = |nodes: &[Node], at: usize| nodes.get(at).map(|node| escaped(&node.key)).unwrap_or_default();
    let on = if label.is_empty() { String::new() } else { format!(": {}", escaped(label)) };
    format!("{} → {}{on}", name(&graph.left, from), name(&graph.right, to))
}

/// Draws a column, and gives the places of its nodes and where it ends.
fn column(nodes: &[Node], x: usize, out: &mut String) -> (Vec<Place>, usize) {
    let mut places = vec![Place::default(); nodes.len()];
    let mut top = HEAD;
    for (group, members) in Graph::groups(nodes) {
        let height: usize = members.iter().filter_map(|at| nodes.get(*at)).map(|node| height_of(node) + 8).sum();
        let head = if group.is_some() { LINE + 8 } else { 0 };
        if let Some(name) = group {
            let _ = write!(
                out,
                "<g class=\"group\"><rect x=\"{x}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{}\" rx=\"6\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text></g>",
                head + height + 4,
                x + 8,
                top + LINE,
                escaped(&short(name, MOST))
            );
        }
        let mut y = top + head;
        for at in members {
            let (Some(node), Some(place)) = (nodes.get(at), places.get_mut(at)) else { continue };
            *place = Place { top: y, height: height_of(node) };
            draw(node, x + 8, *place, out);
            y += place.height + 8;
        }
        top = y + 12;
    }
    (places, top)
}

fn height_of(node: &Node) -> usize {
    LINE * (1 + node.details.len()) + 10
}

fn draw(node: &Node, x: usize, place: Place, out: &mut String) {
    let Place { top, height } = place;
    let _ = write!(
        out,
        "<g class=\"node {}\"><title>{}</title><rect x=\"{x}\" y=\"{top}\" width=\"{}\" height=\"{height}\" rx=\"5\"/>\
         <text x=\"{}\" y=\"{}\">{}</text>",
        node.tone.word(),
        escaped(&node.key),
        WIDTH - 16,
        x + 8,
        top + LINE,
        escaped(&short(&node.label, MOST))
    );
    for (index, detail) in node.details.iter().enumerate() {
        let y = top + LINE * (index + 2);
        let _ = write!(
            out,
            "<text class=\"detail\" x=\"{}\" y=\"{y}\">{}</text>",
            x + 8,
            escaped(&short(detail, MOST + 4))
        );
    }
    out.push_str("</g>");
}
