//! `encryption-at-rest`

use super::tools::{on_companion, on_program};
use crate::apiserver::catalogue::Component;
use crate::apiserver::files::Group;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "encryption-at-rest",
    summary: "Secrets are stored in plain text",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.27"), stig("V-274882")],
    why: "Without `--encryption-provider-config`, or with a file that does not speak of `secrets`, Secrets are in etcd as \
          they are, and so they are in every backup and on every disk that is thrown away.",
    prevents: "A copy of etcd is not a copy of every password.",
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
        - --encryption-provider-config=/etc/kubernetes/good.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: \"pAAGbxoc3YqG9R7/7fx2UGG24vBjF7OGIWecDUMoJpI=\"
      - identity: {}
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer).filter(|view| view.lacks("encryption-provider-config")) {
        let label = "expected `--encryption-provider-config`";
        let message = "kube-apiserver stores Secrets in plain text";
        sink.report(on_program(view, "encryption-provider-config", label, message));
    }
    for (companion, encryption) in plane.encryption() {
        if !companion.inline && !encryption.groups.iter().any(Group::holds_secrets) {
            let message = "the encryption configuration leaves Secrets out, so they are stored in plain text";
            let label = "expected `secrets` among the `resources`";
            sink.report(on_companion(companion, "resources", companion.place, label, message));
        }
    }
}
