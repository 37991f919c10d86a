//! `wrong-config-kind`

use super::tools::{on_companion, place};
use crate::apiserver::catalogue::{Component, Reader, catalogue};
use crate::apiserver::files::{Companion, Content};
use crate::diagnostic::Location;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "wrong-config-kind",
    summary: "a configuration file of another kind than its reader takes",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Each flag of the API server reads files of one kind, and so does each admission plugin whose `path` names one: that \
          of PodSecurity holds a PodSecurityConfiguration, and no AdmissionConfiguration around it. The API server stops at \
          any other kind.",
    prevents: "The control plane starts with the file.",
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
        - --audit-policy-file=/etc/kubernetes/bad.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: AuthorizationConfiguration
authorizers:
  - type: Node
    name: node
  - type: RBAC
    name: rbac
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
        - --authorization-config=/etc/kubernetes/good.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: AuthorizationConfiguration
authorizers:
  - type: Node
    name: node
  - type: RBAC
    name: rbac
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const FLAGS: [&str; 5] = [
    "admission-control-config-file",
    "audit-policy-file",
    "authentication-config",
    "authorization-config",
    "encryption-provider-config",
];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        for setting in view.settings.iter().filter(|setting| FLAGS.contains(&setting.name.as_str())) {
            let near: Vec<&Companion> = plane.files_called(&view.name, &setting.value).collect();
            // several documents of one name: the right one may be among them
            if near.iter().any(|companion| companion.flag == Some(setting.name.as_str())) {
                continue;
            }
            let Some(companion) = near.first() else { continue };
            let kind = &companion.owner.kind;
            let message = format!("`--{}` does not read a {kind}, so kube-apiserver does not start", setting.name);
            let label = catalogue()
                .configs(plane.version(view))
                .find(|config| config.reader == Reader::Flag(flag_of(&setting.name)))
                .map_or_else(String::new, |config| format!("expected a file of the kind {}", config.kind));
            let report = on_companion(companion, "kind", companion.api, &label, message);
            sink.report(report.related_all([place(setting, "named here")]));
        }
    }
    for companion in &plane.companions {
        let Content::Admission(plugins) = &companion.content else { continue };
        for plugin in plugins {
            let Some(path) = &plugin.path else { continue };
            let name = plugin.name.text.as_str();
            let reads = |kind: &str| catalogue().config_shapes(name).any(|config| config.kind == kind);
            let is_known = catalogue().config_shapes(name).next().is_some();
            let near: Vec<&Companion> = plane.files_called(&companion.name, &path.text).collect();
            if !is_known || near.iter().any(|other| reads(&other.owner.kind)) {
                continue;
            }
            let Some(other) = near.first() else { continue };
            let message = format!("{name} does not read a {}, so kube-apiserver does not start", other.owner.kind);
            let kind = catalogue().config_shapes(name).next().map_or("", |config| config.kind);
            let label = format!("expected a file of the kind {kind}");
            let report = on_companion(other, "kind", other.api, &label, message);
            sink.report(report.related_all([Location::new(companion.file, path.span, "named here")]));
        }
    }
}

/// The name as the catalogue has it.
fn flag_of(name: &str) -> &'static str {
    FLAGS.into_iter().find(|known| *known == name).unwrap_or_default()
}
