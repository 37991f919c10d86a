//! kubeadm: one file for `kubeadm init`, with the configuration of the cluster and of its kubelets.

use minijinja::Error;
use serde::Serialize;

use super::{Programs, RenderedFile, Syntax, Target};
use crate::generate::baseline::Baseline;
use crate::template;

pub(super) struct Kubeadm;

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    #[serde(flatten)]
    programs: Programs<'b>,
    external_etcd: Vec<&'b str>,
}

impl Target for Kubeadm {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let context = Context {
            plan: baseline,
            programs: Programs::from(baseline),
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
         A cluster that runs: first `tightship apiserver adopt`, so that the spec has what the cluster has. Then\n\
         `kubectl -n kube-system edit configmap kubeadm-config`, put `apiServer`, `controllerManager`, `scheduler` and `etcd` of\n\
         kubeadm.yaml into its `ClusterConfiguration`, and, one control plane node after the other:\n\n\
         ```sh\ncp -a /etc/kubernetes/manifests /root/manifests.before\nkubeadm upgrade node phase control-plane\n```\n\n\
         Kubelets that run take their part from another ConfigMap: `kubectl -n kube-system edit configmap kubelet-config`, add the\n\
         fields of the `KubeletConfiguration` to what is there (cluster DNS and the driver of cgroups stay), then on every node:\n\n\
         ```sh\nkubeadm upgrade node phase kubelet-config\nsystemctl restart kubelet\n```\n"
            .to_owned()
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Copy the previous manifests back into `/etc/kubernetes/manifests`, one file after the other: the kubelet \
         starts\nthem within seconds. Undo the ConfigMap, or the next upgrade brings the flags again.\n"
            .to_owned()
    }
}
