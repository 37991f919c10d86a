//! `tightship check --as-admission`: what Pod Security Admission would say. `tests/live/admission.rs` holds the same pods
//! against a real API server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::pod_security_cases::{KINDS, cases, controller};
use crate::support::{Folder, Ran, program};
use tightship::internals::check::{self, Admission, Input, Options, Text};
use tightship::internals::k8s::Version;
use tightship::internals::k8s::{Level, PolicyVersion};
use tightship::internals::rules::Settings;

fn admission(text: &str, args: &[&str]) -> Ran {
    let folder = Folder::new();
    folder.write("pods.yaml", text);
    let mut command = program();
    command.current_dir(folder.path("")).args(["check", "--no-config", "--as-admission", "pods.yaml"]).args(args);
    Ran::of(command.output().unwrap())
}

const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: debug
  namespace: shop
spec:
  hostPID: true # tightship: allow[host-namespaces] reads the processes
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
---
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    metadata:
      name: nightly
    spec:
      schedule: 0 3 * * *
      jobTemplate:
        spec:
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: app
                  image: ghcr.io/acme/app:1.2.3
                  securityContext: {privileged: true}
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: no-pod
";

#[test]
fn pods_are_refused_and_what_makes_them_is_warned_of() {
    let ran = admission(PODS, &["--level", "baseline"]).exits(1);
    assert_eq!(
        ran.stdout,
        "\
pods.yaml:1: Pod shop/debug: pods \"debug\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)
pods.yaml:15: CronJob nightly: would violate PodSecurity \"baseline:latest\": privileged (container \"app\" must not set securityContext.privileged=true)
"
    );
    ran.says(&["3 objects in 1 file: 1 refused, 1 warned of"]);
    // neither the choice of rules nor a comment changes what the API server says
    let chosen = admission(PODS, &["--level", "baseline", "--select", "sysctls", "--ignore", "host-namespaces"]);
    assert_eq!(chosen.exits(1).stdout.lines().count(), 2);
    assert_eq!(admission(PODS, &["--level", "baseline", "--exit-zero"]).exits(0).stdout.lines().count(), 2);
    let all = admission(PODS, &["--level", "privileged"]).exits(0).says(&["all admitted"]);
    assert_eq!(all.stdout, "");
    // without a level and a namespace, everything should keep to `restricted`
    admission(PODS, &[]).exits(1).says(&["violates PodSecurity \"restricted:latest\": host namespaces"]);
}

#[test]
fn the_level_has_a_version() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: b\n    \
               livenessProbe: {tcpSocket: {port: 1, host: localhost}}\n";
    let run = |args: &[&str]| admission(pod, &[&["--level", "baseline"], args].concat());
    run(&["--level-version", "v1.33"]).exits(0);
    run(&["--level-version", "v1.34"]).exits(1).says(&["\"baseline:v1.34\": probe or lifecycle host (container \"a\""]);
    run(&["--kubernetes", "1.33"]).exits(0);
    // the API server repeats the version that was asked for, though it means an older one by it
    run(&["--kubernetes", "1.34", "--level-version", "v1.99"]).exits(1).says(&["\"baseline:v1.99\""]);
    for version in ["1.34", "v1", "v1.034", "newest"] {
        run(&["--level-version", version]).exits(2).says(&["expected latest, or a version such as v1.34"]);
    }
    admission(pod, &["--level-version", "v1.34"]).exits(2).says(&["--level-version needs --level"]);
}

#[test]
fn the_labels_of_a_namespace_decide() {
    let namespace = |labels: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {{{labels}}}\n---\n{PODS}")
    };
    let key = "pod-security.kubernetes.io";
    let baseline = namespace(&format!("{key}/enforce: baseline, {key}/enforce-version: v1.30, {key}/warn: restricted"));
    let ran = admission(&baseline, &[]).exits(1);
    assert!(ran.stdout.starts_with(
        "pods.yaml:7: Pod shop/debug: pods \"debug\" is forbidden: violates PodSecurity \"baseline:v1.30\""
    ));

    let warning = admission(&namespace(&format!("{key}/warn: baseline")), &[]).exits(1);
    assert!(warning.stdout.starts_with("pods.yaml:7: Pod shop/debug: would violate PodSecurity \"baseline:latest\""));

    let none = admission(&namespace(""), &[]).exits(1);
    assert!(!none.stdout.contains("shop/debug"), "{}", none.stdout);
    none.says(&["the namespace `shop` has no Pod Security labels that enforce or warn"]);

    let invalid = admission(&namespace(&format!("{key}/enforce: Baseline, {key}/warn-version: v1.03")), &[]).exits(1);
    let expected = format!(
        "pods.yaml:1: Namespace shop: Namespace \"shop\" is invalid: [metadata.labels[{key}/enforce]: Invalid value: \"Baseline\": must be \
         one of privileged, baseline, restricted, metadata.labels[{key}/warn-version]: Invalid value: \"v1.03\": must be \"latest\" or \
         \"v1.x\"]\n"
    );
    assert!(invalid.stdout.starts_with(&expected), "{}", invalid.stdout);
    // what cannot be read is enforced as `restricted`
    invalid.says(&["pods \"debug\" is forbidden: violates PodSecurity \"restricted:latest\""]);
}

