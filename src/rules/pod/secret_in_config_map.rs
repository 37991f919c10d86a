//! `secret-in-config-map`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::secret::{surely_in_text, surely_in_variable};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "secret-in-config-map",
    summary: "a ConfigMap holds a secret",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[nsa("Secrets")],
    why: "ConfigMaps are not encrypted at rest, most roles may read them, and tools print them. What gives access belongs in a \
          Secret. Values are looked at under names for secrets, and files line by line; code that only handles a password, \
          and references such as `${PASSWORD}`, are left alone.",
    prevents: "Everybody who may look at settings has the password too.",
    bad: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  app.ini: |
    [database]
    user = shop
    password = hunter2
",
    good: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  app.ini: |
    [database]
    user = shop
    password_file = /run/secrets/db/password
",
    fix: None,
    check: RuleKind::Object(check),
};

const HELP: &str = "treat it as known to others: replace it, and keep the new one in a Secret";

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::ConfigMap {
        return;
    }
    let Some(data) = object.root.get("data") else { return };
    for (key, value) in data.fields() {
        let (Some(name), Some(text)) = (key.text(), value.text()) else { continue };
        // the name of a file says nothing of its lines
        let found = if text.contains('\n') { surely_in_text(text) } else { surely_in_variable(name, text) };
        let Some(kind) = found else { continue };
        let message = format!("the key `{name}` of the ConfigMap `{}` holds {kind}", object.name());
        let report = Diagnostic::new(key.span(), message).label("expected in a Secret").help(HELP);
        sink.report(report.hide([value.span()]).hide([value.origin()]));
    }
}
