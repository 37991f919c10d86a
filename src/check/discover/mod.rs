//! From what the user names to the texts to check: files, folders, and what kustomize, Helm or a cluster makes of them.

mod asserts;
mod chart;
mod copies;
mod ignores;
mod index;
mod input;
mod kustomize;
mod left_out;
mod live;
mod pages;
mod place;
mod proxy;
mod read;
mod refusal;
mod repository;
mod schema;
mod tool;
mod unit;
mod walk;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

pub use input::{Found, Input, InputError, Live, Request, Scope, Text};
pub use left_out::{Cause, LeftOut};
pub use live::{inputs as live_inputs, listed};
pub use place::{Place, as_written, target};

use crate::file::{self, Root};
use walk::Walked;

/// Finds what there is to check; files in the order of their names.
///
/// Folders are searched for YAML, JSON, units of systemd and lists of flags, without what git ignores and does not track. A
/// folder with a kustomization or a chart is what kustomize or Helm make of it; they fetch nothing, and do not run on what
/// leads out of what is here, unless the user allows it.
pub fn discover(request: &Request) -> Result<Found, InputError> {
    if let Some(live) = &request.live {
        return live::objects(live, request.timeout);
    }
    let mut walked = Walked::default();
    let mut files = Vec::new();
    for path in &request.paths {
        let metadata = std::fs::metadata(path).map_err(|error| InputError::Unreadable(path.clone(), error))?;
        if metadata.is_dir() {
            walk::folder(path, request.everything, &mut walked)?;
        } else {
            files.push((path, metadata.is_file()));
        }
    }
    let named: BTreeSet<&Utf8Path> = request.paths.iter().map(|path| walk::plain(path)).collect();
    let mut found = Found::default();
    if !walked.charts.is_empty() || !walked.kustomizations.is_empty() {
        let tools = tool::Tools::new(request)?;
        chart::render(&mut walked, request, &named, &tools, &mut found)?;
        kustomize::build(&mut walked, request, &named, &tools, &mut found);
    }
    let mut known = HashSet::new();
    for (path, is_file) in files {
        if known.insert(path.canonicalize_utf8().unwrap_or_else(|_| path.clone())) {
            found.inputs.push(if is_file { file_input(Place::named(path.clone())) } else { piped(path) });
        }
    }
    if !request.everything {
        asserts::leave_out(&mut walked);
    }
    beside_units(&found.inputs, &mut walked);
    found.inputs.append(&mut places(&mut walked, &mut known));
    found.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    walked.left_out.sort();
    found.left_out.append(&mut walked.left_out);
    found.notes.append(&mut walked.notes);
    Ok(found)
}

fn file_input(place: Place) -> Input {
    let path = place.path();
    Input { name: path.strip_prefix("./").unwrap_or(path).to_string(), text: Text::File(place) }
}

/// What comes out of a pipe, which can be read only once; there is nothing to fix in it.
fn piped(path: &Utf8Path) -> Input {
    let text = match file::read_named(path) {
        Ok(text) => Text::Made { of: None, text: text.into() },
        Err(error) => Text::Failed { of: path.to_owned(), reason: error.to_string() },
    };
    Input { name: path.to_string(), text }
}

/// Adds what belongs to units of systemd.
fn beside_units(named: &[Input], walked: &mut Walked) {
    let root = |file: &Utf8Path| Root::new(place::folder_of(file)).ok().map(Arc::new);
    let units = named.iter().filter_map(Input::path).map(|file| (file.to_owned(), root(file)));
    let found = walked.files.iter().map(|file| {
        let spot = walked.spots.get(file).and_then(|spots| spots.first());
        (file.clone(), spot.map(|spot| Arc::clone(&spot.root)))
    });
    let units: Vec<(Utf8PathBuf, Option<Arc<Root>>)> =
        units.chain(found).filter(|(file, _)| file.extension() == Some("service")).collect();
    for (file, root) in units {
        let Some(root) = root else { continue };
        for path in unit::beside(&file) {
            walked.add_beside(&path, &root);
        }
    }
}

/// The files that were found, each once, whatever led to it.
fn places(walked: &mut Walked, known: &mut HashSet<Utf8PathBuf>) -> Vec<Input> {
    let mut files = std::mem::take(&mut walked.files);
    files.sort_by(|a, b| walk::by_steps(a, b));
    files.dedup();
    let place = |path: Utf8PathBuf| {
        let spots = walked.spots.remove(&path)?;
        let mut is_new = true;
        for spot in &spots {
            is_new &= known.insert(spot.full());
        }
        is_new.then(|| file_input(Place::found(path, spots)))
    };
    files.into_iter().filter_map(place).collect()
}
