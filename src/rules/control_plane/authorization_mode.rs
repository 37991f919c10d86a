//! `authorization-mode`

use super::tools::{id, on_program};
use crate::apiserver::catalogue::Component;
use crate::diagnostic::{Diagnostic, Location};
use crate::rules::facts::{Authorizers, Plane};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "authorization-mode",
    summary: "an API server does not authorize by Node and RBAC",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.6"), cis("1.2.7"), cis("1.2.8"), stig("V-242382")],
    why: "Without `--authorization-mode` and `--authorization-config` the API server allows everything \
          (`AlwaysAllow`). `RBAC` gives people and programs what they need; `Node` limits a kubelet to the objects of \
          its own pods. Both may be named in the file of `--authorization-config` instead.",
    prevents: "A stolen token of a pod, or of one node, is not worth the whole cluster.",
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
        - --authorization-mode=Node,RBAC
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        let Authorizers::Known { modes, at, .. } = plane.authorizers(view) else { continue };
        let has = |mode: &str| modes.iter().any(|known| known == mode);
        let (severity, message) = if modes.is_empty() {
            (Severity::Critical, "kube-apiserver names no authorizer, so everybody who is let in may do everything")
        } else if has("AlwaysAllow") {
            (Severity::Critical, "`AlwaysAllow` among the authorizers lets everybody do everything")
        } else if !has("RBAC") {
            (Severity::High, "kube-apiserver does not authorize by RBAC")
        } else if !has("Node") {
            (Severity::Medium, "kube-apiserver has no Node authorizer, so RBAC must give every kubelet what any needs")
        } else {
            continue;
        };
        let label = "expected `Node,RBAC`";
        let report = match at {
            Some((file, span)) => {
                let here = Location::new(file, span, label);
                Diagnostic::new(here, message).about(id(&view.owner), "authorization")
            }
            None => on_program(view, "authorization-mode", label, message),
        };
        let edit = if modes.is_empty() { view.add("authorization-mode", "Node,RBAC") } else { None };
        let edit = edit.filter(|_| sink.settings.fixes && at.is_none());
        let report = report.fix(Safety::Unsafe, "set `--authorization-mode` to `Node,RBAC`", edit);
        sink.report_as(severity, report);
    }
}
