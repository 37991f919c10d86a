//! `config-api-version`

use super::tools::on_companion;
use crate::apiserver::catalogue::catalogue;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "config-api-version",
    summary: "a configuration file that its release does not read",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The files that flags of the API server name have API versions, and each release reads some of them: \
          `AuthenticationConfiguration` is `v1` since 1.34 and `v1beta1` before. The API server stops at a version that it \
          does not know. A release reads the files that its flags name; where no flag is in the input, the release is that \
          of `--kubernetes`.",
    prevents: "The control plane starts with the file, before an upgrade and after it.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --authentication-config=/etc/kubernetes/bad.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
    - path: /livez
    - path: /readyz
    - path: /healthz
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
      image: registry.k8s.io/kube-apiserver:v1.34.4
      command:
        - kube-apiserver
        - --authentication-config=/etc/kubernetes/good.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
    - path: /livez
    - path: /readyz
    - path: /healthz
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for companion in plane.companions.iter().filter(|companion| !companion.inline) {
        let (kind, written) = (companion.owner.kind.as_str(), companion.owner.api_version.as_str());
        let version = plane.version_of(companion);
        // plugins share the kind `Configuration`, so any of its versions will do
        let known: Vec<&str> = catalogue().config_apis(kind, version).map(|api| api.api_version).collect();
        if known.is_empty() || known.contains(&written) {
            continue;
        }
        let message = format!("kube-apiserver {version} reads no {kind} of `{written}`");
        let label = known.first().map_or_else(String::new, |best| format!("expected `{best}`"));
        sink.report(on_companion(companion, "apiVersion", companion.api, &label, message));
    }
}
