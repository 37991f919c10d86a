//! Whatever an input says, what the program prints of it neither obeys a terminal or a log viewer, nor ends a line, nor looks
//! like something else. Here the names, values, comments and file names of every input try to.

use crate::support::{Folder, Ran};

/// Clears the screen, rings, goes back to the start of the line, turns the direction of writing, hides letters; and begins a
/// line that a CI system would take for a command.
const ODD: &str = "\u{1b}[2J\u{7}\r\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\n::error::injected\n";

/// The same as YAML writes it between quotes.
fn escaped() -> String {
    ODD.chars().fold(String::new(), |text, character| text + &format!("\\u{:04x}", character as u32))
}

/// What of it YAML takes as it is, in comments too.
const RAW: &str = "\u{202e}\u{2066}\u{200b}";

/// A file name with all of it; what is no separator may stand in one.
fn file_name(end: &str) -> String {
    format!("a{}.{end}", ODD.replace('/', ""))
}

#[track_caller]
fn harmless(ran: &Ran, what: &str) {
    for (side, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        let odd = |character: char| {
            ODD.contains(character) && !character.is_ascii_graphic() && character != '\n'
                || character.is_control() && !matches!(character, '\n' | '\t')
        };
        if let Some(found) = text.chars().find(|character| odd(*character)) {
            panic!("{what}: {found:?} in {side}: {text:?}");
        }
        let injected = text.lines().find(|line| line.trim_start().starts_with("::error::injected"));
        assert!(injected.is_none(), "{what}: a line of its own in {side}:\n{text}");
    }
}

/// Objects that break many rules, with odd texts wherever one may stand.
fn manifest() -> String {
    let odd = escaped();
    format!(
        r#"# {RAW} tightship: allow[no{RAW}such] {RAW}
apiVersion: v1
kind: Pod
metadata:
  name: "x{odd}"
  namespace: "default{odd}"
  labels: {{"k{odd}": "v{odd}", raw{RAW}: a{RAW}}}
  annotations: {{"tightship/allow.no{odd}": ""}}
spec:
  serviceAccount: "s{odd}"
  nodeName: "n{odd}"
  hostNetwork: true
  unknown{RAW}: 1
  "unknown{odd}": 1
  restartPolicy: "always{odd}"
  containers:
    - name: "c{odd}"
      image: "ghcr.io/a{odd}:latest"
      imagePullPolicy: "always{odd}"
      securityContext:
        privileged: true
        capabilities: {{add: ["CAP{odd}"]}}
        seccompProfile: {{type: "t{odd}"}}
      env: [{{name: "PASSWORD{odd}", value: "a{odd}"}}, {{name: "PASSWORD{odd}", value: b}}]
      resources: {{limits: {{memory: "1{odd}", cpu: "m{RAW}"}}}}
      volumeMounts: [{{name: "v{odd}", mountPath: "/m{odd}"}}]
      ports: [{{containerPort: "p{odd}"}}, {{containerPort: 22, name: "ssh{odd}"}}]
    - name: "c{odd}"
  volumes: [{{name: h, hostPath: {{path: "/etc{odd}"}}}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: "b{odd}"}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}
subjects: [{{kind: User, name: "u{odd}", apiGroup: rbac.authorization.k8s.io}}]
---
apiVersion: v1
kind: Namespace
metadata:
  name: "ns{odd}"
  labels: {{pod-security.kubernetes.io/enforce: "l{odd}"}}
---
apiVersion: v1
kind: Secret
metadata: {{name: "s{odd}"}}
stringData: {{"k{odd}": "v{odd}"}}
---
apiVersion: "no{odd}/v1"
kind: "K{odd}"
metadata: {{name: a}}
---
apiVersion: v1
kind: Pod
metadata: {{name: kube-apiserver, namespace: kube-system}}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command: [kube-apiserver, "--no-such{odd}=1", "--anonymous-auth=true{odd}", "--enable-admission-plugins=No{odd}"]
"#
    )
}

/// A folder with such objects, in files with such names, and one that cannot be read.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(&file_name("yaml"), manifest());
    folder.write("plain.yaml", manifest());
    folder.write("broken.yaml", format!("apiVersion: v1\nkind: [Pod{RAW}\n\"{}\": {{\n", escaped()));
    folder
}

const FORMATS: [&str; 7] = ["text", "concise", "json", "sarif", "github", "junit", "html"];

#[test]
fn every_format_of_the_check_is_harmless() {
    let folder = folder();
    for format in FORMATS {
        let args = ["check", "--no-config", "--select=all", "--all", "--level=restricted", "--format", format];
        let ran = folder.run(&args).exits(2);
        assert!(ran.stdout.contains("invalid-name") && ran.stdout.len() > 5000, "{}", ran.stdout);
        harmless(&ran, format);
        if matches!(format, "json" | "sarif") {
            let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            // programs still find the file
            let name = if format == "json" { file_name("yaml") } else { "%1B%5B2J".to_owned() };
            assert!(json.to_string().contains(&serde_json::to_string(&name).unwrap().trim_matches('"').to_owned()));
        }
    }
}

