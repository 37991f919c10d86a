//! What others run in their pipelines: the action's script and the hook.

use std::process::Command;

use crate::support::{Folder, Ran};
use serde_json::Value;

const BAD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: app
      securityContext: {privileged: true}
";

fn yaml(text: &str) -> Value {
    let stream = tightship::internals::yaml::parse(text);
    stream.documents[0].root().unwrap().to_json().unwrap()
}

/// A shell in the folder that finds the program.
fn shell(folder: &Folder, script: &str) -> Command {
    let program = std::path::Path::new(assert_cmd::cargo::cargo_bin!("tightship"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-e", "-c", script]).env("PATH", path).current_dir(folder.path(""));
    command
}

/// Runs the last step of the action with its defaults and these inputs.
fn action(folder: &Folder, inputs: &[(&str, &str)]) -> Ran {
    let action = yaml(include_str!("../../action.yml"));
    let step = action["runs"]["steps"].as_array().unwrap().last().unwrap().clone();
    let mut command = shell(folder, step["run"].as_str().unwrap());
    for (name, value) in step["env"].as_object().unwrap() {
        let input = value.as_str().unwrap().trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        // outside of a pull request the event names no commit
        let default = action["inputs"][input]["default"].as_str().filter(|text| !text.starts_with("${{"));
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        command.env(name, given.or(default).unwrap_or_default());
    }
    command.env("PROGRAM", assert_cmd::cargo::cargo_bin!("tightship"));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    Ran::of(command.env("GITHUB_OUTPUT", folder.path("output")).output().unwrap())
}

#[test]
fn the_action_annotates_and_writes_sarif() {
    let folder = Folder::new();
    folder.write("deploy/my pod.yaml", BAD);
    let ran =
        action(&folder, &[("paths", "deploy/my pod.yaml"), ("arguments", "--select=privileged\n--no-config")]).exits(1);
    assert!(ran.stdout.starts_with("::error file=deploy/my pod.yaml,line=7"), "{}", ran.stdout);
    let sarif: Value = serde_json::from_str(&folder.read("tightship.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert_eq!(folder.read("output"), "code=1\n");
}

#[test]
fn the_action_goes_on_only_after_findings() {
    let folder = Folder::new();
    folder.write("pod.yaml", BAD);
    let lenient = [("fail", "false"), ("annotations", "false"), ("sarif", "")];
    action(&folder, &lenient).exits(0).says(&["pod.yaml:7:25: critical[privileged]"]);
    assert_eq!(folder.names(), ["output", "pod.yaml"]);
    folder.write("pod.yaml", "a: [\n");
    action(&folder, &lenient).exits(2);
    folder.write("pod.yaml", "");
    action(&folder, &lenient).exits(3);
}

#[test]
fn an_input_of_the_action_is_no_script() {
    let folder = Folder::new();
    action(&folder, &[("paths", "$(touch stolen)\n`touch stolen`\n; touch stolen")]).exits(2);
    assert!(!folder.path("stolen").exists());
    // nor a flag where a path belongs
    action(&folder, &[("paths", "--exit-zero")]).exits(2).says(&["--exit-zero: "]);
}

/// Git in a folder, free of what the developer has configured.
fn git(folder: &Folder, args: &[&str]) -> String {
    let none = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]).args(args).envs(none);
    Ran::of(command.current_dir(folder.path("")).output().unwrap()).exits(0).stdout.trim().to_owned()
}

fn commit(folder: &Folder) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message=x"]);
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn a_pull_request_is_checked_as_its_base_says() {
    let origin = Folder::new();
    git(&origin, &["init", "--quiet"]);
    origin.write("pod.yaml", BAD.replace("true", "false"));
    origin.write(".tightship.yaml", "apiVersion: tightship/v1\nkind: Check\nselect: [privileged]\n");
    let base = commit(&origin);
    origin.write("pod.yaml", BAD);
    origin.write(".tightship.yaml", "apiVersion: tightship/v1\nkind: Check\nignore: [all]\n");
    commit(&origin);
    // as the runner does: only the newest commit
    let folder = Folder::new();
    let url = format!("file://{}", origin.path("").display());
    git(&folder, &["clone", "--quiet", "--depth=1", &url, "."]);
    let ran = action(&folder, &[("base", &base), ("sarif", "")]);
    let ran = ran.exits(1);
    assert!(ran.stdout.contains("::error file=pod.yaml,line=7"), "{}", ran.stdout);
    assert!(ran.stdout.contains("::notice file=.tightship.yaml,title=notice::this change has another configuration"));
    // without a base the checkout decides alone
    action(&folder, &[("sarif", "")]).exits(3);
    // a base that cannot be had is no pass, and no option of git
    action(&folder, &[("base", "0123456789012345678901234567890123456789"), ("sarif", "")]).exits(2);
    action(&folder, &[("base", "--upload-pack=touch stolen"), ("sarif", "")]).exits(2);
    assert!(!folder.path("stolen").exists());
}

#[test]
fn the_hook_checks_everything() {
    let folder = Folder::new();
    folder.write("deploy/pod.yaml", BAD);
    let hook = yaml(include_str!("../../.pre-commit-hooks.yaml"))[0].clone();
    let ran = Ran::of(shell(&folder, hook["entry"].as_str().unwrap()).output().unwrap()).exits(1);
    assert!(ran.stdout.contains("deploy/pod.yaml:7:25: critical[privileged]"), "{}", ran.stdout);
}

/// Runs the first step of the action, with a table of checksums whose archives are on this machine.
fn install(folder: &Folder, sum: &str) -> Ran {
    let action = yaml(include_str!("../../action.yml"));
    let script = action["runs"]["steps"][0]["run"].as_str().unwrap().to_owned();
    let from = format!("0.2.0 file://{}", folder.path("release").display());
    let table = format!("{from}\n{sum} linux amd64 tightship.tar.gz\n{sum} linux arm64 tightship.tar.gz\n");
    folder.write("source/packaging/checksums.txt", table);
    let mut command = shell(folder, &script);
    command.env("SOURCE", folder.path("source")).env("SYSTEM", "Linux").env("MACHINE", "X64");
    command.env("RUNNER_TEMP", folder.path("temp")).env("GITHUB_OUTPUT", folder.path("output"));
    Ran::of(command.output().unwrap())
}

#[test]
fn the_action_takes_only_what_has_the_checksum() {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !has("curl") || !has("python3") {
        eprintln!("left out: there is no curl or no python3");
        return;
    }
    let folder = Folder::new();
    folder.write("release/tightship-0.2.0/tightship", "#!/bin/sh\necho it runs\n");
    let tar = "cd release && tar --create --gzip --file tightship.tar.gz tightship-0.2.0 && sha256sum tightship.tar.gz";
    let sum = Ran::of(shell(&folder, tar).output().unwrap()).exits(0).stdout;
    let sum = sum.split(' ').next().unwrap();
    install(&folder, sum).exits(0);
    let program = folder.read("output");
    assert!(program.trim().ends_with("temp/tightship/tightship-0.2.0/tightship"), "{program}");
    // another one is not unpacked
    std::fs::remove_dir_all(folder.path("temp")).unwrap();
    let ran = install(&folder, &sum.replace(|first: char| first.is_ascii_digit(), "a"));
    assert!(ran.code != 0 && ran.stderr.contains("has the checksum"), "{ran:?}");
    assert!(!folder.path("temp/tightship/tightship-0.2.0").exists());
}
