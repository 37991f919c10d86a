//! Charts that make Helm fetch, look up or run something.

use std::path::Path;

use crate::canary::Canary;
use crate::kustomize::{assert_closed, in_environment, installed, script};
use crate::loopback::Loopback;
use crate::support::{Folder, Ran, program};

const FLAGS: [&str; 7] = ["check", "--no-config", "--format", "concise", "--select", "privileged", "."];

/// A chart, and one among its charts.
fn chart(folder: &Folder) {
    folder.write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    folder.write("web/values.yaml", "a: 1\ndb: {a: 1}\n");
    folder.write(
        "web/templates/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {host: '{{ getHostByName \"localhost\" }}'}\n",
    );
    folder.write("web/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n");
    folder.write("web/charts/db/values.yaml", "a: 1\n");
}

/// Schemas that Helm would complete from elsewhere, each with its file.
fn schemas(server: &Loopback) -> Vec<(&'static str, String)> {
    let url = server.url("a.json");
    vec![
        ("web/values.schema.json", format!(r#"{{"$ref": "{url}"}}"#)),
        ("web/values.schema.json", format!(r#"{{"properties": {{"a": {{"allOf": [{{"$ref": "{url}#/x"}}]}}}}}}"#)),
        ("web/values.schema.json", format!(r#"{{"\u0024ref": "{}"}}"#, url.replace('/', "\\/"))),
        ("web/values.schema.json", format!(r#"{{"$schema": "{url}"}}"#)),
        ("web/values.schema.json", format!(r#"{{"$id": "{url}", "$ref": "b.json"}}"#)),
        ("web/charts/db/values.schema.json", format!(r#"{{"$ref": "{url}"}}"#)),
    ]
}

fn check(folder: &Folder, canary: &Canary, more: &[&str]) -> Ran {
    let mut command = program();
    command.current_dir(folder.path("")).args(FLAGS).args(more);
    Ran::of(canary.shadow(&mut command).output().unwrap())
}

#[test]
fn no_schema_is_completed_from_elsewhere() {
    let server = Loopback::start();
    for (file, schema) in schemas(&server) {
        let folder = Folder::new();
        chart(&folder);
        folder.write(file, &schema);
        let canary = Canary::new();
        canary.program("helm");
        let ran = check(&folder, &canary, &[]).exits(2);
        assert!(ran.stdout.starts_with(&format!("{file}:1:")), "{schema}: {ran:?}");
        assert_eq!(canary.ran(), "", "{schema}");
        if installed("helm").is_some() {
            check(&folder, &Canary::new(), &[]).exits(2);
            assert_eq!(server.requests(), [""; 0], "{schema}");
        }
    }
}

#[test]
fn a_schema_behind_a_link_is_read() {
    let folder = Folder::new();
    chart(&folder);
    folder.write("elsewhere/Chart.yaml.txt", "");
    folder.write("elsewhere/values.schema.json", r#"{"$ref": "http://example.com/a.json"}"#);
    std::os::unix::fs::symlink("../../elsewhere", folder.path("web/charts/more")).unwrap();
    // one that leads to itself
    std::os::unix::fs::symlink("../charts", folder.path("web/charts/again")).unwrap();
    let canary = Canary::new();
    canary.program("helm");
    let ran = check(&folder, &canary, &[]).exits(2);
    assert!(ran.stdout.contains("web/charts/more/values.schema.json:1:"), "{ran:?}");
    assert_eq!(canary.ran(), "");
}

#[test]
fn what_the_user_allows_is_fetched() {
    if installed("helm").is_none() {
        eprintln!("left out: helm is not on the PATH");
        return;
    }
    let server = Loopback::start();
    for (file, schema) in schemas(&server) {
        let folder = Folder::new();
        chart(&folder);
        folder.write(file, &schema);
        let before = server.requests().len();
        check(&folder, &Canary::new(), &["--allow-remote"]).exits(2);
        assert!(server.requests().len() > before, "{schema} is fetched by nobody");
    }
}

/// Runs a helm that notes its arguments and its environment.
fn noted(folder: &Folder, bin: &Path, more: &[&str]) -> (Ran, String) {
    let mut command = program();
    command.current_dir(folder.path("work")).args(FLAGS).args(more);
    let ran = in_environment(&mut command, bin);
    (ran, folder.read("args"))
}

fn work() -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    folder.write("work/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    let (args, env) = (folder.path("args"), folder.path("env"));
    let note = format!("echo \"$*\" >'{}'; /usr/bin/env >'{}'; echo 'a: 1'", args.display(), env.display());
    let bin = script(&folder, "helm", &note);
    (folder, bin)
}

#[test]
fn helm_has_no_plugins_and_no_environment() {
    let (folder, bin) = work();
    let (_, args) = noted(&folder, &bin, &[]);
    for flag in
        ["enable-dns", "post-render", "dry-run", "validate", "dependency-update", "repo", "--skip-schema-validation"]
    {
        assert!(!args.contains(flag), "{args}");
    }
    let environment = folder.read("env");
    assert_closed(&environment);
    let plugins = environment.lines().find_map(|line| line.strip_prefix("HELM_PLUGINS=")).unwrap();
    assert!(plugins.starts_with('/') && !Path::new(plugins).exists(), "{plugins}");
}

#[test]
fn a_packed_chart_is_rendered_without_its_schema() {
    let (folder, bin) = work();
    folder.write("work/web/charts/db-1.0.0.tgz", "packed");
    let (_, args) = noted(&folder, &bin, &[]);
    assert!(args.contains("--skip-schema-validation"), "{args}");
    let (_, args) = noted(&folder, &bin, &["--allow-remote"]);
    assert!(!args.contains("--skip-schema-validation"), "{args}");
}

#[test]
fn values_are_files() {
    let (folder, bin) = work();
    let (ran, _) = {
        folder.write("args", "");
        noted(&folder, &bin, &["--values", "https://example.com/a.yaml"])
    };
    let ran = ran.exits(2).says(&["https://example.com/a.yaml is an address: --allow-remote"]);
    assert_eq!((&*folder.read("args"), &*ran.stdout), ("", ""));
    // a name that looks like one below the working folder stays a file
    folder.write("work/a.yaml", "a: 1\n");
    let (_, args) = noted(&folder, &bin, &["--values", "a.yaml"]);
    assert!(args.contains("/work/a.yaml"), "{args}");
}

#[test]
fn a_chart_hides_no_file_that_is_not_rendered() {
    let bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}\n";
    for name in ["values-bad.yaml", "values/bad.yaml", "other/bad.yaml"] {
        let (folder, bin) = work();
        folder.write(&format!("work/web/{name}"), bad);
        let (ran, _) = noted(&folder, &bin, &[]);
        assert_eq!(ran.code, 1, "{name}: {ran:?}");
    }
    // a chart beside the charts of another is one of its own
    let (folder, bin) = work();
    folder.write("work/web/examples/one/Chart.yaml", "name: one\nversion: 1.0.0\n");
    let log = folder.path("all");
    script(&folder, "helm", &format!("echo \"$*\" >>'{}'; echo 'a: 1'", log.display()));
    let mut command = program();
    in_environment(command.current_dir(folder.path("work")).args(FLAGS), &bin);
    assert_eq!(folder.read("all").lines().count(), 2, "{}", folder.read("all"));
}

const BAD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}\n";
const FINE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// Runs the check beside a helm that prints this for every chart, and notes which.
fn beside(helm: &str, files: &[(&str, &str)], more: &[&str]) -> (Ran, String) {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(&format!("work/{name}"), text));
    folder.write("all", "");
    let (log, made) = (folder.path("all"), folder.path("made"));
    folder.write("made", helm);
    let bin = script(&folder, "helm", &format!("echo \"$*\" >>'{}'; /bin/cat '{}'", log.display(), made.display()));
    let mut command = program();
    command.current_dir(folder.path("work")).args(FLAGS).args(more);
    (in_environment(&mut command, &bin), folder.read("all"))
}

#[test]
fn what_is_no_chart_hides_nothing() {
    for text in
        ["", "x\n", "name: web\n", "version: 1.0.0\n", "name: a/b\nversion: 1.0.0\n", "name: a\nversion: b\n", BAD]
    {
        let files = [("Chart.yaml", text), ("templates/bad.yaml", BAD), ("charts/y/templates/bad.yaml", BAD)];
        for more in [&[][..], &["--no-build"]] {
            let (ran, all) = beside("a: 1\n", &files, more);
            assert_eq!((ran.code, &*all), (1, ""), "{text}: {ran:?}");
            let found = ran.stdout.lines().filter(|line| line.starts_with("templates/") || line.starts_with("charts/"));
            assert_eq!(found.count(), 2, "{text}: {ran:?}");
        }
    }
    // a chart that is a pod, too, or has one behind it
    for text in [format!("{BAD}name: web\nversion: 1.0.0\n"), format!("{CHART}---\n{BAD}")] {
        let (ran, _) = beside("a: 1\n", &[("Chart.yaml", &text)], &[]);
        assert!(ran.code == 1 && ran.stdout.starts_with("Chart.yaml:"), "{ran:?}");
    }
}

#[test]
fn a_chart_that_is_not_rendered_with_another_is_rendered_alone() {
    let library = format!("{CHART}type: library\n");
    for (outer, inner) in [
        (&*library, "lib/charts/app"),
        (CHART, "lib/charts/_app"),
        (CHART, "lib/charts/a/app"),
        ("x\n", "lib/charts/app"),
    ] {
        let chart = format!("{inner}/Chart.yaml");
        let (ran, all) = beside(
            "a: 1\n",
            &[("lib/Chart.yaml", outer), (&chart, CHART), (&format!("{inner}/templates/a.yaml"), "{{ a }}: [\n")],
            &[],
        );
        assert!(all.lines().any(|line| line.ends_with(inner)), "{inner}: {all} {ran:?}");
    }
    let (_, all) = beside("a: 1\n", &[("web/Chart.yaml", CHART), ("web/charts/db/Chart.yaml", CHART)], &[]);
    assert_eq!(all.lines().count(), 1, "{all}");
}

#[test]
fn what_helm_made_nothing_of_is_checked_or_counted() {
    let made = |source: &str, text: &str| format!("---\n# Source: {source}\n{text}");
    let db = ("charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n");
    let own = made("web/templates/bad.yaml", FINE);
    for (how, helm, file, found) in [
        ("ignored by .helmignore", made("web/templates/other.yaml", FINE), "templates/bad.yaml", true),
        (
            "a source that a template says",
            made("web/templates/other.yaml", &format!("# Source: web/templates/bad.yaml\n{FINE}")),
            "templates/bad.yaml",
            true,
        ),
        ("an object that is not there", own.replace("{name: a}", "{name: b}"), "templates/bad.yaml", true),
        ("rendered", own.clone(), "templates/bad.yaml", false),
        ("no part of a chart", own.clone(), "charts/y/bad.yaml", true),
        ("in the charts", own.clone(), "charts/bad.yaml", true),
        ("beside the templates of a chart inside", own.clone(), "charts/db/bad.yaml", true),
        ("a chart inside that is off", own.clone(), "charts/db/templates/bad.yaml", true),
        ("a chart inside", made("web/charts/db/templates/bad.yaml", FINE), "charts/db/templates/bad.yaml", false),
        ("begins with a line", own.clone(), "templates/_bad.yaml", true),
    ] {
        let files = [("Chart.yaml", CHART), db, (file, BAD)];
        let (ran, _) = beside(&helm, &files, &[]);
        assert_eq!(ran.code, i32::from(found), "{how}: {ran:?}");
        assert_eq!(ran.stdout.starts_with(&format!("{file}:")), found, "{how}: {ran:?}");
    }
    // what only looks like a template
    let hidden = format!("# {{{{ 1 }}}}\n{BAD}");
    let files = [("Chart.yaml", CHART), ("templates/bad.yaml", &*hidden)];
    let words = "left out: 1 template that is not rendered";
    beside(&made("web/templates/other.yaml", FINE), &files, &[]).0.exits(0).says(&[words]);
    beside(&made("web/templates/bad.yaml", FINE), &files, &[]).0.exits(0);
    // and what nothing renders
    for more in [&["--no-build"][..], &["--no-build", "--format=json"], &["--no-build", "--format=sarif"]] {
        let more: Vec<&str> = more.to_vec();
        let folder = Folder::new();
        files.iter().for_each(|(name, text)| folder.write(name, text));
        let args = [&["check", "--no-config", "--select", "privileged", "."], &more[..]].concat();
        folder.run(&args).says(&["not rendered"]);
    }
    let (ran, _) = beside(
        "",
        &[("Chart.yaml", CHART), ("templates/bad.yaml", BAD), ("templates/b.yaml", "{{ a }}: [\n")],
        &["--no-build"],
    );
    assert!(ran.exits(1).says(&[words]).stdout.starts_with("templates/bad.yaml:"));
}
