//! `network-policy-ignored-rules`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::network_policy::{Direction, NetworkPolicy};
use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "network-policy-ignored-rules",
    summary: "a NetworkPolicy has rules that its `policyTypes` leave out",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[nsa("Network policies")],
    why: "Rules under `egress` count only if `policyTypes` has `Egress`, and those under `ingress` only with \
          `Ingress`. Without it the API server takes them and they have no effect: the direction stays open.",
    prevents: "Nobody believes that egress is closed while a hijacked pod calls home.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
  egress:
    - to:
        - podSelector: {}
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  egress:
    - to:
        - podSelector: {}
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    let Some(policy) = NetworkPolicy::of(object) else { return };
    let Some(types) = policy.types else { return };
    for direction in Direction::ALL {
        let (word, field) = (direction.as_str(), direction.field());
        let Some(rules) = Field::of(policy.spec, field) else { continue };
        if policy.isolates(direction) || rules.value.items().len() == 0 {
            continue;
        }
        let message = format!("NetworkPolicy `{}` does not close {field}: its rules are ignored", object.name());
        let fix = sink.fix(|text| edit::push(text, policy.spec, &["policyTypes"], &json!(word)));
        let report = Diagnostic::new(rules.key.span(), message)
            .label("these rules do not count")
            .related(types.key.span(), format!("expected `{word}` here"))
            .fix(Safety::Unsafe, format!("add `{word}` to `policyTypes`"), fix);
        sink.report(report);
    }
}
