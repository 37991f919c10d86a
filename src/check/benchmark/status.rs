//! What is known of an item, and why.

use super::table::Item;
use super::verdict::At;
use crate::check::discover::Input;
use crate::yaml::Source;

/// What is known of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is as the benchmark asks.
    Pass,
    Fail,
    /// Files do not tell, or the benchmark leaves it to people.
    Manual,
    /// Nothing of that kind is in the input.
    NotApplicable,
}

impl Status {
    /// All of them, in the order in which they are summed up.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Manual, Self::NotApplicable];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// A reason for a status, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The file; none for what is not in the input.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    pub note: String,
}

/// An item with what is known of it.
#[derive(Debug)]
pub struct Evaluated {
    pub item: &'static Item,
    pub status: Status,
    pub seen: Vec<Seen>,
}

/// The way from bytes to lines, for the files that are asked for.
pub(super) struct Places<'a> {
    pub(super) inputs: &'a [Input],
    pub(super) sources: Vec<Option<Source>>,
}

impl Places<'_> {
    pub(super) fn seen(&mut self, at: Option<At>, note: String) -> Seen {
        let Some((file, span)) = at else { return Seen { file: None, line: None, note } };
        let index = file.0 as usize;
        let Some((input, source)) = self.inputs.get(index).zip(self.sources.get_mut(index)) else {
            return Seen { file: None, line: None, note };
        };
        let source =
            source.get_or_insert_with(|| Source::new(input.name.clone(), input.read().unwrap_or_else(|_| "".into())));
        Seen { file: Some(input.name.clone()), line: Some(source.position(span.start as usize).0), note }
    }
}
