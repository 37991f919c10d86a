//! `image-policy-default-allow`

use super::tools::on_companion;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "image-policy-default-allow",
    summary: "images are let through while the webhook that judges them is away",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[],
    why: "With `defaultAllow: true` ImagePolicyWebhook admits every image whenever its webhook does not answer. Whoever can \
          keep the webhook busy, or cut it off, runs what they like.",
    prevents: "An image that nobody has judged does not run.",
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: ImagePolicyWebhook
    configuration:
      imagePolicy:
        kubeConfigFile: /etc/kubernetes/image-policy.kubeconfig
        defaultAllow: true
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: ImagePolicyWebhook
    configuration:
      imagePolicy:
        kubeConfigFile: /etc/kubernetes/image-policy.kubeconfig
        defaultAllow: false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for (companion, plugin) in plane.plugins().filter(|(_, plugin)| plugin.name.text == "ImagePolicyWebhook") {
        let Some(word) = plugin.configuration.as_ref().and_then(|it| it.default_allow.as_ref()) else { continue };
        if word.text == "true" {
            let message = "images are admitted while the webhook does not answer";
            let path = "plugins[ImagePolicyWebhook].configuration.imagePolicy.defaultAllow";
            sink.report(on_companion(companion, path, word.span, "expected `false`", message));
        }
    }
}
