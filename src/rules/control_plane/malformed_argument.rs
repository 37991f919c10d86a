//! `malformed-argument`

use super::tools::on_setting;
use crate::apiserver::files::{Setting, Written};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "malformed-argument",
    summary: "an argument that is not read as the flag that it looks like",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The programs of Kubernetes read `-name` as short flags, one for each letter, and stop at the first that they do not \
          have. What stands in one member of a list is one argument: a second flag in it becomes a part of the value of the \
          first, and a value behind a space a part of its name.",
    prevents: "The control plane starts, with every setting that the file shows.",
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
        - -anonymous-auth=false
        - --audit-log-path=/var/log/audit.log --audit-policy-file=/etc/kubernetes/audit.yaml
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
        - --audit-log-path=/var/log/audit.log
        - --audit-policy-file=/etc/kubernetes/audit.yaml
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for setting in &view.settings {
            let name = &setting.name;
            let (message, label) = if setting.written == Written::Stray {
                let message = format!("{} reads `{name}` as short flags, and does not start with it", view.title());
                (message, format!("expected `-{name}`"))
            } else if let Some(other) = second(setting) {
                let message = format!("`--{other}` is a part of the value of `--{name}`, and no flag of its own");
                (message, "expected an argument for each flag".to_owned())
            } else if name.contains(' ') {
                let message = format!("the whole of `--{name}` is read as the name of a flag");
                (message, "expected `=` before the value, or an argument of its own".to_owned())
            } else {
                continue;
            };
            sink.report(on_setting(view, setting, &label, message));
        }
    }
}

/// The name of a flag inside of the value of another.
fn second(setting: &Setting) -> Option<&str> {
    let (_, rest) = setting.value.split_once(" --")?;
    let name = rest.split(['=', ' ']).next()?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (setting.is_flag() && is_name).then_some(name)
}

/// Whether an argument is none that can be judged as a flag.
pub(super) fn is_malformed(setting: &Setting) -> bool {
    setting.written == Written::Stray || setting.name.contains(' ') || second(setting).is_some()
}
