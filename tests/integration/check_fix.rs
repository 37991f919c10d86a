//! `tightship check --fix` and `--diff` around the fixes themselves: pipes, offers that are not taken, and secrets in the
//! lines that are shown.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Folder, Ran, program};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        privileged: true
";

/// A policy whose rules for egress are ignored, and which would allow everything if they were not.
const POLICY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  egress:
    - {}
";

fn piped(text: &str, args: &[&str]) -> Ran {
    let mut command = program();
    command.args(["check", "--no-config", "-"]).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn standard_input_is_fixed_to_standard_output_and_nothing_else_is_there() {
    let ran = piped(POD, &["--select", "privileged", "--fix=unsafe"]).exits(0);
    assert_eq!(ran.stdout, POD.replace("true", "false"));
    assert_eq!(ran.stderr, "1 finding fixed in 1 file\n1 object in 1 file: no findings\n");
}

#[test]
fn what_needs_no_mending_passes_through() {
    let ran = piped(POD, &["--select", "privileged", "--fix"]).exits(1);
    assert_eq!(ran.stdout, POD);
    assert!(ran.stderr.contains("critical[privileged]"), "{}", ran.stderr);
    let broken = "a: [1\n";
    let ran = piped(broken, &["--fix"]).exits(2);
    assert_eq!(ran.stdout, broken);
}

#[test]
fn a_fix_that_was_not_taken_is_not_offered_again() {
    let folder = Folder::new();
    folder.write("policy.yaml", POLICY);
    let select = "network-policy-ignored-rules,network-policy-allows-all";
    let args = ["check", "--no-config", "--select", select, "policy.yaml"];
    folder.run(&args).exits(1).says(&["(`--fix=unsafe` does it)"]);
    let ran = folder.run(&[&args[..], &["--fix=unsafe"]].concat()).exits(1);
    assert_eq!(folder.read("policy.yaml"), POLICY);
    assert_eq!(ran.stderr, "1 fix left out, as something else would be wrong then\n");
    assert!(ran.stdout.contains("network-policy-ignored-rules") && !ran.stdout.contains("--fix"), "{}", ran.stdout);
}

/// Secrets in every place that is next to what other rules speak of.
const SECRETS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - {env: [{name: PASSWORD, value: swordfish}], securityContext: {privileged: true}, name: a}
    - name: other
      image: other
      args: [--db-password, swordfish]
      securityContext: {privileged: true}
---
apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {password: swordfish, more: swordfish2}
replicas: 3
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {db_password: swordfish, level: yes}
";

#[test]
fn secrets_beside_what_is_shown_are_masked() {
    let folder = Folder::new();
    folder.write("secrets.yaml", SECRETS);
    let args = ["check", "--no-config", "secrets.yaml", "--all"];
    let run = |more: &[&str]| folder.run(&[&args[..], more].concat());
    for select in ["privileged,unknown-field,wrong-type", "mutable-image-tag", "all"] {
        let ran = run(&["--select", select]).exits(1);
        assert!(!ran.stdout.contains("swordfish"), "{select}:\n{}", ran.stdout);
    }
    let ran = run(&["--select", "privileged,wrong-type"]).exits(1);
    ran.says(&["value: *********}], securityContext: {privileged: true}, ", "db_password: *********, level: yes}"]);
    let ran = run(&["--select", "privileged,wrong-type", "--fix=unsafe", "--diff"]).exits(1);
    assert!(!ran.stdout.contains("swordfish"), "{}", ran.stdout);
    ran.says(&[
        "+    - {env: [{name: PASSWORD, value: *********}], securityContext: {privileged: false}, name: a}",
        "       args: [--db-password, *********]",
        "+data: {db_password: *********, level: \"yes\"}",
    ]);
    // what is written is the text itself
    run(&["--select", "privileged,wrong-type", "--fix=unsafe"]).exits(0);
    assert_eq!(folder.read("secrets.yaml").matches("swordfish").count(), SECRETS.matches("swordfish").count());
}

#[test]
fn no_fix_repeats_a_secret() {
    let folder = Folder::new();
    let secrets = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {db_password: 12345678, level: 5}
---
apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {more: 12345678}
---
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a, env: [{name: DB_PASSWORD, value: 12345678}]}]}
";
    folder.write("secrets.yaml", secrets);
    for format in ["text", "concise", "json", "sarif", "github", "junit"] {
        let args = ["check", "--no-config", "--select", "wrong-type", "--format", format, "secrets.yaml"];
        let ran = folder.run(&args).exits(1);
        assert!(!ran.stdout.contains("12345678"), "{format}:\n{}", ran.stdout);
        // the fix of what is no secret is there
        assert!(!["json", "sarif"].contains(&format) || ran.stdout.contains(r#""\"5\"""#), "{format}:\n{}", ran.stdout);
    }
    folder.run(&["check", "--no-config", "--select", "wrong-type", "--fix", "secrets.yaml"]).exits(0);
    assert_eq!(folder.read("secrets.yaml").matches("\"12345678\"").count(), 3);
}

#[test]
fn secrets_of_what_cannot_be_read_are_masked() {
    let folder = Folder::new();
    folder.write("broken.yaml", "kind: ConfigMap\ndata:\n  db_password: swordfish\n  b: [1, password: swordfish\n");
    let ran = folder.run(&["check", "--no-config", "broken.yaml"]).exits(2);
    assert!(!ran.stdout.contains("swordfish") && ran.stdout.contains("broken.yaml:4"), "{}", ran.stdout);
}
