//! `tightship policy`: rules as policies of the API server. `tests/live/policies.rs` holds each against its rule there.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Folder, Ran};
use tightship::internals::k8s::Version;
use tightship::internals::policy::Subject;
use tightship::internals::rules::{self, RuleKind};

fn export(args: &[&str]) -> Ran {
    Folder::new().run(&[&["policy", "export"], args].concat())
}

/// Every subject that a release has.
fn all(kubernetes: &str) -> Vec<&'static str> {
    let kubernetes = Version::parse(kubernetes).unwrap();
    let is_known = |subject: &Subject| subject.control().is_none_or(|control| control.since <= kubernetes.minor());
    Subject::all().filter(is_known).map(Subject::id).collect()
}

fn documents(text: &str) -> Vec<serde_json::Value> {
    let stream = tightship::internals::yaml::parse(text);
    assert!(stream.errors.is_empty(), "{:?}", stream.errors);
    stream.documents.iter().map(|document| document.root().unwrap().to_json().unwrap()).collect()
}

#[test]
fn a_policy_and_its_binding() {
    let one = export(&["privileged", "--kubernetes", "1.36"]).exits(0).stdout;
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("privileged", one) });
    let chosen = export(&[
        "pods-exec",
        "--action",
        "warn",
        "--action",
        "audit",
        "--action",
        "warn",
        "--name-prefix",
        "acme",
        "--namespace-selector",
        "team=shop",
        "--namespace-selector",
        "example.com/guarded",
        "--exclude-namespace",
        "dev",
    ]);
    insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!("pods_exec", chosen.exits(0).stdout) });
}

#[test]
fn the_check_finds_no_fault_with_any() {
    for kubernetes in ["1.33", "1.34", "1.37"] {
        let mut args = all(kubernetes);
        args.extend(["--kubernetes", kubernetes, "--registry", "ghcr.io/acme,docker.io/library/"]);
        let text = export(&args).exits(0).stdout;
        assert_eq!(documents(&text).len(), all(kubernetes).len() * 2);
        let folder = Folder::new();
        let mut check = folder.command(&["check", "--no-config", "--select", "all", "--kubernetes", kubernetes, "-"]);
        let mut check = check.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        check.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        Ran::of(check.wait_with_output().unwrap()).exits(0);
    }
}

