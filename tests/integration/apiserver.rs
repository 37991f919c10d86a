//! `tightship apiserver`, and the tables behind it against a real kube-apiserver where there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Command;

use crate::support::{Ran, program};
use tightship::internals::apiserver::{Component, FlagType, catalogue};
use tightship::internals::k8s::Version;

fn apiserver(args: &[&str]) -> Ran {
    Ran::of(program().arg("apiserver").args(args).output().unwrap())
}

fn explain(args: &[&str]) -> Ran {
    apiserver(&[&["explain"], args].concat())
}

#[test]
fn a_flag_is_explained() {
    let ran = explain(&["--anonymous-auth"]).exits(0).says(&[
        "--anonymous-auth (kube-apiserver flag)\n  Whether a request without credentials is let in",
        "  type        bool\n",
        "  default     true\n",
        "  since       1.33 or earlier\n",
        "  until       still in 1.37\n",
        "  controls    CIS 1.12: 1.2.1; STIG: V-242390\n",
        "  breaks      false answers the kubelet's probes of /livez and /readyz with 401",
        "apiVersion: apiserver.config.k8s.io/v1\n",
        "conditions: [{path: /livez}, {path: /readyz}, {path: /healthz}]",
        "https://kubernetes.io/docs/",
        // the kubelet's setting goes by the same flag
        "authentication.anonymous.enabled (field of the configuration file of kubelet)",
    ]);
    assert_eq!(ran.stderr, "");
    explain(&["anonymous_auth=false", "--component", "kube-apiserver", "--kubernetes", "v1.33.4"])
        .exits(0)
        .says(&["--anonymous-auth (kube-apiserver flag)", "apiVersion: apiserver.config.k8s.io/v1beta1\n"]);
}

#[test]
fn a_default_that_changed_is_told_for_each_release() {
    explain(&["--audit-log-maxage"]).exits(0).says(&["default     366 (1.33-1.35: 0)"]);
    explain(&["--audit-log-maxage", "--kubernetes", "1.34"]).exits(0).says(&["default     0 (1.36-1.37: 366)"]);
}

#[test]
fn a_removed_flag_says_which_release_removed_it_and_what_to_write() {
    for (name, says) in [
        ("--insecure-port", ["removed in 1.24", "instead     nothing"]),
        ("--insecure-port=0", ["removed in 1.24", "only the secure port"]),
        ("--kubelet-https=true", ["removed in 1.22", "instead     --kubelet-certificate-authority"]),
        ("--basic-auth-file", ["removed in 1.19", "instead     --authentication-config"]),
        ("--cloud-provider", ["removed in 1.33", "cloud-controller-manager"]),
        ("--experimental-encryption-provider-config", ["removed in 1.24", "instead     --encryption-provider-config"]),
        ("SecurityContextDeny", ["removed in 1.30", "instead     PodSecurity"]),
        ("podsecuritypolicy", ["removed in 1.25", "instead     PodSecurity"]),
        ("DenyEscalatingExec", ["removed in 1.21", "instead     ValidatingAdmissionPolicy"]),
        ("--cadvisor-port", ["removed in 1.12", "kubelet"]),
        ("KMSv2", ["removed in 1.32", "feature gate"]),
    ] {
        explain(&[name]).exits(0).says(&says).says(&["does not start"]);
    }
}

#[test]
fn a_flag_to_come_says_when_it_comes() {
    explain(&["--tls-curve-preferences", "--kubernetes", "1.33"])
        .exits(0)
        .says(&["1.33 does not have it; it comes with 1.36"]);
}

#[test]
fn plugins_gates_fields_and_kinds_are_explained() {
    explain(&["NodeRestriction"]).exits(0).says(&["(admission plugin)", "default     off", "CIS 1.12: 1.2.14"]);
    explain(&["EventRateLimit"]).exits(0).says(&["apiVersion: eventratelimit.admission.k8s.io/v1alpha1"]);
    explain(&["RotateKubeletServerCertificate"]).exits(0).says(&["(feature gate)", "beta; on by default"]);
    explain(&["AnonymousAuthConfigurableEndpoints", "--kubernetes", "1.36"])
        .exits(0)
        .says(&["1.33        beta; on by default", "1.34-1.36   stable; on by default, and cannot be set otherwise"]);
    explain(&["authorization.mode"]).exits(0).says(&["flag        --authorization-mode", "CIS 1.12: 4.2.2"]);
    explain(&["AuthenticationConfiguration", "--kubernetes", "1.33"]).exits(0).says(&[
        "apiVersion  apiserver.config.k8s.io/v1beta1\n",
        "read by     kube-apiserver --authentication-config\n",
        "otherwise   apiserver.config.k8s.io/v1 in 1.34-1.37",
    ]);
}

