//! `pod-security-defaults`

use super::tools::{on_companion, on_program};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::{Named, Plane};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "pod-security-defaults",
    summary: "namespaces without labels admit every pod",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[stig("V-254800")],
    why: "Without a `PodSecurityConfiguration` in the file of `--admission-control-config-file`, a namespace that has no \
          Pod Security labels is `privileged`: every pod is admitted. With one, the levels of such namespaces are those of \
          its `defaults`.",
    prevents: "A namespace that somebody made in a hurry is not the way around Pod Security.",
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
        - --admission-control-config-file=/etc/kubernetes/good.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration:
      apiVersion: pod-security.admission.config.k8s.io/v1
      kind: PodSecurityConfiguration
      defaults:
        enforce: baseline
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    let message = "namespaces without Pod Security labels admit every pod";
    for view in plane.each(Component::ApiServer) {
        let named = plane.named(view, "admission-control-config-file");
        if matches!(named, Named::Unseen) || view.partial {
            continue;
        }
        let configuration = plane.plugin(view, "PodSecurity").and_then(|plugin| plugin.configuration.as_ref());
        let enforced = configuration.and_then(|it| it.defaults.iter().find(|(mode, _)| mode == "enforce"));
        match (enforced, named) {
            (Some((_, level)), _) if level.text != "privileged" => {}
            (Some((_, level)), Named::Seen(companion)) => {
                let label = "expected `baseline` or `restricted`";
                sink.report(on_companion(companion, "plugins[PodSecurity]", level.span, label, message));
            }
            (None, Named::Seen(companion)) => {
                let label = "no `defaults` of PodSecurity with `enforce`";
                sink.report(on_companion(companion, "plugins", companion.place, label, message));
            }
            _ => {
                let label = "expected `--admission-control-config-file` with a PodSecurityConfiguration";
                sink.report(on_program(view, "admission-control-config-file", label, message));
            }
        }
    }
}