#[test]
fn a_finding_is_one_line_whatever_its_names_say() {
    let folder = folder();
    let args = ["check", "--no-config", "--select=all", "--format"];
    let json: serde_json::Value = serde_json::from_str(&folder.run(&[&args[..], &["json"]].concat()).stdout).unwrap();
    let count = json["findings"].as_array().unwrap().len() + json["errors"].as_array().unwrap().len();
    assert!(count > 60, "{count}");
    let concise = folder.run(&[&args[..], &["concise"]].concat()).stdout;
    assert_eq!(concise.lines().count(), count, "{concise}");
    let github = folder.run(&[&args[..], &["github"]].concat()).stdout;
    assert_eq!(github.lines().count(), count, "{github}");
    assert!(github.lines().all(|line| line.starts_with("::")), "{github}");
}

#[test]
fn what_else_the_check_says_is_harmless() {
    let folder = folder();
    let odd = file_name("yaml");
    for (what, args) in [
        ("admission", &["--as-admission", "--level=restricted"][..]),
        ("admission as JSON", &["--as-admission", "--level=restricted", "--format=json"]),
        ("benchmark", &["--benchmark=cis-1.12", "--all"]),
        ("benchmark as JSON", &["--benchmark=cis-1.12", "--all", "--format=json"]),
        ("diff", &["--diff", "--fix=unsafe", "--select=all"]),
        ("a file that is not there", &["no\u{1b}[2J\u{202e}\nsuch.yaml"]),
        ("an unknown rule", &["--select=no\u{1b}[2J\u{202e}such"]),
        ("one file", &[&odd]),
    ] {
        let ran = folder.run(&[&["check", "--no-config"], args].concat());
        assert!(ran.stdout.len() + ran.stderr.len() > 20, "{what}: {ran:?}");
        harmless(&ran, what);
    }
    let args = ["check", "--no-config", "--select=all", "--fix=unsafe", "--format=concise"];
    harmless(&folder.run(&args), "after fixes");
}

#[test]
fn the_configuration_is_harmless() {
    let folder = folder();
    let odd = escaped();
    folder.write(
        ".tightship.yaml",
        format!(
            "apiVersion: tightship/v1\nkind: Check # {RAW}\nselect: [\"no{odd}\"]\nseverity: {{\"no{odd}\": \"h{odd}\"}}\n\
             exclude: [\"[{odd}\"]\n\"key{odd}\": 1\nsuppressions: [{{rule: privileged, reason: \"{odd}\", name: \"[{odd}\"}}]\n"
        ),
    );
    let ran = folder.run(&["check"]).exits(2).says(&["unknown key"]);
    harmless(&ran, "configuration");
}

#[test]
fn specs_and_answers_are_harmless() {
    let odd = escaped();
    let spec = format!(
        "apiVersion: tightship/v1\nkind: App\nname: \"x{odd}\" # {RAW}\nimage: \"ghcr.io/a{odd}\"\nlevel: \"l{odd}\"\n\
         \"key{odd}\": 1\nenv: {{\"E{odd}\": \"v{odd}\", PASSWORD: hunter2{RAW}}}\nports: [{{name: \"p{odd}\", port: 8080}}]\n"
    );
    let folder = Folder::with(&spec);
    harmless(&folder.run(&["render"]).exits(2).says(&["unknown key"]), "spec");
    let name = file_name("yaml");
    folder.write(&name, &spec);
    harmless(&folder.run(&["render", "--file", &name]).exits(2).says(&["unknown key"]), "a spec with an odd name");
    folder.write(&name, format!("\"q{odd}\": 1\nname: \"x{odd}\"\n"));
    harmless(&folder.run(&["new", "new", "--yes", "--answers", &name]).exits(2).says(&["no question"]), "answers");
    folder.write(&name, format!("name: \"x{odd}\"\nimage: \"i{odd}\"\n"));
    harmless(&folder.run(&["new", "new", "--yes", "--answers", &name]).exits(2), "an answer");
}

#[cfg(feature = "cluster")]
#[test]
fn labs_are_harmless() {
    let folder = Folder::new();
    let odd = escaped();
    folder.write(
        "labs/01-odd/lab.yaml",
        format!(
            "format: 1\nid: \"i{odd}\" # {RAW}\ntitle: \"t{odd}\"\nlevel: \"l{odd}\"\n\"key{odd}\": 1\n\
             story: \"s{odd}\"\nrules: [\"r{odd}\"]\n"
        ),
    );
    folder.write("labs/02-broken/lab.yaml", format!("format: [1{RAW}\n"));
    harmless(&folder.run(&["lab", "--course", "labs", "lint"]).exits(2).says(&["unknown key"]), "labs");
}
