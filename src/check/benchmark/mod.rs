//! A benchmark, item by item: what the input says about each, and where.

mod control_plane;
mod distributions;
mod etcd;
mod evaluate;
mod managers;
mod on_node;
mod status;
mod table;
mod verdict;
mod workers;

use camino::Utf8PathBuf;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::analyze::Analyzer;
use super::discover::Input;
use super::{Options, file_id};
use crate::diagnostic::Diagnostic;
use crate::rules::facts::{Facts, Plane};

pub use distributions::Name;
use status::Places;
pub use status::{Evaluated, Seen, Status};

#[derive(Debug)]
pub struct Benchmark {
    /// Which.
    pub name: Name,
    /// Its items, in their order.
    pub items: Vec<Evaluated>,
    /// What could not be read: the name of the file, and why.
    pub errors: Vec<(String, Diagnostic)>,
    /// Whether there is anything of a control plane or a node in the input.
    pub found: bool,
}

impl Benchmark {
    /// The number of items with a status.
    pub fn count(&self, status: Status) -> usize {
        self.items.iter().filter(|item| item.status == status).count()
    }
}

/// The control planes of the inputs, and what could not be read: the name of the file, and why.
pub fn plane(inputs: &[Input], options: &Options) -> (Plane, Vec<(String, Diagnostic)>) {
    let (facts, errors) = facts(inputs, options);
    (Plane::new(&facts.control_plane, options.settings.kubernetes), errors)
}

fn facts(inputs: &[Input], options: &Options) -> (Facts, Vec<(String, Diagnostic)>) {
    let analyzer = Analyzer::new(options);
    let unknown = Facts::default();
    let analyses: Vec<_> =
        inputs.par_iter().enumerate().map(|(at, input)| analyzer.file(input, file_id(at), &unknown)).collect();
    let mut facts = Facts::default();
    let mut errors: Vec<(String, Diagnostic)> = Vec::new();
    for mut analysis in analyses {
        let name = analysis.name.clone();
        errors.extend(std::mem::take(&mut analysis.errors).into_iter().map(|error| (name.clone(), error)));
        facts.append(std::mem::take(&mut analysis.facts));
    }
    (facts, errors)
}

/// Judges a benchmark, sections 1 to 4. With `node` the files of the machine whose root folder it is are judged as well.
pub fn judge(name: Name, inputs: &[Input], options: &Options, node: Option<&Utf8PathBuf>) -> Benchmark {
    let (facts, errors) = facts(inputs, options);
    let plane = Plane::new(&facts.control_plane, options.settings.kubernetes);
    let found = facts.control_plane.is_sure() || node.is_some();
    let mut places = Places { inputs, sources: inputs.iter().map(|_| None).collect() };
    let items = name.items().iter().map(|item| evaluate::evaluate(item, &plane, node, &mut places)).collect();
    Benchmark { name, items, errors, found }
}
