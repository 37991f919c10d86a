//! `check --benchmark` on a node alone: what runs there is found without being named, under the paths of its distribution.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::Folder;
use serde_json::Value;

/// The items by number, with their status.
fn judge(folder: &Folder, benchmark: &str, root: &str) -> Vec<(String, String)> {
    let ran = folder.run(&[
        "check",
        "--no-config",
        "--benchmark",
        benchmark,
        "--format",
        "json",
        "--exit-zero",
        "--node-root",
        root,
    ]);
    let report: Value = serde_json::from_str(&ran.exits(0).stdout).unwrap();
    assert_eq!(report["benchmark"], benchmark);
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    report["items"].as_array().unwrap().iter().map(|item| (text(item, "id"), text(item, "status"))).collect()
}

fn status<'i>(items: &'i [(String, String)], id: &str) -> &'i str {
    &items.iter().find(|(other, _)| other == id).unwrap_or_else(|| panic!("no {id}")).1
}

fn set_mode(folder: &Folder, path: &str, mode: u32) {
    folder.write(path, "{}\n");
    std::fs::set_permissions(folder.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_node_of_kubeadm_is_judged_by_its_root_alone() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/adopt/kubeadm-1.33");
    let items = judge(&Folder::new(), "cis-1.12", root);
    let open: Vec<&str> = items
        .iter()
        .filter(|(id, status)| {
            status == "not applicable" && ["1.2", "1.3", "1.4", "2.", "4.2"].iter().any(|it| id.starts_with(it))
        })
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(open, [] as [&str; 0], "every program of the node is judged");
    assert_eq!(status(&items, "1.2.6"), "pass");
    assert_eq!(status(&items, "1.2.15"), "fail", "profiling is on");
    assert_eq!(status(&items, "2.2"), "pass");
    assert_eq!(status(&items, "4.2.1"), "pass");
    assert_eq!(status(&items, "4.2.5"), "pass", "0s in the file is the default of four hours");
}

#[test]
fn a_flag_of_zero_turns_the_timeout_off() {
    let folder = Folder::new();
    folder.write(
        "root/etc/systemd/system/kubelet.service",
        "[Service]\nExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0 --anonymous-auth=false\n",
    );
    let items = judge(&folder, "cis-1.12", "root");
    assert_eq!(status(&items, "4.2.5"), "manual", "the benchmark leaves it to people");
}

#[test]
fn rke2_and_k3s_have_their_paths_and_numbers() {
    let folder = Folder::new();
    folder.write("root/etc/rancher/rke2/config.yaml", "profile: cis\nkube-apiserver-arg: [\"anonymous-auth=false\"]\n");
    set_mode(&folder, "root/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml", 0o600);
    set_mode(&folder, "root/var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml", 0o644);
    set_mode(&folder, "root/var/lib/rancher/rke2/server/cred/admin.kubeconfig", 0o600);
    set_mode(&folder, "root/var/lib/rancher/rke2/server/tls/server-ca.crt", 0o644);
    let items = judge(&folder, "rke2-cis-1.8", "root");
    assert_eq!(status(&items, "1.1.1"), "pass");
    assert_eq!(status(&items, "1.1.7"), "fail", "etcd.yaml is open");
    assert_eq!(status(&items, "1.1.13"), "pass");
    assert_eq!(status(&items, "1.1.20"), "manual", "certificates are closed in this benchmark");
    assert_eq!(status(&items, "1.2.18"), "pass", "profile: cis keeps audit logs for 30 days");
    assert!(items.iter().all(|(id, _)| id != "4.3.1" && id != "4.2.14"), "1.8 has no such item");
    folder.write("root/etc/rancher/k3s/config.yaml", "token: x\nkube-apiserver-arg: [\"anonymous-auth=true\"]\n");
    set_mode(&folder, "root/var/lib/rancher/k3s/server/cred/admin.kubeconfig", 0o644);
    let items = judge(&folder, "k3s-cis-1.9", "root");
    assert_eq!(status(&items, "1.1.1"), "not applicable", "K3s has no manifests");
    assert_eq!(status(&items, "1.1.13"), "fail");
    assert_eq!(status(&items, "1.2.1"), "manual", "the user turned anonymous requests on");
    assert!(items.iter().all(|(id, _)| id != "1.2.30"));
}
