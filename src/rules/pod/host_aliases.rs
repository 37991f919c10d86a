//! `host-aliases`

use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "host-aliases",
    summary: "host names are fixed to addresses in the pod",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "`hostAliases` are written to `/etc/hosts` of every container and win over DNS. Network policies by name do not see \
          them, and nothing renews them when a server moves. Off, since some apps have good reason for them.",
    prevents: "A name that everybody reads as that of a trusted service leads to another machine.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  hostAliases:
    - ip: 192.0.2.7
      hostnames: [api.example.com]
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let Some(aliases) = context.pod.fields.host_aliases else { return };
    if aliases.value.items().next().is_some() {
        sink.report(
            Diagnostic::new(aliases.key.span(), "the pod fixes host names to addresses")
                .label("expected none, so that DNS decides"),
        );
    }
}
