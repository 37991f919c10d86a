//! `unknown-flag`

use super::tools::on_setting;
use crate::apiserver::catalogue::{Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "unknown-flag",
    summary: "a flag that does not exist",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A program of Kubernetes, and etcd, stops at a flag that it does not know: a typing error, a flag of another \
          program, or one of a later release. A benchmark tool itself prints `--enable-admission-plugin`, which does not exist.",
    prevents: "The control plane starts after the change.",
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
        - --enable-admission-plugin=NodeRestriction
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
        for setting in view.settings.iter().filter(|setting| setting.is_flag() && !setting.name.contains(' ')) {
            let name = &setting.name;
            let (message, help) = match catalogue().flag(view.program, name, plane.version(view)) {
                Lookup::NotYet { since } => {
                    let version = plane.version(view);
                    (format!("{} {version} does not know `--{name}`, which came with {since}", view.title()), None)
                }
                Lookup::Unknown { nearest } => {
                    let help = nearest.map(|near| format!("did you mean `--{near}`?"));
                    (format!("{} does not know `--{name}`, and does not start with it", view.title()), help)
                }
                _ => continue,
            };
            let mut report = on_setting(view, setting, "no such flag", message);
            if let Some(help) = help {
                report = report.help(help);
            }
            sink.report(report);
        }
    }
}
