//! Rules over several objects, with the objects in files of their own.

use crate::support::{Folder, Ran};

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [patch]
";

fn binding(kind: &str, role: &str, subject: &str) -> String {
    let namespace = if kind == "RoleBinding" { "\n  namespace: shop" } else { "" };
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: ci{namespace}\nroleRef:\n  \
         apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: {role}\nsubjects:\n  - {subject}\n"
    )
}

const ACCOUNT: &str = "{kind: ServiceAccount, name: ci, namespace: tools}";
const PEOPLE: &str = "{kind: Group, name: dev, apiGroup: rbac.authorization.k8s.io}";

fn pod(name: &str, labels: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\n  labels: {labels}\nspec:\n  containers:\n    \
         - {{name: app, image: ghcr.io/acme/app:1.2.3}}\n"
    )
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: shop}}\nspec: {spec}\n"
    )
}

fn check(files: &[(&str, &str)], args: &[&str]) -> Ran {
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    folder.run(&[&["check", "--no-config"], args].concat())
}

/// The one line of a run with one finding.
#[track_caller]
fn line(ran: Ran) -> String {
    let ran = ran.exits(1);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    ran.stdout.trim_end().trim_start_matches("./").to_owned()
}

const ESCALATION: &[&str] = &["--select", "api-escalation", "--format", "concise"];

#[test]
fn a_role_and_its_binding_are_shown_together_whatever_file_comes_first() {
    for (role, bound) in [("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")] {
        let files = [(role, ROLE), (bound, &binding("RoleBinding", "ci", ACCOUNT))];
        let ran = check(&files, &["--select", "api-escalation", "--format", "text"]).exits(1);
        ran.says(&[
            "ServiceAccount `tools/ci` can run any image as any ServiceAccount, in namespace `shop`",
            &format!("{role}:7:17"),
            "^^^^^^^^^^^ with `patch`",
            &format!("{bound}:11:34"),
            "gets the role in this namespace",
        ]);
    }
}

#[test]
fn it_is_worse_in_every_namespace() {
    let one = binding("RoleBinding", "ci", ACCOUNT);
    let all = binding("ClusterRoleBinding", "ci", ACCOUNT);
    let run = |binding: &str| line(check(&[("role.yaml", ROLE), ("binding.yaml", binding)], ESCALATION));
    let said = "[api-escalation] ServiceAccount `tools/ci` can run any image as any ServiceAccount, in";
    assert_eq!(run(&one), format!("role.yaml:7:17: medium{said} namespace `shop`"));
    assert_eq!(run(&all), format!("role.yaml:7:17: high{said} every namespace"));
    assert_eq!(run(&format!("{one}---\n{all}")), format!("role.yaml:7:17: high{said} every namespace"));
}

#[test]
fn people_may_deploy_in_their_namespace_and_nobody_else() {
    let people = binding("RoleBinding", "ci", PEOPLE);
    check(&[("role.yaml", ROLE), ("binding.yaml", &people)], ESCALATION).exits(0);
    let both = format!("{people}  - {ACCOUNT}\n");
    let said = line(check(&[("role.yaml", ROLE), ("binding.yaml", &both)], ESCALATION));
    assert!(said.contains("group `dev` and another can run any image"), "{said}");
    let everywhere = binding("ClusterRoleBinding", "ci", PEOPLE);
    let said = line(check(&[("role.yaml", ROLE), ("binding.yaml", &everywhere)], ESCALATION));
    assert!(said.contains("group `dev` can run any image as any ServiceAccount, in every namespace"), "{said}");
}