#[test]
fn a_level_is_all_of_its_controls() {
    let names = |args: &[&str]| -> Vec<String> {
        let policies = documents(&export(args).exits(0).stdout);
        let policies = policies.iter().filter(|it| it["kind"] == "ValidatingAdmissionPolicy");
        policies.map(|it| it["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let restricted = names(&["--level", "restricted", "--kubernetes", "1.37"]);
    assert_eq!(restricted.len(), 15);
    assert!(restricted.contains(&"tightship-capabilities-restricted".to_owned()));
    // the stricter control says what the other one says
    assert!(!restricted.contains(&"tightship-capabilities-baseline".to_owned()));
    assert_eq!(names(&["--level", "baseline", "--kubernetes", "1.33"]).len(), 11);
    let more = names(&["--level", "baseline", "privileged", "image-digest", "image-digest"]);
    assert_eq!(more.len(), 13);
    assert_eq!(more[12], "tightship-image-digest");
    export(&["--level", "privileged"]).exits(2).says(&["expected baseline or restricted"]);
    export(&[]).exits(2).says(&["<RULE>"]);
}

#[test]
fn what_it_allows_depends_on_the_release() {
    let text = |rule: &str, kubernetes: &str| export(&[rule, "--kubernetes", kubernetes]).exits(0).stdout;
    assert!(!text("sysctls", "1.36").contains("net.ipv4.tcp_notsent_lowat"));
    assert!(text("sysctls", "1.37").contains("net.ipv4.tcp_notsent_lowat"));
    assert!(!text("run-as-user", "1.34").contains("hostUsers"));
    assert!(text("run-as-user", "1.35").contains("hostUsers"));
    export(&["proc-mount-restricted", "--kubernetes", "1.34"])
        .exits(2)
        .says(&["`proc-mount-restricted` is part of the Pod Security Standards from v1.35 on, and this is for 1.34"]);
}

#[test]
fn namespaces_of_the_cluster_are_left_out_unless_asked_for() {
    let selector = |args: &[&str]| documents(&export(&[&["privileged"], args].concat()).exits(0).stdout).remove(1);
    let values = |args: &[&str]| {
        let selector = selector(args);
        selector["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"][0]["values"].clone()
    };
    assert_eq!(values(&[]), serde_json::json!(["kube-node-lease", "kube-public", "kube-system"]));
    assert_eq!(values(&["--system-namespaces", "--exclude-namespace", "dev"]), serde_json::json!(["dev"]));
    let everywhere = selector(&["--system-namespaces"]);
    assert_eq!(
        everywhere["spec"],
        serde_json::json!({"policyName": "tightship-privileged", "validationActions": ["Deny"]})
    );
}

#[test]
fn no_registry_ends_the_text_that_it_stands_in() {
    let odd = "it's\\' + \"x\"\n/";
    let text = export(&["image-registry", "--registry", odd]).exits(0).stdout;
    let policy = documents(&text).remove(0);
    let variables = policy["spec"]["variables"].as_array().unwrap();
    let broken = variables.last().unwrap()["expression"].as_str().unwrap();
    assert!(broken.contains(r#"!['it\'s\\\' + "x"\U0000000a']"#), "{broken}");
    export(&["image-registry"]).exits(2).says(&["--registry ghcr.io/acme"]);
}

#[test]
fn what_has_no_policy() {
    for (args, said) in [
        (&["privilegd"][..], "there is no rule `privilegd`; did you mean `privileged`?"),
        (&["pod-exec"], "did you mean `pods-exec`?"),
        (&["zzzz"], "`tightship policy list` lists them"),
        (&["service-selects-nothing"], "CEL cannot express `service-selects-nothing`: it needs several objects"),
        (&["duplicate-key"], "it is about the text of the manifest"),
        (&["anonymous-auth"], "it is about the files of control planes"),
        (&["single-replica"], "`single-replica` has no policy; `tightship policy list` shows the rules that have one"),
        (&["privileged", "--action", "deny", "--action", "warn"], "exclude each other"),
        (&["privileged", "--name-prefix", "Acme"], "a policy cannot be named `Acme-privileged`: the name has 'A'"),
        (&["privileged", "--namespace-selector", "a b=c"], "the label `a b` has ' '"),
        (&["privileged", "--namespace-selector", "a=-"], "the value `-` starts with '-'"),
        (&["privileged", "--exclude-namespace", "A"], "the name has 'A'"),
        (&["privileged", "--kubernetes", "1.20"], "expected 1.33 to 1.37"),
    ] {
        let ran = export(args).exits(2).says(&[said]);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
}

#[test]
fn the_page_lists_what_there_is() {
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policy.md");
    let page = std::fs::read_to_string(PAGE).unwrap();
    let list = Folder::new().run(&["policy", "list"]).exits(0).stdout;
    let (before, rest) = page.split_once("```console\n$ tightship policy list\n").unwrap();
    let (_, after) = rest.split_once("```\n").unwrap();
    let renewed = format!("{before}```console\n$ tightship policy list\n{list}```\n{after}");
    if std::env::var("README_UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(PAGE, renewed).unwrap();
    } else {
        assert!(
            page == renewed,
            "docs/policy.md is out of date: README_UPDATE=1 cargo test --test integration policy:: writes it"
        );
    }
    for rule in rules::all().filter(|rule| matches!(rule.check, RuleKind::PodSecurity(_))) {
        assert!(list.contains(&format!("\n{} ", rule.id)), "{}", rule.id);
    }
}

#[test]
fn policies_for_a_folder_are_what_the_server_takes() {
    let text = export(&["--level", "restricted", "--static", "--may-change", "admin", "--may-change", "group:release"]);
    let text = text.exits(0).stdout;
    for document in documents(&text) {
        assert!(document["metadata"]["name"].as_str().unwrap().ends_with(".static.k8s.io"), "{document}");
        assert!(document["spec"].get("paramRef").is_none() && document["spec"].get("paramKind").is_none());
    }
    assert!(
        text.contains(
            "request.userInfo.username in ['admin'] || request.userInfo.groups.exists(group, group in ['release'])"
        ),
        "{text}"
    );
    let folder = Folder::new();
    folder.write("set/policies.yaml", &text);
    folder.write("set/below/broken.yaml", "not: read");
    folder.run(&["policy", "verify-static", "set"]).exits(0).says(&["1 file that the API server takes"]);
    folder.write("set/more.yml", text.replace("tightship-privileged.static.k8s.io", "privileged"));
    let said = folder.run(&["policy", "verify-static", "set"]).exits(1);
    said.says(&["set/more.yml:", "`privileged` has to end with `.static.k8s.io`", "is in set/more.yml"]);
    export(&["privileged", "--static", "--kubernetes", "1.36"]).exits(2).says(&["from 1.37 on, and this is for 1.36"]);
    export(&["privileged", "--may-change", "admin"]).exits(2).says(&["needs `--static`"]);
    Folder::new().run(&["policy", "verify-static", "gone"]).exits(2);
}
