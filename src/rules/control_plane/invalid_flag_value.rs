//! `invalid-flag-value`

use super::malformed_argument::is_malformed;
use super::tools::{flag, on_item};
use crate::apiserver::catalogue::catalogue;
use crate::apiserver::files::{Written, refusal};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "invalid-flag-value",
    summary: "a flag with a value that its program cannot read",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Every flag has a type: a boolean is `true` or `false`, a time has a unit, a list of feature gates has a value for \
          each. Some take a few words only, or numbers in a range. A program stops at a value that it cannot read.",
    prevents: "The control plane starts after a change that looks right: `60` for `60s`, `no` for `false`.",
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
        - --request-timeout=60
        - --service-account-lookup=yes
        - --tls-min-version=VersionTLS1.2
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
        - --request-timeout=60s
        - --service-account-lookup=true
        - --tls-min-version=VersionTLS12
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for setting in view.settings.iter().filter(|setting| setting.is_flag() && !is_malformed(setting)) {
            if matches!(setting.written, Written::Bare | Written::Detached) {
                continue;
            }
            let Some(found) = catalogue().flag(view.program, &setting.name, plane.version(view)).found() else {
                continue;
            };
            let name = flag(view.program, &setting.name);
            let has_none = setting.value.is_empty() && setting.value_span == setting.name_span;
            let reason = match refusal(view.program, found.ty, setting) {
                _ if has_none => "has no value".to_owned(),
                Some(reason) => reason,
                None => continue,
            };
            let message = format!("`--{name}` of {} {reason}", view.title());
            sink.report(on_item(view, setting, setting.value_span, "it does not start with it", message));
        }
    }
}
