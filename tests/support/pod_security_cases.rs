//! Pods for every control of the Pod Security Standards: control × who sets it × value. Each is a pod that keeps to
//! `restricted` but for what its case is about, so that only Pod Security can tell it from its neighbours.
#![allow(dead_code, reason = "the live tests use more of it than the others")]
#![allow(clippy::indexing_slicing, clippy::panic, reason = "a case that cannot be made is a mistake in the table")]

use serde_json::{Value, json};

/// A pod.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What it is about, a name fit for a pod; no other case has it.
    pub(crate) name: String,
    /// The pod, without a namespace.
    pub(crate) pod: Value,
}

impl Case {
    /// Whether it has ephemeral containers: those come into a pod that is there already.
    pub(crate) fn is_ephemeral(&self) -> bool {
        !self.pod["spec"]["ephemeralContainers"].is_null()
    }
}

/// Who sets a field.
const WHO: [&str; 6] = ["pod", "init", "sidecar", "main", "several", "ephemeral"];

/// The security context that `restricted` wants of a container.
fn confined() -> Value {
    json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}})
}

fn container(name: &str) -> Value {
    json!({"name": name, "image": "ghcr.io/acme/app:1.2.3", "securityContext": confined()})
}

/// A pod that keeps to `restricted`. It finds no node.
pub(crate) fn base(name: &str) -> Value {
    let mut sidecar = container("sidecar");
    sidecar["restartPolicy"] = json!("Always");
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "nodeSelector": {"example.com/nowhere": "true"},
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "initContainers": [container("init"), sidecar],
            "containers": [container("main"), container("other")],
        },
    })
}

/// Sets, or with null removes, what is at a path of keys and indices below a value.
fn put(at: &mut Value, path: &str, value: &Value) {
    let Some((key, rest)) = path.split_once('/') else {
        match (at, path.parse::<usize>()) {
            (Value::Array(items), Ok(index)) => items[index] = value.clone(),
            (Value::Object(map), _) if value.is_null() => drop(map.shift_remove(path)),
            (at, _) => at[path] = value.clone(),
        }
        return;
    };
    match key.parse::<usize>() {
        Ok(index) => put(&mut at[index], rest, value),
        Err(_) => put(&mut at[key], rest, value),
    }
}

/// The places of the containers that somebody stands for; `None` for the pod itself.
fn containers(who: &str) -> Option<&'static [&'static str]> {
    Some(match who {
        "init" => &["initContainers/0"],
        "sidecar" => &["initContainers/1"],
        "main" => &["containers/0"],
        "several" => &["initContainers/0", "containers/0", "containers/1"],
        "ephemeral" => &["ephemeralContainers/0"],
        _ => return None,
    })
}

/// Collects cases.
#[derive(Debug, Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, name: &str, pod: Value) {
        self.0.push(Case { name: name.to_owned(), pod });
    }

    /// A pod with changes: paths below its spec with values.
    fn spec(&mut self, name: &str, changes: &[(&str, Value)]) {
        let mut pod = base(name);
        for (path, value) in changes {
            put(&mut pod["spec"], path, value);
        }
        self.add(name, pod);
    }

    /// For each who may set it, a pod with these changes below the security context. What the API server does not take next to
    /// them is left out.
    fn security(&mut self, name: &str, pods_too: bool, changes: &[(&str, Value)]) {
        let changes: Vec<(String, Value)> =
            changes.iter().map(|(path, value)| (format!("securityContext/{path}"), value.clone())).collect();
        self.each(name, if pods_too { &WHO } else { &WHO[1..] }, &changes);
    }

    fn each(&mut self, name: &str, who: &[&str], changes: &[(String, Value)]) {
        for who in who {
            let name = format!("{name}.{who}");
            let mut pod = base(&name);
            let Some(places) = containers(who) else {
                changes.iter().for_each(|(path, value)| put(&mut pod["spec"], path, value));
                self.add(&name, pod);
                continue;
            };
            if *who == "ephemeral" {
                pod["spec"]["ephemeralContainers"] = json!([container("debug")]);
            }
            for place in places {
                for (path, value) in changes {
                    put(&mut pod["spec"], &format!("{place}/{path}"), value);
                }
            }
            self.add(&name, pod);
        }
    }
}

