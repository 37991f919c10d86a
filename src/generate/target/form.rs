//! What each form of a control plane gives.

use minijinja::Error;
use serde::Serialize;

use crate::generate::baseline::{Baseline, Flag, Mount, Program};
use crate::render::plan::Owner;
use crate::template;

/// What becomes of a baseline.
pub(super) trait Target: Sync {
    /// The files besides those that flags name.
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error>;
    /// How to apply them: Markdown.
    fn apply(&self, baseline: &Baseline) -> String;
    /// How to go back: Markdown.
    fn roll_back(&self, baseline: &Baseline) -> String;
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// As YAML, by a program with types of its own.
    Yaml,
    /// As YAML, by Kubernetes.
    Manifest,
    /// Line by line, `#` for comments.
    Lines,
    Markdown,
}

/// A file of a target.
pub(super) struct RenderedFile {
    /// Relative to the folder of the control plane.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) syntax: Syntax,
    pub(super) owner: Owner,
}

impl RenderedFile {
    pub(super) fn new(name: impl Into<String>, syntax: Syntax, text: String) -> Self {
        Self { name: name.into(), text, syntax, owner: Owner::Tool }
    }
}

/// A flag as templates see it.
#[derive(Debug, Serialize)]
pub(super) struct Argument<'b> {
    pub(super) name: &'b str,
    pub(super) value: &'b str,
    pub(super) comment: String,
}

impl<'b> From<&'b Flag> for Argument<'b> {
    fn from(flag: &'b Flag) -> Self {
        Self { name: &flag.name, value: &flag.value, comment: flag.comment() }
    }
}

/// The flags that come on top of those of an installer.
pub(super) fn added(baseline: &Baseline, program: Program) -> Vec<Argument<'_>> {
    baseline.added(program).map(Argument::from).collect()
}

/// What an installer is told of each program, as templates see it.
#[derive(Debug, Serialize)]
pub(super) struct Programs<'b> {
    pub(super) api_server: Vec<Argument<'b>>,
    pub(super) controller_manager: Vec<Argument<'b>>,
    pub(super) scheduler: Vec<Argument<'b>>,
    pub(super) etcd: Vec<Argument<'b>>,
    pub(super) api_server_mounts: Vec<&'b Mount>,
    pub(super) controller_manager_mounts: Vec<&'b Mount>,
    pub(super) scheduler_mounts: Vec<&'b Mount>,
}

impl<'b> From<&'b Baseline> for Programs<'b> {
    fn from(baseline: &'b Baseline) -> Self {
        let mounts = |program| baseline.mounts(program).collect();
        Self {
            api_server: added(baseline, Program::ApiServer),
            controller_manager: added(baseline, Program::ControllerManager),
            scheduler: added(baseline, Program::Scheduler),
            etcd: added(baseline, Program::Etcd),
            api_server_mounts: mounts(Program::ApiServer),
            controller_manager_mounts: mounts(Program::ControllerManager),
            scheduler_mounts: mounts(Program::Scheduler),
        }
    }
}

/// How a kubelet that runs takes its part: beside its configuration, not in the place of it.
pub(super) const KUBELET: &str = "The kubelet takes `kubelet.yaml` on top of its own configuration, so that cluster DNS, its domain and the driver of\n\
     cgroups stay. Add `--config-dir=/etc/kubernetes/kubelet.conf.d` to its command, once, and on every node:\n\n\
     ```sh\n\
     install -D -m 0600 -o root -g root kubelet.yaml /etc/kubernetes/kubelet.conf.d/50-hardening.conf\n\
     systemctl restart kubelet\n\
     ```\n";

/// The files that flags name.
pub(super) fn companions(baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
    let context = template::context("plan", baseline);
    let files = baseline.files.iter().map(|file| {
        let text = template::render(file.template, context.clone())?;
        let owner = if file.key { Owner::Key } else { Owner::Tool };
        Ok(RenderedFile { owner, ..RenderedFile::new(format!("hardening/{}", file.name), Syntax::Yaml, text) })
    });
    files.collect()
}
