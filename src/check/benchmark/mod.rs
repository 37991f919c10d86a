//! A benchmark, item by item: what the input says about each, and where.

mod control_plane;
mod etcd;
mod evaluate;
mod managers;
mod on_node;
mod table;
mod workers;

use camino::Utf8PathBuf;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::analyze::Analyzer;
use super::discover::Input;
use super::outcome::Unreadable;
use super::{Options, file_id};
use crate::rules::facts::{Facts, Plane};
use crate::yaml::Source;

pub use table::Item;

/// What is known of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is as the benchmark asks.
    Pass,
    /// It is not.
    Fail,
    /// Files do not tell, or the benchmark leaves it to people.
    Manual,
    /// Nothing of that kind is in the input.
    NotApplicable,
}

impl Status {
    /// All of them, in the order in which they are summed up.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Manual, Self::NotApplicable];

    /// Its name.
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
    /// What is there.
    pub note: String,
}

/// An item with what is known of it.
#[derive(Debug)]
pub struct Evaluated {
    /// The item.
    pub item: &'static Item,
    /// What is known.
    pub status: Status,
    /// Why.
    pub seen: Vec<Seen>,
}

/// A benchmark, judged.
#[derive(Debug)]
pub struct Benchmark {
    /// Its items, in their order.
    pub items: Vec<Evaluated>,
    /// What could not be read: the name of the file, and why.
    pub errors: Vec<(String, String)>,
    /// Whether there is anything of a control plane or a node in the input.
    pub found: bool,
}

impl Benchmark {
    /// The number of items with a status.
    pub fn count(&self, status: Status) -> usize {
        self.items.iter().filter(|item| item.status == status).count()
    }
}

/// Judges the CIS Kubernetes Benchmark 1.12, sections 1 to 4. With `node` the files of the machine whose root folder it is are
/// judged as well.
pub fn cis_1_12(inputs: &[Input], options: &Options, node: Option<&Utf8PathBuf>) -> Benchmark {
    let analyzer = Analyzer::new(options);
    let unknown = Facts::default();
    let analyses: Vec<_> =
        inputs.par_iter().enumerate().map(|(at, input)| analyzer.file(input, file_id(at), &unknown)).collect();
    let mut facts = Facts::default();
    let mut errors: Vec<(String, String)> = Vec::new();
    for mut analysis in analyses {
        let name = analysis.name.clone();
        errors.extend(
            std::mem::take(&mut analysis.errors).into_iter().map(|Unreadable { message, .. }| (name.clone(), message)),
        );
        facts.append(std::mem::take(&mut analysis.facts));
    }
    let plane = Plane::new(&facts.control_plane, options.settings.kubernetes);
    let found = facts.control_plane.is_sure() || node.is_some();
    let mut places = Places { inputs, sources: inputs.iter().map(|_| None).collect() };
    let items = table::ITEMS.iter().map(|item| evaluate::evaluate(item, &plane, node, &mut places)).collect();
    Benchmark { items, errors, found }
}

/// The way from bytes to lines, for the files that are asked for.
struct Places<'a> {
    inputs: &'a [Input],
    sources: Vec<Option<Source>>,
}

impl Places<'_> {
    fn seen(&mut self, at: Option<evaluate::At>, note: String) -> Seen {
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