/// Every case.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::default();
    cases.add("base", base("base"));
    contexts(&mut cases);
    profiles(&mut cases);
    users(&mut cases);
    handlers(&mut cases);
    ports(&mut cases);
    volumes(&mut cases);
    sysctls(&mut cases);
    annotations(&mut cases);
    namespaces(&mut cases);
    windows(&mut cases);
    mixtures(&mut cases);
    cases.0
}

fn contexts(cases: &mut Cases) {
    // the API server does not take `allowPrivilegeEscalation: false` next to what needs it
    let escalating = ("allowPrivilegeEscalation", Value::Null);
    cases.security("privileged.true", false, &[("privileged", json!(true)), escalating.clone()]);
    cases.security("privileged.false", false, &[("privileged", json!(false))]);
    cases.security("escalation.true", false, &[("allowPrivilegeEscalation", json!(true))]);
    cases.security("escalation.unset", false, &[("allowPrivilegeEscalation", Value::Null)]);
    cases.each("security-context.unset", &WHO[1..], &[("securityContext".to_owned(), Value::Null)]);
    let allowed = json!([
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT"
    ]);
    for (name, added) in [
        ("none", json!([])),
        ("bind", json!(["NET_BIND_SERVICE"])),
        ("chown", json!(["CHOWN"])),
        ("lower-case", json!(["chown", "net_admin"])),
        ("raw", json!(["NET_RAW"])),
        ("twice", json!(["NET_RAW", "NET_ADMIN", "NET_RAW", "CHOWN"])),
        ("allowed", allowed),
    ] {
        cases.security(&format!("add.{name}"), false, &[("capabilities/add", added)]);
    }
    for (name, added) in [("admin", json!(["SYS_ADMIN", "CHOWN"])), ("prefix", json!(["CAP_SYS_ADMIN"]))] {
        cases.security(&format!("add.{name}"), false, &[("capabilities/add", added), escalating.clone()]);
    }
    cases.security("add.all", false, &[("capabilities", json!({"add": ["ALL"]})), escalating.clone()]);
    for (name, dropped) in [
        ("none", json!([])),
        ("raw", json!(["NET_RAW"])),
        ("lower-case", json!(["all"])),
        ("more", json!(["NET_RAW", "ALL"])),
        ("unset", Value::Null),
    ] {
        cases.security(&format!("drop.{name}"), false, &[("capabilities/drop", dropped)]);
    }
    cases.security("capabilities.unset", false, &[("capabilities", Value::Null)]);
    for mount in ["Default", "Unmasked"] {
        cases.security(&format!("proc.{}", mount.to_lowercase()), false, &[("procMount", json!(mount))]);
    }
}

fn profiles(cases: &mut Cases) {
    for (name, profile) in [
        ("unset", Value::Null),
        ("default", json!({"type": "RuntimeDefault"})),
        ("localhost", json!({"type": "Localhost", "localhostProfile": "shop"})),
        ("unconfined", json!({"type": "Unconfined"})),
    ] {
        cases.security(&format!("apparmor.{name}"), true, &[("appArmorProfile", profile.clone())]);
        cases.security(&format!("seccomp.{name}"), true, &[("seccompProfile", profile)]);
    }
    let unconfined = json!({"type": "Unconfined"});
    let confined = json!({"type": "RuntimeDefault"});
    cases.spec(
        "seccomp.overridden",
        &[
            ("securityContext/seccompProfile", unconfined),
            ("containers/0/securityContext/seccompProfile", confined.clone()),
            ("containers/1/securityContext/seccompProfile", confined.clone()),
        ],
    );
    cases.spec(
        "seccomp.partly",
        &[("securityContext/seccompProfile", Value::Null), ("containers/0/securityContext/seccompProfile", confined)],
    );
    for (name, options) in [
        ("none", json!({})),
        ("level", json!({"level": "s0:c123,c456"})),
        ("empty", json!({"type": "", "user": "", "role": ""})),
        ("container", json!({"type": "container_t"})),
        ("init", json!({"type": "container_init_t"})),
        ("kvm", json!({"type": "container_kvm_t"})),
        ("engine", json!({"type": "container_engine_t"})),
        ("type", json!({"type": "spc_t"})),
        ("user", json!({"user": "system_u"})),
        ("role", json!({"role": "system_r"})),
        ("all", json!({"type": "spc_t", "user": "system_u", "role": "system_r", "level": "s0"})),
    ] {
        cases.security(&format!("selinux.{name}"), true, &[("seLinuxOptions", options)]);
    }
    cases.spec(
        "selinux.types",
        &[
            ("securityContext/seLinuxOptions", json!({"type": "unconfined_t", "user": "root"})),
            ("containers/0/securityContext/seLinuxOptions", json!({"type": "spc_t"})),
            ("containers/1/securityContext/seLinuxOptions", json!({"type": "Container_t", "role": "object_r"})),
        ],
    );
}

