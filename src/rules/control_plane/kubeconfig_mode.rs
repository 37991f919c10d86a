//! `kubeconfig-mode`

use super::tools::on_setting;
use crate::apiserver::files::Form;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubeconfig-mode",
    summary: "everybody on the machine may read the administrator's kubeconfig",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[],
    why: "K3s and RKE2 write a kubeconfig with the rights of `system:masters`. By default only root reads it. A mode such as \
          `0644` makes every user and every process of the machine an administrator of the cluster.",
    prevents: "Whoever gets onto a server as any user does not get the cluster with it.",
    bad: "\
write-kubeconfig-mode: \"0644\"
kube-apiserver-arg:
  - profiling=false
",
    good: "\
write-kubeconfig-mode: \"0600\"
kube-apiserver-arg:
  - profiling=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.programs.iter().filter(|view| matches!(view.form, Form::K3s | Form::Rke2)) {
        let modes = view.settings.iter().filter(|setting| setting.name == "write-kubeconfig-mode");
        for setting in modes {
            let Ok(mode) = u32::from_str_radix(setting.value.trim_start_matches("0o"), 8) else { continue };
            if mode & 0o004 != 0 {
                let message = "every user of the machine may read the kubeconfig of the administrator";
                sink.report(on_setting(view, setting, "expected `0600`", message));
            } else if mode & 0o040 != 0 {
                let message = "a group of the machine may read the kubeconfig of the administrator";
                sink.report_as(Severity::Medium, on_setting(view, setting, "expected `0600`", message));
            }
        }
    }
}
