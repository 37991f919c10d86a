//! What an input says reaches people as text only: nothing in it obeys a terminal, ends a line, or is a command of a CI system.

use crate::support::{Folder, Ran};

/// Terminals obey these, log viewers break lines at them, and readers do not see them.
const ODD: [&str; 26] = [
    "\u{1b}[2J",
    "\u{1b}]0;x\u{7}",
    "\u{1b}[8m",
    "\u{9b}2J",
    "\u{90}x\u{9c}",
    "\r",
    "\n",
    "\u{b}",
    "\u{c}",
    "\u{8}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{ad}",
    "\u{34f}",
    "\u{3164}",
    "\u{e0041}",
    "\u{e0101}",
    "\u{115f}",
    "\u{fe00}",
];
/// What CI systems take for commands: GitHub, Azure, TeamCity, GitLab.
const COMMANDS: [&str; 8] = [
    "::error file=a::injected",
    "::stop-commands::injected",
    "##[error]injected",
    "##[set-env name=A]injected",
    "##vso[task.setvariable variable=A]injected",
    "##teamcity[message text='injected']",
    "section_start:1:injected\r\u{1b}[0K",
    "\u{3000}::add-mask::injected",
];
const FORMATS: [&str; 6] = ["text", "concise", "json", "sarif", "github", "junit"];

/// All of it, as YAML writes it between quotes.
fn quoted(text: &str) -> String {
    text.chars().fold(String::new(), |all, character| all + &format!("\\U{:08x}", character as u32))
}

fn payloads() -> Vec<String> {
    let commands = COMMANDS.join("\n");
    let each = [COMMANDS[0], COMMANDS[2], COMMANDS[7]].map(str::to_owned);
    each.into_iter().chain([ODD.concat(), format!("a\n{commands}"), format!("a\r{commands}")]).collect()
}

#[track_caller]
fn harmless(ran: &Ran, what: &str) {
    for (side, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        let is_odd = |character: char| {
            character.is_control() && !matches!(character, '\n' | '\t')
                || ODD.iter().any(|odd| odd.contains(character) && !character.is_ascii())
        };
        if let Some(found) = text.chars().find(|character| is_odd(*character)) {
            panic!("{what}: {found:?} in {side}: {text:?}");
        }
        for line in text.lines() {
            let line = line.trim_start();
            let is_ours = line.starts_with("::error file=")
                || line.starts_with("::warning file=")
                || line.starts_with("::notice file=");
            let begins = line.starts_with("::") && line.contains("injected") && !(is_ours && what.contains("github"));
            let holds = ["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command));
            assert!(!begins && !holds, "{what}: a command in {side}: {line:?}");
        }
    }
}

fn manifest(odd: &str) -> String {
    format!(
        r#"apiVersion: v1
kind: Pod
metadata: {{name: "{odd}", namespace: "{odd}", labels: {{"{odd}": "{odd}"}}, annotations: {{"tightship/allow.{odd}": "{odd}"}}}}
spec:
  hostNetwork: true
  nodeName: "{odd}"
  restartPolicy: "{odd}"
  dnsPolicy: "{odd}"
  "{odd}": 1
  securityContext: {{sysctls: [{{name: "{odd}", value: "{odd}"}}], seccompProfile: {{type: "{odd}"}}, seLinuxOptions: {{type: "{odd}", user: "{odd}"}}}}
  containers:
    - name: "{odd}"
      image: "{odd}"
      imagePullPolicy: "{odd}"
      securityContext: {{privileged: true, capabilities: {{add: ["{odd}", SYS_ADMIN], drop: ["{odd}"]}}, procMount: "{odd}"}}
      env: [{{name: "PASSWORD{odd}", value: "{odd}"}}, {{name: "{odd}", value: b}}, {{name: "{odd}", value: c}}]
      resources: {{limits: {{memory: "{odd}", "{odd}": "{odd}"}}}}
      volumeMounts: [{{name: "{odd}", mountPath: "{odd}"}}]
      ports: [{{containerPort: "{odd}", protocol: "{odd}", hostPort: 80}}]
  volumes: [{{name: "{odd}", hostPath: {{path: "{odd}", type: "{odd}"}}}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: "{odd}"}}
rules: [{{apiGroups: ["{odd}", "*"], resources: ["{odd}", "*"], verbs: ["{odd}", "*"]}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: "{odd}", namespace: "{odd}"}}
spec: {{podSelector: {{matchLabels: {{"{odd}": "{odd}"}}}}, policyTypes: ["{odd}"], ingress: [{{from: [{{ipBlock: {{cidr: "{odd}"}}}}]}}]}}
---
apiVersion: v1
kind: Namespace
metadata: {{name: "{odd}", labels: {{pod-security.kubernetes.io/enforce: "{odd}", pod-security.kubernetes.io/warn-version: "{odd}"}}}}
---
apiVersion: "{odd}/v1"
kind: "{odd}"
metadata: {{name: a}}
---
apiVersion: v1
kind: Secret
metadata: {{name: a}}
type: "{odd}"
stringData: {{"{odd}": "{odd}"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: "{odd}"}}
spec: {{replicas: "{odd}", selector: {{matchLabels: {{a: "{odd}"}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: a, image: b, args: ["{odd}"]}}]}}}}}}
"#
    )
}

