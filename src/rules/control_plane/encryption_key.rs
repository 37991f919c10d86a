//! `encryption-key`

use super::tools::on_companion;
use crate::apiserver::files::Provider;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "encryption-key",
    summary: "an encryption key that is of no use",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.28"), stig("V-274882")],
    why: "`secretbox` needs 32 random bytes in base64, and so does `aescbc` by its documentation. A key of another length \
          stops the API server. One that is readable text, or that follows a pattern, comes out of a tutorial or out of \
          somebody's head, and whoever reads the tutorial has it. `head -c 32 /dev/urandom | base64` makes a good one.",
    prevents: "The key cannot be guessed, and the API server starts.",
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: \"dGhpcyBpcyBhIHNhbXBsZSwgbm90IGEgc2VjcmV0ISE=\"
      - identity: {}
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
        let providers = || encryption.groups.iter().flat_map(|group| &group.providers);
        let spans = || providers().flat_map(|provider: &Provider| &provider.keys).map(|key| key.span);
        for provider in providers() {
            let kind = provider.kind.text.as_str();
            let fits = |length: usize| match kind {
                "aesgcm" => [16, 24, 32].contains(&length),
                _ => length == 32,
            };
            for key in &provider.keys {
                // what the API server refuses in a file of its own, `invalid-value` says
                let lengths: &[usize] = if kind == "secretbox" { &[32] } else { &[16, 24, 32] };
                let is_refused = key.length.is_none_or(|length| !lengths.contains(&length));
                if is_refused && !key.placeholder && !companion.inline {
                    continue;
                }
                let (message, label) = if key.placeholder {
                    ("a placeholder stands where the encryption key belongs", "expected 32 random bytes in base64")
                } else if key.length.is_none() {
                    (
                        "the encryption key is not base64, so kube-apiserver does not start",
                        "expected 32 random bytes in base64",
                    )
                } else if key.guessable {
                    ("the encryption key can be guessed", "expected random bytes: `head -c 32 /dev/urandom | base64`")
                } else if key.length.is_some_and(|length| !fits(length)) {
                    ("the encryption key has the wrong length", "expected 32 bytes before base64")
                } else {
                    continue;
                };
                // a placeholder is no secret, and worth seeing
                let hidden = spans().filter(|span| !key.placeholder || *span != key.span);
                sink.report(on_companion(companion, "resources", key.span, label, message).hide(hidden));
            }
        }
    }
}
