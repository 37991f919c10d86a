//! What is set for a pod as a whole, and several things at once.

use serde_json::{Value, json};

use super::{Cases, base, put};

pub(super) fn volumes(cases: &mut Cases) {
    let selector = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let sources = [
        ("configMap", json!({"name": "x"})),
        ("csi", json!({"driver": "csi.example.com"})),
        ("downwardAPI", json!({"items": [{"path": "x", "fieldRef": {"fieldPath": "metadata.name"}}]})),
        ("emptyDir", json!({})),
        ("ephemeral", json!({"volumeClaimTemplate": {"spec": selector}})),
        ("image", json!({"reference": "ghcr.io/acme/data:1.2.3"})),
        ("persistentVolumeClaim", json!({"claimName": "x"})),
        ("projected", json!({"sources": [{"configMap": {"name": "x"}}]})),
        ("secret", json!({"secretName": "x"})),
        ("hostPath", json!({"path": "/var/log"})),
        ("gcePersistentDisk", json!({"pdName": "x"})),
        ("awsElasticBlockStore", json!({"volumeID": "x"})),
        ("gitRepo", json!({"repository": "https://example.com/x"})),
        ("nfs", json!({"server": "files.example.com", "path": "/x"})),
        ("iscsi", json!({"targetPortal": "10.0.0.1", "iqn": "iqn.2001-04.com.example:x", "lun": 0})),
        ("glusterfs", json!({"endpoints": "x", "path": "/x"})),
        ("rbd", json!({"monitors": ["10.0.0.1"], "image": "x"})),
        ("flexVolume", json!({"driver": "example.com/x"})),
        ("cinder", json!({"volumeID": "x"})),
        ("cephfs", json!({"monitors": ["10.0.0.1"]})),
        ("flocker", json!({"datasetName": "x"})),
        ("fc", json!({"targetWWNs": ["x"], "lun": 0})),
        ("azureFile", json!({"secretName": "x", "shareName": "x"})),
        ("vsphereVolume", json!({"volumePath": "x"})),
        ("quobyte", json!({"registry": "10.0.0.1:1", "volume": "x"})),
        ("azureDisk", json!({"diskName": "x", "diskURI": "https://blob.example.com/x.vhd"})),
        ("photonPersistentDisk", json!({"pdID": "x"})),
        ("portworxVolume", json!({"volumeID": "x"})),
        (
            "scaleIO",
            json!({"gateway": "https://example.com", "system": "x", "secretRef": {"name": "x"}, "volumeName": "x"}),
        ),
        ("storageos", json!({"volumeName": "x"})),
    ];
    for (kind, source) in &sources {
        cases.spec(&format!("volume.{}", kind.to_lowercase()), &[("volumes", json!([{"name": "v", *kind: source}]))]);
    }
    cases.spec("volume.nothing", &[("volumes", json!([{"name": "v"}]))]);
    let two = |first: &str, second: &str| {
        let source = |kind: &str| sources.iter().find(|(known, _)| *known == kind).map(|(_, source)| source.clone());
        json!([{"name": "b", first: source(first)}, {"name": "c"}, {"name": "a", second: source(second)}])
    };
    cases.spec("volume.same", &[("volumes", two("hostPath", "hostPath"))]);
    cases.spec("volume.both", &[("volumes", two("nfs", "hostPath"))]);
    cases.spec("volume.others", &[("volumes", two("nfs", "iscsi"))]);
}