#[test]
fn no_field_of_a_manifest_reaches_people_as_it_is() {
    for payload in payloads() {
        let folder = Folder::new();
        folder.write("a.yaml", manifest(&quoted(&payload)));
        for format in FORMATS {
            let args = ["check", "--no-config", "--select=all", "--all", "--level=restricted", "--format", format];
            let ran = folder.run(&args);
            assert!(ran.code > 0 && ran.stdout.len() > 1000, "{payload:?}: {ran:?}");
            harmless(&ran, &format!("{format} of {payload:?}"));
        }
        for args in [
            &["check", "--no-config", "--select=all", "--diff", "--fix=unsafe"][..],
            &["check", "--no-config", "--as-admission", "--level=restricted"],
            &["check", "--no-config", "--as-admission", "--level=restricted", "--format=concise"],
        ] {
            harmless(&folder.run(args), &format!("{args:?} of {payload:?}"));
        }
    }
}

#[test]
fn no_name_of_a_file_reaches_people_as_it_is() {
    let names = [COMMANDS[0].to_owned(), COMMANDS[2].to_owned(), format!("a\n{}", COMMANDS[0]), ODD.concat()];
    for name in names.map(|name| name.replace('/', "")) {
        let folder = Folder::new();
        let file = format!("{name}.yaml");
        folder.write(&file, manifest("a"));
        folder.write(&format!("x{file}"), "a: [\n");
        folder.write(&format!("y{name}/kustomization.yaml"), "resources: [nowhere.yaml]\n");
        for format in FORMATS {
            harmless(&folder.run(&["check", "--no-config", "--format", format]), &format!("{format} of {name:?}"));
        }
        let absent = format!("{name}-absent");
        let (config, baseline) = (format!("--config={absent}"), format!("--baseline={absent}"));
        let odd = format!("--{name}");
        for args in [
            &["check", absent.as_str()][..],
            &["check", &config],
            &["check", "--no-config", &baseline],
            &["check", "--no-config", "--diff", "--fix=unsafe", &file],
            &["check", &odd],
            &["check", "--select", &name],
            &["check", "--kubernetes", &name],
            &["check", "--base", &name],
            &["check", "--no-config", "--output", &absent, "--format", &name],
            &[&odd],
            &["render", "--file", &absent],
            &["render", "--file", &file],
            &["new", &absent, "--answers", &absent],
            &["explain", &name],
            &["rules", &name],
            &["apiserver", "explain", &name],
            &["cluster", "status", "--name", &name],
            &["schema", &name],
            &["completions", &name],
        ] {
            let ran = folder.run(args);
            assert!(ran.stdout.len() + ran.stderr.len() > 10, "{args:?}: {ran:?}");
            harmless(&ran, &format!("{args:?}"));
        }
    }
}

