//! The linter of courses: what is wrong with a lab as it is written, and what is wrong with it on a cluster.

pub mod live;
pub mod mutate;
pub mod offline;
pub mod pool;
mod proof;
mod state;

pub use proof::{Phase, Proof};

use super::check_context::Names;
use super::course::Course;
use super::course::source::Folder;
use crate::yaml::Source;

/// Everything that is wrong with a lab of these files, by their names in its folder, and with the same after a run has filled
/// in its names: for tests, which have no folder.
pub fn of_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut folder = Folder { name: "01-a".to_owned(), path: "01-a".into(), ..Folder::default() };
    folder.files = files.into_iter().map(|(name, text)| (name.to_owned(), Source::new(name, text))).collect();
    let (course, mut faults) = Course::read(vec![folder]);
    for entry in &course.labs {
        faults.append(offline::check(entry));
        let names = Names::sample(&entry.lab);
        faults.append(entry.at(&names).err().unwrap_or_default());
        for file in entry.files.keys() {
            faults.append(entry.text(file, &names).err().unwrap_or_default());
        }
    }
    faults.show()
}
