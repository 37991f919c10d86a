//! `host-path-volumes`

use super::words::{code, plural, quoted};
use super::{Control, Violation, holder};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, Pod};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "host-path-volumes",
    summary: "a pod mounts a path of the node",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: HostPath Volumes"), cis("5.2.11"), nsa("Pod security enforcement")],
    why: "A `hostPath` volume is a folder or a socket of the node, with the permissions that it has there. Even a harmless path \
          is shared by all pods of the node, outlives them, is in nobody's quota, and read-only mounts do not keep symbolic \
          links or sockets from being used.",
    prevents: "Code in the pod reads other pods' tokens below `/var/lib/kubelet`, writes a job for the node's init system, or \
               commands the container runtime through its socket.",
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
        - name: logs
          mountPath: /logs
  volumes:
    - name: logs
      hostPath:
        path: /var/log
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
        - name: logs
          mountPath: /logs
  volumes:
    - name: logs
      emptyDir:
        sizeLimit: 100Mi
",
    fix: None,
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "hostPathVolumes", level: Level::Baseline, since: 0, overrides: &[], evaluate };

/// The volumes of a pod with their names.
pub(super) fn volumes<'d, 's>(pod: &Pod<'d, 's>) -> impl Iterator<Item = (Node<'d, 's>, &'d str)> + use<'d, 's> {
    let volumes = pod.fields.volumes.into_iter().flat_map(|list| list.value.items());
    volumes.map(|volume| (volume, holder::text(Field::of(volume, "name"))))
}

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut names = Vec::new();
    for (volume, name) in volumes(context.pod) {
        let Some(field) = Field::of(volume, "hostPath") else { continue };
        names.push(name);
        let path = holder::text(Field::of(field.value, "path"));
        let report = Diagnostic::new(field.span(), format!("volume `{name}` is {} of the node", code(path)))
            .label("expected another type of volume")
            .help("use `emptyDir` for what may be lost, a PersistentVolumeClaim for what may not");
        sink.report(report);
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "hostPath volumes",
        detail: format!("{} {}", plural(names.len(), "volume", "volumes"), quoted(names)),
    })
}