#[test]
fn one_component_is_explained_alone() {
    let ran = explain(&["--profiling", "--component", "kube-scheduler"]).exits(0).says(&["CIS 1.12: 1.4.1"]);
    assert!(!ran.stdout.contains("kube-apiserver"), "{}", ran.stdout);
    explain(&["--profiling"]).exits(0).says(&["CIS 1.12: 1.2.15", "CIS 1.12: 1.3.2", "CIS 1.12: 1.4.1"]);
}

#[test]
fn an_unknown_name_has_one_clear_error() {
    let ran = explain(&["--anonymus-auth"]).exits(2);
    assert_eq!(
        ran.stderr,
        "error: no flag, admission plugin, feature gate, field or kind is called `--anonymus-auth`; \
         did you mean `anonymous-auth`?\n"
    );
    assert_eq!(ran.stdout, "");
    explain(&["NodeRestrictions"]).exits(2).says(&["did you mean `NodeRestriction`?"]);
    explain(&["profilng", "--component", "etcd"]).exits(2).says(&["etcd has no flag or field `profilng`\n"]);
    explain(&["--", "--kubernetes"]).exits(2).says(&["is called `--kubernetes`"]);
    for nothing in ["", "--", "=", "\u{fc}"] {
        explain(&[nothing]).exits(2);
    }
}

#[test]
fn wrong_arguments_are_usage_errors() {
    explain(&[]).exits(2).says(&["--help"]);
    explain(&["profiling", "--kubernetes", "1.32"]).exits(2).says(&["expected a release from 1.33 to 1.37"]);
    explain(&["profiling", "--component", "kubectl"]).exits(2).says(&["expected one of kube-apiserver, "]);
    explain(&["--slides", "profiling"]).exits(2).says(&["cannot be used with"]);
}