pub(super) fn sysctls(cases: &mut Cases) {
    let names = [
        ("kernel.shm_rmid_forced", "1"),
        ("net.ipv4.ip_local_port_range", "1024 65535"),
        ("net.ipv4.ip_local_reserved_ports", "8080"),
        ("net.ipv4.ip_unprivileged_port_start", "0"),
        ("net.ipv4.ping_group_range", "0 1"),
        ("net.ipv4.tcp_fin_timeout", "60"),
        ("net.ipv4.tcp_keepalive_intvl", "75"),
        ("net.ipv4.tcp_keepalive_probes", "9"),
        ("net.ipv4.tcp_keepalive_time", "600"),
        ("net.ipv4.tcp_notsent_lowat", "16384"),
        ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
        ("net.ipv4.tcp_slow_start_after_idle", "0"),
        ("net.ipv4.tcp_syncookies", "1"),
        ("net.ipv4.tcp_wmem", "4096 16384 4194304"),
        ("kernel.msgmax", "65536"),
        ("net.core.somaxconn", "1024"),
        ("net/ipv4/tcp_syncookies", "1"),
    ];
    let list = |names: &[(&str, &str)]| -> Value {
        names.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    };
    for (index, name) in names.iter().enumerate() {
        let short = name.0.replace(['_', '/'], "-");
        cases.spec(&format!("sysctl.{index}.{short}"), &[("securityContext/sysctls", list(&[*name]))]);
    }
    cases.spec("sysctl.all", &[("securityContext/sysctls", list(&names[..16]))]);
    cases.spec("sysctl.none", &[("securityContext/sysctls", json!([]))]);
}

pub(super) fn annotations(cases: &mut Cases) {
    const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
    const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
    const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    // the API server does not take an annotation next to a field that says something else
    let silent = [("securityContext/seccompProfile", Value::Null)];
    let mut add = |name: &str, annotations: &[(String, &str)], changes: &[(&str, Value)]| {
        let mut pod = base(name);
        for (key, value) in annotations {
            pod["metadata"]["annotations"][key] = json!(value);
        }
        for (path, value) in changes {
            put(&mut pod["spec"], path, value);
        }
        cases.add(name, pod);
    };
    let apparmor = |container: &str| format!("{APPARMOR}{container}");
    for (name, value) in
        [("unconfined", "unconfined"), ("default", "runtime/default"), ("localhost", "localhost/shop"), ("empty", "")]
    {
        add(&format!("annotation.apparmor.{name}"), &[(apparmor("main"), value)], &[]);
    }
    add("annotation.apparmor.both", &[(apparmor("main"), "unconfined"), (apparmor("init"), "unconfined")], &[]);
    add("annotation.apparmor.nobody", &[(apparmor("nobody"), "unconfined")], &[]);
    let unconfined = json!({"type": "Unconfined"});
    let confined = json!({"type": "RuntimeDefault"});
    let pod = "securityContext/appArmorProfile";
    let main = "containers/0/securityContext/appArmorProfile";
    add("annotation.apparmor.pod-unconfined", &[(apparmor("main"), "unconfined")], &[(pod, unconfined.clone())]);
    add("annotation.apparmor.pod-default", &[(apparmor("main"), "unconfined")], &[(pod, confined)]);
    add("annotation.apparmor.main-unconfined", &[(apparmor("main"), "unconfined")], &[(main, unconfined.clone())]);
    add("annotation.apparmor.other-unconfined", &[(apparmor("other"), "unconfined")], &[(main, unconfined)]);

    let seccomp = |container: &str| format!("{SECCOMP}{container}");
    for (index, value) in ["unconfined", "runtime/default", "docker/default", "localhost/x.json", ""].iter().enumerate()
    {
        add(&format!("annotation.seccomp.{index}.pod"), &[(SECCOMP_POD.to_owned(), value)], &silent);
        add(&format!("annotation.seccomp.{index}.main"), &[(seccomp("main"), value)], &silent);
    }
    let many =
        [(seccomp("other"), "b"), (SECCOMP_POD.to_owned(), "a"), (seccomp("init"), "c"), (seccomp("nobody"), "d")];
    add("annotation.seccomp.many", &many, &silent);
    let unconfined =
        [(seccomp("other"), "unconfined"), (SECCOMP_POD.to_owned(), "unconfined"), (seccomp("init"), "localhost/x")];
    add("annotation.seccomp.two", &unconfined, &silent);
    // quoted as Go does
    let odd = "it's \"so\" \\ \u{7}\n\t\u{1b} ä€😀 e\u{301} \u{a0}\u{200b}\u{feff}\u{e000}\u{f0000}";
    add("annotation.seccomp.odd", &[(SECCOMP_POD.to_owned(), odd)], &[]);
}

