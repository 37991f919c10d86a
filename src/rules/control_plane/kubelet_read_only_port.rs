//! `kubelet-read-only-port`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-read-only-port",
    summary: "a kubelet serves without authentication",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.4"), stig("V-242387")],
    why: "The read-only port, mostly 10255, gives pods with their environment, and metrics, to whoever asks, without TLS. \
          It is off by default in the configuration file, and on in a kubelet that is run without one.",
    prevents: "Nobody in the network learns what runs on a node and how it is set up.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 10255
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 0
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Kubelet) {
        let Some(port) = view.value("readOnlyPort").filter(|port| !matches!(*port, "0" | "")) else { continue };
        let message = format!("the kubelet serves on port {port} without authentication");
        match view.get("readOnlyPort") {
            Some(setting) => {
                let edit = setting.set("0").filter(|_| sink.settings.fixes);
                let report = on_setting(view, setting, "expected 0", message);
                sink.report(report.fix(Safety::Unsafe, "set it to 0", edit));
            }
            None => sink.report(on_program(view, "readOnlyPort", "open without a configuration file", message)),
        }
    }
}
