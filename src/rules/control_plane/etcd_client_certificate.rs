//! `etcd-client-certificate`

use super::tools::{Want, needs, on_item, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "etcd-client-certificate",
    summary: "an API server and etcd do not know each other",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.23"), cis("1.2.26")],
    why: "etcd holds every Secret, and answers whoever it takes for the API server. A client certificate (`--etcd- \
          certfile`, `--etcd-keyfile`) is how it knows; `--etcd-cafile` is how the API server knows etcd; over plain http \
          neither does.",
    prevents: "Nobody in the network reads or changes the state of the cluster past the API server.",
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
        - --etcd-servers=http://127.0.0.1:2379
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
        - --etcd-servers=https://127.0.0.1:2379
        - --etcd-certfile=/pki/c.crt
        - --etcd-keyfile=/pki/c.key
        - --etcd-cafile=/pki/ca.crt
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    let needed = [
        needs(Component::ApiServer, "etcd-certfile", Want::Set, "has no certificate to show to etcd"),
        needs(Component::ApiServer, "etcd-keyfile", Want::Set, "has no key for the certificate that it shows to etcd")
            .with("etcd-certfile"),
        needs(Component::ApiServer, "etcd-cafile", Want::Set, "cannot tell etcd from an impostor"),
    ];
    require(plane, sink, &needed);
    for view in plane.each(Component::ApiServer) {
        for setting in view.settings.iter().filter(|setting| setting.name == "etcd-servers") {
            for (_, span) in setting.items().into_iter().filter(|(item, _)| item.starts_with("http://")) {
                let message = "kube-apiserver talks to etcd in plain text";
                sink.report(on_item(view, setting, span, "expected `https://`", message));
            }
        }
    }
}
