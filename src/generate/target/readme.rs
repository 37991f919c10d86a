//! The README of a control plane: in which order to apply it, how to check it, how to go back.

use std::fmt::Write as _;

use super::{RenderedFile, Target};
use crate::generate::baseline::Baseline;
use crate::render::plan::Owner;
use crate::spec::api_server::Form;
use crate::spec::validate::CONFLICTS;

pub(super) fn text(baseline: &Baseline, form: Form, target: &dyn Target, made: &[RenderedFile], spec: &str) -> String {
    let mut out = String::new();
    // writing to a string cannot fail
    let _ = writeln!(
        out,
        "# {}: a hardened control plane\n\nKubernetes {}, {}, profile {}. Made by tightship from `{}`: edit that, then run \
         `tightship render`.\n",
        baseline.name,
        baseline.kubernetes,
        form.as_str(),
        baseline.profile,
        spec.replace('`', "'"),
    );
    files(&mut out, baseline, form, made);
    prepare(&mut out, baseline, form);
    let _ = writeln!(out, "## 2. Apply\n\n{}", target.apply(baseline));
    running(&mut out, baseline, form);
    check(&mut out, baseline, form);
    let _ = writeln!(out, "## 5. Go back\n\n{}", target.roll_back(baseline));
    back(&mut out, baseline, form);
    appendix(&mut out, baseline);
    out
}

fn files(out: &mut String, baseline: &Baseline, form: Form, made: &[RenderedFile]) {
    out.push_str("| file | what it is |\n|---|---|\n");
    for file in made {
        let name = &file.name;
        let what = baseline.files.iter().find(|other| *name == format!("hardening/{}", other.name));
        let what = match what {
            Some(file) if file.key => format!("what `--{}` names; it holds a key", file.flag),
            Some(file) => format!("what `--{}` names", file.flag),
            None => other(name, form).to_owned(),
        };
        let _ = writeln!(out, "| `{name}` | {what} |");
    }
    if made.iter().any(|file| file.owner == Owner::Key) {
        out.push_str(
            "\nThe key is the one thing here that no repository may hold: `.gitignore` keeps it out. Keep a copy where the\n\
             backups of etcd are not. Without it, every Secret is lost; with it, every backup is open.\n",
        );
    }
    out.push('\n');
}

fn other(name: &str, form: Form) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match (name, extension) {
        ("kubelet.yaml", _) => "the configuration of the kubelets",
        ("etcd.env", _) => "the settings of etcd",
        (_, "flags") => "the flags of the program",
        _ if name.starts_with("hardening/policies/") => {
            "policies that nobody can delete through the API; the same on every node"
        }
        (_, "conf") => "what a unit that is there already needs",
        (_, "env") => "the flags of the program, for its unit",
        (_, "service") => "the unit of the program",
        _ if name.starts_with("manifests/") => "the static pod of the program",
        _ => match form {
            Form::Kubeadm => "the configuration of the cluster and its kubelets",
            Form::Kind => "the configuration of the kind cluster",
            Form::ClusterApi => "a patch of the KubeadmControlPlane",
            Form::Talos => "patches for the machine configuration",
            _ => "the configuration of the server",
        },
    }
}

fn prepare(out: &mut String, baseline: &Baseline, form: Form) {
    out.push_str("## 1. Prepare\n\n");
    match form {
        Form::Talos => {
            out.push_str("Nothing: Talos makes the files from the documents.\n\n");
            return;
        }
        Form::ClusterApi => {
            out.push_str(
                "Nothing on machines: Cluster API writes the files on each new one before kubeadm starts.\n\n",
            );
            return;
        }
        Form::Kind => {
            out.push_str("Nothing: the folder `hardening` is mounted into the nodes.\n\n");
            return;
        }
        _ => {}
    }
    out.push_str(
        "On **every** control plane node, before anything names the files: the API server does not start without them, and\n\
         with another key it cannot read what its neighbour wrote.\n\n```sh\n",
    );
    for folder in &baseline.folders {
        if folder.path == "/var/lib/etcd" || folder.path.ends_with("/pki") {
            continue;
        }
        let _ = writeln!(out, "install -d -m {} -o root -g root {}", folder.mode, folder.path);
    }
    let _ = writeln!(out, "install -m 0600 -o root -g root hardening/*.yaml {}/", baseline.home);
    if let Some(folder) = &baseline.admission.policies {
        let _ = writeln!(
            out,
            "install -d -m 0700 -o root -g root {folder}\n\
             install -m 0600 -o root -g root hardening/policies/*.yaml {folder}/\n\
             tightship policy verify-static {folder}   # with a file that it does not take, the API server does not start"
        );
    }
    out.push_str("```\n\n");
    out.push_str("| folder | owner | mode | why |\n|---|---|---|---|\n");
    for folder in &baseline.folders {
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", folder.path, folder.owner, folder.mode, folder.why);
    }
    if baseline.encryption.kms_folder.is_some() {
        out.push_str("\nThe key service must answer on its socket before the API server starts.\n");
    }
    out.push('\n');
}

