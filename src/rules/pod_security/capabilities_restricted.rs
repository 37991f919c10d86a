//! `capabilities-restricted`

use std::collections::BTreeSet;

use serde_json::json;

use super::capabilities_baseline::{is_allowed, listed, report_added};
use super::words::{containers, quoted};
use super::{Control, Holder, Violation};
use crate::k8s::pod::{Container, Field};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "capabilities-restricted",
    summary: "a container keeps capabilities that it does not need",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: Capabilities"), cis("5.2.8"), cis("5.2.9"), nsa("Pod security enforcement")],
    why: "Root in a container has some fourteen capabilities by default, among them to forge packets (`NET_RAW`), to \
          change owners and to become any user. An ordinary program needs none of them; one that listens below port \
          1024 needs `NET_BIND_SERVICE`. `drop` has to name `ALL`, in upper case. What `baseline` forbids already is \
          reported by `capabilities-baseline`.",
    prevents: "An attacker who became root in the container cannot use root's powers: no raw sockets, no change of users, no \
               reading of files that belong to others.",
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
        capabilities:
          drop:
            - NET_RAW
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
        capabilities:
          drop:
            - ALL
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control {
    id: "capabilities_restricted",
    level: Level::Restricted,
    since: 22,
    overrides: &["capabilities_baseline"],
    evaluate,
};

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    if super::is_exempt_windows(context) {
        return None;
    }
    let mut keeping = Vec::new();
    let mut adding = Vec::new();
    let mut capabilities = BTreeSet::new();
    for container in &context.pod.containers {
        if !listed(container, "drop").any(|(_, _, name)| name == "ALL") {
            keeping.push(container.name());
            report_kept(container, sink);
        }
        let mut is_bad = false;
        for member in listed(container, "add").filter(|(_, _, name)| *name != "NET_BIND_SERVICE") {
            is_bad = true;
            capabilities.insert(member.2);
            if is_allowed(member.2) {
                report_added(container, member, "`restricted` allows `NET_BIND_SERVICE` only", sink);
            }
        }
        if is_bad {
            adding.push(container.name());
        }
    }
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!(r#"{} must set securityContext.capabilities.drop=["ALL"]"#, containers(&keeping)));
    }
    if !adding.is_empty() {
        details.push(format!(
            "{} must not include {} in securityContext.capabilities.add",
            containers(&adding),
            quoted(capabilities)
        ));
    }
    sink.words(!details.is_empty(), || Violation { reason: "unrestricted capabilities", detail: details.join("; ") })
}

fn report_kept(container: &Container<'_, '_>, sink: &mut Sink<'_>) {
    let capabilities = container.security.capabilities;
    let drop = capabilities.and_then(|field| Field::of(field.value, "drop"));
    let span = drop.or(capabilities).map_or_else(|| container.security_place(), |field| field.key.span());
    let path = ["securityContext", "capabilities", "drop"];
    // ALL includes what else is dropped
    let edit = sink.fix(|text| edit::set(text, container.node, &path, &json!(["ALL"])));
    let report = Holder::Container(container)
        .report(span, "does not drop all capabilities")
        .label("expected `drop: [ALL]`")
        .fix(Safety::Unsafe, "drop `ALL`", edit);
    sink.report(report);
}
