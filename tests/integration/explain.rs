//! `tightship rules` and `tightship explain`, and the page made from them.

use crate::support::{Folder, MINIMAL, Ran};
use serde_json::Value;
use tightship::internals::rules;

fn run(args: &[&str]) -> Ran {
    Folder::new().run(args)
}

#[test]
fn the_page_has_a_section_and_a_link_for_each_rule() {
    let page = run(&["rules", "--format", "markdown"]).exits(0).stdout;
    for rule in rules::all() {
        assert_eq!(page.matches(&format!("\n### {}\n", rule.id)).count(), 1, "{}", rule.id);
        assert!(page.contains(&format!("[{0}](#{0})", rule.id)), "{}", rule.id);
    }
    // a fence too few would swallow what follows
    assert_eq!(page.lines().filter(|line| line.starts_with("```")).count() % 2, 0);
}

#[test]
fn rules_are_listed_and_filtered() {
    let ids = |args: &[&str]| -> Vec<String> {
        let ran = run(&[&["rules", "--format", "json"], args].concat()).exits(0);
        let list: Value = serde_json::from_str(&ran.stdout).unwrap();
        list["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&[]).len(), rules::all().count());
    let filtered = ids(&["--category", "security", "--severity", "critical", "--standard", "cis"]);
    assert!(filtered.contains(&"privileged".to_owned()) && filtered.len() < rules::all().count(), "{filtered:?}");
    let table = run(&["rules"]).exits(0).stdout;
    for rule in rules::all() {
        assert!(table.lines().any(|line| line.starts_with(rule.id) && line.contains(rule.summary)), "{}", rule.id);
    }
    run(&["rules", "--severity", "grave"]).exits(2).says(&["expected critical, high, medium or low"]);
}

#[test]
fn every_rule_is_explained() {
    for rule in rules::all() {
        let suppression = format!("# tightship: allow[{}] REASON", rule.id);
        let first_line = rule.bad.lines().next().unwrap();
        run(&["explain", rule.id]).exits(0).says(&[rule.summary, rule.severity.as_str(), &suppression, first_line]);
    }
}

#[test]
fn fields_are_explained_by_path_or_name() {
    let says = |what: &str, parts: &[&str]| drop(run(&["explain", what]).exits(0).says(parts));
    says(
        "Deployment.spec.template.spec.containers[0].securityContext",
        &["core.v1.SecurityContext", "readOnlyRootFilesystem    true or false"],
    );
    says(
        "spec.template.spec.containers.securityContext",
        &["Deployment.spec.template.spec.containers[].securityContext"],
    );
    says(
        "spec.containers[web].imagePullPolicy",
        &["Pod.spec", "one of", "Always, IfNotPresent, Never", "image-pull-policy"],
    );
    says("Pod.metadata.labels.app", &["a map of text"]);
    says(
        "readOnlyRootFilesystem",
        &["Pod.spec.containers[].securityContext.readOnlyRootFilesystem", "writable-root-filesystem"],
    );
    says("networkpolicy", &["networking.k8s.io/v1", "namespaced", "networking.v1.NetworkPolicySpec"]);
}

#[test]
fn keys_of_our_own_files_are_explained() {
    let says = |what: &str, parts: &[&str]| drop(run(&["explain", what]).exits(0).says(parts));
    says("app", &["App: tightship.yaml", "exceptions", "What is weaker than it should be", "Required."]);
    says("App.replicas", &["App.replicas: tightship.yaml", "default", "  2\n", "a whole number from 0 to 1000", "max"]);
    says("App.network.from[0]", &["exactly one of  app, namespace, cidr", "The port called, by name or number."]);
    says("app.environments.prod.storage.data.size", &["The size of the volume here.", "required"]);
    says("ApiServer.audit.maxAge", &["a whole number from 1 to 3650", "default  30"]);
    says("check.failOn", &["Check.failOn: .tightship.yaml", "critical, high, medium, low", "default  low"]);
    says("Space.quota", &["s, m, l; or a mapping", "loadBalancers"]);
    for (what, hint) in [
        ("app.replica", "`App.replica`: App has no `replica`; did you mean `App.replicas`?"),
        ("App.maxAge", "App has no `maxAge`"),
        ("Space.loadBalancers", "did you mean `Space.quota.loadBalancers`?"),
        ("App.replicas.min.more", "App.replicas.min has no `more`"),
    ] {
        run(&["explain", what]).exits(2).says(&[hint]);
    }
}

/// The page of a key, and the example on it.
fn example_of(key: &str) -> String {
    let page = run(&["explain", &format!("App.{key}")]).exits(0).stdout;
    let (_, example) = page.split_once("Example\n").unwrap_or_else(|| panic!("no example of {key}:\n{page}"));
    example.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_key_of_an_app_has_an_example_that_renders() {
    let schema: serde_json::Value = serde_json::from_str(&run(&["schema"]).exits(0).stdout).unwrap();
    let keys = schema["$defs"]["App"]["properties"].as_object().unwrap().keys();
    for key in keys.filter(|key| !["apiVersion", "kind"].contains(&key.as_str())) {
        let example = example_of(key);
        assert!(example.contains(&format!("{key}:")), "{key}:\n{example}");
        // what the example says itself stands for the line of the minimal app
        let own: Vec<&str> = example.lines().filter_map(|line| line.split(':').next()).collect();
        let rest = MINIMAL.lines().filter(|line| !own.contains(&line.split(':').next().unwrap()));
        let spec = rest.chain(example.lines()).collect::<Vec<_>>().join("\n") + "\n";
        let ran = Folder::with(&spec).render(&["--stdout"]);
        assert_eq!(ran.code, 0, "{spec}\n{}", ran.stderr);
    }
}

#[test]
fn names_of_kubernetes_that_are_no_keys_lead_to_one() {
    for (name, says) in [
        ("affinity", "`topology` spreads"),
        ("hostAliases", "/etc/hosts"),
        ("dnsConfig", "DNS"),
        ("hpa", "replicas: {min: 2, max: 10, cpu: 70}"),
        ("serviceMonitor", "metrics: {port: http, by: serviceMonitor}"),
        ("fieldRef", "env: {POD_NAME: {pod: name}}"),
        ("configMapRef", "envFrom: [{configMap: NAME}]"),
        ("resourceFieldRef", "limits.memory"),
    ] {
        run(&["explain", &format!("App.{name}")]).exits(0).says(&[says]);
    }
}

#[cfg(feature = "cluster")]
#[test]
fn keys_of_labs_are_explained() {
    let ran = run(&["explain", "Lab.tasks.checks"]).exits(0);
    let ran = ran.says(&["lab.yaml", "exactly one of  any, all, none, resource,", "Its name. Required."]);
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 96 || line.contains("exactly one of")),
        "{}",
        ran.stdout
    );
    run(&["explain", "lab.keep.connect.to"])
        .exits(0)
        .says(&["service, workload, ip, host", "The alias of the namespace"]);
    run(&["explain", "lab.checks"]).exits(2).says(&["Lab has no `checks`; did you mean `Lab.tasks.checks`?"]);
}

#[test]
fn flags_and_plugins_of_the_control_plane_are_explained() {
    let same = |what: &str, more: &[&str]| {
        let short = run(&[&["explain", what], more].concat()).exits(0).stdout;
        assert_eq!(short, run(&[&["apiserver", "explain", what], more].concat()).exits(0).stdout, "{what}");
        short
    };
    assert!(same("--anonymous-auth", &[]).starts_with("--anonymous-auth (kube-apiserver flag)"));
    assert!(same("--audit-log-path", &[]).contains("CIS 1.12"));
    assert!(same("--anonymous-auth=false", &["--kubernetes", "1.34"]).contains("--anonymous-auth"));
    assert!(same("NodeRestriction", &[]).contains("admission plugin"));
    run(&["explain", "--anonymus-auth"]).exits(2).says(&["did you mean `anonymous-auth`?"]);
    run(&["explain", "--help"]).exits(0).says(&["Usage: tightship explain"]);
}

#[test]
fn what_is_unknown_gets_the_nearest() {
    for (what, hint) in [
        ("priviledged", "did you mean `privileged`?"),
        ("readOnlyRootFileSystem", "did you mean `readOnlyRootFilesystem`?"),
        ("Deploymnt.spec.replicas", "did you mean the kind `Deployment`?"),
        ("Deployment.spec.replcias", "Deployment.spec has no `replcias`; did you mean `replicas`?"),
        ("Pod.spec.securityContext.readOnlyRootFilesystem", "it belongs to `spec.containers[].securityContext`"),
        ("Deployment.spec.replicas.more", "Deployment.spec.replicas has no `more`"),
        ("zzzz", "`tightship rules` lists the rules"),
        ("", "there is no rule, kind, field or key ``"),
        ("...", "there is no rule, kind, field or key"),
        ("Pod.", "Pod"),
    ] {
        let ran = run(&["explain", what]);
        assert!(ran.stderr.contains(hint) || (what == "Pod." && ran.code == 0), "{what}: {}{}", ran.stdout, ran.stderr);
    }
}