fn users(cases: &mut Cases) {
    for (name, value) in [("unset", Value::Null), ("true", json!(true)), ("false", json!(false))] {
        cases.security(&format!("non-root.{name}"), true, &[("runAsNonRoot", value.clone())]);
        let changes =
            [("securityContext/runAsNonRoot", Value::Null), ("containers/0/securityContext/runAsNonRoot", value)];
        cases.spec(&format!("non-root.only-{name}"), &changes);
    }
    // the API server lets both stand; the kubelet would not
    for user in [0, 1, 10_001] {
        cases.security(&format!("user.{user}"), true, &[("runAsUser", json!(user))]);
    }
    let overridden =
        [("securityContext/runAsUser", json!(0)), ("containers/0/securityContext/runAsUser", json!(10_001))];
    cases.spec("user.overridden", &overridden);
    for host_users in [true, false] {
        let host = ("hostUsers", json!(host_users));
        let name = |what: &str| format!("host-users.{host_users}.{what}");
        cases.spec(&name("base"), std::slice::from_ref(&host));
        cases.spec(&name("root"), &[host.clone(), ("securityContext/runAsUser", json!(0))]);
        cases.spec(&name("non-root-unset"), &[host.clone(), ("securityContext/runAsNonRoot", Value::Null)]);
        cases.spec(
            &name("non-root-false"),
            &[host.clone(), ("containers/0/securityContext/runAsNonRoot", json!(false))],
        );
        cases.spec(&name("proc"), &[host.clone(), ("containers/0/securityContext/procMount", json!("Unmasked"))]);
        let all = [
            host,
            ("securityContext", json!({"runAsUser": 0, "runAsNonRoot": false})),
            ("initContainers/0/securityContext/procMount", json!("Unmasked")),
            ("containers/1/securityContext/procMount", json!("Unmasked")),
        ];
        cases.spec(&name("all"), &all);
    }
}

fn handlers(cases: &mut Cases) {
    for (name, host) in
        [("unset", Value::Null), ("empty", json!("")), ("loopback", json!("127.0.0.1")), ("name", json!("example.com"))]
    {
        for (action, mut fields) in
            [("httpGet", json!({"port": 8080, "path": "/"})), ("tcpSocket", json!({"port": 8080}))]
        {
            if !host.is_null() {
                fields["host"] = host.clone();
            }
            for place in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle/postStart", "lifecycle/preStop"]
            {
                let short = place.trim_start_matches("lifecycle/").to_lowercase();
                let name = format!("host.{name}.{short}.{}", action.to_lowercase());
                let change = [(place.to_owned(), json!({action: fields}))];
                cases.each(&name, &["sidecar", "main"], &change);
            }
        }
    }
    let host = |host: &str| json!({"tcpSocket": {"port": 80, "host": host}});
    let many = [
        ("containers/1/livenessProbe", host("b.example.com")),
        ("containers/1/readinessProbe", host("a.example.com")),
        ("containers/0/startupProbe", host("b.example.com")),
        ("initContainers/1/livenessProbe", host("10.0.0.1")),
    ];
    cases.spec("host.many", &many);
    cases.spec(
        "host.others",
        &[
            ("containers/0/livenessProbe", json!({"exec": {"command": ["true"]}})),
            ("containers/0/readinessProbe", json!({"grpc": {"port": 80}})),
        ],
    );
}

