//! What K3s and RKE2 make of our `config.yaml`: their own way to join files, and to build the pod of the API server.

use std::process::{Command, Stdio};

use crate::support::Folder;
use crate::support::rancher::{joined, pod};
use serde_json::{Value, json};

/// What is rendered for a platform.
fn config(platform: &str, more: &str) -> Value {
    let spec = format!(
        "apiVersion: tightship/v1\nkind: ApiServer\nname: prod\ntarget: {{kubernetes: \"1.34.4\", platform: {platform}}}\n{more}\n"
    );
    let folder = Folder::with(&spec);
    folder.render(&[]).exits(0);
    read(&folder.read("control-plane/prod/config.yaml"))
}

fn read(text: &str) -> Value {
    crate::readings::readings(text).0.remove(0)
}

#[test]
fn a_drop_in_keeps_the_arguments_of_the_user() {
    let user = json!({
        "token": "secret",
        "tls-san": ["k8s.example.com"],
        "kube-apiserver-arg": ["oidc-issuer-url=https://idp.example.com", "max-requests-inflight=800"],
        "kube-controller-manager-arg": ["node-monitor-grace-period=30s"],
        "kube-scheduler-arg": "v=2",
        "etcd-arg": ["quota-backend-bytes=8589934592"],
        "kubelet-arg": ["max-pods=200"],
    });
    for platform in ["k3s", "rke2"] {
        let more = "profile: stig\ncertificates: {names: [203.0.113.7]}";
        let ours = config(platform, more);
        let both = joined(&[&user, &ours]);
        for (key, value) in user.as_object().unwrap() {
            let kept = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            let found = both[key].as_array().cloned().unwrap_or_else(|| vec![both[key].clone()]);
            assert_eq!(found[..kept.len()], kept[..], "{platform}: {key}");
            assert!(key == "token" || found.len() > kept.len(), "{platform}: nothing of ours in {key}");
        }
        // where the user has no file, the lists are the same
        let alone = joined(&[&ours]);
        assert_eq!(alone["kube-apiserver-arg"], ours["kube-apiserver-arg+"], "{platform}");
    }
}

/// What the check finds in it that the API server refuses. As the pod of some other program: a control plane is judged by its
/// own rules alone.
fn refused(pod: &Value) -> String {
    let mut pod = pod.clone();
    pod["spec"]["containers"][0]["command"] = json!(["program"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_tightship"))
        .args(["check", "-", "--format", "concise"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), pod.to_string().as_bytes()).unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    out.lines().filter(|line| line.contains("[duplicate-name]")).collect::<Vec<_>>().join("\n")
}

const KMS: &str = "encryption: {provider: kms, kms: {endpoint: \"unix:///run/kms/kms.sock\", name: vault}}
mounts: [{path: /srv/site}]
audit: {webhook: {kubeconfig: /srv/audit.conf}}
oidc: [{url: \"https://idp.example.com\", audiences: [kubernetes]}]";

#[test]
fn the_pod_that_rke2_builds_is_valid() {
    for more in ["", "profile: stig", "profile: lab", KMS] {
        let config = config("rke2", more);
        let mut pod = pod(&config);
        assert_eq!(refused(&pod), "", "{more}");
        let mounts = pod["spec"]["containers"][0]["volumeMounts"].as_array_mut().unwrap();
        let paths: Vec<&str> = mounts.iter().map(|it| it["mountPath"].as_str().unwrap()).collect();
        let unique: std::collections::BTreeSet<&&str> = paths.iter().collect();
        assert_eq!(unique.len(), paths.len(), "{more}: {paths:?}");
        assert!(paths.contains(&"/var/log/kubernetes/audit"), "{more}: the log is mounted by RKE2 itself");
        // as it was when we mounted the folder of the log as well
        let again = json!({"name": "v0", "mountPath": "/var/log/kubernetes/audit"});
        mounts.push(again);
        assert!(refused(&pod).contains("/var/log/kubernetes/audit"), "{more}: the check would not see it");
    }
}

#[test]
fn rke2_keeps_its_own_keys_and_namespaces() {
    let config = config("rke2", "");
    assert_eq!(config["audit-policy-file"], "/etc/rancher/rke2/hardening/audit-policy.yaml");
    assert_eq!(config["pod-security-admission-config-file"], "/etc/rancher/rke2/hardening/admission.yaml");
    assert_eq!(config["profile"], "cis");
    assert!(config.get("kube-apiserver-extra-mount+").is_none(), "it mounts what flags name");
    let folder = Folder::with(
        "apiVersion: tightship/v1\nkind: ApiServer\nname: prod\ntarget: {kubernetes: \"1.34.4\", platform: rke2}\n",
    );
    folder.render(&[]).exits(0);
    let admission = read(&folder.read("control-plane/prod/hardening/admission.yaml"));
    let exempt = &admission["plugins"][0]["configuration"]["exemptions"]["namespaces"];
    assert_eq!(*exempt, json!(["kube-system", "compliance-operator-system", "tigera-operator"]));
    let readme = folder.read("control-plane/prod/README.md");
    assert!(!readme.contains("identity: {}"), "there is no such file here");
}

#[test]
fn the_cloud_is_handed_over_in_their_own_words() {
    let k3s = config("k3s", "cloudProvider: external");
    assert_eq!(k3s["disable-cloud-controller"], true);
    assert!(k3s["kubelet-arg+"].as_array().unwrap().contains(&json!("cloud-provider=external")));
    let rke2 = config("rke2", "cloudProvider: external");
    assert_eq!(rke2["cloud-provider-name"], "external");
}
