//! `event-rate-limit-config`

use super::tools::{on_companion, on_item, place};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::{Named, Plane};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "event-rate-limit-config",
    summary: "EventRateLimit is on without limits",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The plugin `EventRateLimit` reads its limits from the file of `--admission-control-config-file`. Without the \
          file, without an entry for the plugin, or with no limits in it, the API server does not start.",
    prevents: "The control plane comes up after the change.",
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
        - --enable-admission-plugins=NodeRestriction,EventRateLimit
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
        - --enable-admission-plugins=NodeRestriction,EventRateLimit
        - --admission-control-config-file=/etc/kubernetes/good.yaml
---
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: EventRateLimit
    configuration:
      apiVersion: eventratelimit.admission.k8s.io/v1alpha1
      kind: Configuration
      limits:
        - type: Namespace
          qps: 50
          burst: 100
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const EXPECTED: &str = "EventRateLimit is switched on and has no limits, so kube-apiserver does not start";

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        for setting in view.settings.iter().filter(|setting| setting.name == "enable-admission-plugins") {
            let Some((_, span)) = setting.items().into_iter().find(|(item, _)| *item == "EventRateLimit") else {
                continue;
            };
            match plane.named(view, "admission-control-config-file") {
                Named::Not if !view.partial => {
                    let label = "needs `--admission-control-config-file`";
                    sink.report(on_item(view, setting, span, label, EXPECTED));
                }
                Named::Seen(companion) if plane.plugin(view, "EventRateLimit").is_none() => {
                    let report = on_companion(companion, "plugins", companion.place, "has no entry for it", EXPECTED);
                    sink.report(report.related_all([place(setting, "switched on here")]));
                }
                _ => {}
            }
        }
    }
    for (companion, plugin) in plane.plugins().filter(|(_, plugin)| plugin.name.text == "EventRateLimit") {
        if let Some(configuration) = plugin.configuration.as_ref().filter(|configuration| configuration.limits == 0) {
            let label = "expected at least one limit";
            let message = "the configuration of EventRateLimit has no limits, so kube-apiserver does not start";
            sink.report(on_companion(companion, "plugins[EventRateLimit]", configuration.limits_span, label, message));
        }
    }
}
