//! `detached-boolean`

use super::tools::on_setting;
use crate::apiserver::files::Written;
use crate::diagnostic::Location;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "detached-boolean",
    summary: "a boolean flag with its value behind it",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A boolean flag takes a value after `=` only. In `--anonymous-auth false` it is true, and `false` is an argument \
          of its own, at which the program stops.",
    prevents: "The flag does what it seems to do.",
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
        - --anonymous-auth
        - \"false\"
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
        - --anonymous-auth=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for setting in view.settings.iter().filter(|setting| setting.written == Written::Detached) {
            let message = format!("`--{}` takes no value from the next argument, so it is true", setting.name);
            let value = Location::new(setting.file, setting.value_span, "belongs to nothing");
            sink.report(on_setting(view, setting, "expected `=` before the value", message).related_all([value]));
        }
    }
}
