//! kubeadm: one file for `kubeadm init`, with the configuration of the cluster and of its kubelets.

use minijinja::Error;
use serde::Serialize;

use super::{Argument, RenderedFile, Syntax, Target, added};
use crate::generate::baseline::{Baseline, Program};
use crate::template;

pub(super) struct Kubeadm;

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    api_server: Vec<Argument<'b>>,
    controller_manager: Vec<Argument<'b>>,
    scheduler: Vec<Argument<'b>>,
    etcd: Vec<Argument<'b>>,
    external_etcd: Vec<&'b str>,
}

impl Target for Kubeadm {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let context = Context {
            plan: baseline,
            api_server: added(baseline, Program::ApiServer),
            controller_manager: added(baseline, Program::ControllerManager),
            scheduler: added(baseline, Program::Scheduler),
            etcd: added(baseline, Program::Etcd),
            external_etcd: baseline.network.external_etcd(),
        };
        let text = template::render("apiserver/kubeadm.yaml.j2", template::contexts(context))?;
        Ok(vec![RenderedFile::new("kubeadm.yaml", Syntax::Yaml, text)])
    }

    fn apply(&self, _: &Baseline) -> String {
        "A new cluster, on the first control plane node:\n\n\
         ```sh\nkubeadm config validate --config kubeadm.yaml\nkubeadm init --config kubeadm.yaml\n```\n\n\
         Further control plane nodes join as always, once the files lie there too: `kubeadm join` takes the flags from the\n\
         cluster. Nodes that join with a token first read the address of the cluster anonymously: set\n\
         `anonymous: {joinByToken: true}` until all are there, or give `kubeadm join --discovery-file` a kubeconfig.\n\n\
         A cluster that runs: `kubectl -n kube-system edit configmap kubeadm-config`, put `apiServer`, `controllerManager`,\n\
         `scheduler` and `etcd` of kubeadm.yaml into its `ClusterConfiguration`, then, one control plane node after the\n\
         other:\n\n\
         ```sh\ncp -a /etc/kubernetes/manifests /root/manifests.before\nkubeadm upgrade node phase control-plane\n```\n"
            .to_owned()
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Copy the previous manifests back into `/etc/kubernetes/manifests`, one file after the other: the kubelet \
         starts\nthem within seconds. Undo the ConfigMap, or the next upgrade brings the flags again.\n"
            .to_owned()
    }
}