#[test]
fn programs_get_data() {
    let ran = admission(PODS, &["--level", "baseline", "--format", "json"]).exits(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/check-output.schema.json")).unwrap();
    assert!(jsonschema::is_valid(&schema, &report), "{report:#}");
    let first = &report["admissions"][0];
    assert_eq!(first["refused"], true);
    assert_eq!(first["start"]["line"], 1);
    assert_eq!(first["violations"][0]["reason"], "host namespaces");
    assert!(first["message"].as_str().unwrap().starts_with("pods \"debug\" is forbidden"));
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
    for format in ["sarif", "github", "junit"] {
        admission(PODS, &["--format", format]).exits(2).says(&["shown as text, concise or json only"]);
    }
}

#[test]
fn no_pod_no_verdict() {
    admission("a: b\n", &[]).exits(3);
    admission("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [\n", &[]).exits(2);
    admission("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", &[]).exits(0);
}

/// What is said of objects under a level at a version.
fn said(objects: &[serde_json::Value], level: Level, version: &str) -> Vec<Admission> {
    let kubernetes = Version::NEWEST;
    let level_version = PolicyVersion::parse(version, kubernetes);
    let settings =
        Settings { kubernetes, level: Some(level), level_version, as_admission: true, ..Settings::default() };
    let text: String = objects.iter().map(|object| format!("---\n{object}\n")).collect();
    let input = Input { name: "cases".to_owned(), text: Text::Here(text.into()) };
    let outcome = check::run(&[input], &Options { settings, ..Options::default() });
    assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
    outcome.admissions
}

/// The policy versions before and after every change of the standards.
const CHANGES: [u8; 19] = [0, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34];
/// Those of the releases since.
const RECENT: [u8; 3] = [35, 36, 37];

/// The versions, as `0-18,25-`, under which something is said of each of the objects.
fn versions(objects: &[serde_json::Value], level: Level) -> Vec<String> {
    let places: BTreeMap<&str, usize> = objects
        .iter()
        .enumerate()
        .filter_map(|(at, object)| Some((object["metadata"]["name"].as_str()?, at)))
        .collect();
    let all: Vec<u8> = [&CHANGES[..], &RECENT].concat();
    let mut broken = vec![vec![false; all.len()]; objects.len()];
    for (column, minor) in all.iter().enumerate() {
        for admission in said(objects, level, &format!("v1.{minor}")) {
            if let Some(at) = places.get(&*admission.object.name) {
                broken[*at][column] = true;
            }
        }
    }
    broken.iter().map(|row| ranges(row, &all)).collect()
}

fn ranges(row: &[bool], minors: &[u8]) -> String {
    let mut ranges = Vec::new();
    let mut columns = row.iter().enumerate().peekable();
    while let Some((first, is_broken)) = columns.next() {
        if !is_broken {
            continue;
        }
        let mut last = first;
        while let Some((column, _)) = columns.next_if(|(_, is_broken)| **is_broken) {
            last = column;
        }
        let end = if last + 1 == minors.len() { String::new() } else { minors[last].to_string() };
        ranges.push(format!("{}-{end}", minors[first]));
    }
    ranges.join(",")
}

#[test]
fn every_case_has_its_versions() {
    let pods: Vec<serde_json::Value> = cases().into_iter().map(|case| case.pod).collect();
    let (baseline, restricted) = (versions(&pods, Level::Baseline), versions(&pods, Level::Restricted));
    let mut table = String::new();
    for ((pod, baseline), restricted) in pods.iter().zip(baseline).zip(restricted) {
        let name = pod["metadata"]["name"].as_str().unwrap_or("generated");
        writeln!(table, "{name:<42} {baseline:<8} {restricted}").unwrap();
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("pod_security_versions", table) });
}

#[test]
fn every_case_has_its_words() {
    let pods: Vec<serde_json::Value> = cases().into_iter().map(|case| case.pod).collect();
    let mut words = String::new();
    for level in [Level::Baseline, Level::Restricted] {
        for admission in said(&pods, level, "latest") {
            let (_, message) = admission.message.split_once("violates PodSecurity ").unwrap();
            writeln!(words, "{} {message}", admission.object.name).unwrap();
        }
    }
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("pod_security_words", words) });
}

#[test]
fn every_kind_that_makes_pods_is_warned_of() {
    let worst = cases().into_iter().find(|case| case.name == "mixture.bare").unwrap();
    let objects: Vec<serde_json::Value> = KINDS.iter().map(|kind| controller(kind, &worst)).collect();
    let said = said(&objects, Level::Restricted, "v1.24");
    assert_eq!(said.iter().map(|it| &*it.object.kind).collect::<Vec<_>>(), KINDS);
    for admission in said {
        assert!(!admission.refused);
        assert!(
            admission
                .message
                .starts_with("would violate PodSecurity \"restricted:v1.24\": allowPrivilegeEscalation != false")
        );
    }
}
