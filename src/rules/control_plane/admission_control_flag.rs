//! `admission-control-flag`

use super::tools::on_setting;
use crate::apiserver::catalogue::{Component, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "admission-control-flag",
    summary: "the old list of admission plugins",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "`--admission-control` has been deprecated since 1.10. It is the whole list: every plugin that is on by default \
          and not named is off, those that came after the list was written too. `--enable-admission-plugins` adds to the \
          defaults.",
    prevents: "Pod Security, policies and webhooks are not off because a list of 2018 does not know them.",
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
        - --admission-control=NamespaceLifecycle,LimitRanger,ServiceAccount
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
        let Some(setting) = view.get("admission-control") else { continue };
        let named = view.list("admission-control");
        let lost = catalogue()
            .plugins(plane.version(view))
            .filter(|plugin| plugin.on && !named.contains(&plugin.name))
            .count();
        let message = format!("`--admission-control` switches off {lost} admission plugins that are on by default");
        let label = "expected `--enable-admission-plugins` with what is off by default";
        sink.report(on_setting(view, setting, label, message));
    }
}
