//! `removed-flag`

use super::tools::{flag, on_setting};
use crate::apiserver::catalogue::{Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "removed-flag",
    summary: "a flag that is gone",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A program of Kubernetes that is given a flag which it does not know says so and stops. Old guides and checkers \
          still ask for flags that were removed long ago, such as `--insecure-port=0`, which stops every API server since \
          1.24.",
    prevents: "The control plane starts, and nobody believes in a protection that is not there any more.",
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
        - --insecure-port=0
        - --kubelet-https=true
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
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for setting in &view.settings {
            let found = catalogue().flag(view.program, &setting.name, plane.version(view));
            let Lookup::Removed { since, replacement, note } = found else { continue };
            let name = flag(view.program, &setting.name);
            let message = format!("{} has had no `--{name}` since 1.{since}, and does not start with it", view.title());
            let label = replacement.map_or_else(|| "expected nothing".to_owned(), |new| format!("today: `--{new}`"));
            let mut report = on_setting(view, setting, &label, message);
            if let Some(note) = note {
                report = report.help(note.trim_end_matches('.'));
            }
            let edit = setting.remove.clone().filter(|_| sink.settings.fixes);
            sink.report(report.fix(Safety::Safe, format!("remove `--{name}`"), edit));
        }
    }
}
