//! `kubelet-authorization`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-authorization",
    summary: "a kubelet allows everything",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.2"), stig("V-242392")],
    why: "With `authorization.mode: AlwaysAllow` everybody who is let in may do everything: read logs, run commands. \
          `Webhook`, the default of the configuration file, asks the API server.",
    prevents: "A certificate of one user is not worth root in every pod of the node.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authorization:
  mode: AlwaysAllow
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authorization:
  mode: Webhook
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Kubelet) {
        if view.value("authorization.mode") != Some("AlwaysAllow") {
            continue;
        }
        let message = "the kubelet lets everybody who is let in do everything";
        match view.get("authorization.mode") {
            Some(setting) => {
                let edit = setting.set("Webhook").filter(|_| sink.settings.fixes);
                let report = on_setting(view, setting, "expected `Webhook`", message);
                sink.report(report.fix(Safety::Unsafe, "set it to `Webhook`", edit));
            }
            None => sink.report(on_program(
                view,
                "authorization.mode",
                "`AlwaysAllow` without a configuration file",
                message,
            )),
        }
    }
}
