//! What a picture holds, and the texts that go into each form of it.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::diagnostic::Severity;
use crate::diagnostic::text::line;

/// The most nodes of one side, and the most lines between them. Nobody reads more, and what is left out is counted.
const MOST_NODES: usize = 150;
const MOST_EDGES: usize = 600;
/// A line that says so much says no more.
const LONG_LABEL: usize = 120;

/// What the rules found of an object, as a question: kind, namespace, name.
pub type Worst<'f> = &'f dyn Fn(&str, Option<&str>, &str) -> Option<Severity>;

/// How bad a node or a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Tone {
    /// Nothing is known against it.
    #[default]
    Plain,
    /// It is from outside of the input or of the cluster.
    Outside,
    /// Something is said of it.
    Warned,
    /// Something is wrong with it.
    Bad,
}

impl Tone {
    pub(super) fn of(severity: Option<Severity>) -> Self {
        match severity {
            Some(Severity::Critical | Severity::High | Severity::Error) => Self::Bad,
            Some(Severity::Medium) => Self::Warned,
            _ => Self::Plain,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Outside => "outside",
            Self::Warned => "warned",
            Self::Bad => "bad",
        }
    }
}

/// One of a side.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is; the same on both sides is one thing.
    pub(super) key: String,
    pub(super) label: String,
    /// Lines below the label.
    pub(super) details: Vec<String>,
    /// The box that it is in; none for what is outside of all.
    pub(super) group: Option<String>,
    pub(super) tone: Tone,
}

/// A line from the left to the right.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) tone: Tone,
}

/// A picture of two sides.
#[derive(Debug)]
pub struct Graph {
    pub(super) title: &'static str,
    /// What each side is, and the line between.
    pub(super) sides: [&'static str; 2],
    pub(super) left: Vec<Node>,
    pub(super) right: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Nodes by their keys.
    known: [HashMap<String, usize>; 2],
    /// How much is not in the picture.
    pub(super) left_out: usize,
    pub(super) notes: Vec<String>,
}

/// Which side of a picture.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

impl Graph {
    pub(super) fn new(title: &'static str, sides: [&'static str; 2]) -> Self {
        Self {
            title,
            sides,
            left: Vec::new(),
            right: Vec::new(),
            edges: Vec::new(),
            known: <[HashMap<String, usize>; 2]>::default(),
            left_out: 0,
            notes: Vec::new(),
        }
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// What it shows.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The place of a node, which is made where it is not there yet; `None` if there are too many.
    pub(super) fn node(&mut self, side: Side, key: &str, make: impl FnOnce() -> Node) -> Option<usize> {
        let (nodes, known) = match side {
            Side::Left => (&mut self.left, self.known.first_mut()?),
            Side::Right => (&mut self.right, self.known.last_mut()?),
        };
        if let Some(at) = known.get(key) {
            return Some(*at);
        }
        if nodes.len() >= MOST_NODES {
            self.left_out += 1;
            return None;
        }
        nodes.push(make());
        known.insert(key.to_owned(), nodes.len() - 1);
        Some(nodes.len() - 1)
    }

    pub(super) fn edge(&mut self, from: usize, to: usize, label: impl Into<String>, tone: Tone) {
        let label = label.into();
        if let Some(known) = self.edges.iter_mut().find(|edge| edge.from == from && edge.to == to) {
            known.tone = known.tone.max(tone);
            // without a label everything passes
            if known.label.is_empty() || label.is_empty() {
                known.label = String::new();
                return;
            }
            for part in label.split(", ") {
                if known.label.len() < LONG_LABEL && !known.label.split(", ").any(|there| there == part) {
                    known.label = format!("{}, {part}", known.label);
                }
            }
        } else if self.edges.len() >= MOST_EDGES {
            self.left_out += 1;
        } else {
            self.edges.push(Edge { from, to, label, tone });
        }
    }

    /// What is said below the picture.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if self.left_out > 0 {
            notes.push(format!("{} more are not in the picture: choose fewer files.", self.left_out));
        }
        notes
    }

    /// The boxes of a side with their nodes; those outside of all come first.
    pub(super) fn groups(nodes: &[Node]) -> Vec<(Option<&str>, Vec<usize>)> {
        let mut groups: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|at| nodes.get(*at).map(|node| (&node.group, &node.label)));
        for at in order {
            let group = nodes.get(at).and_then(|node| node.group.as_deref());
            match groups.last_mut() {
                Some((last, members)) if *last == group => members.push(at),
                _ => groups.push((group, vec![at])),
            }
        }
        groups
    }

    /// Every thing once, with a number, whichever side it is on.
    pub(super) fn things(&self) -> (Vec<&Node>, impl Fn(Side, usize) -> usize) {
        let mut all: Vec<&Node> = Vec::new();
        let mut by_key: HashMap<&str, usize> = HashMap::new();
        let mut numbers = [Vec::new(), Vec::new()];
        for (nodes, numbers) in [&self.left, &self.right].into_iter().zip(&mut numbers) {
            for node in nodes {
                let next = all.len();
                let number = *by_key.entry(&node.key).or_insert(next);
                if number == next {
                    all.push(node);
                }
                numbers.push(number);
            }
        }
        let [left, right] = numbers;
        let number = move |side, at: usize| {
            let numbers = if matches!(side, Side::Left) { &left } else { &right };
            numbers.get(at).copied().unwrap_or_default()
        };
        (all, number)
    }
}

/// At most so many characters of a text.
pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// A text between quotes, as Graphviz and Mermaid read it: nothing in it ends it or is markup.
pub(super) fn quoted(text: &str, entities: bool) -> String {
    let mut out = String::from("\"");
    for character in line(text).chars() {
        match character {
            '"' | '\\' | '<' | '>' | '#' | '&' | ';' | '`' if entities => {
                let _ = write!(out, "#{};", u32::from(character));
            }
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
