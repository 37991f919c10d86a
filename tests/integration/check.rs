//! `tightship check` around the rules: suppressions, the configuration, the baseline, inputs and exit codes.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Folder, Ran, program};

/// A pod with one privileged container, with a text before its list item, one behind its name, and one above the key.
fn pod(above: &str, behind: &str, at: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n  containers:\n{above}    - name: app{behind}\n      \
         image: ghcr.io/acme/app:1.2.3\n      securityContext:\n{at}        privileged: true\n    - name: other\n      \
         image: ghcr.io/acme/other:1.2.3\n"
    )
}

fn check(folder: &Folder, args: &[&str]) -> Ran {
    let mut command = program();
    command.current_dir(folder.path("")).args(["check", "--format", "concise"]).args(args);
    Ran::of(command.output().unwrap())
}

/// The rules that are broken, with their lines.
fn found(ran: &Ran) -> Vec<(String, usize)> {
    let lines = ran.stdout.lines().filter(|line| !line.contains(": error: ")).map(|line| {
        let number = line.split(':').nth(1).unwrap().parse().unwrap();
        let rule = line.split_once('[').unwrap().1.split_once(']').unwrap().0;
        (rule.to_owned(), number)
    });
    lines.collect()
}

const RULES: &str = "--select=privileged,unused-suppression,invalid-suppression,expired-suppression";

fn one(text: &str, args: &[&str]) -> (Vec<(String, usize)>, i32) {
    let folder = Folder::new();
    folder.write("pod.yaml", text);
    let args: Vec<&str> = [RULES, "pod.yaml"].into_iter().chain(args.iter().copied()).collect();
    let ran = check(&folder, &args);
    (found(&ran), ran.code)
}

#[track_caller]
fn reports(text: &str, expected: &[(&str, usize)]) {
    let (found, code) = one(text, &[]);
    let expected: Vec<(String, usize)> = expected.iter().map(|(rule, line)| ((*rule).to_owned(), *line)).collect();
    assert_eq!(found, expected, "{text}");
    assert_eq!(code, i32::from(!expected.is_empty()), "{text}");
}

#[test]
fn a_comment_lets_pass_what_it_stands_at() {
    let why = "# tightship: allow[privileged] loads the driver\n";
    reports(&pod("", "", ""), &[("privileged", 10)]);
    reports(&pod(&format!("    {why}"), "", ""), &[]);
    reports(&pod("", &format!(" {}", why.trim()), ""), &[]);
    reports(&pod("", "", &format!("        {why}")), &[]);
    reports(&format!("{why}{}", pod("", "", "")), &[]);
    reports(&format!("# about this file\n\n{why}---\n{}", pod("", "", "")), &[]);
    let list = "# tightship: allow[privileged, host-aliases] loads the driver\n";
    let (found, _) = one(&format!("{list}{}", pod("", "", "")), &[]);
    assert!(found.iter().all(|(rule, _)| rule != "privileged"));
}

#[test]
fn a_comment_elsewhere_lets_nothing_pass() {
    let other = pod("", "", "")
        .replace("    - name: other", "    # tightship: allow[privileged] loads the driver\n    - name: other");
    reports(&other, &[("privileged", 10), ("unused-suppression", 11)]);
    let first = pod("", "", "").replace("metadata:", "# tightship: allow[privileged] loads the driver\nmetadata:");
    reports(&first, &[("unused-suppression", 3), ("privileged", 11)]);
    let end = format!("{}# tightship: allow[privileged] loads the driver\n", pod("", "", ""));
    reports(&end, &[("privileged", 10), ("invalid-suppression", 13)]);
}

