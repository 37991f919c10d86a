//! Talos: from 1.14 on documents that are merged into the machine configuration, before a patch of the configuration itself. There
//! are no files on the machine.

use minijinja::Error;
use serde::Serialize;

use super::{Programs, RenderedFile, Syntax, Target};
use crate::generate::baseline::Baseline;
use crate::template;

pub(super) struct Talos;

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    #[serde(flatten)]
    programs: Programs<'b>,
}

impl Target for Talos {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let context = Context { plan: baseline, programs: Programs::from(baseline) };
        let name = if baseline.talos_is_old { "apiserver/talos-machine.yaml.j2" } else { "apiserver/talos.yaml.j2" };
        let text = template::render(name, template::contexts(context))?;
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
             talosctl get machineconfig v1alpha1 -o jsonpath='{{.spec}}' > machine.before.yaml\n\
             talosctl patch machineconfig --patch @talos.yaml\n\
             ```\n\n\
             Documents of the same kind and name are joined, and so are lists in `exemptions` and `limits`: patch once, or take\n\
             out what stands there twice.\n",
            baseline.name
        )
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "`talosctl apply-config --file machine.before.yaml`: the configuration itself, as it was saved.\n".to_owned()
    }
}
