//! `always-admit`

use super::tools::on_item;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "always-admit",
    summary: "an API server admits everything",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.10")],
    why: "`AlwaysAdmit` in the list of admission plugins stands for no admission at all. It is deprecated, and means that \
          whoever wrote the list wanted no checks.",
    prevents: "Objects that other plugins would refuse or change do not get in because of a leftover of a test cluster.",
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
        - --enable-admission-plugins=NodeRestriction,AlwaysAdmit
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
    for view in plane.each(Component::ApiServer) {
        for setting in &view.settings {
            if !matches!(setting.name.as_str(), "enable-admission-plugins" | "admission-control") {
                continue;
            }
            for (_, span) in setting.items().into_iter().filter(|(item, _)| *item == "AlwaysAdmit") {
                let message = "the admission plugin `AlwaysAdmit` is switched on";
                sink.report(on_item(view, setting, span, "expected a list without it", message));
            }
        }
    }
}
