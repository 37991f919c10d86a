//! `privileged`

use serde_json::json;

use super::{Control, Level, Violation};
use crate::kube::pod::{Container, is_true};
use crate::rules::rule::{Category, Check, Rule, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Report, Sink};
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
    check: Check::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "privileged", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_, '_, '_>) -> Option<Violation> {
    let bad: Vec<&Container<'_, '_>> =
        context.pod.containers.iter().filter(|container| is_true(container.security.privileged)).collect();
    for container in &bad {
        let Some(field) = container.security.privileged else { continue };
        let report = Report::new(field.span(), format!("container `{}` runs privileged", container.name()))
            .label("expected `false`, or nothing")
            .container(container);
        let edit = sink.fix(|text| edit::set(text, container.node, &["securityContext", "privileged"], &json!(false)));
        sink.report(report.fix(Safety::Unsafe, "set `privileged: false`", edit));
    }
    let names: Vec<&str> = bad.iter().map(|container| container.name()).collect();
    super::words::violation("privileged", &names, "must not set securityContext.privileged=true")
}