#[test]
fn a_suppression_that_says_too_little_is_reported() {
    let at = |text: &str| pod("", "", &format!("        # tightship: {text}\n"));
    reports(&at("allow[privileged]"), &[("invalid-suppression", 10), ("privileged", 11)]);
    reports(&at("allow[priviledged] loads the driver"), &[("invalid-suppression", 10), ("privileged", 11)]);
    reports(&at("ignore privileged"), &[("invalid-suppression", 10), ("privileged", 11)]);
    reports(&at("allow[privileged] until 2099-01-01"), &[("invalid-suppression", 10), ("privileged", 11)]);
    reports(&at("allow[privileged] old driver, until 2025-12-31"), &[("expired-suppression", 10), ("privileged", 11)]);
    reports(&at("allow[privileged] old driver, until 2026-01-01"), &[]);
}

#[test]
fn an_annotation_lets_pass_on_its_object_or_pod_template() {
    let annotated = |reason: &str| {
        let annotation = format!("  name: app\n  annotations: {{tightship/allow.privileged: {reason}}}");
        pod("", "", "").replace("  name: app\nspec", &format!("{annotation}\nspec"))
    };
    reports(&annotated("'the driver (SHOP-1, until 2027-01-01)'"), &[]);
    reports(&annotated("\"\""), &[("invalid-suppression", 5), ("privileged", 11)]);
    reports(&annotated("'old (SHOP-1, until 2025-01-01)'"), &[("expired-suppression", 5), ("privileged", 11)]);
    let deployment = |reason: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app}}\nspec:\n  template:\n    metadata:\n      \
             annotations:\n        tightship/allow.privileged: {reason}\n    spec:\n      containers:\n        - {{name: \
             a, image: a, securityContext: {{privileged: true}}}}\n"
        )
    };
    reports(&deployment("the driver"), &[]);
    reports(&deployment("the driver").replace("true", "false"), &[("unused-suppression", 8)]);
}

#[test]
fn no_suppress_has_the_last_word() {
    let text = pod("    # tightship: allow[privileged] loads the driver\n", "", "");
    assert_eq!(one(&text, &["--no-suppress", "privileged"]).0, [("privileged".to_owned(), 11)]);
    assert_eq!(one(&text, &["--no-suppress", "host-aliases"]).0, []);
}

#[test]
fn a_suppression_of_a_rule_that_did_not_run_is_not_unused() {
    let folder = Folder::new();
    folder.write("pod.yaml", pod("    # tightship: allow[image-digest] built here\n", "", ""));
    let ran = check(&folder, &["--select=privileged,unused-suppression", "pod.yaml"]).exits(1);
    assert_eq!(found(&ran).len(), 1, "{}", ran.stdout);
}

const CONFIG: &str = "\
apiVersion: tightship/v1
kind: Check
select: [privileged, unused-suppression, expired-suppression]
suppressions:
  - rule: privileged
    kind: Pod
    namespace: default
    name: ap*
    container: app
    reason: loads the driver
";

#[test]
fn the_configuration_lets_pass_by_kind_namespace_name_and_container() {
    let folder = Folder::new();
    folder.write(".tightship.yaml", CONFIG);
    folder.write("deep/pod.yaml", pod("", "", ""));
    check(&folder, &[]).exits(0);
    for (from, to) in [
        ("kind: Pod", "kind: Deployment"),
        ("namespace: default", "namespace: shop"),
        ("name: ap*", "name: web*"),
        ("container: app", "container: other"),
    ] {
        folder.write(".tightship.yaml", CONFIG.replace(&format!("    {from}\n"), &format!("    {to}\n")));
        let ran = check(&folder, &[]).exits(1);
        let expected = [("unused-suppression".to_owned(), 5), ("privileged".to_owned(), 10)];
        let mut found = found(&ran);
        found.sort_by_key(|(_, line)| *line);
        assert_eq!(found, expected, "{to}");
        assert!(ran.stdout.contains(".tightship.yaml:5:5: "), "{}", ran.stdout);
    }
    folder.write(".tightship.yaml", CONFIG.to_owned() + "    expires: 2025-12-31\n");
    let ran = check(&folder, &[]).exits(1);
    assert!(found(&ran).iter().any(|(rule, _)| rule == "expired-suppression"), "{}", ran.stdout);
    check(&folder, &["--no-config", "--select", "privileged"]).exits(1);
}

