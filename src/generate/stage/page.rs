//! The page of a stage: how to apply it, how to see that it is complete, how to go back.

use std::fmt::Write as _;

use super::stages::{Stage, all};
use crate::generate::baseline::Baseline;

/// What is written anew, by what the file of encryption lists.
const REWRITE: &str = "kubectl get secrets,configmaps -A -o json | kubectl replace -f -";

/// How a target is applied, and undone.
pub(in crate::generate) struct Way<'a> {
    pub(in crate::generate) apply: &'a str,
    pub(in crate::generate) back: &'a str,
    /// Whether no file of a machine is changed, but machines are replaced.
    pub(in crate::generate) replaces_machines: bool,
}

/// The page.
pub(in crate::generate) fn text(baseline: &Baseline, stage: Stage, way: &Way<'_>) -> String {
    let stages = all(baseline);
    let number = stages.iter().position(|other| *other == stage).map_or(0, |at| at + 1);
    let mut out = String::new();
    // writing to a string cannot fail
    let _ = writeln!(
        out,
        "# {}: stage {number} of {}, {}\n\n{}.\n",
        baseline.name,
        stages.len(),
        stage.name(),
        sentence(stage.summary())
    );
    if number > 1 {
        let before = number - 1;
        let _ = writeln!(
            out,
            "Begin when stage {before} is complete on **all** control plane nodes:\n\n\
             ```sh\ntightship apiserver verify-stage {before}\n```\n"
        );
    }
    let _ = writeln!(out, "## Apply\n\n{}", steps(baseline, stage, way));
    let _ = writeln!(out, "## Check\n\n```sh\ntightship apiserver verify-stage {number}\n```\n\n{}", look(stage));
    let _ = writeln!(out, "## Go back\n\n{}", way_back(stage, number, way.back));
    out
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn steps(baseline: &Baseline, stage: Stage, way: &Way<'_>) -> String {
    let (home, apply) = (baseline.home, way.apply);
    if way.replaces_machines && matches!(stage, Stage::ReadKeys | Stage::Encrypt | Stage::DropPlaintext) {
        return apply.to_owned();
    }
    match stage {
        Stage::ReadKeys => format!(
            "The same file on every control plane node, before any server names it, and with nothing else in between:\n\n\
             ```sh\ninstall -d -m 0700 -o root -g root {home}\n\
             install -m 0600 -o root -g root hardening/*.yaml {home}/\n```\n\nThen, with the file on **all** nodes:\n\n{apply}"
        ),
        Stage::Encrypt | Stage::DropPlaintext => format!(
            "No flag changes, and nothing is restarted: an API server reads the file within a minute. On every node:\n\n\
             ```sh\ninstall -m 0600 -o root -g root hardening/encryption.yaml {home}/encryption.yaml\n```\n"
        ),
        Stage::Rewrite => format!("No file changes. Once, from anywhere:\n\n```sh\n{REWRITE}\n```\n"),
        Stage::RequestCertificates => format!(
            "Only kubelets change, one node after the other. Each asks for a certificate: look at who asks, then approve.\n\n\
             ```sh\nkubectl get csr\nkubectl certificate approve NAME\n```\n\n{apply}"
        ),
        Stage::Access => format!(
            "First see who reads without credentials: the audit log names them, and every line that is not of the health paths is\n\
             one that ends here.\n\n\
             ```sh\ngrep '\"username\":\"system:anonymous\"' {} | grep -v -e /livez -e /readyz -e /healthz\n\
             kubectl get --raw /metrics | grep serviceaccount_stale_tokens_total\n```\n\n{apply}",
            baseline.audit.path
        ),
        Stage::Admission => format!(
            "First see what runs and would be refused:\n\n\
             ```sh\nkubectl label --dry-run=server --overwrite ns --all pod-security.kubernetes.io/enforce={}\n```\n\n{apply}",
            baseline.admission.enforce
        ),
        Stage::Quiet | Stage::VerifyKubelets => apply.to_owned(),
    }
}

fn look(stage: Stage) -> &'static str {
    match stage {
        Stage::ReadKeys | Stage::Encrypt | Stage::DropPlaintext => {
            "All API servers have read the file: from 1.34 on, `apiserver_encryption_config_controller_last_config_info` has its hash.\n\
             Before, compare `sha256sum encryption.yaml` on the nodes, and look for `automatic_reloads_total` in the metrics.\n"
        }
        Stage::Rewrite => {
            "In etcd, nothing below `/registry/secrets` and `/registry/configmaps` is without `k8s:enc:`.\n"
        }
        Stage::RequestCertificates => {
            "Every node has its certificate: `kubectl get csr` has nothing that waits, and `kubectl logs` works for a pod of each node.\n"
        }
        Stage::VerifyKubelets => "`kubectl logs` and `kubectl exec` work for a pod of each node.\n",
        Stage::Access => "`/livez` answers without credentials, `/version` answers 401; nodes still join.\n",
        Stage::Quiet => "The audit log grows.\n",
        Stage::Admission => "A privileged pod in a new namespace is refused.\n",
    }
}

fn way_back(stage: Stage, number: usize, back: &str) -> String {
    let before = number.saturating_sub(1);
    match stage {
        Stage::Quiet => back.to_owned(),
        Stage::ReadKeys => format!(
            "Only when nothing in etcd is encrypted, as after a stage that follows went back: write everything anew with this file,\n\
             and look whether etcd has no `k8s:enc:` left. Then the files of stage {before}.\n\n```sh\n{REWRITE}\n```\n"
        ),
        Stage::Encrypt => format!(
            "The files of stage {before} on **all** nodes, so that `identity` is first everywhere. When all servers have read them,\n\
             write everything anew: from then on nothing is encrypted.\n\n```sh\n{REWRITE}\n```\n"
        ),
        Stage::Rewrite => "There is nothing to go back: go on with the stage before.\n".to_owned(),
        _ => format!("The files of stage {before}: `tightship apiserver stage {before}` writes them.\n"),
    }
}
