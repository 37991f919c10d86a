//! `privileged`

use serde_json::json;

use super::words::containers;
use super::{Control, Holder, Violation};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "privileged",
    summary: "a container runs privileged",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: Privileged Containers"), cis("5.2.2"), nsa("Pod security enforcement")],
    why: "A privileged container has every capability, no seccomp or AppArmor profile, and all devices of the node. It is a \
          process of root on the node with another root folder.",
    prevents: "Whoever runs code in the container mounts the node's disk and owns the node, and with it every pod on it.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        privileged: true
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
      securityContext:
        privileged: false
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "privileged", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut names = Vec::new();
    for container in &context.pod.containers {
        let field = container.security.privileged;
        let Some(field) = field.filter(|field: &Field<'_, '_>| field.is_true()) else { continue };
        names.push(container.name());
        let edit = sink.fix(|text| edit::set(text, container.node, &["securityContext", "privileged"], &json!(false)));
        let report = Holder::Container(container)
            .report(field.span(), "runs privileged")
            .label("expected `false`, or nothing")
            .fix(Safety::Unsafe, "set `privileged: false`", edit);
        sink.report(report);
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", containers(&names)),
    })
}