#[test]
fn the_slides_are_put_right() {
    let ran = explain(&["--slides"]).exits(0).says(&[
        "--insecure-port=0               removed in 1.24",
        "--anonymous-auth=false          still there",
        "--admission-control=...         deprecated",
        "SecurityContextDeny             removed in 1.30",
        "4149   cAdvisor              A slip: the cAdvisor page was on 4194.",
        "10255  kubelet, read only    Closed by default",
    ]);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn everything_fits_80_columns() {
    let mut names: BTreeSet<String> = BTreeSet::from(["--slides".to_owned()]);
    for version in Version::all() {
        for component in Component::ALL {
            names.extend(catalogue().flags(component, version).map(|flag| flag.name.to_owned()));
            let listed = apiserver(&["flags", "--kubernetes", &version.to_string(), "--component", component.name()]);
            narrow(&listed.exits(0).stdout);
        }
        for plugin in catalogue().plugins(version) {
            names.insert(plugin.name.to_owned());
        }
    }
    names.extend(catalogue().configs(Version::NEWEST).map(|config| config.kind.to_owned()));
    let some = names.iter().step_by(7).map(String::as_str);
    for name in some.chain([
        "--slides",
        "kubelet-client-certificate",
        "tls-cipher-suites",
        "AllAlpha",
        "profiling",
        "anonymous-auth",
        "SecurityContextDeny",
    ]) {
        narrow(&explain(&[name]).exits(0).stdout);
    }
}

fn narrow(text: &str) {
    // a deprecation in the words of Kubernetes may hold a flag that cannot be broken
    for line in text.lines() {
        // an address is left in one piece
        assert!(line.trim_start().starts_with("https://") || line.chars().count() <= 80, "{line}\nin\n{text}");
        assert_eq!(line.trim_end(), line, "a space at the end");
    }
}

#[test]
fn flags_are_listed() {
    let ran = apiserver(&["flags", "--kubernetes", "1.36"]).exits(0).says(&[
        "--audit-log-maxage                             int          366\n",
        "--admission-control                            strings      deprecated\n",
        "--tls-curve-preferences ",
    ]);
    assert_eq!(
        ran.stdout.lines().count(),
        catalogue().flags(Component::ApiServer, Version::parse("1.36").unwrap()).count()
    );
    let older = apiserver(&["flags", "--kubernetes", "1.35"]).exits(0);
    assert!(!older.stdout.contains("--tls-curve-preferences"));
    apiserver(&["flags", "--component", "kubelet"])
        .exits(0)
        .says(&["authorization.mode                             string       Webhook\n"]);
}

#[test]
fn colour_is_for_those_who_want_it() {
    let coloured = |when: &str| {
        let output =
            program().env_remove("NO_COLOR").args(["--color", when, "apiserver", "explain", "profiling"]).output();
        Ran::of(output.unwrap()).exits(0).stdout
    };
    assert!(coloured("always").contains('\x1b'));
    assert!(!coloured("auto").contains('\x1b'), "it is no terminal");
    assert!(!coloured("never").contains('\x1b'));
}

/// Compares the tables with `--help` of each kube-apiserver in `TIGHTSHIP_APISERVER`, paths with `:` between them.
#[test]
fn the_tables_are_what_a_real_api_server_says() {
    let Some(paths) = std::env::var_os("TIGHTSHIP_APISERVER").filter(|paths| !paths.is_empty()) else {
        // not by eprintln!, which the test harness keeps to itself
        let _ = writeln!(
            std::io::stderr(),
            "left out: TIGHTSHIP_APISERVER names no kube-apiserver to compare the tables with"
        );
        return;
    };
    for path in std::env::split_paths(&paths) {
        let said = |argument: &str| {
            let output = Command::new(&path).arg(argument).output();
            Ran::of(output.unwrap_or_else(|error| panic!("{}: {error}", path.display()))).exits(0).stdout
        };
        let version = said("--version");
        let version =
            Version::parse(version.trim().trim_start_matches("Kubernetes ")).unwrap_or_else(|| panic!("{version}"));
        compare(version, &said("--help"));
    }
}

fn compare(version: Version, help: &str) {
    let real = read_help(help);
    let ours: BTreeMap<String, (FlagType, String)> = catalogue()
        .flags(Component::ApiServer, version)
        .filter(|flag| !flag.hidden)
        .map(|flag| (flag.name.to_owned(), (flag.ty, flag.default.unwrap_or_default().to_owned())))
        .collect();
    assert_eq!(real.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>(), "flags of {version}");
    for (name, (ty, text)) in &real {
        assert_eq!(ours[name].0.word(), ty, "--{name} in {version}");
        if let Some((_, default)) = text.rsplit_once("(default ").filter(|(_, default)| default.ends_with(')')) {
            let default = default.trim_end_matches(')').trim_matches('"').trim_matches(['[', ']']);
            assert_eq!(ours[name].1, default, "--{name} in {version}");
        }
    }
    let (_, plugins) = &real["enable-admission-plugins"];
    let list = |after: &str, end: &str| -> BTreeSet<String> {
        let (_, rest) = plugins.split_once(after).unwrap();
        rest.split_once(end).unwrap().0.split(", ").map(str::to_owned).collect()
    };
    let known = |on: bool| {
        catalogue().plugins(version).filter(move |plugin| plugin.on || !on).map(|plugin| plugin.name.to_owned())
    };
    assert_eq!(list("default enabled ones (", ")"), known(true).collect(), "plugins that are on in {version}");
    assert_eq!(list("list of admission plugins: ", "."), known(false).collect(), "plugins of {version}");
    let gates: BTreeSet<String> = real["feature-gates"]
        .1
        .lines()
        .filter_map(|line| line.strip_prefix("kube:"))
        // what another value of --min-compatibility-version would make of it
        .map(|line| line.split(", or ").next().unwrap().replacen("=true|false", "", 1))
        .collect();
    let shown = catalogue()
        .gates(version)
        .filter(|gate| matches!(gate.stage.word(), "alpha" | "beta"))
        .map(|gate| format!("{} ({} - default={})", gate.name, gate.stage.word().to_uppercase(), gate.on));
    assert_eq!(gates, shown.collect(), "gates of {version}");
}

/// The type and the text of each flag; one without a type is a bool.
fn read_help(help: &str) -> BTreeMap<String, (String, String)> {
    let mut flags: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut last = String::new();
    for line in help.lines() {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        match rest.split_once("--") {
            Some((short, flag)) if indent.len() <= 6 && !indent.is_empty() && short.len() <= 4 => {
                let (head, text) = flag.split_once("  ").unwrap_or((flag, ""));
                let (name, ty) = head.split_once(' ').unwrap_or((head, "bool"));
                last = name.to_owned();
                flags.insert(last.clone(), (ty.to_owned(), text.trim().to_owned()));
            }
            _ if indent.len() > 6 => {
                if let Some((_, text)) = flags.get_mut(&last) {
                    text.push('\n');
                    text.push_str(rest);
                }
            }
            _ => last.clear(),
        }
    }
    flags.remove("help");
    flags
}
