//! What is wrong with a lab, as far as no cluster is needed to see it.

mod checks;
mod identity;
mod linter;
mod manifests;
mod node;
mod objects;
mod pages;
mod reach;
mod steps;
mod structure;
mod texts;
mod workloads;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::check_context::Names;
use crate::lab::course::{Entry, Faults};
use linter::{Linter, Use};

/// Everything that is wrong with a lab.
pub fn check(entry: &Entry) -> Faults {
    let mut linter = Linter {
        entry,
        lab: &entry.lab,
        names: Names::sample(&entry.lab),
        faults: Faults::default(),
        used: BTreeSet::new(),
        manifests: BTreeMap::new(),
    };
    structure::check(&mut linter);
    texts::check(&mut linter);
    checks::check(&mut linter);
    steps::check(&mut linter);
    manifests::check(&mut linter);
    workloads::check(&mut linter);
    pages::check(&mut linter);
    linter.faults
}
