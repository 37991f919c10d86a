//! `encryption-provider`

use super::tools::on_companion;
use crate::apiserver::files::Provider;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "encryption-provider",
    summary: "Secrets are encrypted weakly, or not at all",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.28"), stig("V-274882")],
    why: "Of the providers of a group the first one encrypts; the others only read. With `identity` first nothing is \
          encrypted. `aescbc` has no check against changes and is weak by the documentation of Kubernetes, `aesgcm` needs \
          a new key every 200000 writes, and version 1 of `kms` has been off since 1.29. `secretbox` and `kms` with \
          `apiVersion: v2` are right. Checkers that read only the last `providers` of a file miss what the others say.",
    prevents: "What is called encrypted is encrypted, and stays so.",
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - identity: {}
      - secretbox:
          keys:
            - name: key1
              secret: \"pAAGbxoc3YqG9R7/7fx2UGG24vBjF7OGIWecDUMoJpI=\"
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: \"pAAGbxoc3YqG9R7/7fx2UGG24vBjF7OGIWecDUMoJpI=\"
      - identity: {}
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for (companion, encryption) in plane.encryption() {
        let keys = || {
            let providers = encryption.groups.iter().flat_map(|group| &group.providers);
            providers.flat_map(|provider: &Provider| &provider.keys).map(|key| key.span)
        };
        for group in &encryption.groups {
            let Some(first) = group.providers.first() else { continue };
            let what = group.resources.join(", ");
            let (severity, message, label) = match first.kind.text.as_str() {
                "identity" => (
                    Severity::High,
                    format!("`identity` comes first, so nothing is encrypted of: {what}"),
                    "expected at the end, where it only reads",
                ),
                "aescbc" => (
                    Severity::Low,
                    "`aescbc` has no check against changes, and is open to padding oracles".to_owned(),
                    "expected `secretbox`, or `kms` with `apiVersion: v2`",
                ),
                "aesgcm" => (
                    Severity::Medium,
                    "`aesgcm` is broken once a key has been used for too many writes".to_owned(),
                    "expected `secretbox`, unless something rotates the key every 200000 writes",
                ),
                "kms" if first.version != "v2" => (
                    Severity::Medium,
                    "version 1 of `kms` is switched off since 1.29, so kube-apiserver does not start with it"
                        .to_owned(),
                    "expected `apiVersion: v2`",
                ),
                _ => continue,
            };
            let report = on_companion(companion, "resources", first.kind.span, label, message);
            sink.report_as(severity, report.hide(keys()));
        }
    }
}
