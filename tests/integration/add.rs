//! `tightship add`: one more document or key in a spec that a person wrote, whose comments and order stay.

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tempfile::TempDir;
use tightship::internals::wizard::QUESTIONS;

const SPEC: &str = "\
# ours
apiVersion: tightship/v1
kind: App
name: web # the shop
image: busybox:1.37
level: restricted
target: {kubernetes: \"1.35\", platform: kind}
space: shop
ports:
  - name: http
    port: 8080
command: [httpd, -f]
# the end of web
---
apiVersion: tightship/v1
kind: Space
name: shop
level: restricted
target:
  kubernetes: \"1.35\" # as in prod
  platform: kind
";

fn folder(spec: Option<&str>) -> TempDir {
    let folder = TempDir::new().unwrap();
    if let Some(spec) = spec {
        fs::write(folder.path().join("tightship.yaml"), spec).unwrap();
    }
    folder
}

fn add(folder: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = cargo_bin_cmd!("tightship");
    command.arg("add").args(args).current_dir(folder).env("NO_COLOR", "1");
    for question in QUESTIONS {
        command.env_remove(format!("TIGHTSHIP_{}", question.key.to_uppercase().replace('-', "_")));
    }
    command.assert()
}

fn spec(folder: &Path) -> String {
    fs::read_to_string(folder.join("tightship.yaml")).unwrap()
}

/// Every line of the spec as it was is there, in its order.
#[track_caller]
fn keeps_lines(before: &str, after: &str) {
    let mut after_lines = after.lines();
    for line in before.lines() {
        assert!(after_lines.any(|other| other == line), "`{line}` is gone or elsewhere: {after}");
    }
}

#[test]
fn two_apps_in_a_fresh_folder_share_the_space_of_the_first() {
    let folder = folder(None);
    let folder = folder.path();
    add(folder, &["app", "web", "--yes", "--image", "busybox:1.37", "--platform", "kind"]).success();
    let first = spec(folder);
    add(folder, &["app", "db", "--yes", "--image", "busybox:1.37", "--from", "web"])
        .success()
        .stderr(contains("`web` has `db` in `network.to` now").and(contains("next: kubectl apply --server-side -k .")));
    let both = spec(folder);
    keeps_lines(&first, &both);
    assert_eq!(both.matches("kind: Space").count(), 1, "{both}");
    assert!(both.contains("space: web") && both.matches("platform: kind").count() == 3, "{both}");
    for file in ["apps/web/base/deployment.yaml", "apps/db/base/deployment.yaml", "platform/web/namespace.yaml"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let policy = fs::read_to_string(folder.join("apps/web/base/network-policy.yaml")).unwrap();
    assert!(policy.contains("app.kubernetes.io/name: db"), "{policy}");
    cargo_bin_cmd!("tightship").args(["render", "--check"]).current_dir(folder).assert().success();
}

#[test]
fn comments_and_order_stay() {
    let temp = folder(Some(SPEC));
    let folder = temp.path();
    add(folder, &["app", "api", "--yes", "--image", "x.example/api:1", "--to", "web:8080"]).success();
    let with_app = spec(folder);
    keeps_lines(SPEC, &with_app);
    assert!(with_app.contains("from:\n      - app: api") || with_app.contains("from:\n    - app: api"), "{with_app}");
    assert!(with_app.contains("kubernetes: \"1.35\"\n  platform: kind\nspace: shop"), "{with_app}");
    add(folder, &["environment", "prod"]).success();
    let with_environment = spec(folder);
    keeps_lines(&with_app, &with_environment);
    assert_eq!(with_environment.matches("  prod: {}").count(), 2, "{with_environment}");
    add(folder, &["route", "shop.example.com", "--gateway", "infra/public", "--app", "web"]).success();
    let with_route = spec(folder);
    keeps_lines(&with_environment, &with_route);
    assert!(folder.join("apps/web/base/http-route.yaml").is_file());
    add(folder, &["job", "clean", "--yes", "--image", "x.example/clean:1", "--schedule", "0 3 * * *"]).success();
    assert!(folder.join("apps/clean/base/cron-job.yaml").is_file());
    add(folder, &["space", "tools", "--team", "devs"]).success();
    keeps_lines(&with_route, &spec(folder));
    assert!(spec(folder).contains("name: tools"), "{}", spec(folder));
    assert!(folder.join("platform/tools/namespace.yaml").is_file());
}

#[test]
fn what_cannot_be_added_is_said_and_nothing_is_written() {
    let temp = folder(Some(SPEC));
    let folder = temp.path();
    let image = ["--yes", "--image", "x.example/a:1"];
    for (args, said) in [
        (vec!["app", "web"], "web"),
        (vec!["app", "api", "--space", "other"], "there is no space `other`: the spec has shop"),
        (vec!["app", "api", "--goal", "space"], "--goal is for `tightship new`"),
        (vec!["app", "api", "--team", "devs"], "--team belongs to the space"),
    ] {
        add(folder, &[&args[..], &image[..]].concat()).code(2).stderr(contains(said));
    }
    for (args, said) in [
        (vec!["environment", "prod", "--app", "shop"], "there is no app `shop`: the spec has shop/web"),
        (vec!["environment", "Prod"], "Prod"),
        (vec!["route", "nowhere", "--gateway", "x"], "gateway"),
        (vec!["space", "shop"], "shop"),
        (vec!["space", "kube-system"], "belongs to the platform"),
    ] {
        add(folder, &args).code(2).stderr(contains(said));
    }
    assert_eq!(spec(folder), SPEC);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    let more = format!(
        "{SPEC}---\napiVersion: tightship/v1\nkind: Space\nname: b\nlevel: restricted\ntarget: {{kubernetes: \"1.35\"}}\n"
    );
    fs::write(folder.join("tightship.yaml"), &more).unwrap();
    add(folder, &[&["app", "api"][..], &image].concat()).code(2).stderr(contains("say which with --space"));
    add(folder, &[&["app", "api", "--space", "b"][..], &image].concat()).success();
    add(folder, &["environment", "prod", "--app", "web"]).success();
    add(folder, &["environment", "prod", "--app", "web"])
        .code(2)
        .stderr(contains("has the environment `prod` already"));
}

#[test]
fn new_in_a_folder_with_a_spec_names_add() {
    let temp = folder(Some(SPEC));
    let mut new = cargo_bin_cmd!("tightship");
    new.args(["new", "--yes", "--image", "x.example/a:1"]).current_dir(temp.path());
    new.assert().code(2).stderr(contains("`tightship add app` adds an app to it"));
}

#[test]
fn a_pipeline_is_added_once() {
    for (system, file) in [("github", ".github/workflows/tightship.yaml"), ("gitlab", ".gitlab-ci.yml")] {
        let made = folder(None);
        let mut command = cargo_bin_cmd!("tightship");
        let args = ["new", ".", "--yes", "--name=web", "--image=busybox:1.37", "--ci", system];
        command.args(args).current_dir(made.path()).assert().code(0);
        let added = folder(Some(SPEC));
        add(added.path(), &["ci", system]).code(0);
        for file in [file, "renovate.json"] {
            let text = |folder: &TempDir| fs::read_to_string(folder.path().join(file)).unwrap();
            assert_eq!(text(&made), text(&added), "{file}");
        }
        assert_eq!(spec(added.path()), SPEC);
        // what is there is the user's
        fs::write(added.path().join(file), "mine").unwrap();
        add(added.path(), &["ci", system]).code(2).stderr(contains("is there already, and is yours"));
        assert_eq!(fs::read_to_string(added.path().join(file)).unwrap(), "mine");
    }
    let both = folder(Some(SPEC));
    add(both.path(), &["ci", "github"]).code(0).stderr(contains("changed").not());
    add(both.path(), &["ci", "gitlab"]).code(0).stderr(contains("renovate.json is there already"));
    add(both.path(), &["ci", "jenkins"]).code(2).stderr(contains("github"));
    add(folder(None).path(), &["ci", "github"]).code(2);
}
