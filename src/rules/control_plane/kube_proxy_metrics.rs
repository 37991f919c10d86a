//! `kube-proxy-metrics`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kube-proxy-metrics",
    summary: "kube-proxy shows its metrics to the network",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("4.3.1")],
    why: "The metrics of kube-proxy come without authentication. They are on 127.0.0.1 by default; on 0.0.0.0 the whole \
          network reads them, and can change its log level where that is switched on.",
    prevents: "Nobody in the network learns about Services and nodes from it.",
    bad: "\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
metricsBindAddress: 0.0.0.0:10249
",
    good: "\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
metricsBindAddress: 127.0.0.1:10249
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::KubeProxy) {
        let Some(setting) = view.get("metricsBindAddress") else { continue };
        let address = setting.value.as_str();
        if address.is_empty() || ["127.0.0.1", "localhost", "[::1]"].iter().any(|local| address.starts_with(local)) {
            continue;
        }
        let message = "kube-proxy shows its metrics to the whole network";
        let edit = setting.set("127.0.0.1:10249").filter(|_| sink.settings.fixes);
        let report = on_setting(view, setting, "expected `127.0.0.1:10249`", message);
        sink.report(report.fix(Safety::Unsafe, "set it to `127.0.0.1:10249`", edit));
    }
}
