//! Cluster API: a patch of the `KubeadmControlPlane`, with the files that its machines get.

use std::fmt::Write as _;

use minijinja::Error;
use serde::Serialize;

use super::{Programs, RenderedFile, Syntax, Target, companions};
use crate::generate::baseline::Baseline;
use crate::render::comments;
use crate::render::plan::Owner;
use crate::template;

pub(super) struct ClusterApi;

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    #[serde(flatten)]
    programs: Programs<'b>,
    external_etcd: Vec<&'b str>,
    /// Files with their text.
    files: Vec<Inside>,
    /// Files with a key, which a Secret of the management cluster holds.
    keys: Vec<Inside>,
    kubelet: String,
}

/// A file of the machines.
#[derive(Serialize)]
struct Inside {
    name: String,
    path: String,
    content: String,
}

impl Target for ClusterApi {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        // inside a text, comments are part of it
        let plain = |text: String| if baseline.comments { text } else { comments::strip(&text) };
        let (mut files, mut keys) = (Vec::new(), Vec::new());
        for file in companions(baseline)? {
            let name = file.name.trim_start_matches("hardening/").to_owned();
            let path = format!("{}/{name}", baseline.home);
            let is_key = file.owner == Owner::Key;
            let inside = Inside { name, path, content: if is_key { String::new() } else { plain(file.text) } };
            if is_key { keys.push(inside) } else { files.push(inside) }
        }
        let kubelet = template::render("apiserver/kubelet.yaml.j2", template::context("plan", baseline))?;
        let context = Context {
            plan: baseline,
            programs: Programs::from(baseline),
            external_etcd: baseline.network.external_etcd(),
            files,
            keys,
            kubelet: plain(kubelet),
        };
        let text = template::render("apiserver/cluster-api.yaml.j2", template::contexts(context))?;
        Ok(vec![RenderedFile::new("kubeadm-control-plane.yaml", Syntax::Yaml, text)])
    }

    fn apply(&self, baseline: &Baseline) -> String {
        let name = &baseline.name;
        let mut text = String::new();
        if baseline.files.iter().any(|file| file.key) {
            text = format!(
                "The key is in a Secret of the management cluster, in the namespace of the cluster:\n\n\
                 ```sh\n\
                 kubectl create secret generic {name}-hardening --from-file=hardening/encryption.yaml --dry-run=client -o yaml \
                 | kubectl apply -f -\n```\n\n"
            );
        }
        // writing to a string cannot fail
        let _ = write!(
            text,
            "A merge takes lists as a whole: look at the difference first. Cluster API then replaces one machine after the other.\n\n\
             ```sh\n\
             kubectl get kubeadmcontrolplane {name} -o yaml > before.yaml\n\
             kubectl patch kubeadmcontrolplane {name} --type merge --patch-file kubeadm-control-plane.yaml --dry-run=server -o yaml \
             | diff before.yaml -\n\
             kubectl patch kubeadmcontrolplane {name} --type merge --patch-file kubeadm-control-plane.yaml\n\
             ```\n\n\
             While machines are replaced, old and new API servers run side by side: encryption needs the stages.\n"
        );
        text
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "`kubectl replace -f before.yaml`: Cluster API replaces the machines once more.\n".to_owned()
    }
}
