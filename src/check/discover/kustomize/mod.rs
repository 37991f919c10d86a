//! Kustomizations: what `kustomize build`, or `kubectl kustomize`, makes of them. Before one of them runs, every reference is
//! followed, so that nothing is fetched unless the user allows it.

mod fields;
mod folder;
mod graph;
mod plugin;
mod remote;

use std::collections::BTreeSet;
use std::path::PathBuf;

use camino::Utf8Path;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::refusal::{Refusal, Refused};
use super::tool::{self, Tools};
use super::walk::{Walked, folder_of};
use super::{Found, Input, Request};
use folder::Key;
use graph::Graph;

/// Builds the kustomizations that are no part of others, and takes the files out of the walk that are parts of them.
pub(super) fn build(
    walked: &mut Walked,
    request: &Request,
    named: &BTreeSet<&Utf8Path>,
    tools: &Tools,
    found: &mut Found,
) {
    let files = std::mem::take(&mut walked.kustomizations);
    if files.is_empty() {
        return;
    }
    let graph = Graph::read(files.iter().map(|file| folder_of(file).to_owned()));
    let program = if request.build { tool::find(&["kustomize", "kubectl"]) } else { None };
    let Some(program) = program else {
        let why = if request.build { "neither kustomize nor kubectl is on the PATH" } else { "--no-build" };
        let left_out = leave_out(walked, &graph.patches());
        walked.files.extend(files.into_iter().filter(|file| is_one(file, &graph.others())));
        found.notes.push(unbuilt(why, left_out));
        return;
    };
    let roots = graph.roots(named);
    let builder = Builder { graph: &graph, program, tools, allow_remote: request.allow_remote };
    let built: Vec<Vec<Input>> =
        roots.clone().into_par_iter().map(|(key, folder)| builder.inputs(key, folder)).collect();
    found.inputs.extend(built.into_iter().flatten());
    leave_out(walked, &graph.members(roots.iter().map(|(key, _)| *key)));
    let left_out = leave_out(walked, &graph.patches());
    if left_out > 0 {
        found.notes.push(unused(left_out));
    }
}

/// Takes files out of the walk; how many.
fn leave_out(walked: &mut Walked, files: &BTreeSet<&Utf8Path>) -> usize {
    let before = walked.files.len();
    if !files.is_empty() {
        walked.files.retain(|file| !is_one(file, files));
    }
    before - walked.files.len()
}

fn is_one(file: &Utf8Path, files: &BTreeSet<&Utf8Path>) -> bool {
    file.canonicalize_utf8().is_ok_and(|file| files.contains(file.as_path()))
}

fn unbuilt(why: &str, patches: usize) -> String {
    let without = match patches {
        0 => String::new(),
        1 => ", without a patch, which is no object alone".to_owned(),
        _ => format!(", without {patches} patches, which are no objects alone"),
    };
    format!("{why}: the files of kustomizations are checked as they are{without}")
}

fn unused(patches: usize) -> String {
    if patches == 1 {
        return "a patch is not checked: no kustomization here uses its component".to_owned();
    }
    format!("{patches} patches are not checked: no kustomization here uses their components")
}

/// What builds kustomizations.
struct Builder<'g> {
    graph: &'g Graph,
    program: (&'static str, PathBuf),
    tools: &'g Tools,
    allow_remote: bool,
}

impl<'g> Builder<'g> {
    /// What is made of a folder, or why nothing is.
    fn inputs(&self, key: &'g Key, folder: &Utf8Path) -> Vec<Input> {
        let refused = self.graph.refused(key).into_iter().filter_map(|refused| self.refused(refused));
        let refused: Vec<Input> = refused.map(|refused| Input::refused(folder, &refused)).collect();
        if !refused.is_empty() {
            return refused;
        }
        let (name, program) = &self.program;
        let verb = if *name == "kubectl" { "kustomize" } else { "build" };
        let line = format!("{name} {verb} {}", tool::path(folder));
        // a folder that is named from the root on is never taken for a repository
        let result = self.tools.run(program, &[verb.to_owned(), key.folder.to_string()], &line);
        vec![Input::made(folder, "kustomize build", result)]
    }

    /// What remains refused when the user allows the network.
    fn refused(&self, refused: &Refused) -> Option<Refused> {
        let remains = |refusal: &&Refusal| !(self.allow_remote && refusal.is_remote());
        let at: Vec<Refusal> = refused.at.iter().filter(remains).cloned().collect();
        (!at.is_empty()).then(|| Refused { at, ..refused.clone() })
    }
}
