//! `host-namespaces`

use super::{Control, Violation};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "host-namespaces",
    summary: "a pod shares namespaces with the node",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[
        pss("baseline: Host Namespaces"),
        cis("5.2.3"),
        cis("5.2.4"),
        cis("5.2.5"),
        nsa("Pod security enforcement"),
    ],
    why: "In the network namespace of the node, a pod reaches what listens on the node's loopback address, and no \
          NetworkPolicy holds for it. In its process namespace it sees every process of the node with arguments and \
          environment, and signals those of its user; in its IPC namespace it reads their shared memory.",
    prevents: "Code in the pod reads secrets from other pods' processes through `/proc`, talks to the kubelet and to local \
               daemons that trust the loopback address, or listens to the node's traffic.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  hostPID: true
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
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "hostNamespaces", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let pod = context.pod;
    let fields = [
        (pod.fields.host_network, "hostNetwork", "network"),
        (pod.fields.host_pid, "hostPID", "process"),
        (pod.fields.host_ipc, "hostIPC", "IPC"),
    ];
    let mut detail = String::new();
    for (field, name, namespace) in fields {
        let Some(field) = field.filter(|field: &Field<'_, '_>| field.is_true()) else { continue };
        if !detail.is_empty() {
            detail.push_str(", ");
        }
        detail.push_str(name);
        detail.push_str("=true");
        let edit = sink.fix(|text| edit::remove(text, pod.spec, name));
        let report = Diagnostic::new(field.span(), format!("the pod runs in the {namespace} namespace of the node"))
            .label("expected `false`, or nothing")
            .fix(Safety::Unsafe, format!("remove `{name}: true`"), edit);
        sink.report(report);
    }
    sink.words(!detail.is_empty(), || Violation { reason: "host namespaces", detail })
}
