//! `unknown-volume`

use std::collections::HashSet;

use serde_json::json;

use super::volumes::{mounts, name};
use crate::diagnostic::{Diagnostic, nearest};
use crate::k8s::object::Kind;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "unknown-volume",
    summary: "a container mounts a volume that the pod does not have",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A mount names a volume of the pod, or a claim template of its StatefulSet. The API server refuses a pod that names \
          another; the mistake of a Deployment or Job is found by its controller at the latest, when nothing starts.",
    prevents: "A rollout that cannot create a single pod.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: temp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir: {}
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
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir: {}
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

/// So many names are compared one by one, and looked at for one that was meant.
const FEW: usize = 64;

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut many: Option<HashSet<&str>> = None;
    for (at, (container, mount)) in mounts(context.pod).enumerate() {
        let Some(field) = Field::of(mount, "name") else { continue };
        let Some(wanted) = field.value.as_str().filter(|name| !name.is_empty()) else { continue };
        let is_known = if at < FEW {
            names(context).any(|name| name == wanted)
        } else {
            many.get_or_insert_with(|| names(context).collect()).contains(wanted)
        };
        if is_known {
            continue;
        }
        let message =
            format!("container `{}` mounts the volume `{wanted}`, which the pod does not have", container.name());
        let near = nearest(wanted, names(context).take(FEW));
        let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        let fix = near.and_then(|near| sink.fix(|text| edit::set(text, mount, &["name"], &json!(near))));
        let report = Diagnostic::new(field.span(), message).label(label).container(container.name());
        sink.report(report.fix(Safety::Unsafe, "name the volume that was meant", fix));
    }
}

/// The names of the volumes that a pod will have.
fn names<'c, 'd>(context: &'c PodContext<'_, 'd, '_>) -> impl Iterator<Item = &'d str> + 'c {
    let claims = || context.object.root.path(&["spec", "volumeClaimTemplates"]);
    let claims = if context.object.kind == Kind::StatefulSet { claims() } else { None };
    let claims =
        claims.into_iter().flat_map(Node::items).filter_map(|claim| claim.path(&["metadata", "name"])?.as_str());
    context.pod.fields.volumes.into_iter().flat_map(|volumes| volumes.value.items()).map(name).chain(claims)
}