fn ports(cases: &mut Cases) {
    for (name, ports) in [
        ("none", json!([{"containerPort": 8080}])),
        ("zero", json!([{"containerPort": 8080, "hostPort": 0}])),
        ("one", json!([{"containerPort": 8080, "hostPort": 8080}])),
        ("order", json!([{"containerPort": 1, "hostPort": 9000}, {"containerPort": 2, "hostPort": 10000}])),
    ] {
        cases.each(&format!("port.{name}"), &["init", "sidecar", "main"], &[("ports".to_owned(), ports)]);
    }
    let own = |port: u16| json!([{"containerPort": port, "hostPort": port}]);
    cases.spec(
        "port.several",
        &[("initContainers/0/ports", own(81)), ("containers/0/ports", own(8080)), ("containers/1/ports", own(443))],
    );
    // the API server makes them ports of the host
    let open = json!([{"containerPort": 8080}, {"containerPort": 80}]);
    let network = ("hostNetwork", json!(true));
    cases.spec("port.host-network", &[network.clone(), ("containers/0/ports", open.clone())]);
    cases.spec("port.host-network-init", &[network.clone(), ("initContainers/1/ports", open)]);
    cases.spec(
        "port.host-network-both",
        &[network, ("containers/0/ports", own(80)), ("containers/1/ports", json!([{"containerPort": 81}]))],
    );
}

fn volumes(cases: &mut Cases) {
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

fn sysctls(cases: &mut Cases) {
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

fn annotations(cases: &mut Cases) {
    const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
    const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
    const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
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
    for value in ["unconfined", "runtime/default", "localhost/shop", ""] {
        let name = format!("annotation.apparmor.{}", value.replace('/', "-"));
        add(name.trim_end_matches('.'), &[(apparmor("main"), value)], &[]);
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
        add(&format!("annotation.seccomp.{index}.pod"), &[(SECCOMP_POD.to_owned(), value)], &[]);
        add(&format!("annotation.seccomp.{index}.main"), &[(seccomp("main"), value)], &[]);
    }
    let many =
        [(seccomp("other"), "b"), (SECCOMP_POD.to_owned(), "a"), (seccomp("init"), "c"), (seccomp("nobody"), "d")];
    add("annotation.seccomp.many", &many, &[]);
    // quoted as Go does
    let odd = "it's \"so\" \\ \u{7}\n\t\u{1b} ä€😀 e\u{301} \u{a0}\u{200b}\u{feff}\u{e000}\u{f0000}";
    add("annotation.seccomp.odd", &[(SECCOMP_POD.to_owned(), odd)], &[]);
}

fn namespaces(cases: &mut Cases) {
    for value in [true, false] {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            cases.spec(&format!("{}.{value}", field.to_lowercase()), &[(field, json!(value))]);
        }
    }
    cases.spec("hosts.all", &[("hostIPC", json!(true)), ("hostPID", json!(true)), ("hostNetwork", json!(true))]);
}

fn windows(cases: &mut Cases) {
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
    add("annotation", json!({"os": os, "containers": two}));
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

fn mixtures(cases: &mut Cases) {
    let worst = json!({"privileged": true, "capabilities": {"add": ["SYS_ADMIN", "CHOWN"]}, "runAsUser": 0, "runAsNonRoot": false, "procMount": "Unmasked", "seccompProfile": {"type": "Unconfined"}, "appArmorProfile": {"type": "Unconfined"}, "seLinuxOptions": {"type": "spc_t", "user": "u"}});
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

/// The kinds that make pods.
pub(crate) const KINDS: [&str; 8] =
    ["PodTemplate", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

/// An object that makes pods as a case has them.
pub(crate) fn controller(kind: &str, case: &Case) -> Value {
    let mut template = json!({"metadata": {"labels": {"app": "x"}}, "spec": case.pod["spec"]});
    if let Some(annotations) = case.pod["metadata"].get("annotations") {
        template["metadata"]["annotations"] = annotations.clone();
    }
    let metadata = json!({"name": case.name});
    let selector = json!({"matchLabels": {"app": "x"}});
    if matches!(kind, "Job" | "CronJob") {
        template["spec"]["restartPolicy"] = json!("Never");
    }
    let (api_version, spec) = match kind {
        "PodTemplate" => {
            return json!({"apiVersion": "v1", "kind": kind, "metadata": metadata, "template": template});
        }
        "ReplicationController" => ("v1", json!({"selector": {"app": "x"}, "template": template})),
        "StatefulSet" => ("apps/v1", json!({"serviceName": "x", "selector": selector, "template": template})),
        "ReplicaSet" | "Deployment" | "DaemonSet" => ("apps/v1", json!({"selector": selector, "template": template})),
        "Job" => ("batch/v1", json!({"template": template})),
        "CronJob" => ("batch/v1", json!({"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}})),
        _ => panic!("{kind} makes no pods"),
    };
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
}