#[test]
fn the_configuration_sets_what_flags_do_and_flags_win() {
    let folder = Folder::new();
    folder.write("pod.yaml", pod("", "", ""));
    folder.write("skip/pod.yaml", pod("", "", ""));
    let config = "apiVersion: tightship/v1\nkind: Check\nselect: [privileged]\nexclude: [skip/**]\nlevel: baseline\n";
    folder.write(".tightship.yaml", config);
    assert_eq!(found(&check(&folder, &[]).exits(1)).len(), 1);
    folder.write(".tightship.yaml", format!("{config}severity: {{privileged: low}}\nfailOn: high\n"));
    let ran = check(&folder, &[]).exits(0).says(&["low[privileged]"]);
    assert_eq!(found(&ran).len(), 1);
    check(&folder, &["--fail-on", "low"]).exits(1);
    check(&folder, &["--level", "privileged"]).exits(0);
    check(&folder, &["--ignore", "privileged"]).exits(3).says(&["nothing to check"]);
    folder.write("sub/.tightship.yaml", "apiVersion: tightship/v1\nkind: Check\nselect: [host-aliases]\n");
    check(&folder, &["--config", "sub/.tightship.yaml"]).exits(0);
}

#[test]
fn a_broken_configuration_is_located() {
    let folder = Folder::new();
    folder.write("pod.yaml", pod("", "", ""));
    let text = "apiVersion: tightship/v1\nkind: Check\nselct: [privileged]\nnoSuppress: [priviledged]\nsuppressions:\n  - \
                {rule: privileged, name: 'a[', reason: x}\n  - {rule: privileged}\n";
    folder.write(".tightship.yaml", text);
    check(&folder, &[]).exits(2).says(&[
        ".tightship.yaml:3:1",
        "did you mean `select`?",
        ".tightship.yaml:4:14",
        "did you mean `privileged`?",
        ".tightship.yaml:6:30",
        "glob `a[`",
        ".tightship.yaml:7:6",
        "`reason` is missing",
    ]);
    folder.write(".tightship.yaml", "");
    check(&folder, &[]).exits(2).says(&["this is not a configuration"]);
}

#[test]
fn a_baseline_knows_findings_by_object_and_field() {
    let folder = Folder::new();
    folder.write("pod.yaml", pod("", "", ""));
    let args = ["--select", "privileged", "--baseline", "known.json", "pod.yaml"];
    check(&folder, &args).exits(2).says(&["known.json", "--update-baseline"]);
    check(&folder, &[&args[..], &["--update-baseline"]].concat()).exits(0).says(&["1 finding recorded"]);
    let known = folder.read("known.json");
    assert!(known.contains("spec.containers[app].securityContext.privileged") && known.contains("\"version\": 1"));
    check(&folder, &args).exits(0);
    // lines move, and another container comes first
    let moved = pod("", "", "").replace("  containers:\n", "  # moved\n\n  containers:\n    - {name: z, image: z}\n");
    folder.write("pod.yaml", &moved);
    check(&folder, &args).exits(0);
    let another = moved.replace("image: z", "image: z, securityContext: {privileged: true}");
    folder.write("pod.yaml", &another);
    let ran = check(&folder, &args).exits(1);
    assert_eq!(found(&ran), [("privileged".to_owned(), 9)]);
    // the same field of another object of that name is another finding
    folder.write("pod.yaml", format!("{}---\n{}", pod("", "", ""), pod("", "", "")));
    assert_eq!(found(&check(&folder, &args).exits(1)).len(), 1);
    folder.write("pod.yaml", pod("", "", "").replace("true", "false"));
    check(&folder, &args).exits(0).says(&["1 finding of the baseline gone"]);
    folder.write("known.json", "{\"version\": 1, \"findings\": [{\"rule\": 1}]}");
    check(&folder, &args).exits(2).says(&["known.json: it is not a baseline"]);
    folder.write("known.json", "{\"version\": 9, \"findings\": []}");
    check(&folder, &args).exits(2).says(&["version 9"]);
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let folder = Folder::new();
    check(&folder, &[]).exits(3).says(&["nothing to check: no YAML or JSON file\n"]);
    folder.write("values.yaml", "replicas: 3\n");
    check(&folder, &[]).exits(3).says(&["nothing to check: no Kubernetes object in 1 file\n"]);
    folder.write("good.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n");
    check(&folder, &[]).exits(0);
    folder.write("pod.yaml", pod("", "", ""));
    check(&folder, &["--select", "privileged"]).exits(1);
    check(&folder, &["--select", "privileged", "--exit-zero"]).exits(0);
    folder.write("broken.yaml", format!("a: [1, 2\nb: c\n---\n{}", pod("", "", "")));
    let ran = check(&folder, &["--select", "privileged", "broken.yaml"]).exits(2);
    assert_eq!(found(&ran).iter().filter(|(rule, _)| rule == "privileged").count(), 1, "the next document is read");
    check(&folder, &["missing.yaml"]).exits(2).says(&["missing.yaml"]);
    check(&folder, &["--select", "priviledged"]).exits(2).says(&["did you mean `privileged`?"]);
    folder.write("latin.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: caf\xe9}\n");
    let ran = check(&folder, &["latin.yaml"]).exits(2).says(&["latin.yaml", "line 3 is not UTF-8"]);
    assert_eq!(ran.stderr, "0 objects in 1 file: 1 error\n");
}

