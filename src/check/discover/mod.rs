//! From what the user names to the texts to check: files, folders, and what kustomize, Helm or a cluster makes of them.

mod chart;
mod input;
mod kustomize;
mod live;
mod read;
mod refusal;
mod schema;
mod tool;
mod unit;
mod walk;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

pub use input::{Found, Input, InputError, Live, Request, Scope, Text};
pub use live::inputs as live_inputs;

/// Finds what there is to check; files in the order of their names.
///
/// Folders are searched for YAML, JSON, units of systemd and lists of flags, without what git ignores. A folder with a kustomization or a chart is what
/// kustomize or Helm make of it; they fetch nothing, and do not run on what leads out of what is here, unless the user allows it.
pub fn discover(request: &Request) -> Result<Found, InputError> {
    if let Some(live) = &request.live {
        return live::objects(live, request.timeout);
    }
    let mut walked = walk::Walked::default();
    for path in &request.paths {
        let metadata = std::fs::metadata(path).map_err(|error| InputError::Unreadable(path.clone(), error))?;
        if metadata.is_dir() { walk::folder(path, &mut walked)? } else { walked.files.push(path.clone()) }
    }
    let named: BTreeSet<&Utf8Path> = request.paths.iter().map(|path| walk::plain(path)).collect();
    let mut found = Found { charts: walked.charts.len(), ..Found::default() };
    if !walked.charts.is_empty() || !walked.kustomizations.is_empty() {
        let tools = tool::Tools::new(request)?;
        chart::render(&mut walked, request, &named, &tools, &mut found)?;
        kustomize::build(&mut walked, request, &named, &tools, &mut found);
    }
    let named: Vec<Utf8PathBuf> = walked.files.iter().flat_map(|file| unit::beside(file)).collect();
    walked.files.extend(named);
    walked.files.sort();
    walked.files.dedup();
    let name = |path: &Utf8PathBuf| path.strip_prefix("./").unwrap_or(path).to_string();
    let files = walked.files.into_iter().map(|path| Input { name: name(&path), text: Text::File(path) });
    found.inputs.extend(files);
    found.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
