//! `alpha-features`

use super::gates::gates;
use super::tools::on_item;
use crate::apiserver::files::{ProgramView, Setting};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, stig};
use crate::rules::sink::Sink;
use crate::yaml::Span;

pub(super) static RULE: Rule = Rule {
    id: "alpha-features",
    summary: "a control plane with features that are not finished",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[stig("V-242400")],
    why: "Alpha features may go or change with the next release, and are not tested for security as others are. \
          `AllAlpha=true` and `api/alpha=true` switch on all of them at once.",
    prevents: "The cluster's security does not depend on code that is not finished.",
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
        - --feature-gates=AllAlpha=true
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
        - --feature-gates=AllAlpha=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for gate in gates(view).into_iter().filter(|gate| gate.name == "AllAlpha" && gate.value == "true") {
            report(view, gate.setting, gate.span, sink);
        }
        for setting in view.settings.iter().filter(|setting| setting.name == "runtime-config") {
            let all = |item: &str| matches!(item, "api/alpha=true" | "api/alpha" | "api/all=true" | "api/all");
            for (_, span) in setting.items().into_iter().filter(|(item, _)| all(item)) {
                report(view, setting, span, sink);
            }
        }
    }
}

fn report(view: &ProgramView, setting: &Setting, span: Span, sink: &mut Sink<'_>) {
    let message = format!("{} has every alpha feature switched on", view.title());
    sink.report(on_item(view, setting, span, "expected the names of those that are needed", message));
}
