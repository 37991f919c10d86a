//! `always-pull-images`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "always-pull-images",
    summary: "an API server lets pods use private images of others",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.11")],
    why: "An image that is on a node can be started by any pod there, whoever pulled it. `AlwaysPullImages` makes every \
          start ask the registry with the pod's own credentials. It breaks images that are in no registry, such as those \
          that were loaded into kind; since 1.35 kubelets check the credentials themselves.",
    prevents: "On shared nodes nobody runs a private image, or what is baked into it, by guessing its name.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --enable-admission-plugins=NodeRestriction
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --enable-admission-plugins=NodeRestriction,AlwaysPullImages
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if view.partial || Plane::enables(view, "AlwaysPullImages") {
            continue;
        }
        let message =
            "kube-apiserver lets pods use images that others pulled with their credentials (no AlwaysPullImages)";
        let flag = "enable-admission-plugins";
        let report = match view.get(flag) {
            Some(setting) => on_setting(view, setting, "expected `AlwaysPullImages` here", message),
            None => on_program(view, flag, "expected `AlwaysPullImages` among its plugins", message),
        };
        sink.report(report);
    }
}
