//! Control planes: every form of file, mistakes at their lines, fixes, suppressions, and the benchmark.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{Folder, Ran, program};
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/control-plane").join(name)
}

fn check(folder: &Path, args: &[&str]) -> Ran {
    let mut command = program();
    command.current_dir(folder).args(["check", "--no-config"]).args(args);
    Ran::of(command.output().unwrap())
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let ran = check(folder, &[&["--format", "json"], args].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

/// `file:line rule` of every finding.
fn lines(ran: &Ran) -> BTreeSet<String> {
    let line = |line: &str| {
        let (place, rest) = line.strip_prefix("./").unwrap_or(line).split_once(": ").unwrap();
        let place = place.rsplit_once(':').unwrap().0;
        let rule = rest.split(['[', ']']).nth(1).unwrap();
        format!("{place} {rule}")
    };
    ran.stdout.lines().map(line).collect()
}

/// The files below a folder, by their names from there.
fn files(folder: &Path, prefix: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/")));
        } else {
            found.push((name, std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
    found
}

/// What `# wants: RULE, RULE` says of the line below it.
fn wanted(folder: &Path) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for (name, text) in files(folder, "") {
        for (at, line) in text.lines().enumerate() {
            if let Some(rules) = line.trim().strip_prefix("# wants: ") {
                wanted.extend(rules.split(", ").map(|rule| format!("{name}:{} {rule}", at + 2)));
            }
        }
    }
    wanted
}

#[test]
fn mistakes_are_found_at_their_lines() {
    let folder = data("mistakes");
    let wanted = wanted(&folder);
    let rules: BTreeSet<&str> = wanted.iter().map(|line| line.split_once(' ').unwrap().1).collect();
    let select = rules.iter().copied().collect::<Vec<_>>().join(",");
    let ran = check(&folder, &["--select", &select, "--format", "concise"]).exits(1);
    let found = lines(&ran);
    let missing: Vec<_> = wanted.difference(&found).collect();
    let more: Vec<_> = found.difference(&wanted).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing {missing:#?}\nmore {more:#?}\n{}", ran.stdout);
    for rule in [
        "removed-flag",
        "unknown-flag",
        "removed-admission-plugin",
        "removed-feature-gate",
        "admission-control-flag",
        "unmounted-file",
        "audit-policy",
        "audit-policy-none",
        "event-rate-limit-config",
        "anonymous-probes",
        "conflicting-flags",
        "authorization-mode",
        "http2-cipher-suites",
        "encryption-provider",
        "encryption-key",
        "kubeadm-api-version",
        "config-api-version",
        "unquoted-boolean",
        "audit-retention",
        "kubelet-serving-certificate",
        "shared-front-proxy-ca",
    ] {
        assert!(rules.contains(rule), "no mistake of {rule}");
    }
}

/// Old flags: the program, the flag, since when it is gone, and what takes its place.
const OLD: [(&str, &str, &str, &str); 14] = [
    ("kube-apiserver", "insecure-port=0", "1.24", "nothing to switch off"),
    ("kube-apiserver", "insecure-bind-address=127.0.0.1", "1.24", "only the secure port is left"),
    ("kube-apiserver", "port=0", "1.24", "only the secure port is left"),
    ("kube-apiserver", "address=127.0.0.1", "1.24", "Leave it out"),
    ("kube-apiserver", "kubelet-https=true", "1.22", "kubelet-certificate-authority"),
    ("kube-apiserver", "basic-auth-file=/etc/users.csv", "1.19", "authentication-config"),
    ("kube-apiserver", "cloud-provider=aws", "1.33", "cloud-controller-manager"),
    ("kube-apiserver", "cloud-config=/etc/cloud.conf", "1.33", "cloud-controller-manager"),
    ("kube-apiserver", "experimental-encryption-provider-config=/etc/e.yaml", "1.24", "--encryption-provider-config"),
    ("kube-controller-manager", "port=0", "1.24", "secure-port"),
    ("kube-controller-manager", "address=0.0.0.0", "1.24", "bind-address"),
    ("kube-scheduler", "port=0", "1.24", "secure-port"),
    ("kubelet", "cadvisor-port=0", "1.12", "/metrics/cadvisor"),
    ("kubelet", "pod-infra-container-image=registry.k8s.io/pause:3.10", "1.35", "container runtime"),
];

#[test]
fn old_flags_name_their_end_and_what_came_after() {
    for (program, flag, since, instead) in OLD {
        let folder = Folder::new();
        folder.write(&format!("{program}.flags"), format!("# flags\n--v=2\n--{flag}\n"));
        let report = json(&folder.path(""), &["--select", "removed-flag", "."]);
        let [finding] = report["findings"].as_array().unwrap().as_slice() else { panic!("{flag}: {report}") };
        assert_eq!(finding["places"][0]["start"]["line"], 3, "{flag}");
        let message = finding["message"].as_str().unwrap();
        assert!(message.contains(&format!("since {since}")), "{message}");
        let rest = format!("{}{}", finding["help"], finding["places"][0]["label"]);
        assert!(rest.contains(instead), "{flag}: {rest}");
    }
}

#[test]
fn old_plugins_name_their_end_and_what_came_after() {
    for (plugin, since, instead) in [
        ("DenyEscalatingExec", "1.21", "ValidatingAdmissionPolicy"),
        ("DenyExecOnPrivileged", "1.21", "ValidatingAdmissionPolicy"),
        ("PodSecurityPolicy", "1.25", "PodSecurity"),
        ("SecurityContextDeny", "1.30", "PodSecurity"),
        ("PersistentVolumeLabel", "1.31", "external controllers"),
    ] {
        let folder = Folder::new();
        folder.write("kube-apiserver.flags", format!("--enable-admission-plugins=NodeRestriction,{plugin}\n"));
        let report = json(&folder.path(""), &["--select", "removed-admission-plugin", "."]);
        let finding = &report["findings"][0];
        assert_eq!(finding["places"][0]["start"]["column"], 44, "{report}");
        let text = finding.to_string();
        assert!(text.contains(&format!("since {since}")) && text.contains(instead), "{text}");
    }
}

/// The same flags in every form, with the line of `insecure-port`.
fn forms() -> Vec<(&'static str, &'static str, usize)> {
    vec![
        (
            "command.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: kube-system}\nspec:\n  containers:\n  - name: a\n    \
             command: [kube-apiserver,\n      --insecure-port=0]\n",
            8,
        ),
        (
            "args.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: kube-system}\nspec:\n  containers:\n  - name: a\n    \
             command: [/usr/local/bin/kube-apiserver]\n    args:\n    - --v=2\n    - --insecure_port\n    - \"0\"\n",
            10,
        ),
        (
            "v1beta3.yaml",
            "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    insecure-port: \"0\"\n",
            5,
        ),
        (
            "v1beta4.yaml",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    - name: \
             insecure-port\n      value: \"0\"\n",
            5,
        ),
        (
            "kind.yaml",
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n- |\n  kind: ClusterConfiguration\n  \
             apiServer:\n    extraArgs:\n      insecure-port: \"0\"\n",
            8,
        ),
        ("k3s.yaml", "kube-apiserver-arg:\n  - v=2\n  - insecure-port=0\n", 3),
        ("rke2.yaml", "profile: cis\nkube-apiserver-arg: \"--insecure-port=0\"\n", 2),
        (
            "talos-1.13.yaml",
            "version: v1alpha1\nmachine: {}\ncluster:\n  apiServer:\n    extraArgs:\n      insecure-port: 0\n",
            6,
        ),
        ("talos-1.14.yaml", "apiVersion: v1alpha1\nkind: KubeAPIServerConfig\nextraArgs:\n  insecure-port: 0\n", 4),
        ("a.service", "[Service]\nExecStart=/usr/bin/kube-apiserver --v=2 \\\n  \"--insecure-port=0\"\n", 3),
        (
            "b.service",
            "[Service]\nEnvironment=\"A=--v=2 --insecure-port=0\"\nExecStart=/usr/bin/kube-apiserver $A\n",
            2,
        ),
        ("c.service", "[Service]\nExecStart=\nExecStart=-/usr/bin/kube-apiserver --insecure-port 0\n", 3),
        ("kube-apiserver.env", "A=1\nKUBE_API_ARGS='--v=2 --insecure-port=0'\n", 2),
        ("list.flags", "# what\nkube-apiserver\n--v=2\n--insecure-port=0\n", 4),
    ]
}

#[test]
fn a_flag_is_found_in_every_form() {
    for (name, text, line) in forms() {
        let folder = Folder::new();
        folder.write(name, text);
        let ran = check(&folder.path(""), &["--select", "removed-flag", "--format", "concise", "."]).exits(1);
        assert_eq!(lines(&ran), BTreeSet::from([format!("{name}:{line} removed-flag")]), "{}", ran.stdout);
    }
}

#[test]
fn a_removed_flag_is_taken_out_of_every_form() {
    for (name, text, _) in forms() {
        let folder = Folder::new();
        folder.write(name, text);
        let ran = check(&folder.path(""), &["--select", "removed-flag", "--fix", "."]);
        let after = folder.read(name);
        let is_fixed = !after.contains("insecure");
        assert_eq!(ran.code, i32::from(!is_fixed), "{name}: {after}\n{}", ran.stderr);
        // inside of a line of words, and where a value is an item of its own, people have to do it
        let by_hand = ["args.yaml", "a.service", "b.service", "c.service", "kube-apiserver.env", "rke2.yaml"];
        assert_eq!(is_fixed, !by_hand.contains(&name), "{name}: {after}");
    }
}

#[test]
fn a_flag_is_added_where_its_form_has_them() {
    for (name, text, after) in [
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: kube-system}\nspec:\n  containers:\n  - name: a\n    \
             command:\n    - kube-scheduler\n    - --v=2 # loud\n",
            "    - --v=2 # loud\n    - \"--profiling=false\"\n",
        ),
        (
            "kubeadm.yaml",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nscheduler:\n  extraArgs: \
             [{name: profiling, value: \"false\"}]\ncontrollerManager:\n  extraArgs: [{name: profiling, value: \"false\"}]\napiServer:\n  \
             extraArgs:\n    - name: v\n      value: \"2\"\n",
            "    - name: profiling\n      value: \"false\"\n",
        ),
        (
            "kind.yaml",
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n- |\n  kind: ClusterConfiguration\n  \
             apiServer:\n    extraArgs:\n      v: \"2\"\n      profiling: \"true\"\n",
            "      profiling: \"false\"\n",
        ),
        ("kube-scheduler.flags", "--v=2\n", "--v=2\n--profiling=false\n"),
        (
            "a.service",
            "[Service]\nExecStart=/usr/bin/kube-scheduler --v=2\nRestart=always\n",
            "kube-scheduler --v=2 --profiling=false\nRestart=always\n",
        ),
    ] {
        let folder = Folder::new();
        folder.write(name, text);
        check(&folder.path(""), &["--select", "profiling", "--fix", "."]);
        assert!(folder.read(name).contains(after), "{name}: {}", folder.read(name));
    }
}

#[test]
fn comments_let_findings_pass_in_every_form() {
    for (name, text) in [
        (
            "kind.yaml",
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n- |\n  kind: ClusterConfiguration\n  \
             apiServer:\n    extraArgs:\n      # tightship: allow[removed-flag] for a test\n      insecure-port: \"0\"\n",
        ),
        (
            "a.service",
            "[Service]\n# tightship: allow[removed-flag] for a test\nExecStart=/usr/bin/kube-apiserver \\\n  --insecure-port=0\n",
        ),
        (
            "b.service",
            "[Service]\nExecStart=/usr/bin/kube-apiserver \\\n  # tightship: allow[removed-flag] for a test\n  --insecure-port=0\n",
        ),
        (
            "list.flags",
            "--v=2\n--profiling=false\n--anonymous-auth=false\n# tightship: allow[removed-flag] for a test\n--insecure-port=0\n",
        ),
        ("k3s.yaml", "kube-apiserver-arg:\n  # tightship: allow[removed-flag] for a test\n  - insecure-port=0\n"),
    ] {
        let folder = Folder::new();
        folder.write(name, text);
        let select = "removed-flag,unused-suppression,invalid-suppression";
        check(&folder.path(""), &["--select", select, "."]).exits(0).says(&["1 suppressed"]);
        folder.write(name, text.replace("insecure-port", "secure-port"));
        check(&folder.path(""), &["--select", select, "."]).exits(1).says(&["unused-suppression"]);
    }
}

#[test]
fn files_without_a_control_plane_stay_silent() {
    let folder = Folder::new();
    folder.write("values.yaml", "profile: cis\nserver: https://example.com\nreplicas: 2\n");
    folder.write("web.service", "[Unit]\nDescription=web\n[Service]\nExecStart=/usr/bin/web --insecure-port=0\n");
    folder.write(".env", "KUBE_API_ARGS=--insecure-port=0\n");
    folder.write("web.flags", "--some-flag\n--other=1\n");
    check(&folder.path(""), &["."]).exits(3).says(&["nothing to check"]);
}

#[test]
fn units_take_flags_from_drop_ins_and_files_beside_them() {
    let folder = Folder::new();
    folder.write(
        "kube-scheduler.service",
        "[Service]\nEnvironmentFile=/etc/default/scheduler\nExecStart=/usr/bin/kube-scheduler $ARGS\n",
    );
    folder.write("scheduler", "ARGS=--profiling=false\n");
    let select = ["--select", "profiling", "--format", "concise"];
    check(&folder.path(""), &[&select[..], &["kube-scheduler.service"]].concat()).exits(0);
    folder.write("scheduler", "# loud\nARGS=\"--v=2 --profiling\"\n");
    let ran = check(&folder.path(""), &[&select[..], &["kube-scheduler.service"]].concat()).exits(1);
    assert!(ran.stdout.starts_with("scheduler:2:13"), "{}", ran.stdout);
    // as long as a file of it is not there, nobody knows
    std::fs::remove_file(folder.path("scheduler")).unwrap();
    check(&folder.path(""), &[&select[..], &["kube-scheduler.service"]].concat()).exits(0);
}

#[test]
fn keys_are_shown_in_no_format() {
    let folder = data("mistakes/encryption");
    for format in ["text", "concise", "json", "sarif", "github", "junit"] {
        let ran = check(&folder, &["--format", format, "."]).exits(1);
        for key in ["8UmHtmjFSwSzdGMwsljFEw", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY"] {
            assert!(!ran.stdout.contains(key) && !ran.stderr.contains(key), "{format}: {}", ran.stdout);
        }
    }
}

fn statuses(report: &Value, status: &str) -> Vec<String> {
    let items = report["items"].as_array().unwrap().iter();
    items.filter(|item| item["status"] == status).map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn stock_kubeadm_fails_what_it_is_known_to_fail() {
    let ran = check(&data("stock"), &["--benchmark", "cis-1.12", "--format", "json", "."]).exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let fails = ["1.2.5", "1.2.15", "1.2.16", "1.2.17", "1.2.18", "1.2.19", "1.2.30", "1.3.2", "1.4.1"];
    assert_eq!(statuses(&report, "fail"), fails);
    // the owner of a folder is on the node, and kubeadm's is root
    let data_dir = report["items"].as_array().unwrap().iter().find(|item| item["id"] == "1.1.12").unwrap();
    assert_eq!(data_dir["status"], "manual");
    assert!(data_dir["seen"][0]["note"].as_str().unwrap().contains("kubeadm leaves it to root"));
    let seen = &report["items"].as_array().unwrap().iter().find(|item| item["id"] == "1.3.2").unwrap()["seen"][0];
    assert_eq!((&seen["file"], &seen["line"]), (&"kube-controller-manager.yaml".into(), &11.into()));
    assert_eq!(report["summary"]["fail"], fails.len());
}

#[test]
fn a_benchmark_is_shown_to_people() {
    let ran = check(&data("stock"), &["--benchmark", "cis-1.12", "."]).exits(1);
    ran.says(&[
        "1.2 API server",
        "fail    1.2.5   The API server checks the certificates of kubelets",
        "kube-apiserver.yaml:13: `--kubelet-certificate-authority` is not set",
        "pass    1.2.6 ",
        "9 fail",
    ]);
    check(&data("stock"), &["--benchmark", "cis-1.12", "--exit-zero", "."]).exits(0);
    let folder = Folder::new();
    folder.write("pod.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
    check(&folder.path(""), &["--benchmark", "cis-1.12", "."]).exits(3);
}

#[test]
fn files_of_flags_count_as_flags() {
    let folder = Folder::new();
    let pod = |flags: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: kube-system}}\nspec:\n  containers:\n  - name: a\n    command:\n    - kube-apiserver\n{flags}"
        )
    };
    folder.write(
        "kube-apiserver.yaml",
        pod("    - --authorization-config=/etc/k/authz.yaml\n    - --authentication-config=/etc/k/authn.yaml\n    - --audit-log-path=/var/log/a\n"),
    );
    folder.write("k/authz.yaml", "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\nauthorizers: [{type: Node, name: n}, {type: RBAC, name: r}]\n");
    folder.write("k/authn.yaml", "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: {enabled: true, conditions: [{path: /livez}]}\n");
    let report = json(&folder.path(""), &["--benchmark", "cis-1.12", "."]);
    let passed = statuses(&report, "pass");
    for id in ["1.2.1", "1.2.6", "1.2.7", "1.2.8"] {
        assert!(passed.iter().any(|passed| passed == id), "{id}: {report}");
    }
    // a path without a policy logs nothing, whatever other checkers say
    assert!(statuses(&report, "fail").contains(&"1.2.16".to_owned()));
    // and the file that is not there is not guessed
    std::fs::remove_file(folder.path("k/authz.yaml")).unwrap();
    let report = json(&folder.path(""), &["--benchmark", "cis-1.12", "."]);
    assert!(statuses(&report, "manual").contains(&"1.2.7".to_owned()));
}

#[cfg(unix)]
#[test]
fn modes_are_judged_below_the_root_of_a_node() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    for (name, mode) in [("kube-apiserver", 0o600), ("kube-scheduler", 0o644)] {
        let path = format!("root/etc/kubernetes/manifests/{name}.yaml");
        folder.write(&path, "{}\n");
        std::fs::set_permissions(folder.path(&path), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let report = json(&folder.path(""), &["--benchmark", "cis-1.12", "--node-root", "root", "root"]);
    assert!(statuses(&report, "pass").contains(&"1.1.1".to_owned()), "{report}");
    assert!(statuses(&report, "fail").contains(&"1.1.5".to_owned()), "{report}");
    assert!(statuses(&report, "not applicable").contains(&"1.1.3".to_owned()), "{report}");
    let seen = report["items"].as_array().unwrap().iter().find(|item| item["id"] == "1.1.5").unwrap().clone();
    let note = "/etc/kubernetes/manifests/kube-scheduler.yaml has mode 644, at most 600 is allowed";
    assert_eq!(seen["seen"][0]["note"], note);
}

#[test]
fn parts_of_the_control_plane_are_held_against_no_pod_rules() {
    let ran = check(&data("stock"), &["--select", "security,hardening", "--format", "concise", "."]).exits(1);
    assert!(!ran.stdout.contains("host-namespaces"), "{}", ran.stdout);
    // unless somebody asks for it
    check(&data("stock"), &["--level", "baseline", "--format", "concise", "."]).exits(1).says(&["host-namespaces"]);
}

#[test]
fn a_drop_in_takes_the_place_of_what_the_unit_says() {
    let folder = Folder::new();
    folder.write(
        "kube-scheduler.service",
        "[Service]\nEnvironment=ARGS=--profiling=true\nExecStart=/usr/bin/kube-scheduler $ARGS\n",
    );
    let select = ["--select", "profiling", "--format", "concise", "."];
    let ran = check(&folder.path(""), &select).exits(1);
    assert!(ran.stdout.trim_start_matches("./").starts_with("kube-scheduler.service:2:"), "{}", ran.stdout);
    folder.write(
        "kube-scheduler.service.d/10.conf",
        "[Service]\nExecStart=\nExecStart=/usr/bin/kube-scheduler --profiling=false\n",
    );
    check(&folder.path(""), &select).exits(0);
    // its variables count in the unit
    folder.write("kube-scheduler.service", "[Service]\nExecStart=/usr/bin/kube-scheduler $ARGS\n");
    folder.write("kube-scheduler.service.d/10.conf", "[Service]\nEnvironment=\"ARGS=--v=2 --profiling\"\n");
    let ran = check(&folder.path(""), &select).exits(1);
    assert!(ran.stdout.trim_start_matches("./").starts_with("kube-scheduler.service.d/10.conf:2:"), "{}", ran.stdout);
}

#[test]
fn the_release_is_that_of_the_cluster() {
    let folder = Folder::new();
    let kubeadm = |version: &str| {
        format!(
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: {version}\n---\n\
             apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfeatureGates:\n  \
             StructuredAuthorizationConfiguration: true\n"
        )
    };
    let select = ["--select", "removed-feature-gate", "."];
    for (version, code) in [("v1.35.4", 0), ("v1.36.2", 1), ("stable-1.35", 0), ("stable-1.36", 1)] {
        folder.write("kubeadm.yaml", kubeadm(version));
        check(&folder.path(""), &select).exits(code);
    }
    // what says nothing has the release that the user names
    folder.write("kubeadm.yaml", "kube-apiserver-arg: [feature-gates=StructuredAuthorizationConfiguration=true]\n");
    check(&folder.path(""), &[&["--kubernetes", "1.35"], &select[..]].concat()).exits(0);
    check(&folder.path(""), &[&["--kubernetes", "1.36"], &select[..]].concat()).exits(1);
}
