//! K3s' and RKE2's own way to join files, and RKE2's to build the pod of the API server.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Joins files as `readConfigFile` does (k3s-io/k3s, `pkg/configfilearg/parser.go`): in their order, a key takes the place of the
/// one before, and one that ends in `+` adds to its list.
pub(crate) fn joined(files: &[&Value]) -> Map<String, Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let mut values: Map<String, Value> = Map::new();
    for file in files {
        for (key, value) in file.as_object().unwrap() {
            let name = key.strip_suffix('+').unwrap_or(key);
            let joined = match values.get(name).filter(|_| key.ends_with('+')) {
                Some(old) => list(old).into_iter().chain(list(value)).collect(),
                None => value.clone(),
            };
            values.insert(name.to_owned(), joined);
        }
    }
    values
}

/// The pod of the API server as RKE2 builds it: `APIServer` in `pkg/executor/staticpod/staticpod.go`, `Pod`, `addVolumes`,
/// `addExtraMounts` and `ReadFiles` in `pkg/podtemplate/podtemplate.go`, at 6ce1a8019.
pub(crate) fn pod(config: &Value) -> Value {
    let config = joined(&[config]);
    let text = |key: &str| config.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| -> Vec<String> {
        let list = config.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let data = "/var/lib/rancher/rke2";
    let mut args: Vec<String> = list("kube-apiserver-arg").into_iter().map(|it| format!("--{it}")).collect();
    let is_cis = text("profile").is_some_and(|profile| profile.starts_with("cis"));
    let mut log = args.iter().find_map(|it| it.strip_prefix("--audit-log-path=")).map(str::to_owned);
    if let Some(policy) =
        text("audit-policy-file").or_else(|| is_cis.then(|| "/etc/rancher/rke2/audit-policy.yaml".to_owned()))
    {
        let path = log.get_or_insert_with(|| format!("{data}/server/logs/audit.log")).clone();
        args.splice(0..0, [format!("--audit-policy-file={policy}"), format!("--audit-log-path={path}")]);
    }
    let admission =
        text("pod-security-admission-config-file").unwrap_or_else(|| "/etc/rancher/rke2/rke2-pss.yaml".to_owned());
    args.insert(0, format!("--admission-control-config-file={admission}"));
    let mut mounts: Vec<(String, String, bool)> = Vec::new();
    let mut dirs = vec!["/etc/ssl/certs".to_owned(), "/etc/ca-certificates".to_owned()];
    dirs.extend(log.as_ref().map(|log| log.rsplit_once('/').unwrap().0.to_owned()));
    dirs.push(format!("{data}/server"));
    mounts.extend(dirs.into_iter().map(|dir| (dir.clone(), dir, false)));
    // each file that an argument names, once; the log is none of them
    let mut files: BTreeMap<String, ()> = BTreeMap::new();
    for value in args.iter().filter_map(|it| it.split_once('=')).map(|(_, value)| value) {
        if value.starts_with('/') && log.as_deref() != Some(value) {
            files.insert(value.to_owned(), ());
        }
    }
    files.insert(format!("{data}/server/db/etcd/name"), ());
    mounts.extend(files.into_keys().map(|file| (file.clone(), file, true)));
    for mount in list("kube-apiserver-extra-mount") {
        let parts: Vec<&str> = mount.split(':').collect();
        mounts.push((parts[0].to_owned(), parts[1].to_owned(), parts.get(2) == Some(&"ro")));
    }
    let volumes: Vec<Value> = mounts
        .iter()
        .enumerate()
        .map(|(at, (path, ..))| json!({"name": format!("v{at}"), "hostPath": {"path": path}}))
        .collect();
    let inside: Vec<Value> = mounts
        .iter()
        .enumerate()
        .map(|(at, (_, path, read_only))| json!({"name": format!("v{at}"), "mountPath": path, "readOnly": read_only}))
        .collect();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "kube-apiserver", "namespace": "kube-system", "labels": {"component": "kube-apiserver", "tier": "control-plane"}},
        "spec": {
            "hostNetwork": true,
            "priorityClassName": "system-cluster-critical",
            "containers": [{
                "name": "kube-apiserver",
                "image": "index.docker.io/rancher/hardened-kubernetes:v1.34.4-rke2r1-build20260101",
                "command": ["kube-apiserver"],
                "args": args,
                "volumeMounts": inside,
            }],
            "volumes": volumes,
        }
    })
}
