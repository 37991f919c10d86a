//! `host-user-namespace`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, is_true};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "host-user-namespace",
    summary: "user ids of a pod are those of the node",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: false,
    controls: &[nsa("Non-root containers and rootless container engines")],
    why: "With `hostUsers: false` the pod has user ids of its own: root in it is nobody on the node, and no id is shared with \
          another pod. It is on by default since 1.33 and needs Linux 6.3, containerd 2.0 or CRI-O 1.25, and file systems that \
          map ids, which NFS does not. Off, since not every cluster has these, and older runtimes ignore it silently.",
    prevents: "A process that breaks out of its container finds itself without rights on the node; most breakouts of the past \
               years ended there.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
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
  hostUsers: false
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    if pod.has_user_namespace() || pod.is_windows() || cannot_have_one(context) {
        return;
    }
    let field = pod.fields.host_users;
    let fix = sink.fix(|text| edit::set(text, pod.spec, &["hostUsers"], &json!(false)));
    sink.report(
        Diagnostic::new(field.map_or(pod.place, Field::span), "user ids of the pod are those of the node")
            .label("expected `hostUsers: false`")
            .fix(Safety::Unsafe, "set `hostUsers: false`", fix),
    );
}

/// The API server refuses user namespaces beside other namespaces of the node, and beside raw devices.
fn cannot_have_one(context: &PodContext<'_, '_, '_>) -> bool {
    let fields = &context.pod.fields;
    is_true(fields.host_network)
        || is_true(fields.host_pid)
        || is_true(fields.host_ipc)
        || context.pod.containers.iter().any(|container| container.fields.volume_devices.is_some())
}
