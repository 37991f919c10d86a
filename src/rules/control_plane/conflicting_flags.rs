//! `conflicting-flags`

use super::tools::{on_setting, place};
use crate::apiserver::catalogue::Component;
use crate::apiserver::files::{Content, ProgramView, Setting};
use crate::rules::facts::{Named, Plane};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "conflicting-flags",
    summary: "flags that exclude each other",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Some flags and files cannot be there together, and the API server does not start with both: the section \
          `anonymous` with `--anonymous-auth`, `--authorization-config` with the flags of modes and webhooks, \
          `--authentication-config` with `--oidc-...`, and the old list of admission plugins with the new ones.",
    prevents: "The control plane starts after a flag was moved into a file.",
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
        - --authorization-mode=Node,RBAC
        - --authorization-config=/etc/kubernetes/authz.yaml
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
        - --authorization-config=/etc/kubernetes/authz.yaml
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if let Some(file) = view.get("authorization-config") {
            let others = |setting: &&Setting| {
                setting.name == "authorization-mode"
                    || setting.name == "authorization-policy-file"
                    || setting.name.starts_with("authorization-webhook-")
            };
            for setting in view.settings.iter().filter(others) {
                report(view, setting, file, sink);
            }
        }
        if let Some(file) = view.get("authentication-config") {
            for setting in view.settings.iter().filter(|setting| setting.name.starts_with("oidc-")) {
                report(view, setting, file, sink);
            }
        }
        if let (Named::Seen(companion), Some(file)) =
            (plane.named(view, "authentication-config"), view.get("authentication-config"))
            && let Content::Authentication(content) = &companion.content
            && let Some(setting) = view.get("anonymous-auth").filter(|_| content.anonymous.is_some())
        {
            report(view, setting, file, sink);
        }
        if let Some(old) = view.get("admission-control") {
            let new = view.get("enable-admission-plugins").or_else(|| view.get("disable-admission-plugins"));
            if let Some(setting) = new {
                report(view, old, setting, sink);
            }
        }
    }
}

fn report(view: &ProgramView, setting: &Setting, with: &Setting, sink: &mut Sink<'_>) {
    let message =
        format!("`--{}` and `--{}` exclude each other, so kube-apiserver does not start", setting.name, with.name);
    let report = on_setting(view, setting, "expected one of the two", message);
    sink.report(report.related_all([place(with, "the other one")]));
}
