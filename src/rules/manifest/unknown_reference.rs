//! `unknown-reference`

use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unknown-reference",
    summary: "a field names a part of the object that is not there",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Devices name volumes of their pod, resources name its claims, and the failure policy of a Job names its containers. The \
          API server refuses a name that the object does not have. Mounts have a rule of their own, `unknown-volume`.",
    prevents: "A deployment fails, at the first pipeline that applies it, after something was renamed in one of two places.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeDevices:
        - name: disk
          devicePath: /dev/xvda
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: data
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
      volumeDevices:
        - name: data
          devicePath: /dev/xvda
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: data
",
    fix: None,
    check: RuleKind::Manifest,
};
