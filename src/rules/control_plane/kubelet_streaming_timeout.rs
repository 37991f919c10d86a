//! `kubelet-streaming-timeout`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-streaming-timeout",
    summary: "a kubelet keeps idle sessions for ever",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("4.2.5"), stig("V-245541")],
    why: "`--streaming-connection-idle-timeout=0` never ends an idle `exec`, `attach` or `port-forward`. The default is four \
          hours, and what `0s` in a KubeletConfiguration stands for, as kubeadm writes it.",
    prevents: "Forgotten sessions do not hold connections of the node until it has none left.",
    bad: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration:
  kubeletExtraArgs:
    - name: streaming-connection-idle-timeout
      value: \"0\"
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 5m0s
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Kubelet) {
        // a field of 0 is the default
        let setting = view.get("streamingConnectionIdleTimeout").filter(|setting| setting.is_flag());
        let Some(setting) = setting else { continue };
        if setting.value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse() == Ok(0_u64) {
            let label = "expected a time above zero, or nothing";
            sink.report(on_setting(view, setting, label, "the kubelet never ends an idle session"));
        }
    }
}
