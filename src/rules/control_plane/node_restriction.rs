//! `node-restriction`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "node-restriction",
    summary: "an API server lets kubelets change what is not theirs",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.14")],
    why: "The admission plugin `NodeRestriction` lets a kubelet write its own node and its own pods only, and keeps labels \
          with `node-restriction.kubernetes.io/` from it. It is off by default. A list of `--enable-admission-plugins` in \
          kubeadm takes the place of kubeadm's own, which is this plugin.",
    prevents: "Whoever owns one node cannot label it to attract pods with better secrets, nor change other nodes.",
    bad: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.2
apiServer:
  extraArgs:
    - name: enable-admission-plugins
      value: \"AlwaysPullImages\"
",
    good: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.2
apiServer:
  extraArgs:
    - name: enable-admission-plugins
      value: \"NodeRestriction,AlwaysPullImages\"
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if view.partial || Plane::enables(view, "NodeRestriction") {
            continue;
        }
        let message = "kube-apiserver runs without NodeRestriction, so a kubelet may change other nodes and their pods";
        let flag = "enable-admission-plugins";
        let (report, edit) = if let Some(setting) = view.get(flag) {
            let list = format!("{},NodeRestriction", setting.value);
            (on_setting(view, setting, "expected `NodeRestriction` here", message), setting.set(&list))
        } else {
            let label = "expected `--enable-admission-plugins=NodeRestriction`";
            (on_program(view, flag, label, message), view.add(flag, "NodeRestriction"))
        };
        let edit = edit.filter(|_| sink.settings.fixes);
        sink.report(report.fix(Safety::Unsafe, "enable `NodeRestriction`", edit));
    }
}