#[test]
fn standard_input_has_a_name() {
    let folder = Folder::new();
    let run = |args: &[&str]| {
        let mut command = program();
        command
            .current_dir(folder.path(""))
            .args(["check", "--format", "concise", "--select", "privileged"])
            .args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(pod("", "", "").as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    };
    run(&["-"]).exits(1).says(&["<stdin>:10:9: "]);
    run(&["-", "--stdin-filename", "shop/pod.yaml"]).exits(1).says(&["shop/pod.yaml:10:9: "]);
}

#[test]
fn folders_are_searched_without_what_git_ignores() {
    let folder = Folder::new();
    for name in ["a.yaml", "b/c.yml", "b/d.json", "ignored/e.yaml", "readme.md", ".hidden/f.yaml"] {
        folder.write(name, pod("", "", ""));
    }
    folder.write("b/d.json", r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"j"},"spec":{"containers":[{"name":"a","securityContext":{"privileged":true}}]}}"#);
    folder.write(".gitignore", "ignored/\n");
    folder.repository();
    let ran = check(&folder, &["--select", "privileged"]).exits(1).says(&["left out: 1 ignored by git"]);
    let files: Vec<&str> =
        ran.stdout.lines().map(|line| line.split(':').next().unwrap().trim_start_matches("./")).collect();
    assert_eq!(files, [".hidden/f.yaml", "a.yaml", "b/c.yml", "b/d.json"]);
    // a file that is named is read whatever it is called
    check(&folder, &["--select", "privileged", "ignored/e.yaml", "readme.md"]).exits(1);
}

#[test]
fn the_namespace_of_the_input_decides_the_level() {
    let folder = Folder::new();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: shop}\nspec: {containers: [{name: a, image: \
               a, securityContext: {privileged: true}}]}\n";
    folder.write("a-pod.yaml", pod);
    let namespace = |level: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: \
             {{pod-security.kubernetes.io/enforce: {level}}}}}\n"
        )
    };
    folder.write("b-namespace.yaml", namespace("privileged"));
    check(&folder, &["--select", "privileged"]).exits(0);
    folder.write("b-namespace.yaml", namespace("baseline"));
    check(&folder, &["--select", "privileged"]).exits(1);
    folder.write("b-namespace.yaml", namespace("privileged").replace("name: shop,", "name: other,"));
    check(&folder, &["--select", "privileged"]).exits(1);
}
