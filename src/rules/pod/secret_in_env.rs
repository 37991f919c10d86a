//! `secret-in-env`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Field};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "secret-in-env",
    summary: "a secret is passed by an environment variable",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("5.4.1"), nsa("Secrets")],
    why: "A variable is inherited by every child process, printed by crash reports and debug pages, and stays as it was when the \
          Secret is renewed. A file in a `secret` volume is read by who opens it, has a mode, and is renewed in place.",
    prevents: "A debug page, a crash dump or `/proc/<pid>/environ` gives the secret away.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef: {name: db, key: password}
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
      env:
        - name: DB_PASSWORD_FILE
          value: /run/secrets/db/password
      volumeMounts:
        - name: db
          mountPath: /run/secrets/db
          readOnly: true
  volumes:
    - name: db
      secret:
        secretName: db
        defaultMode: 0440
",
    fix: None,
    check: RuleKind::Pod(check),
};

const HELP: &str = "mount the Secret as a volume, and give the app the path";

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        for variable in container.fields.env.into_iter().flat_map(|env| env.value.items()) {
            let Some(source) = variable.get("valueFrom") else { continue };
            let Some(reference) = Field::of(source, "secretKeyRef") else { continue };
            let name = variable.get("name").and_then(Node::as_str).unwrap_or_default();
            report(container, reference, &format!("gets a secret by the variable `{name}`"), sink);
        }
        for source in container.fields.env_from.into_iter().flat_map(|sources| sources.value.items()) {
            let Some(reference) = Field::of(source, "secretRef") else { continue };
            let name = reference.value.get("name").and_then(Node::as_str).unwrap_or_default();
            report(container, reference, &format!("gets all keys of the Secret `{name}` as variables"), sink);
        }
    }
}

fn report(container: &Container<'_, '_>, reference: Field<'_, '_>, what: &str, sink: &mut Sink<'_>) {
    let message = format!("container `{}` {what}", container.name());
    let report = Diagnostic::new(reference.key.span(), message).label("expected a volume").help(HELP);
    sink.report(report.container(container.name()));
}
