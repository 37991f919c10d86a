//! What containers set, and pods for all of them.

use serde_json::{Value, json};

use super::{Cases, WHO};

pub(super) fn contexts(cases: &mut Cases) {
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

pub(super) fn profiles(cases: &mut Cases) {
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
    let confined = json!({"type": "RuntimeDefault"});
    cases.spec(
        "seccomp.all",
        &[
            ("securityContext/seccompProfile", Value::Null),
            ("initContainers/0/securityContext/seccompProfile", confined.clone()),
            (
                "initContainers/1/securityContext/seccompProfile",
                json!({"type": "Localhost", "localhostProfile": "shop"}),
            ),
            ("containers/0/securityContext/seccompProfile", confined.clone()),
            ("containers/1/securityContext/seccompProfile", confined),
        ],
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

pub(super) fn users(cases: &mut Cases) {
    for (name, value) in [("unset", Value::Null), ("true", json!(true)), ("false", json!(false))] {
        cases.security(&format!("non-root.{name}"), true, &[("runAsNonRoot", value.clone())]);
        let changes =
            [("securityContext/runAsNonRoot", Value::Null), ("containers/0/securityContext/runAsNonRoot", value)];
        cases.spec(&format!("non-root.only-{name}"), &changes);
    }
    let own = |pod: Value| {
        let of = |list: &str, at: usize| format!("{list}/{at}/securityContext/runAsNonRoot");
        let places = ["initContainers", "containers"].iter().flat_map(|list| [of(list, 0), of(list, 1)]);
        let mut changes: Vec<(String, Value)> = places.map(|place| (place, json!(true))).collect();
        changes.push(("securityContext/runAsNonRoot".to_owned(), pod));
        changes
    };
    cases.each("non-root.all-unset", &["pod"], &own(Value::Null));
    cases.each("non-root.all-false", &["pod"], &own(json!(false)));
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

pub(super) fn handlers(cases: &mut Cases) {
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

pub(super) fn ports(cases: &mut Cases) {
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
