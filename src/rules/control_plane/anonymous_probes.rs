//! `anonymous-probes`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::diagnostic::Location;
use crate::rules::facts::{Anonymous, Plane};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "anonymous-probes",
    summary: "an API server refuses its own probes",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The probes of a static pod are HTTP requests of the kubelet without credentials. With `--anonymous-auth=false` \
          they get 401, the kubelet takes the API server for dead, and restarts it every few minutes. kubeadm and kind \
          write such probes, and `kubeadm join` with a token reads `cluster-info` anonymously as well.",
    prevents: "The control plane does not restart for ever after a change that looked like hardening.",
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
        - --anonymous-auth=false
      livenessProbe:
        httpGet:
          path: /livez
          port: 6443
          scheme: HTTPS
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
        - --authentication-config=/etc/kubernetes/good.yaml
      livenessProbe:
        httpGet:
          path: /livez
          port: 6443
          scheme: HTTPS
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
    for view in plane.each(Component::ApiServer) {
        let Anonymous::Off(setting) = plane.anonymous(view) else { continue };
        let is_own = setting.is_some() || view.has("authentication-config");
        if !is_own || !(view.probe.is_some() || view.form.probes_by_http()) {
            continue;
        }
        let message = "kube-apiserver refuses the probes of its own pod, and is restarted again and again";
        let label = "probes come without credentials and get 401";
        let report = match setting {
            Some(setting) => on_setting(view, setting, label, message),
            None => on_program(view, "authentication-config", label, message),
        };
        let probe = view.probe.map(|span| Location::new(view.file, span, "this one, for example"));
        sink.report(report.related_all(probe).help(
            "leave it out, and give `--authentication-config` a file whose `anonymous` has conditions for /livez, /readyz and /healthz",
        ));
    }
}