#[test]
fn no_line_of_a_source_or_a_difference_is_a_command() {
    for command in
        [COMMANDS[0], COMMANDS[2], COMMANDS[4], COMMANDS[5]].map(|command| command.replace(['\r', '\u{1b}'], ""))
    {
        let folder = Folder::new();
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    a: |\n      {command}\n\nspec:\n  \
             hostNetwork: true # {command}\n# {command}\n  containers: # {command}\n  - name: a\n    image: a # {command}\n    \
             securityContext: # {command}\n      privileged: true # {command}\n"
        );
        folder.write("a.yaml", &pod);
        // a text at the first column, as in a block of a list of flags
        folder.write("b.yaml", format!("a: b\n{command}\n: [\n"));
        for args in [
            &["check", "--no-config", "--select=all"][..],
            &["check", "--no-config", "--select=all", "--diff", "--fix=unsafe"],
            &["check", "--no-config", "--select=all", "--color=always"],
        ] {
            let mut ran = folder.run(args);
            if args.contains(&"--color=always") {
                ran.stdout = anstream::adapter::strip_str(&ran.stdout).to_string();
                ran.stderr = anstream::adapter::strip_str(&ran.stderr).to_string();
            }
            assert!(ran.stdout.len() > 200, "{ran:?}");
            harmless(&ran, &format!("{args:?} of {command:?}"));
        }
    }
}

#[test]
fn specs_answers_configurations_and_labs_are_harmless() {
    for payload in payloads() {
        let odd = quoted(&payload);
        let folder = Folder::with(&format!(
            "apiVersion: tightship/v1\nkind: App\nname: \"{odd}\"\nimage: \"{odd}\"\nlevel: \"{odd}\"\n\"{odd}\": 1\nenv: {{\"{odd}\": \"{odd}\"}}\n"
        ));
        harmless(&folder.run(&["render"]).exits(2), &format!("spec of {payload:?}"));
        folder.write("answers.yaml", format!("\"{odd}\": 1\nname: \"{odd}\"\n"));
        harmless(&folder.run(&["new", "new", "--yes", "--answers=answers.yaml"]).exits(2), "answers");
        let entry = format!("{{rule: \"{odd}\", reason: \"{odd}\", name: \"[{odd}\"}}");
        let more = format!(
            "\"{odd}\": 1\nselect: [\"{odd}\"]\nlevel: \"{odd}\"\nexclude: [\"[{odd}\"]\nsuppressions: [{entry}]\n"
        );
        folder.write(".tightship.yaml", format!("apiVersion: tightship/v1\nkind: Check\n{more}"));
        harmless(&folder.run(&["check"]).exits(2), &format!("configuration of {payload:?}"));
        folder.write(
            "labs/01-odd/lab.yaml",
            format!("format: 1\nid: \"{odd}\"\ntitle: \"{odd}\"\nstory: \"{odd}\"\n\"{odd}\": 1\n"),
        );
        for args in [&["lab", "--course=labs", "lint"][..], &["lab", "--course=labs", "list"]] {
            harmless(&folder.run(args), &format!("{args:?} of {payload:?}"));
        }
    }
}

/// What a control plane runs with stands in the plan as text, and in the spec as nothing else than values.
#[test]
fn a_control_plane_is_adopted_as_text() {
    for payload in payloads() {
        let odd = quoted(&payload);
        let folder = Folder::new();
        let flags = [
            "audit-policy-file",
            "authentication-config",
            "etcd-servers",
            "service-cluster-ip-range",
            "tls-min-version",
        ];
        let flags: String = flags.iter().map(|flag| format!(", \"--{flag}={odd}\"")).collect();
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: kube-apiserver, namespace: kube-system}}\nspec:\n  containers:\n  - name: kube-apiserver\n    image: registry.k8s.io/kube-apiserver:v1.34.4\n    command: [kube-apiserver, \"--x{odd}=1\", \"--{odd}\"{flags}]\n"
        );
        folder.write("etc/kubernetes/manifests/kube-apiserver.yaml", pod);
        let ran = folder.run(&["apiserver", "adopt", "--node-root=.", "--out=spec"]).exits(0);
        harmless(&ran, &format!("adopt of {payload:?}"));
        for file in ["spec/PLAN.md", "spec/tightship.yaml"] {
            let written = Ran { stdout: folder.read(file), stderr: String::new(), ..ran };
            assert!(written.stdout.len() > 100, "{file}: {written:?}");
            harmless(&written, &format!("{file} of {payload:?}"));
        }
    }
}