pub(super) fn namespaces(cases: &mut Cases) {
    for value in [true, false] {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            cases.spec(&format!("{}.{value}", field.to_lowercase()), &[(field, json!(value))]);
        }
    }
    cases.spec("hosts.all", &[("hostIPC", json!(true)), ("hostPID", json!(true)), ("hostNetwork", json!(true))]);
}

pub(super) fn windows(cases: &mut Cases) {
    let bare = |name: &str| json!({"name": name, "image": "ghcr.io/acme/app:1.2.3"});
    let mut add = |name: &str, spec: Value| {
        let name = format!("windows.{name}");
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec});
        pod["spec"]["nodeSelector"] = json!({"example.com/nowhere": "true"});
        cases.add(&name, pod);
    };
    let os = json!({"name": "windows"});
    let two = json!([bare("main"), bare("other")]);
    add("bare", json!({"os": os, "containers": two}));
    add("non-root", json!({"os": os, "securityContext": {"runAsNonRoot": true}, "containers": two}));
    add("linux", json!({"os": {"name": "linux"}, "containers": two}));
    add("volume", json!({"os": os, "containers": two, "volumes": [{"name": "v", "hostPath": {"path": "/x"}}]}));
    let process = |value: bool| json!({"windowsOptions": {"hostProcess": value, "runAsUserName": "x"}});
    for value in [true, false] {
        add(
            &format!("process-pod-{value}"),
            json!({"os": os, "hostNetwork": value, "securityContext": process(value), "containers": two}),
        );
        let mut own = two.clone();
        own[0]["securityContext"] = process(value);
        own[1]["securityContext"] = process(value);
        add(&format!("process-own-{value}"), json!({"hostNetwork": value, "containers": own}));
        add(
            &format!("process-both-{value}"),
            json!({"os": os, "hostNetwork": value, "securityContext": process(value), "containers": own}),
        );
    }
}

pub(super) fn mixtures(cases: &mut Cases) {
    let mut worst = json!({
        "privileged": true,
        "capabilities": {"add": ["SYS_ADMIN", "CHOWN"]},
        "runAsUser": 0,
        "runAsNonRoot": false,
        "seccompProfile": {"type": "Unconfined"},
        "appArmorProfile": {"type": "Unconfined"},
        "seLinuxOptions": {"type": "spc_t", "user": "u"},
    });
    let all = [
        ("hostNetwork", json!(true)),
        ("hostPID", json!(true)),
        ("securityContext", json!({"sysctls": [{"name": "kernel.msgmax", "value": "1"}]})),
        ("containers/0/securityContext", worst.clone()),
        ("containers/0/ports", json!([{"containerPort": 80, "hostPort": 80}])),
        ("containers/0/livenessProbe", json!({"tcpSocket": {"port": 80, "host": "localhost"}})),
        (
            "volumes",
            json!([{"name": "root", "hostPath": {"path": "/"}}, {"name": "nfs", "nfs": {"server": "x", "path": "/"}}]),
        ),
    ];
    cases.spec("mixture.all", &all);
    worst["procMount"] = json!("Unmasked");
    cases.spec("mixture.user-namespace", &[("hostUsers", json!(false)), ("initContainers/0/securityContext", worst)]);
    let bare = json!([{"name": "main", "image": "ghcr.io/acme/app:1.2.3"}]);
    cases.spec(
        "mixture.bare",
        &[("securityContext", Value::Null), ("initContainers", Value::Null), ("containers", bare)],
    );
    let mut generated = base("");
    generated["metadata"] = json!({"generateName": "generated-"});
    put(&mut generated["spec"], "hostPID", &json!(true));
    cases.add("mixture.generated", generated);
}
