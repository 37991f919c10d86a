use std::collections::HashSet;

use super::*;
use crate::k8s::version::Version;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn flag(name: &str, release: &str) -> Lookup<Flag> {
    catalogue().flag(Component::ApiServer, name, version(release))
}

#[test]
fn the_tables_can_be_read() {
    let read = parse::read().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.flags.len(), catalogue().flags.len());
    assert!(read.flags.len() > 200, "{}", read.flags.len());
}

#[test]
fn every_meaning_is_of_something() {
    for ((component, name), meaning) in parse::meanings().unwrap() {
        let known = match component {
            Some(component) => catalogue().flag_shapes(component, name).any(|flag| flag.name == name),
            None => catalogue().plugin_shapes(name).next().is_some(),
        };
        assert!(known, "{component:?} {name}");
        assert!(!meaning.ends_with('.'), "a clause has no full stop: {meaning}");
    }
}

#[test]
fn no_release_has_a_row_twice() {
    for release in Version::all() {
        let mut seen = HashSet::new();
        for component in Component::ALL {
            for flag in catalogue().flags(component, release) {
                assert!(seen.insert((flag.component, flag.name)), "{} twice in {release}", flag.name);
                if let Some(same) = flag.flag {
                    assert!(seen.insert((flag.component, same)), "{same} twice in {release}");
                }
            }
        }
        let unique = |names: Vec<&str>| names.iter().collect::<HashSet<_>>().len() == names.len();
        assert!(unique(catalogue().plugins(release).map(|plugin| plugin.name).collect()));
        assert!(unique(catalogue().gates(release).map(|gate| gate.name).collect()));
        assert!(catalogue().flags(Component::ApiServer, release).count() > 160);
        assert!(catalogue().plugins(release).count() > 30);
        assert!(catalogue().gates(release).count() > 180);
    }
}

#[test]
fn a_default_is_that_of_the_release() {
    let default = |name, release| flag(name, release).found().unwrap().default;
    assert_eq!(default("audit-log-maxage", "1.35"), Some("0"));
    assert_eq!(default("audit-log-maxage", "1.36"), Some("366"));
    assert_eq!(default("anonymous-auth", "1.33"), Some("true"));
    assert_eq!(default("profiling", "1.37"), Some("true"));
    assert_eq!(default("audit-policy-file", "1.37"), None);
    assert_eq!(default("oidc-signing-algs", "1.37"), Some("RS256"));
}

#[test]
fn a_flag_is_found_however_it_is_spelt() {
    for spelling in ["anonymous-auth", "--anonymous-auth", "--anonymous_auth=false", "anonymous-auth=true"] {
        assert_eq!(flag(spelling, "1.37").found().map(|flag| flag.name), Some("anonymous-auth"), "{spelling}");
    }
    let kubelet = |name| catalogue().flag(Component::Kubelet, name, version("1.36")).found().map(|flag| flag.name);
    assert_eq!(kubelet("anonymous-auth"), Some("authentication.anonymous.enabled"));
    assert_eq!(kubelet("authentication.anonymous.enabled"), Some("authentication.anonymous.enabled"));
}