#[test]
fn rights_that_another_role_takes_over_are_traced_to_who_gets_them() {
    let part = ROLE.replace("name: ci\n", "name: part\n  labels: {example.com/ci: \"true\"}\n");
    let whole = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ci}\naggregationRule:\n  \
                 clusterRoleSelectors: [{matchLabels: {example.com/ci: \"true\"}}]\n";
    let bound = binding("ClusterRoleBinding", "ci", ACCOUNT);
    let said = line(check(&[("a.yaml", &part), ("b.yaml", whole), ("c.yaml", &bound)], ESCALATION));
    assert!(said.starts_with("a.yaml:8:17: high[api-escalation] ServiceAccount `tools/ci` can"), "{said}");
}

#[test]
fn a_suppression_on_the_role_counts_whoever_gets_it() {
    let role = ROLE.replace("name: ci\n", "name: ci\n  annotations: {tightship/allow.api-escalation: deploys}\n");
    check(&[("role.yaml", &role), ("binding.yaml", &binding("ClusterRoleBinding", "ci", ACCOUNT))], ESCALATION)
        .exits(0);
}

#[test]
fn a_binding_finds_the_role_of_its_name_in_another_file() {
    let args = &["--select", "binding-without-effect", "--format", "concise"];
    let role = ROLE.replace("kind: ClusterRole", "kind: Role").replace("name: ci", "name: ci\n  namespace: shop");
    let bound = binding("RoleBinding", "ci", ACCOUNT);
    let said = line(check(&[("role.yaml", &role), ("binding.yaml", &bound)], args));
    assert_eq!(
        said,
        "binding.yaml:8:9: medium[binding-without-effect] RoleBinding `shop/ci` grants nothing: there is no ClusterRole `ci` \
         for it"
    );
    // a role that is nowhere may be in the cluster
    check(&[("binding.yaml", &bound)], args).exits(0);
    check(&[("role.yaml", ROLE), ("binding.yaml", &bound)], args).exits(0);
}

#[test]
fn pods_are_held_against_the_policies_of_other_files() {
    let args = &["--select", "pod-without-network-policy", "--format", "concise"];
    let (web, batch) = (pod("web", "{app: web, tier: front}"), pod("batch", "{app: batch}"));
    let closed = policy("web", "{podSelector: {matchLabels: {app: web}}}");
    let said = line(check(&[("a/web.yaml", &web), ("b/batch.yaml", &batch), ("c/policy.yaml", &closed)], args));
    assert!(said.starts_with("b/batch.yaml:4:9: medium[pod-without-network-policy]"), "{said}");
    check(&[("web.yaml", &web), ("batch.yaml", &batch)], args).exits(0);
    let all = policy("all", "{podSelector: {}, policyTypes: [Egress]}");
    check(&[("web.yaml", &web), ("batch.yaml", &batch), ("p.yaml", &closed), ("q.yaml", &all)], args).exits(0);
}

#[test]
fn a_namespace_is_closed_by_policies_of_other_files() {
    let args = &["--select", "no-default-deny,no-resource-quota", "--format", "concise"];
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";
    let quota =
        "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota, namespace: shop}\nspec: {hard: {pods: 9}}\n";
    let (ingress, egress) =
        (policy("in", "{podSelector: {}}"), policy("out", "{podSelector: {}, policyTypes: [Egress]}"));
    let ran = check(&[("namespace.yaml", namespace)], args).exits(1);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    let said = line(check(&[("n.yaml", namespace), ("in.yaml", &ingress), ("quota.yaml", quota)], args));
    assert!(said.contains("low[no-default-deny] no NetworkPolicy closes egress of the namespace `shop`"), "{said}");
    let files = [("n.yaml", namespace), ("in.yaml", &*ingress), ("out.yaml", &egress), ("quota.yaml", quota)];
    check(&files, args).exits(0);
}

#[test]
fn a_route_is_held_against_the_listener_of_its_gateway() {
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: public, namespace: infra}\nspec:\n  \
                   listeners:\n    - {name: http, port: 80, protocol: HTTP}\n    - {name: https, port: 443, protocol: HTTPS}\n";
    let route = |listener: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: shop, namespace: shop}}\nspec:\n  \
             parentRefs: [{{name: public, namespace: infra{listener}}}]\n  rules: [{{backendRefs: [{{name: shop}}]}}]\n"
        )
    };
    let args = &["--select", "route-without-tls", "--format", "text"];
    let run = |listener: &str| check(&[("gateway.yaml", gateway), ("route.yaml", &route(listener))], args);
    run(", sectionName: https").exits(0);
    run("").exits(1).says(&[
        "HTTPRoute `shop/shop` answers without encryption, on the listener `http` of Gateway `infra/public`",
        "route.yaml:5:23",
        "gateway.yaml:6:40",
    ]);
    run(", sectionName: http").exits(1).says(&["route.yaml:5:62"]);
    check(&[("route.yaml", &route(""))], args).exits(0);
}

#[test]
fn roles_of_people_who_deploy_to_a_space_are_clean() {
    let folder = Folder::new();
    let args = ["new", "shop", "--image", "ghcr.io/acme/shop:1.2.3", "--port", "8080", "--team", "dev", "--yes"];
    folder.run(&args).exits(0);
    folder.run(&["check", "--no-config", "--format", "concise", "shop"]).exits(0);
}
