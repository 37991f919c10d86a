//! `tightship check --against`: a folder or a git revision, from wherever it is run, and what `render` says of its own old output.

use std::process::Command;

use crate::support::{Folder, MINIMAL, Ran};

fn git(folder: &Folder, args: &[&str]) {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").current_dir(folder.path(""));
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]).args(args);
    Ran::of(command.output().unwrap()).exits(0);
}

fn commit(folder: &Folder) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message=x"]);
}

fn deployment(label: &str) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: shop
spec:
  selector:
    matchLabels:
      app: {label}
  template:
    metadata:
      labels:
        app: {label}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
"
    )
}

const ARGS: [&str; 6] = ["check", "--no-config", "--select=immutable-field", "--format=concise", "--against", "HEAD"];

fn repository() -> Folder {
    let folder = Folder::new();
    git(&folder, &["init", "--quiet"]);
    folder.write("k8s/app.yaml", deployment("old"));
    commit(&folder);
    folder
}

#[test]
fn a_change_is_compared_with_a_revision() {
    let folder = repository();
    folder.run(&ARGS).exits(0);
    folder.write("k8s/app.yaml", deployment("new"));
    let ran = folder.run(&ARGS).exits(1);
    assert_eq!(
        ran.stdout,
        "k8s/app.yaml:9:12: high[immutable-field] `spec.selector.matchLabels.app` may not change once the object is there\n"
    );
    folder.run(&["check", "--no-config", "--against", "HEAD"]).exits(1).says(&["--cascade=orphan"]);
    // a file alone, and one that moved
    folder.run(&[&ARGS[..], &["k8s/app.yaml"]].concat()).exits(1);
    std::fs::rename(folder.path("k8s/app.yaml"), folder.path("moved.yaml")).unwrap();
    folder.run(&[&ARGS[..], &["moved.yaml"]].concat()).exits(0);
    folder.run(&ARGS).exits(1).says(&["moved.yaml:9:12"]);
    commit(&folder);
    folder.run(&ARGS).exits(0);
    folder.run(&[&ARGS[..5], &["HEAD~1"]].concat()).exits(1).says(&["moved.yaml:9:12"]);
}

#[test]
fn of_several_objects_of_one_name_that_of_the_same_file_is_meant() {
    let folder = repository();
    folder.write("prod/app.yaml", deployment("prod"));
    commit(&folder);
    folder.write("stage/app.yaml", deployment("stage"));
    folder.run(&ARGS).exits(0);
    folder.write("prod/app.yaml", deployment("new"));
    let ran = folder.run(&ARGS).exits(1);
    assert!(ran.stdout.starts_with("prod/app.yaml:9:12") && ran.stdout.lines().count() == 1, "{}", ran.stdout);
}

#[test]
fn a_change_is_compared_with_a_folder() {
    let folder = Folder::new();
    folder.write("old/app.yaml", deployment("old"));
    folder.write("new/app.yaml", deployment("new"));
    let args = [&ARGS[..5], &["old", "new"]].concat();
    folder.run(&args).exits(1).says(&["new/app.yaml:9:12: high[immutable-field]"]);
    let reason = "  # tightship: allow[immutable-field] the old one is deleted first\n  selector:";
    folder.write("new/app.yaml", deployment("new").replace("  selector:", reason));
    folder.run(&args).exits(0).says(&["1 suppressed"]);
}

#[test]
fn what_is_no_folder_and_no_revision_is_an_error() {
    let folder = repository();
    for name in ["nowhere", "", "--upload-pack=x", "HEAD:k8s/app.yaml"] {
        let argument = format!("--against={name}");
        let ran = folder.run(&["check", "--no-config", &argument]).exits(2);
        assert_eq!(ran.stdout, "", "{name}");
        ran.says(&["this is no folder, and"]);
    }
    let outside = Folder::new();
    outside.write("app.yaml", deployment("a"));
    outside.run(&["check", "--no-config", "--against=HEAD"]).exits(2).says(&["this is no folder, and git:"]);
}

#[test]
fn what_an_immutable_secret_held_is_not_shown() {
    let secret = |value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: app}}\nimmutable: true\nstringData:\n  a: {value}\n")
    };
    let folder = Folder::new();
    folder.write("old/app.yaml", secret("swordfish"));
    folder.write("new/app.yaml", secret("marlin"));
    for format in ["text", "concise", "json", "sarif", "github", "junit"] {
        let args = ["check", "--no-config", "new", "--against=old", "--select=immutable-field", "--format", format];
        let ran = folder.run(&args).exits(1).says(&["stringData.a"]);
        for word in ["swordfish", "marlin"] {
            assert!(!ran.stdout.contains(word), "{format}:\n{}", ran.stdout);
        }
    }
}

#[test]
fn render_says_what_its_own_output_may_not_change() {
    let job = |image: &str| {
        MINIMAL.replace("shop:1.2.3", image).replace("ports: [{name: http, port: 8080}]\n", "workload: job\n")
    };
    let folder = Folder::rendered(&job("shop:1.2.3"));
    folder.write("tightship.yaml", job("shop:1.3.0"));
    for args in [&["--diff"][..], &[]] {
        folder
            .render(args)
            .says(&["the API server will not take a change: `spec.template.spec.containers[app].image`"]);
    }
    let ran = folder.render(&[]).exits(0);
    assert!(!ran.stderr.contains("will not take"), "{}", ran.stderr);
}
