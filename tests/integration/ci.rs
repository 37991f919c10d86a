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
        let default = action["inputs"][input]["default"].as_str().unwrap();
        command.env(name, inputs.iter().find(|(name, _)| *name == input).map_or(default, |(_, value)| value));
    }
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

#[test]
fn the_hook_checks_everything() {
    let folder = Folder::new();
    folder.write("deploy/pod.yaml", BAD);
    let hook = yaml(include_str!("../../.pre-commit-hooks.yaml"))[0].clone();
    let ran = Ran::of(shell(&folder, hook["entry"].as_str().unwrap()).output().unwrap()).exits(1);
    assert!(ran.stdout.contains("deploy/pod.yaml:7:25: critical[privileged]"), "{}", ran.stdout);
}
