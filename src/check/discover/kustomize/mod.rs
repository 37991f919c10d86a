//! Kustomizations: what `kustomize build`, or `kubectl kustomize`, makes of them. Before one of them runs, every reference is
//! followed, so that nothing is fetched unless the user allows it.

mod account;
pub(super) mod contents;
pub(super) mod fields;
mod folder;
mod graph;
mod plugin;
mod remote;
mod rest;

use std::collections::BTreeSet;
use std::path::PathBuf;

use camino::Utf8Path;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::place::folder_of;
use super::refusal::{Refusal, Refused};
use super::tool::{self, Tools};
use super::walk::Walked;
use super::{Found, Input, Request};
use folder::Key;
use graph::Graph;
use rest::Built;

/// Builds the kustomizations that are no part of others, and takes the files out of the walk that are in what was built.
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
    let mut built = Vec::new();
    if let Some(program) = program {
        let builder = Builder { graph: &graph, program, tools, allow_remote: request.allow_remote };
        built = graph.roots(named).into_par_iter().map(|(key, folder)| builder.build(key, folder)).collect();
    } else {
        let why = if request.build { "neither kustomize nor kubectl is on the PATH" } else { "--no-build" };
        found.notes.push(format!("{why}: the files of kustomizations are checked as they are"));
    }
    rest::leave_out(&graph, &built, &files, request.kubernetes.unwrap_or_default(), walked, found);
    found.inputs.extend(built.into_iter().flat_map(|built| built.inputs));
}

/// What builds kustomizations.
struct Builder<'g> {
    graph: &'g Graph,
    program: (&'static str, PathBuf),
    tools: &'g Tools,
    allow_remote: bool,
}

impl<'g> Builder<'g> {
    fn build(&self, key: &'g Key, folder: &Utf8Path) -> Built<'g> {
        Built { key, inputs: self.inputs(key, folder) }
    }

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
