//! `restricted-volumes`

use std::collections::BTreeSet;

use super::host_path_volumes::volumes;
use super::words::{plural, quoted};
use super::{Control, Violation};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "restricted-volumes",
    summary: "a pod mounts a type of volume that reaches past the cluster's storage",
    severity: Severity::Low,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: Volume Types"), nsa("Pod security enforcement")],
    why: "Volumes that name a server, a disk or a driver in the pod itself bypass what the cluster's administrators \
          made available through PersistentVolumes, and have the node connect to whatever the author wrote. Most of \
          their types are deprecated or gone. `hostPath` is reported by `host-path-volumes`.",
    prevents: "The author of a pod has the node mount a file system of their choice, with the credentials of the node.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
  volumes:
    - name: shared
      nfs:
        server: files.example.com
        path: /shared
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
  volumes:
    - name: shared
      persistentVolumeClaim:
        claimName: shared
",
    fix: None,
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control =
    Control { id: "restrictedVolumes", level: Level::Restricted, since: 0, overrides: &["hostPathVolumes"], evaluate };

/// The types of volumes that `restricted` allows.
pub const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The others, in the order in which the API server looks for them. A volume with none of either is an `emptyDir`.
const FORBIDDEN: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut names = Vec::new();
    let mut types = BTreeSet::new();
    for (volume, name) in volumes(context.pod) {
        let found = |list: &[&'static str]| list.iter().find_map(|kind| Some((*kind, Field::of(volume, kind)?)));
        let Some((kind, field)) = found(&FORBIDDEN) else { continue };
        if found(&ALLOWED).is_some() {
            continue;
        }
        names.push(name);
        types.insert(kind);
        if kind != "hostPath" {
            let report = Diagnostic::new(field.span(), format!("volume `{name}` is of the type `{kind}`"))
                .label("expected a type that `restricted` allows")
                .help("use a PersistentVolumeClaim; the cluster's administrators decide what it stands for");
            sink.report(report);
        }
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "restricted volume types",
        detail: format!(
            "{} {} {} {} {}",
            plural(names.len(), "volume", "volumes"),
            quoted(names.iter().copied()),
            plural(names.len(), "uses", "use"),
            plural(types.len(), "restricted volume type", "restricted volume types"),
            quoted(types)
        ),
    })
}
