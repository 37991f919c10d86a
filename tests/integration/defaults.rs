//! `kind: Defaults`: what the apps and spaces of a file share.

use crate::support::Folder;

const DEFAULTS: &str = r#"apiVersion: tightship/v1
kind: Defaults
level: restricted
target: {kubernetes: "1.36", platform: kind}
owner: shop
labels: {cost-center: "17"}
pullSecrets: [registry]
"#;

/// An app, with keys of its own.
fn app(name: &str, more: &str) -> String {
    let ports = "ports: [{name: http, port: 8080}]\n";
    format!(
        "---\napiVersion: tightship/v1\nkind: App\nname: {name}\nimage: ghcr.io/acme/{name}:1.2.3\nspace: shop\n{ports}{more}"
    )
}

fn space(more: &str) -> String {
    format!("---\napiVersion: tightship/v1\nkind: Space\nname: shop\n{more}")
}

fn rendered(spec: &str) -> String {
    let ran = Folder::with(spec).render(&["--stdout"]).exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

#[test]
fn what_is_said_once_holds_for_all() {
    let shared = "level: restricted\ntarget: {kubernetes: \"1.36\", platform: kind}\nowner: shop\n";
    let of_apps = format!("{shared}labels: {{cost-center: \"17\"}}\npullSecrets: [registry]\n");
    let each = [app("web", &of_apps), app("api", &of_apps), space(shared)].concat();
    let once = [app("web", ""), app("api", ""), space("")].concat();
    let said = rendered(&each);
    assert!(said.contains("cost-center: \"17\"") && said.contains("registry"), "{said}");
    assert_eq!(rendered(&format!("{DEFAULTS}{once}")), said);
    // wherever it stands
    assert_eq!(rendered(&format!("{once}---\n{DEFAULTS}")), said);
}

#[test]
fn a_key_of_a_document_stands_for_the_whole() {
    let apps = [app("web", "labels: {tier: front}\n"), app("api", "target: {kubernetes: \"1.36\"}\n")];
    let said = rendered(&format!("{DEFAULTS}{}", apps.concat()));
    let (web, api) = said.split_at(said.find("name: api").unwrap());
    assert!(api.contains("cost-center: \"17\"") && !api.contains("tier: front"), "{api}");
    assert!(web.contains("tier: front") && !web.contains("cost-center"), "{web}");
    // `platform: kind` went with the target: there images are loaded, and elsewhere pulled
    let older = DEFAULTS.replace("1.36", "1.34");
    let loaded = rendered(&format!("{older}{}", app("api", "")));
    assert_ne!(rendered(&format!("{older}{}", app("api", "target: {kubernetes: \"1.34\"}\n"))), loaded);
}

#[test]
fn an_upgrade_is_one_line() {
    let once = [app("web", ""), app("api", ""), space("")].concat();
    let folder = Folder::with(&format!("{DEFAULTS}{once}"));
    folder.render(&[]).exits(0);
    let names = folder.names();
    let namespace = names.iter().find(|name| name.ends_with("namespace.yaml")).unwrap().clone();
    assert!(folder.read(&namespace).contains("enforce-version: v1.36"), "{names:?}");
    folder.replace("tightship.yaml", "\"1.36\"", "\"1.37\"");
    folder.render(&[]).exits(0);
    assert!(folder.read(&namespace).contains("enforce-version: v1.37"));
}

#[test]
fn mistakes_are_said_once_where_they_stand() {
    let wrong = DEFAULTS.replace("1.36", "1.12");
    let spec = format!("{wrong}{}{}", app("web", ""), app("api", ""));
    let ran = Folder::with(&spec).render(&["--stdout"]).exits(2).says(&["--> tightship.yaml:4:22"]);
    assert_eq!(ran.stderr.matches("--> ").count(), 1, "{}", ran.stderr);

    let none = format!("{}{}", DEFAULTS.replace("level: restricted\n", ""), app("web", ""));
    Folder::with(&none).render(&["--stdout"]).exits(2).says(&["`level` is missing", "--> tightship.yaml:8:1"]);

    let twice = format!("{DEFAULTS}---\n{DEFAULTS}{}", app("web", ""));
    Folder::with(&twice)
        .render(&["--stdout"])
        .exits(2)
        .says(&["`kind: Defaults` is here twice", "--> tightship.yaml:10:7"]);

    let unknown = format!("{DEFAULTS}image: a/b:1\n{}", app("web", ""));
    Folder::with(&unknown).render(&["--stdout"]).exits(2).says(&["unknown key `image`", "--> tightship.yaml:8:1"]);

    // an app whose level forbids what all are given
    let host = format!("{DEFAULTS}priorityClass: system-node-critical\n{}", app("web", ""));
    Folder::with(&host).render(&["--stdout"]).exits(2).says(&["--> tightship.yaml:8:"]);
}

#[test]
fn what_is_added_says_only_what_differs() {
    let folder = Folder::with(&format!("{DEFAULTS}{}{}", app("web", ""), space("")));
    folder.run(&["add", "app", "api", "--image", "busybox:1.37", "--port", "8080", "--yes"]).exits(0);
    let spec = folder.read("tightship.yaml");
    assert!(spec.contains("name: api"), "{spec}");
    for key in ["level:", "target:"] {
        assert_eq!(spec.matches(key).count(), 1, "{spec}");
    }
    folder.run(&["add", "space", "other"]).exits(0);
    let spec = folder.read("tightship.yaml");
    assert!(spec.contains("name: other") && spec.matches("target:").count() == 1, "{spec}");
    folder.render(&["--check"]).exits(0);
}

#[test]
fn the_first_app_takes_over_what_the_file_says() {
    let folder = Folder::with(&DEFAULTS.replace("1.36", "1.34"));
    folder.run(&["add", "app", "api", "--image", "busybox:1.37", "--port", "8080", "--yes"]).exits(0);
    let spec = folder.read("tightship.yaml");
    assert!(spec.contains("name: api") && !spec.contains("1.37\""), "{spec}");
    assert_eq!(spec.matches("kubernetes:").count(), 1, "{spec}");
}
