//! From what the input says to the status of an item.

use camino::Utf8PathBuf;

use super::on_node;
use super::table::{How, Item};
use super::verdict::Verdict;
use super::{Evaluated, Places, Seen, Status};
use crate::rules::facts::Plane;

pub(super) fn evaluate(
    item: &'static Item,
    plane: &Plane,
    machine: Option<&Utf8PathBuf>,
    places: &mut Places<'_>,
) -> Evaluated {
    let verdicts = match &item.how {
        How::Each(component, evaluate) => plane.each(*component).map(|view| evaluate(plane, view)).collect(),
        How::Whole(evaluate) => evaluate(plane),
        How::Files(files) => match machine {
            Some(root) => on_node::verdicts(files, root),
            None => vec![Verdict::Unknown(None, format!("on the node: {}", files.question()))],
        },
        How::People(question) => {
            let note = Seen { file: None, line: None, note: (*question).to_owned() };
            return Evaluated { item, status: Status::Manual, seen: vec![note] };
        }
    };
    let mut status = Status::NotApplicable;
    let mut seen = Vec::new();
    for verdict in verdicts {
        let (one, at, note) = match verdict {
            Verdict::Pass(at, note) => (Status::Pass, at, note),
            // the benchmark itself leaves these to people
            Verdict::Fail(at, note) if !item.automated => (Status::Manual, at, note),
            Verdict::Fail(at, note) => (Status::Fail, at, note),
            Verdict::Unknown(at, note) => (Status::Manual, at, note),
        };
        status = worse(status, one);
        seen.push((one, places.seen(at, note)));
    }
    // what is in order is worth no line beside what is not
    let seen = seen.into_iter().filter(|(one, _)| *one == status).map(|(_, seen)| seen).collect();
    Evaluated { item, status, seen }
}

fn worse(a: Status, b: Status) -> Status {
    let rank = |status: Status| match status {
        Status::NotApplicable => 0,
        Status::Pass => 1,
        Status::Manual => 2,
        Status::Fail => 3,
    };
    if rank(b) > rank(a) { b } else { a }
}
