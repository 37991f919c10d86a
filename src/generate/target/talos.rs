//! Talos 1.14 and newer: documents that are merged into the machine configuration. There are no files on the machine.

use minijinja::Error;
use serde::Serialize;

use super::{Argument, RenderedFile, Syntax, Target, added};
use crate::generate::baseline::{Baseline, Program};
use crate::template;

pub(super) struct Talos;

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    api_server: Vec<Argument<'b>>,
    controller_manager: Vec<Argument<'b>>,
    scheduler: Vec<Argument<'b>>,
}

impl Target for Talos {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let context = Context {
            plan: baseline,
            api_server: added(baseline, Program::ApiServer),
            controller_manager: added(baseline, Program::ControllerManager),
            scheduler: added(baseline, Program::Scheduler),
        };
        let text = template::render("apiserver/talos.yaml.j2", template::contexts(context))?;
        Ok(vec![RenderedFile::new("talos.yaml", Syntax::Yaml, text)])
    }

    fn apply(&self, baseline: &Baseline) -> String {
        format!(
            "A new cluster:\n\n\
             ```sh\n\
             talosctl gen config {} https://ADDRESS:6443 --config-patch-control-plane @talos.yaml\n\
             ```\n\n\
             A cluster that runs, one control plane node after the other:\n\n\
             ```sh\n\
             talosctl get machineconfig v1alpha1 -o yaml > machine.before.yaml\n\
             talosctl patch machineconfig --patch @talos.yaml\n\
             ```\n\n\
             Documents of the same kind and name are joined, and so are lists in `exemptions` and `limits`: patch once, or take\n\
             out what stands there twice.\n",
            baseline.name
        )
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "`talosctl apply-config` with the previous configuration.\n".to_owned()
    }
}