/// What bites in a cluster that is in use.
fn running(out: &mut String, baseline: &Baseline, form: Form) {
    out.push_str("## 3. What to do in which order\n\n");
    if baseline.kubelet.asks {
        out.push_str(
            "* **Certificates of the kubelets.** Each kubelet asks for one, and somebody must approve: look at who asks, then\n  \
             approve. Until then logs, exec and port-forward fail.\n\n  \
             ```sh\n  kubectl get csr\n  kubectl certificate approve NAME\n  ```\n\n  ",
        );
        if baseline.kubelet.verified {
            out.push_str(
                "In a cluster that runs, render with `kubelet: {certificates: requested}` and an exception first, \
                 approve, and\n  let the API server require it (`verified`) when every node has its certificate.\n",
            );
        } else {
            out.push_str("When every node has its certificate, take `verified`.\n");
        }
    }
    if has_encryption_file(baseline) {
        out.push_str(
            "* **Encryption.** With more than one API server, or with objects that matter: `tightship apiserver stage` writes it in\n  \
             steps that no server answers with an error. An API server without the file cannot read what its neighbour encrypted:\n  \
             lists of Secrets and ConfigMaps fail with 500, and it is not ready. Only what is written from now on is encrypted.\n  \
             When **all** API servers have the file, write everything anew that it lists:\n\n  \
             ```sh\n  kubectl get secrets,configmaps -A -o json | kubectl replace -f -\n  ```\n\n",
        );
    }
    out.push_str(
        "* **Tokens of pods** end within the hour. Before, `serviceaccount_stale_tokens_total` in the metrics of the API server\n  \
         should stay the same: it counts clients that do not read their token anew.\n",
    );
    let _ = writeln!(
        out,
        "* **Pod Security** refuses new pods below `{}` in namespaces without labels. `kubectl label --dry-run=server \
         --overwrite ns --all\n  pod-security.kubernetes.io/enforce={}` shows what runs and would be refused.",
        baseline.admission.enforce, baseline.admission.enforce,
    );
    if baseline.kubelet.protects_kernel {
        out.push_str(
            "* **protectKernelDefaults**: set `vm.overcommit_memory=1`, `vm.panic_on_oom=0`, `kernel.panic=10` and\n  \
             `kernel.panic_on_oops=1` first, or the kubelet does not start.\n",
        );
    }
    if form == Form::Kubeadm {
        out.push_str("* **Upgrades**: `kubeadm upgrade` keeps all of this; the files must lie on new control plane nodes, too.\n");
    }
    out.push('\n');
}

fn check(out: &mut String, baseline: &Baseline, form: Form) {
    out.push_str("## 4. Check\n\n```sh\nkubectl get --raw='/readyz?verbose'\n");
    if form.refuses_anonymous() {
        out.push_str("curl -sk https://ADDRESS:6443/version            # 401\n");
    } else {
        out.push_str(
            "curl -sk https://ADDRESS:6443/livez              # ok\ncurl -sk https://ADDRESS:6443/version            # \
             401: anonymous requests read nothing else\n",
        );
    }
    out.push_str(
        "kubectl create ns probe; kubectl -n probe run probe --image=registry.k8s.io/pause:3.10 --privileged  # refused\n\
         kubectl delete ns probe\n",
    );
    if has_encryption_file(baseline) {
        out.push_str(
            "kubectl create secret generic probe --from-literal=key=plain\n\
             ETCDCTL_API=3 etcdctl get /registry/secrets/default/probe | grep -c plain   # 0; with the certificates of etcd\n\
             kubectl delete secret probe\n",
        );
    }
    let _ = writeln!(out, "tail -n 3 {}   # who did what; no /livez among them\n```\n", baseline.audit.path);
    if baseline.audit.holds_secrets() {
        out.push_str("The audit log holds the content of Secrets: whoever reads it has them all.\n\n");
    }
}

/// Whether the encryption is in a file of its own here, and not the business of the distribution.
fn has_encryption_file(baseline: &Baseline) -> bool {
    baseline.files.iter().any(|file| file.flag == "encryption-provider-config")
}

fn back(out: &mut String, baseline: &Baseline, form: Form) {
    if form == Form::Kind || !has_encryption_file(baseline) {
        return;
    }
    out.push_str(
        "\nWhoever goes back behind encryption must decrypt first: put `- identity: {}` before the other provider in\n\
         `encryption.yaml` on **all** nodes, wait until all API servers have read it, write everything anew that it lists,\n\n\
         ```sh\nkubectl get secrets,configmaps -A -o json | kubectl replace -f -\n```\n\n\
         and only then take the flag away. An API server without the key cannot read what is still encrypted: it answers 500.\n\
         `tightship apiserver stage` writes these steps as files.\n",
    );
}

fn appendix(out: &mut String, baseline: &Baseline) {
    if !baseline.exceptions.is_empty() {
        out.push_str("\n## Exceptions\n\n| rule | until | reason | ticket |\n|---|---|---|---|\n");
        for exception in &baseline.exceptions {
            let cell = |text: &str| text.replace('|', "\\|");
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                exception.rule,
                exception.expires,
                cell(&exception.reason),
                cell(&exception.ticket)
            );
        }
    }
    if baseline.profile == "stig" {
        out.push_str("\n## Where the profiles exclude each other\n\n| | CIS | STIG |\n|---|---|---|\n");
        for (subject, cis, stig) in CONFLICTS {
            let _ = writeln!(out, "| {subject} | {cis} | {stig} |");
        }
    }
}