#[test]
fn pictures_show_names_as_text() {
    for payload in payloads() {
        let folder = Folder::new();
        let odd = quoted(&payload);
        folder.write("a.yaml", manifest(&odd));
        let binding = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: \"{odd}\"}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \"{odd}\"}}\nsubjects: [{{kind: User, apiGroup: rbac.authorization.k8s.io, name: \"{odd}\"}}]\n"
        );
        folder.write("b.yaml", binding);
        for what in ["network", "rbac"] {
            for format in ["svg", "dot", "mermaid"] {
                let ran = folder.run(&["graph", what, "--format", format]);
                // of the longest no key can be made
                assert!(ran.stdout.len() > 50 || (ran.code == 2 && payload.len() > 80), "{ran:?}");
                harmless(&ran, &format!("{format} of {what} of {payload:?}"));
            }
        }
    }
}

/// What kubectl takes for the end of a line hides nothing in a comment, a scalar or a block.
#[test]
fn line_breaks_of_kubectl_alone_are_errors() {
    for character in ['\u{85}', '\u{2028}', '\u{2029}'] {
        for text in [
            format!("# x{character}apiVersion: v1{character}kind: Pod\n"),
            format!("apiVersion: v1\nkind: Pod #{character}spec: {{}}\n"),
            format!("apiVersion: v1{character}kind: Pod\n"),
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: |\n    b{character}kind: Pod\n"
            ),
        ] {
            let folder = Folder::new();
            folder.write("a.yaml", &text);
            let ran = folder.run(&["check", "--no-config", "."]);
            assert!(ran.code > 1 && ran.stdout.contains("is a line break for kubectl"), "{text:?}: {ran:?}");
        }
        let folder = Folder::new();
        let data = format!("data: {{a: \"b{character}c\"}}");
        folder
            .write("a.yaml", format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: b}}\n{data}\n"));
        folder.run(&["check", "--no-config", "."]).exits(0);
    }
}

/// What kubectl reads of a manifest is looked at, however it is written.
#[test]
fn no_other_form_hides_an_object() {
    let pod = "spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}";
    let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    let item = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, {pod}}}");
    let spec = |context: &str, more: &str| {
        format!("spec: {{containers: [{{name: a, image: a, securityContext: {{{context}}}}}]{more}}}\n")
    };
    for text in [
        format!("apiVersion: e/v1\nkind: Thing\nmetadata: {{name: a, namespace: x}}\nitems: [{item}]\n"),
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\nitems: [{item}]\n"),
        format!("apiVersion: v1\nkind: Pod\nitems: [{{metadata: {{name: a}}, {pod}}}]\n"),
        format!("{{\"kind\": \"Thing\", \"apiVersion\": \"e/v1\", \"items\": [{item}]}}\n"),
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: a}}\nitems: [{item}, {item}]\n"),
        format!("{head}{}", spec("!!binary cHJpdmlsZWdlZA==: true", "")),
        format!("apiVersion: v1\nkind: !!binary UG9k\nmetadata: {{name: a}}\n{pod}\n"),
        format!("apiVersion: !!binary djE=\nkind: Pod\nmetadata: {{name: a}}\n{pod}\n"),
        format!(
            "{head}? !!binary c3BlYw==\n: {{containers: [{{name: a, image: a, securityContext: {{privileged: true}}}}]}}\n"
        ),
        format!("{head}{}", spec("!<tag:yaml.org,2002:binary> 'cHJpdmlsZWdlZA==': true", "")),
        format!("{head}{}", spec("&a !!binary cHJpdmlsZWdlZA==: true", "")),
        format!("{head}{}", spec("!!binary \"cHJp\\\n  dmlsZWdlZA==\": true", "")),
        format!("%TAG !y! tag:yaml.org,2002:\n---\n{head}{}", spec("!y!binary cHJpdmlsZWdlZA==: true", "")),
    ] {
        let folder = Folder::new();
        folder.write("a.yaml", &text);
        let ran = folder.run(&["check", "--no-config", "--format=concise", "--select=privileged", "."]);
        assert!(ran.code == 1 && ran.stdout.contains("critical[privileged]"), "{text}\n{ran:?}");
    }
}

#[test]
fn text_in_base64_is_not_told_to_have_quotes() {
    let folder = Folder::new();
    let port = "ports: [{containerPort: !!binary ODA4MA==}]";
    folder.write(
        "a.yaml",
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: a, {port}}}]}}\n"
        ),
    );
    let ran = folder.run(&["check", "--no-config", "--select=wrong-type", "."]);
    assert!(ran.code == 1 && ran.stdout.contains("expected a whole number"), "{ran:?}");
    assert!(!ran.stdout.contains("quotes") && !ran.stdout.contains("fixable"), "{ran:?}");
}
