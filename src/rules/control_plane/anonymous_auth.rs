//! `anonymous-auth`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::diagnostic::{Diagnostic, Location};
use crate::rules::facts::{Anonymous, Plane};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "anonymous-auth",
    summary: "an API server answers everybody on every path",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.1"), stig("V-242390")],
    why: "Requests without credentials are let in as `system:anonymous`, and RBAC decides what they may do. One \
          ClusterRoleBinding for `system:unauthenticated` then opens the cluster to the network. Since 1.32 a file of \
          `--authentication-config` can let anonymous requests through on the paths of health checks only.",
    prevents: "A careless binding, or a bug in a handler before authorization, cannot be used by whoever reaches the port.",
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
        - --enable-admission-plugins=NodeRestriction
        - --anonymous-auth=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const HELP: &str = "since 1.32 `--authentication-config` takes `anonymous` with conditions for /livez, /readyz and /healthz, which keeps \
                    probes working";

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        let Anonymous::Open(at) = plane.anonymous(view) else { continue };
        let message = "kube-apiserver answers requests without credentials on every path";
        let report = match (at, view.get("anonymous-auth")) {
            (Some(_), Some(setting)) => on_setting(view, setting, "lets everybody in", message),
            (Some((file, span)), None) => {
                let here = Location::new(file, span, "no conditions, so every path");
                Diagnostic::new(here, message).about(super::tools::id(&view.owner), "anonymous")
            }
            (None, _) => on_program(view, "anonymous-auth", "nothing restricts anonymous requests", message),
        };
        sink.report(report.help(HELP));
    }
}