#[test]
fn a_flag_that_is_gone_says_since_when() {
    for (name, release) in [("insecure-port", 24), ("kubelet-https", 22), ("basic-auth-file", 19), ("cloud-config", 33)]
    {
        match flag(name, "1.33") {
            Lookup::Removed { since, note, .. } => assert_eq!((since, note.is_some()), (release, true), "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    let kubelet = |release| catalogue().flag(Component::Kubelet, "pod-infra-container-image", version(release));
    assert!(matches!(kubelet("1.34"), Lookup::Found(_)));
    assert!(matches!(kubelet("1.35"), Lookup::Removed { since: 35, note: Some(_), .. }));
}

/// What went within the supported releases needs a row for those that still have it.
#[test]
fn what_was_removed_is_in_no_later_release_and_in_every_earlier_one() {
    for old in &catalogue().removed {
        for release in Version::all() {
            let there = match old.component {
                Some(component) => catalogue().flag(component, old.name, release).found().is_some(),
                None => catalogue().plugin(old.name, release).found().is_some(),
            };
            assert_eq!(there, release.minor() < old.since, "{} in {release}", old.name);
        }
    }
}

/// Whatever a table says to use instead has to be there itself, if the catalogue knows the component.
#[test]
fn what_replaces_a_flag_or_plugin_is_there() {
    for old in &catalogue().removed {
        let Some(replacement) = old.replacement else { continue };
        let found = match old.component {
            Some(Component::ApiServer) => flag(replacement, "1.37").found().is_some(),
            Some(_) => true,
            None => catalogue().plugin(replacement, version("1.37")).found().is_some(),
        };
        assert!(found, "{} -> {replacement}", old.name);
    }
}

#[test]
fn a_flag_to_come_says_when() {
    match flag("tls-curve-preferences", "1.35") {
        Lookup::NotYet { since } => assert_eq!(since, version("1.36")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flag_that_never_was_has_a_neighbour() {
    let nearest = |name| match flag(name, "1.37") {
        Lookup::Unknown { nearest } => nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest("enable-admission-plugin"), Some("enable-admission-plugins"));
    assert_eq!(nearest("--anonymus-auth=false"), Some("anonymous-auth"));
    assert_eq!(nearest("something-else-altogether"), None);
}

#[test]
fn plugins_have_their_default_and_their_end() {
    let on = |name, release| catalogue().plugin(name, version(release)).found().map(|plugin| plugin.on);
    assert_eq!(on("NodeRestriction", "1.37"), Some(false));
    assert_eq!(on("PodSecurity", "1.33"), Some(true));
    assert_eq!(on("JobValidation", "1.36"), Some(true));
    let gone = |name, release| match catalogue().plugin(name, version(release)) {
        Lookup::Removed { since, replacement, .. } => (since, replacement),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(gone("SecurityContextDeny", "1.33"), (30, Some("PodSecurity")));
    assert_eq!(gone("PodSecurityPolicy", "1.37"), (25, Some("PodSecurity")));
    assert_eq!(gone("JobValidation", "1.37"), (37, None));
}

#[test]
fn gates_have_their_stage_and_their_end() {
    let gate = |name, release| catalogue().gate(name, version(release));
    let stage = |name, release| gate(name, release).found().map(|gate| (gate.stage, gate.on, gate.locked));
    assert_eq!(stage("AnonymousAuthConfigurableEndpoints", "1.33"), Some((Stage::Beta, true, false)));
    assert_eq!(stage("AnonymousAuthConfigurableEndpoints", "1.34"), Some((Stage::Stable, true, true)));
    assert_eq!(stage("KMSv1", "1.37"), Some((Stage::Deprecated, false, false)));
    let gone = |name, release| match gate(name, release) {
        Lookup::Removed { since, .. } => since,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(gone("StructuredAuthorizationConfiguration", "1.36"), 36);
    assert_eq!(gone("StructuredAuthenticationConfiguration", "1.37"), 37);
    assert_eq!(gone("AnonymousAuthConfigurableEndpoints", "1.37"), 37);
    assert_eq!(gone("KMSv2", "1.33"), 32);
    assert_eq!(gone("PodSecurity", "1.33"), 28);
}

#[test]
fn configuration_files_have_the_api_version_of_the_release() {
    let preferred =
        |kind, release| catalogue().config_api(kind, version(release)).found().map(|config| config.api_version);
    assert_eq!(preferred("AuthenticationConfiguration", "1.33"), Some("apiserver.config.k8s.io/v1beta1"));
    assert_eq!(preferred("AuthenticationConfiguration", "1.34"), Some("apiserver.config.k8s.io/v1"));
    assert_eq!(preferred("AuthorizationConfiguration", "1.33"), Some("apiserver.config.k8s.io/v1"));
    assert_eq!(preferred("EventRateLimit", "1.37"), Some("eventratelimit.admission.k8s.io/v1alpha1"));
    assert_eq!(preferred("PodSecurityConfiguration", "1.37"), Some("pod-security.admission.config.k8s.io/v1"));
    assert_eq!(preferred("Policy", "1.37"), Some("audit.k8s.io/v1"));
    let kubeadm = |release| {
        let apis = catalogue().config_apis("ClusterConfiguration", version(release));
        apis.map(|config| config.api_version).collect::<Vec<_>>()
    };
    assert_eq!(kubeadm("1.36"), ["kubeadm.k8s.io/v1beta4", "kubeadm.k8s.io/v1beta3"]);
    assert_eq!(kubeadm("1.37"), ["kubeadm.k8s.io/v1beta4", "kubeadm.k8s.io/v1"]);
}

#[test]
fn every_reader_of_a_configuration_file_is_there() {
    for release in Version::all() {
        for config in catalogue().configs(release) {
            let found = match config.reader {
                Reader::Flag(name) => catalogue().flag(Component::ApiServer, name, release).found().is_some(),
                Reader::Plugin(name) => catalogue().plugin(name, release).found().is_some(),
                Reader::Program { .. } => true,
            };
            assert!(found, "{} in {release}", config.kind);
        }
    }
}
