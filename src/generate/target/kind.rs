//! kind: the configuration of a cluster on this machine, which mounts the files from beside it.

use minijinja::Error;
use serde::Serialize;

use super::{Programs, RenderedFile, Syntax, Target};
use crate::generate::baseline::Baseline;
use crate::render::comments;
use crate::template;

pub(super) struct Kind;

#[derive(Serialize)]
struct Patch<'b> {
    plan: &'b Baseline,
    #[serde(flatten)]
    programs: Programs<'b>,
}

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    patch: String,
    kubelet: String,
}

impl Target for Kind {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let patch = Patch { plan: baseline, programs: Programs::from(baseline) };
        let patch = template::render("apiserver/kind-patch.yaml.j2", template::contexts(patch))?;
        let kubelet = template::render("apiserver/kubelet.yaml.j2", template::context("plan", baseline))?;
        // inside a text, comments are part of it
        let plain = |text: String| if baseline.comments { text } else { comments::strip(&text) };
        let context = Context { plan: baseline, patch: plain(patch), kubelet: plain(kubelet) };
        let text = template::render("apiserver/kind.yaml.j2", template::contexts(context))?;
        Ok(vec![RenderedFile::new("kind.yaml", Syntax::Yaml, text)])
    }

    fn apply(&self, baseline: &Baseline) -> String {
        format!(
            "In this folder, as the path of the mount begins here, with a node image of Kubernetes {}:\n\n\
             ```sh\nkind create cluster --config kind.yaml\n```\n",
            baseline.kubernetes
        )
    }

    fn roll_back(&self, baseline: &Baseline) -> String {
        format!("`kind delete cluster --name {}`: the flags of a kind cluster do not change later.\n", baseline.name)
    }
}
