//! The first minutes: the program without arguments, its help, its doctor, and what follows an error.

use clap::CommandFactory as _;
use tightship::internals::cli;

use crate::support::{Folder, app};

#[test]
fn without_arguments_it_says_what_can_be_done_here() {
    let folder = Folder::new();
    folder.run(&[]).exits(0).says(&["tightship new shop", "tightship check PATH", "tightship --help"]);
    folder.write("Dockerfile", "FROM scratch\n");
    folder.run(&[]).exits(0).says(&["Here is a Dockerfile.", "tightship new "]);
    folder.write("deploy/web.yaml", "apiVersion: v1\nkind: Pod\n");
    folder.run(&[]).exits(0).says(&["Here are manifests: deploy/web.yaml.", "tightship check --fix --diff"]);
    folder.write("tightship.yaml", app(""));
    let said = folder.run(&[]).exits(0).says(&["Here is a spec", "tightship render --diff"]).stdout;
    assert!(!said.contains("Dockerfile"), "the app has a spec already: {said}");
    // what is no manifest is not taken for one
    let folder = Folder::new();
    folder.write("values.yaml", "image: a\n");
    folder.write(".hidden/a.yaml", "apiVersion: v1\nkind: Pod\n");
    folder.run(&[]).exits(0).says(&["Nothing here that tightship knows"]);
}

#[cfg(feature = "cluster")]
#[test]
fn without_arguments_it_knows_labs_and_courses() {
    let folder = Folder::new();
    folder.run(&["lab", "new", "first", "--course", "."]).exits(0);
    folder.run(&[]).exits(0).says(&["Here is a course.", "tightship lab --course . lint"]);
    std::fs::create_dir_all(folder.path(".tightship/lab")).unwrap();
    folder.run(&[]).exits(0).says(&["A lab is started here.", "tightship lab verify"]);
}

/// Every command with the words that lead to it.
fn commands(command: &clap::Command, path: &str) -> Vec<String> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    below
        .flat_map(|below| {
            let path = format!("{path} {}", below.get_name()).trim().to_owned();
            std::iter::once(path.clone()).chain(commands(below, &path)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_short_help_of_each_command_fits_on_a_screen() {
    let folder = Folder::new();
    let all = commands(&tightship::Cli::command(), "");
    assert!(all.len() > 20, "{all:?}");
    for path in all.into_iter().chain([String::new()]) {
        let args: Vec<&str> = path.split_whitespace().chain(["-h"]).collect();
        let help = folder.command(&args).env("COLUMNS", "100").output().unwrap();
        let lines = String::from_utf8(help.stdout).unwrap().lines().count();
        assert!((5..=45).contains(&lines), "{path} -h has {lines} lines");
    }
}

#[test]
fn examples_are_in_the_help_and_can_be_typed() {
    let folder = Folder::new();
    let is_there = |path: &str| cfg!(feature = "cluster") || !path.starts_with("lab");
    for (path, examples) in cli::EXAMPLES.iter().filter(|(path, _)| is_there(path)) {
        let args: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
        let help = folder.run(&args).exits(0).stdout;
        for (example, _) in examples.iter().filter(|(example, _)| is_there(example.trim_start_matches("tightship "))) {
            assert!(help.contains(example), "{path} --help has no `{example}`");
            let words = example.split_whitespace();
            let read = tightship::Cli::command().try_get_matches_from(words);
            assert!(read.is_ok(), "{example}: {}", read.unwrap_err());
        }
    }
    // a command that does something has examples
    for command in ["new", "render", "check", "graph", "rules", "explain", "policy export", "schema", "man"] {
        assert!(cli::EXAMPLES.iter().any(|(path, _)| *path == command), "{command} has no example");
    }
}

#[test]
fn the_version_names_the_releases_that_it_knows() {
    let folder = Folder::new();
    let version = env!("CARGO_PKG_VERSION");
    folder.run(&["--version"]).exits(0).says(&[&format!("tightship {version}"), "Kubernetes 1.33 to 1.37"]);
    assert_eq!(folder.run(&["-V"]).exits(0).stdout, format!("tightship {version}\n"));
}

#[cfg(unix)]
#[test]
fn the_doctor_tells_what_is_there_and_where_to_get_the_rest() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("bin/helm", "#!/bin/sh\necho v4.3.2\n");
    folder.write("bin/kind", "#!/bin/sh\nexit 1\n");
    for name in ["helm", "kind"] {
        std::fs::set_permissions(folder.path(&format!("bin/{name}")), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let ran = folder.command(&["doctor"]).env("PATH", folder.path("bin")).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{said}");
    for part in [
        "found   helm       v4.3.2",
        "found   kind       it does not say its version",
        "missing kubectl",
        "kubernetes.io",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_name_that_is_nearly_right_is_offered() {
    let folder = Folder::new();
    folder.write("deploy/web-app.yaml", "apiVersion: v1\nkind: Pod\n");
    folder.run(&["check", "deploy/web-ap.yaml"]).exits(2).says(&["did you mean deploy/web-app.yaml?"]);
    folder.run(&["check", "deplo"]).exits(2).says(&["did you mean deploy?"]);
    let said = folder.run(&["check", "zzz"]).exits(2).stderr;
    assert!(!said.contains("did you mean") && said.contains("without a path"), "{said}");
}

#[test]
fn one_run_writes_several_reports() {
    let folder = Folder::new();
    folder.write(
        "a.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: \"a:1\"}]}\n",
    );
    let args = ["check", "--format", "concise", "--also", "sarif=a.sarif", "--also=html=a.html"];
    let ran = folder.run(&args).exits(1);
    assert!(ran.stdout.contains("a.yaml:") && !ran.stdout.contains("<html"), "{}", ran.stdout);
    assert!(folder.read("a.sarif").contains("informationUri") && folder.read("a.html").contains("<html"));
    folder.run(&["check", "--also", "sarf=a"]).exits(2).says(&["no format `sarf`", "sarif"]);
    folder.run(&["check", "--also", "sarif"]).exits(2).says(&["FORMAT=FILE"]);
}

#[cfg(unix)]
#[test]
fn as_a_plugin_of_kubectl_it_says_so() {
    let folder = Folder::new();
    let plugin = folder.path("kubectl-tightship");
    std::os::unix::fs::symlink(assert_cmd::cargo::cargo_bin!("tightship"), &plugin).unwrap();
    for (args, usage) in
        [(&["-h"][..], "Usage: kubectl tightship "), (&["check", "-h"], "Usage: kubectl tightship check ")]
    {
        let ran = std::process::Command::new(&plugin).args(args).output().unwrap();
        let help = String::from_utf8(ran.stdout).unwrap();
        assert!(help.contains(usage), "{help}");
    }
}
