//! `deprecated-flag`

use super::tools::on_setting;
use crate::apiserver::catalogue::{Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "deprecated-flag",
    summary: "a flag that will be removed",
    severity: Severity::Low,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Kubernetes says of some flags that they do nothing any more, or will be removed. They work today, and stop the \
          program after an upgrade.",
    prevents: "The next upgrade of the control plane does not fail at a flag.",
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
        - --default-watch-cache-size=200
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
        - --enable-admission-plugins=NodeRestriction
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for setting in view.settings.iter().filter(|setting| setting.name != "admission-control") {
            let found = catalogue().flag(view.program, &setting.name, plane.version(view));
            let Lookup::Found(flag) = found else { continue };
            let Some(why) = flag.deprecated else { continue };
            let message = format!("`--{}` of {} is deprecated", setting.name, view.title());
            sink.report(on_setting(view, setting, "expected nothing", message).help(why.trim_end_matches('.')));
        }
    }
}
