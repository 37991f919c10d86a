//! A course of a stranger: it runs nothing before somebody has agreed, and never anything outside of what courses may do.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::{Eof, Expect, Session};

use crate::api::Agreeable;
use crate::support::{self, Folder, Ran};

/// A lab that starts on any cluster: its task is a question, and what must keep is a namespace.
const LAB: &str = "\
format: 1
id: first
title: The first
level: intro
minutes: 10
story: A page that anybody may change.
rules: [writable-root-filesystem]
namespaces: {shop: {}}
start:
  steps:
    - kubectl: [get, ns, shop]
tasks:
  - id: ask
    text: Say it.
    hints: [look at the page, say two]
    checks:
      - id: said
        text: you said it
        why: nobody said anything
        answer: {question: \"What is it?\", sha256: f9e1e36581ec31c4b116a2ccc7a4206a96d566eb9741a47dc8220b5dee7205dc}
keep:
  - id: there
    text: the namespace is there
    why: it is gone
    resource: {kind: Namespace, name: \"{{ ns.shop }}\"}
solutions: [{dir: solution, steps: [{apply: solution}, {answers: {said: two}}]}]
traps: [{dir: trap-user, lesson: a user may write too, fails: [said]}]
";

const STEP: &str = "- kubectl: [get, ns, shop]";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: page, namespace: \"{{ ns.shop }}\"}\n";

/// Plays kubectl: notes what it is asked, where, and with which environment.
const KUBECTL: &str = r#"#!/bin/sh
echo "kubectl $*" >>"$FAKE/log"
env | grep -E '^(KUBE|PATH)' >"$FAKE/environment"
pwd >"$FAKE/folder"
cat >>"$FAKE/input"
case "$*" in
  *"get evil"*) cat "$FAKE/evil" ;;
  *) echo done ;;
esac
"#;

/// A course of a stranger in a folder, a cluster, and a kubectl.
struct Stage {
    folder: Folder,
    api: Agreeable,
}

impl Stage {
    fn new(lab: &str) -> Self {
        let (folder, api) = (Folder::new(), Agreeable::start());
        let stage = Self { folder, api };
        stage.lab(lab);
        for path in ["README.md", "debrief.md"] {
            stage.write(&format!("course/01-first/{path}"), "# The first\n\n```console\n$ kubectl get pods\n```\n");
        }
        for path in ["start/page.yaml", "solution/page.yaml", "trap-user/page.yaml"] {
            stage.write(&format!("course/01-first/{path}"), MAP);
        }
        stage.write("home/.kube/config", &stage.api.kubeconfig());
        stage.write("fake/bin/kubectl", KUBECTL);
        let program = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(stage.folder.path("fake/bin/kubectl"), program).unwrap();
        std::fs::create_dir_all(stage.folder.path("work")).unwrap();
        stage
    }

    /// With another first step.
    fn step(step: &str) -> Self {
        assert!(LAB.contains(STEP));
        Self::new(&LAB.replacen(STEP, step, 1))
    }

    fn lab(&self, lab: &str) {
        self.write("course/01-first/lab.yaml", lab);
    }

    fn write(&self, name: &str, text: &str) {
        self.folder.write(name, text);
    }

    fn command(&self, args: &[&str]) -> Command {
        self.command_of("../course", args)
    }

    fn command_of(&self, course: &str, args: &[&str]) -> Command {
        let mut command = support::program();
        let path = format!("{}:/usr/bin:/bin", self.folder.path("fake/bin").display());
        command.args(["lab", "--course", course]).args(args).current_dir(self.folder.path("work"));
        command.env("PATH", path).env("FAKE", self.folder.path("fake")).env("HOME", self.folder.path("home"));
        command.env("XDG_STATE_HOME", self.folder.path("state")).env_remove("KUBECONFIG");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// A start by somebody who trusts the course.
    fn start(&self) -> Ran {
        self.run(&["start", "first", "--trust", "--context", "fake", "--yes-this-cluster"])
    }

    /// What kubectl was asked.
    fn asked(&self) -> String {
        std::fs::read_to_string(self.folder.path("fake/log")).unwrap_or_default()
    }

    fn terminal(&self, args: &[&str]) -> expectrl::session::OsSession {
        let mut command = self.command(args);
        // the terminal, not what the tests of scripts have
        command.env("TERM", "xterm").stdin(Stdio::inherit());
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        session
    }

    /// A command at a terminal with an answer to the question; what was said before it, the exit code, and the rest.
    fn answered(&self, args: &[&str], answer: &str) -> (String, i32, String) {
        let mut session = self.terminal(args);
        let before = String::from_utf8_lossy(session.expect("Run it? [y/N]").unwrap().before()).into_owned();
        session.send_line(answer).unwrap();
        let (code, rest) = end(session);
        (before, code, rest)
    }
}

fn end(mut session: expectrl::session::OsSession) -> (i32, String) {
    let rest = String::from_utf8_lossy(session.expect(Eof).unwrap().as_bytes()).into_owned();
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (code, rest),
        other => panic!("{other:?}: {rest}"),
    }
}

#[test]
fn a_course_that_somebody_trusts_starts() {
    let stage = Stage::step("- {kubectl: [get, ns, shop], save: x}\n    - put: {file: a/b.txt, from: files/b}");
    stage.write("course/01-first/files/b", "{{ saved.x }} {{ run }}");
    let said = stage.start().exits(0);
    assert!(said.stdout.contains("export KUBECONFIG="), "{said:?}");
    assert!(stage.folder.read("work/01-first/a/b.txt").starts_with("done "));
    assert!(stage.asked().lines().any(|line| line.ends_with(" get ns shop")), "{}", stage.asked());
    assert!(!stage.api.requests().is_empty());
}

#[test]
fn nothing_of_a_course_runs_before_somebody_agrees() {
    let stage = Stage::new(LAB);
    for args in [
        &["start", "first", "--context", "fake", "--yes-this-cluster"][..],
        &["start"],
        &["verify"],
        &["verify", "--json"],
        &["hint"],
        &["watch"],
        &["reset"],
        &["solution", "--apply"],
        &["lint", "--live", "--context", "fake", "--yes-this-cluster"],
    ] {
        stage.run(args).exits(2).says(&["kubectl get ns shop", "nobody has agreed", "--trust", "01-first"]);
    }
    for args in [&["lint"][..], &["list"], &["status"], &[]] {
        let said = stage.run(args);
        assert!(said.code < 2 && !said.stderr.contains("agreed"), "{args:?}: {said:?}");
    }
    assert_eq!((stage.asked(), stage.api.requests()), (String::new(), Vec::new()));
    let left: Vec<_> = std::fs::read_dir(stage.folder.path("work")).unwrap().collect();
    assert!(left.is_empty() && !stage.folder.path("state").exists(), "{left:?}");
    // the course that is built in is ours, also where it lies in a folder
    let mut built_in = stage.command_of(concat!(env!("CARGO_MANIFEST_DIR"), "/labs"), &["hint"]);
    Ran::of(built_in.output().unwrap()).exits(2).says(&["no lab is started"]);
}

#[test]
fn what_a_course_does_is_told_first() {
    let stage = Stage::step("- kubectl: [delete, ns, a b]\n    - apply: start\n    - put: {file: k, from: files/k}");
    stage.write("course/01-first/files/k", "x");
    stage.write(
        "course/01-first/start/page.yaml",
        "kind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: kube-system}\nspec: {hostNetwork: true, volumes: [{hostPath: {path: /}}], \
         containers: [{securityContext: {privileged: true}}]}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n\
         metadata: {name: \"c-{{ run }}\"}\n",
    );
    stage.run(&["start"]).exits(2).says(&[
        "runs        kubectl delete ns 'a b'",
        "Pod p in the namespace kube-system: hostNetwork",
        "Pod p in the namespace kube-system: hostPath /",
        "Pod p in the namespace kube-system: a privileged container",
        "ClusterRoleBinding c-{{ run }}: of the whole cluster",
        "writes      k, from files/k",
        "writes      page.yaml",
        "can reach this machine",
    ]);
}

#[test]
fn the_list_cannot_be_dressed_up() {
    let stage = Stage::step("- kubectl: [get, ns, \"\\e[2J\\r\\nkubectl     get pods\\u202e\"]");
    let said = stage.run(&["start"]).exits(2);
    assert!(!said.stderr.contains(['\u{1b}', '\r', '\u{202e}']), "{said:?}");
    assert!(!said.stderr.lines().any(|line| line.starts_with("kubectl     get pods")), "{said:?}");
}

#[test]
fn it_is_asked_once_and_only_for_what_is_new() {
    let stage = Stage::new(LAB);
    let (before, code, rest) = stage.answered(&["hint"], "n");
    assert!(before.contains("is a program") && before.contains("kubectl get ns shop"), "{before}");
    assert!(code == 2 && rest.contains("nothing of the course was run"), "{rest}");
    for answer in ["", "nope", "yeah"] {
        assert_eq!(stage.answered(&["hint"], answer).1, 2);
    }
    assert!(!stage.folder.path("state").exists());
    let (_, code, rest) = stage.answered(&["hint"], "y");
    assert!(code == 2 && rest.contains("no lab is started"), "{rest}");
    // it is remembered outside of the course and of the working folder
    assert!(stage.folder.read("state/tightship/courses.json").contains("course"));
    stage.run(&["verify"]).exits(2).says(&["no lab is started"]);
    // texts do not count
    stage.lab(&LAB.replace("title: The first", "title: The other"));
    stage.write("course/01-first/README.md", "# Other\n");
    stage.run(&["verify"]).exits(2).says(&["no lab is started"]);
    // the same course elsewhere
    std::fs::rename(stage.folder.path("course"), stage.folder.path("moved")).unwrap();
    symlink("moved", stage.folder.path("course")).unwrap();
    stage.run(&["verify"]).exits(2).says(&["no lab is started"]);
    std::fs::remove_file(stage.folder.path("course")).unwrap();
    std::fs::rename(stage.folder.path("moved"), stage.folder.path("course")).unwrap();

    stage.lab(&LAB.replace(STEP, "- kubectl: [get, ns, shop]\n    - kubectl: [delete, ns, all]"));
    stage.run(&["verify"]).exits(2).says(&["nobody has agreed"]);
    let (before, _, rest) = stage.answered(&["hint"], "YES");
    assert!(before.contains("What is new") && before.contains("kubectl delete ns all"), "{before}");
    assert!(!before.contains("get ns shop") && rest.contains("no lab is started"), "{before}{rest}");
    stage.run(&["verify"]).exits(2).says(&["no lab is started"]);
    // a file that a step uses
    stage.write("course/01-first/trap-user/page.yaml", &MAP.replace("page", "other"));
    let (before, _, _) = stage.answered(&["hint"], "n");
    assert!(before.contains("trap-user/page.yaml: ConfigMap other") && !before.contains("get ns"), "{before}");
    // what is left out, or comes in another order
    stage.write("course/01-first/trap-user/page.yaml", MAP);
    stage.lab(&LAB.replace(STEP, "- kubectl: [delete, ns, all]\n    - kubectl: [get, ns, shop]"));
    let (before, _, _) = stage.answered(&["hint"], "n");
    assert!(before.contains("another order"), "{before}");
}

#[test]
fn an_agreement_in_the_folder_of_the_course_is_none() {
    let stage = Stage::new(LAB);
    assert_eq!(stage.answered(&["hint"], "y").1, 2);
    let agreed = stage.folder.read("state/tightship/courses.json");
    std::fs::remove_dir_all(stage.folder.path("state")).unwrap();
    for place in ["course", "work", "work/.tightship", "work/.tightship/lab", "work/.local/state/tightship"] {
        stage.write(&format!("{place}/courses.json"), &agreed);
    }
    stage.run(&["verify"]).exits(2).says(&["nobody has agreed"]);
    // an agreement of an earlier form, or one that is broken
    for text in ["{}", "{", "[]", &agreed.replace("\"format\":2", "\"format\":1")] {
        stage.write("state/tightship/courses.json", text);
        stage.run(&["verify"]).exits(2).says(&["nobody has agreed"]);
    }
}

#[test]
fn files_are_put_into_the_folder_of_the_lab_only() {
    let elsewhere = Folder::new();
    let absolute = elsewhere.path("victim").display().to_string();
    for name in [
        absolute.as_str(),
        "../victim",
        "../../victim",
        "a/../../victim",
        "./../victim",
        "a/b/../../../victim",
        "..",
        ".git/config",
        ".git/hooks/post-checkout",
        "a/.envrc",
        ".tightship/x",
        "{{ kubeconfig }}",
        "../.tightship/lab/first.kubeconfig",
        "\\e[31mvictim",
        "c:victim",
        "a\\\\..\\\\victim",
        "",
    ] {
        let stage = Stage::step(&format!("- put: {{file: \"{name}\", from: files/k}}"));
        stage.write("course/01-first/files/k", "pwned");
        let said = stage.start();
        assert!(said.code > 1, "{name}: {said:?}");
        for path in
            ["work/victim", "victim", "work/01-first/.git", "work/01-first/a/.envrc", "work/01-first/.tightship"]
        {
            assert!(!stage.folder.path(path).exists(), "{name}: {path}");
        }
        let kubeconfig = stage.folder.read("work/.tightship/lab/first.kubeconfig");
        assert!(!elsewhere.path("victim").exists() && !kubeconfig.contains("pwned"), "{name}");
        let reasons =
            ["leads out of the folder", "is hidden", "is not a name of a file", "the name of a file is empty"];
        assert!(reasons.iter().any(|reason| said.stderr.contains(reason)), "{name}: {said:?}");
        let lint = stage.run(&["lint"]).exits(1);
        assert!(lint.stderr.contains("lab.yaml:11:"), "{name}: {lint:?}");
    }
}

/// A state that says that a start was broken off, so that the folder of the lab is taken as it is.
fn interrupted(stage: &Stage) {
    let state = serde_json::json!({
        "format": 1, "current": "first", "clusters": {},
        "labs": {"first": {"run": {"run": "abcd", "ns": {"shop": "ts-first-shop-abcd"}, "random": {}, "ready": false,
            "snapshots": {}}, "started": null, "passed": null}},
    });
    stage.write("work/.tightship/lab/state.json", &state.to_string());
}

#[test]
fn links_that_came_with_the_folder_are_not_written_through() {
    for (link, target) in [
        ("k", "../../victim"),
        ("k", "../../new"),
        ("k", "../.tightship/lab/first.kubeconfig"),
        ("page.yaml", "../../victim"),
        ("README.md", "../../victim"),
        ("answers.yaml", "../../new"),
        ("a", "../.."),
        ("k", "k"),
    ] {
        let stage = Stage::step("- put: {file: k, from: files/k}\n    - put: {file: a/new, from: files/k}");
        stage.write("course/01-first/files/k", "pwned");
        stage.write("victim", "mine");
        interrupted(&stage);
        std::fs::create_dir_all(stage.folder.path("work/01-first")).unwrap();
        symlink(target, stage.folder.path(&format!("work/01-first/{link}"))).unwrap();
        stage.start().exits(3).says(&["is a link to elsewhere", link]);
        assert_eq!(stage.folder.read("victim"), "mine", "{link}");
        assert!(!stage.folder.path("new").exists(), "{link}");
        assert!(!stage.folder.read("work/.tightship/lab/first.kubeconfig").contains("pwned"), "{link}");
    }
}

#[test]
fn the_folder_of_a_lab_is_no_link_to_elsewhere() {
    for target in ["../victim", "../new", "/", ".tightship/lab"] {
        let stage = Stage::new(LAB);
        interrupted(&stage);
        std::fs::create_dir_all(stage.folder.path("victim")).unwrap();
        symlink(target, stage.folder.path("work/01-first")).unwrap();
        let said = stage.start();
        assert!(said.code > 1 && said.stderr.contains("is a link to elsewhere"), "{target}: {said:?}");
        assert!(std::fs::read_dir(stage.folder.path("victim")).unwrap().next().is_none(), "{target}");
        assert!(!stage.folder.path("new").exists() && !stage.folder.path("work/.tightship/lab/README.md").exists());
    }
}

#[test]
fn a_course_reads_its_own_files_only() {
    let stage = Stage::new(LAB);
    stage.write("secret/lab.yaml", LAB);
    stage.write("secret/README.md", "mine");
    symlink("../secret", stage.folder.path("course/02-second")).unwrap();
    stage.run(&["list"]).exits(2).says(&["course/02-second", "is a link to elsewhere"]);
    std::fs::remove_file(stage.folder.path("course/02-second")).unwrap();
    symlink("../../secret/README.md", stage.folder.path("course/01-first/start/mine.yaml")).unwrap();
    stage.run(&["list"]).exits(2).says(&["start/mine.yaml", "this is a link"]);
    std::fs::remove_file(stage.folder.path("course/01-first/start/mine.yaml")).unwrap();
    let pipe = stage.folder.path("course/01-first/start/pipe.yaml");
    Command::new("mkfifo").arg(&pipe).status().unwrap();
    stage.run(&["list"]).exits(2).says(&["start/pipe.yaml", "this is not a file"]);
    std::fs::remove_file(pipe).unwrap();
    for from in ["../../secret/README.md", "/etc/hostname", "start/../../../secret/README.md"] {
        let stage = Stage::step(&format!("- put: {{file: k, from: {from}}}"));
        stage.write("secret/README.md", "mine");
        stage.start().exits(3).says(&["this lab has no file"]);
    }
}

/// Arguments of a step that is refused, and a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("config, set-credentials, x, --exec-command=sh, --exec-arg=-c", "`kubectl config"),
    ("config, set, users.x.exec.command, sh", "`kubectl config"),
    ("config, use-context, x", "`kubectl config"),
    ("config, view, --flatten", "--flatten"),
    ("config, view", "`kubectl config view` is for"),
    ("config, view, --raw, --minify", "`kubectl config view` is for"),
    ("config, view, --raw, -o, yaml", "`kubectl config view` is for"),
    ("config, view, --raw, -ojson", "`kubectl config view` is for"),
    ("config, view, --raw, -o, \"jsonpath={.users}\"", "`kubectl config view` is for"),
    ("config, view, --raw, -o, \"jsonpath={.users[0].user.token}\"", "`kubectl config view` is for"),
    ("config, view, -o, \"jsonpath={.clusters[0].cluster.server}\", -o, json", "`kubectl config view` is for"),
    ("config, view, --raw, -o, \"go-template={% raw %}{{.}}{% endraw %}\"", "`kubectl config view` is for"),
    ("config, view, --kubeconfig=/etc/kubernetes/admin.conf", "--kubeconfig"),
    ("get, ns, --user=x", "--user"),
    ("get, ns, --user, x", "--user"),
    ("--user=x, get, ns", "--user"),
    ("--kubeconfig, /evil, get, ns", "--kubeconfig"),
    ("get, ns, --kubeconfig=/evil", "--kubeconfig"),
    ("get, ns, --context=prod", "--context"),
    ("get, ns, --cluster=prod", "--cluster"),
    ("get, ns, --server=https://evil.example.com", "--server"),
    ("get, ns, -shttps://evil.example.com", "-s"),
    ("get, ns, -s, https://evil.example.com", "-s"),
    ("get, ns, -As=https://evil.example.com", "-s"),
    ("-s=https://evil.example.com, get, ns", "-s"),
    ("get, ns, --token=t", "--token"),
    ("get, ns, --as=system:admin", "--as"),
    ("get, ns, --client-key=/k", "--client-key"),
    ("get, ns, --kuberc=evil", "--kuberc"),
    ("get, ns, --cache-dir=/tmp/x", "--cache-dir"),
    ("get, ns, --profile=cpu, --profile-output=/tmp/x", "--profile"),
    ("get, ns, --namespace, --server=https://evil.example.com", "--namespace=--server"),
    ("get, ns, -o, go-template-file=/etc/hostname", "go-template-file"),
    ("get, ns, -ojsonpath-file=/etc/hostname", "jsonpath-file"),
    ("get, ns, --output=custom-columns-file=/etc/hostname", "custom-columns-file"),
    ("get, ns, -o, template, --template=/etc/hostname", "template"),
    ("cp, shop/page:/etc/passwd, passwd", "`kubectl cp`"),
    ("proxy, --port=8001", "`kubectl proxy`"),
    ("port-forward, pod/page, \"80\"", "`kubectl port-forward`"),
    ("edit, ns, shop", "`kubectl edit`"),
    ("debug, node/a, --image=busybox", "`kubectl debug`"),
    ("run, a, --image=busybox, --privileged", "`kubectl run`"),
    ("kustomize, https://example.com/x", "`kubectl kustomize`"),
    ("diff, -f, page.yaml", "`kubectl diff`"),
    ("plugin, list", "`kubectl plugin`"),
    ("krew, install, evil", "`kubectl krew`"),
    ("__complete, get", "`kubectl __complete`"),
    ("cluster-info, dump, --output-directory=/tmp/x", "`kubectl cluster-info`"),
    ("apply, -k, https://example.com/x", "-k"),
    ("apply, -f, https://example.com/x.yaml", "https://example.com/x.yaml"),
    ("apply, -f, /etc/hostname", "/etc/hostname"),
    ("apply, -f, \"page.yaml,../../victim\"", "page.yaml,../../victim"),
    ("apply, -f, \"../../vic*\"", "../../vic*"),
    ("apply, -f, .", "no file `.`"),
    ("apply, --filename=-", "standard input"),
    ("create, secret, generic, a, --from-file=k=/etc/hostname", "/etc/hostname"),
    ("create, secret, generic, a, --from-env-file=/etc/hostname", "--from-env-file"),
    ("create, configmap, a, --from-file=../../victim", "../../victim"),
    ("create, -f, page.yaml", "-f"),
    ("exec, page, ls", "`--`"),
    ("exec, page, --kubeconfig=/evil, --, ls", "--kubeconfig"),
    ("logs, page, -f", "-f"),
];

#[test]
fn kubectl_is_asked_only_what_steps_may_ask() {
    for (args, reason) in REFUSED {
        let stage = Stage::step(&format!("- kubectl: [{args}]"));
        stage.start().exits(3).says(&[reason]);
        assert_eq!(stage.asked(), "", "{args}");
        // the linter refuses the same, at the word
        let lint = stage.run(&["lint"]);
        // what is a folder shows only where it is run
        if *args != "apply, -f, ." {
            assert!(lint.code == 1 && lint.stderr.contains("lab.yaml:11:"), "{args}: {lint:?}");
        }
    }
}

#[test]
fn what_belongs_to_the_container_is_its_own() {
    let stage = Stage::step(
        "- kubectl: [exec, -n, shop, page, -c, page, --, sh, -c, id, --kubeconfig=/x, --server=y]\n    \
         - kubectl: [-nshop, create, rolebinding, a, --role=b, --user=jane]\n    \
         - kubectl: [apply, -f, page.yaml, --namespace=shop]",
    );
    stage.start().exits(0);
    let asked = stage.asked();
    assert!(asked.contains(" exec -n shop page -c page -- sh -c id --kubeconfig=/x --server=y\n"), "{asked}");
    assert!(asked.contains(" -nshop create rolebinding a --role=b --user=jane\n"), "{asked}");
}

#[test]
fn what_kubectl_printed_is_no_flag() {
    for evil in ["--kubeconfig=/evil", "-s=https://evil.example.com", "--user=x"] {
        let stage = Stage::step("- {kubectl: [get, evil], save: x}\n    - kubectl: [get, ns, \"{{ saved.x }}\"]");
        stage.write("fake/evil", evil);
        // what it prints is not known before
        stage.run(&["lint"]).exits(0);
        stage.start().exits(3).says(&["is not for steps"]);
        assert_eq!(stage.asked().lines().count(), 1, "{}", stage.asked());
    }
    // nor the name of a file
    let stage = Stage::step("- {kubectl: [get, evil], save: x}\n    - put: {file: \"{{ saved.x }}\", from: files/k}");
    stage.write("course/01-first/files/k", "pwned");
    stage.write("fake/evil", "../../victim");
    stage.start().exits(3).says(&["leads out"]);
    assert!(!stage.folder.path("victim").exists());
}

#[test]
fn kinds_and_names_are_no_flags() {
    for (step, files) in [
        ("- delete: {kind: --kubeconfig=/evil, api_version: v1, name: a}", ""),
        ("- delete: {kind: Namespace, name: --server=https://evil.example.com}", ""),
        ("- patch: files/part.yaml", "kind: --kubeconfig=/evil\nmetadata: {name: a}\n"),
        ("- patch: files/part.yaml", "kind: ConfigMap\nmetadata: {name: \"-shttps://evil.example.com\"}\n"),
    ] {
        let stage = Stage::step(step);
        stage.write("course/01-first/files/part.yaml", files);
        stage.start().exits(3).says(&["is not a kind or name"]);
        assert_eq!(stage.asked(), "", "{step}");
    }
    let stage = Stage::step("- patch: files/part.yaml\n    - delete: {kind: ConfigMap, ns: shop, name: a}");
    stage.write("course/01-first/files/part.yaml", "kind: ConfigMap\nmetadata: {name: a, namespace: --server=x}\n");
    stage.start().exits(0);
    let asked = stage.asked();
    assert!(asked.contains(" --namespace=--server=x -- ConfigMap a\n"), "{asked}");
    assert!(
        asked.lines().any(|line| line.contains(" delete --wait=false") && line.ends_with(" -- ConfigMap a")),
        "{asked}"
    );
}

#[test]
fn kubectl_runs_without_what_a_stranger_may_have_set_up() {
    let stage = Stage::new(LAB);
    interrupted(&stage);
    for name in ["kubectl", "kubectl-get"] {
        let path = format!("work/01-first/{name}");
        stage.write(&path, "#!/bin/sh\necho pwned >>\"$FAKE/pwned\"\n");
        std::fs::set_permissions(stage.folder.path(&path), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = stage.command(&["start", "first", "--trust", "--context", "fake", "--yes-this-cluster"]);
    let fake = stage.folder.path("fake/bin");
    command.env("PATH", format!(".::{}:/usr/bin:/bin", fake.display()));
    command.env("KUBECTL_EXTERNAL_DIFF", "evil").env("KUBERC", "evil").env("KUBE_EDITOR", "evil");
    // the one that the user has is found by the PATH of the user
    Ran::of(command.output().unwrap()).exits(0);
    let environment = stage.folder.read("fake/environment");
    let lines: Vec<&str> = environment.lines().collect();
    assert!(lines.contains(&"KUBERC=off") && lines.contains(&"KUBECTL_KUBERC=false"), "{environment}");
    assert!(!environment.contains("evil") && !environment.contains("01-first"), "{environment}");
    let path = lines.iter().find_map(|line| line.strip_prefix("PATH=")).unwrap();
    assert!(path.split(':').all(|entry| Path::new(entry).is_absolute()), "{path}");
    assert!(!stage.folder.path("fake/pwned").exists());
}

#[test]
fn a_manifest_is_the_same_in_every_run() {
    for text in [
        "{% if run != 'abcd' %}x{% endif %}",
        "{{ 'x' if run != 'abcd' else 'y' }}",
        "{% for a in [1] %}{{ a }}{% endfor %}",
        "{{ ns['shop'] }}",
        "{% set a = 1 %}",
    ] {
        let stage = Stage::step("- apply: start");
        stage.write("course/01-first/start/page.yaml", &format!("{MAP}data: {{a: \"{text}\"}}\n"));
        stage.start().exits(3).says(&["is not a name", "start/page.yaml:4:"]);
        stage.run(&["lint"]).exits(1).says(&["is not a name", "start/page.yaml:4:"]);
        assert_eq!(stage.asked(), "");
    }
}

#[test]
fn checks_read_the_folder_of_the_lab_only() {
    let checks = [
        "token: {from: {file: ../../victim}, accepted: true}",
        "token: {from: {kubeconfig: /etc/hostname}, accepted: true}",
        "token: {from: {file: ../../victim}, absent: true}",
        "cert: {file: ../../victim, issued_by_csr: true}",
        "cert: {kubeconfig: \"{{ kubeconfig }}\", issued_by_csr: true}",
        "can_i: {ns: shop, subject: {token: ../../victim}, deny: [get secrets]}",
        "can_i: {ns: shop, subject: {kubeconfig: ../.tightship/lab/first.kubeconfig}, deny: [get secrets]}",
        "rule: {ids: [writable-root-filesystem], files: [../../victim]}",
        "http: {target: apiserver, path: /api, auth: {token: .ssh/id}, status: [200]}",
    ];
    let mut lab = LAB.to_owned();
    let mut keep = String::from("keep:\n");
    for (at, check) in checks.iter().enumerate() {
        keep += &format!("  - id: c{at}\n    text: it is so\n    why: it is not\n    {check}\n");
    }
    lab = lab.replace("keep:\n", &keep);
    let stage = Stage::new(&lab);
    stage.write("victim", "eyJhbGciOiJub25lIn0.e30.");
    let said = stage.start().exits(3);
    for at in 0..checks.len() {
        let outcome = said.stderr.split(&format!("c{at} says ")).nth(1).unwrap_or_default();
        let is_refused = outcome.contains("leads out of the folder") || outcome.contains("is hidden");
        assert!(outcome.starts_with("error: ") && is_refused, "c{at}: {said:?}");
    }
    // nobody was asked with what lies outside
    let lint = stage.run(&["lint"]).exits(1).stderr;
    for at in 0..checks.len() {
        let number = lab.lines().position(|line| line.contains(&format!("id: c{at}"))).unwrap() + 4;
        assert!(lint.contains(&format!("lab.yaml:{number}:")), "c{at}\n{lint}");
    }
}

#[test]
fn the_node_keeps_what_a_reset_does_not_put_back() {
    for step in [
        "- node_put: {from: files/k, to: /root/.ssh/authorized_keys}",
        "- node_put: {from: files/k, to: /etc/kubernetes/../cron.d/x}",
        "- node_edit: {file: /etc/passwd}",
        "- node_delete: /var/lib/etcd",
    ] {
        let stage =
            Stage::new(&LAB.replacen(STEP, step, 1).replace("namespaces:", "needs: [own_cluster, node]\nnamespaces:"));
        stage.write("course/01-first/files/k", "x: y");
        stage.run(&["lint"]).exits(1).says(&["is not put back by a reset", "lab.yaml:12:"]);
    }
}

#[test]
fn a_page_that_a_step_applies_counts() {
    let stage = Stage::step("- apply: README.md");
    stage.write("course/01-first/README.md", MAP);
    assert_eq!(stage.answered(&["hint"], "y").1, 2);
    stage.run(&["verify"]).exits(2).says(&["no lab is started"]);
    stage.write("course/01-first/README.md", &MAP.replace("ConfigMap", "Secret"));
    stage.run(&["verify"]).exits(2).says(&["nobody has agreed"]);
}

/// What is put between objects so that kubectl reads one more than a reader of YAML: it splits a text at lines.
const HIDDEN: &[&str] = &[
    "---\n{C}---# x\n{P}",
    "---\n{C}---\u{a0}\n{P}",
    "---\n{C}---\u{85}\n{P}",
    "---\n{C}x: [[[\n---\n{P}",
    "---\n{C}x: \"a\"#b\n---\n{P}",
    "---\n{C}x: {\n\ta: b}\n---\n{P}",
    "---\n{C}x: !!binary \"/w==\"\n---\n{P}",
    "---\n{C}x: !!int a\n---\n{P}",
];

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: evil, namespace: kube-system}\nspec: {hostNetwork: true, containers: \
                   [{name: a, image: b, securityContext: {privileged: true}}]}\n";

impl Stage {
    /// The lines about what kind of thing the course does.
    fn told(&self, kind: &str) -> Vec<String> {
        let said = self.run(&["start"]).exits(2).stderr;
        let lines = said.lines().filter_map(|line| line.trim_start().strip_prefix(kind));
        lines.map(|line| line.trim().to_owned()).collect()
    }

    /// The objects that kubectl was given.
    fn applied(&self) -> Vec<serde_json::Value> {
        let input = std::fs::read_to_string(self.folder.path("fake/input")).unwrap_or_default();
        let lists = serde_json::Deserializer::from_str(&input).into_iter::<serde_json::Value>();
        lists.flat_map(|list| list.unwrap()["items"].as_array().unwrap().clone()).collect()
    }

    /// That the course would apply a pod of the whole node is told, and kubectl is given what was told.
    fn tells_of_the_pod(&self, file: &str) {
        let told = self.told("privileged");
        for what in ["hostNetwork", "a privileged container", "not of the lab"] {
            let line = format!("{file}: Pod evil in the namespace kube-system: {what}");
            assert!(told.contains(&line), "{line}\nis not in\n{}", told.join("\n"));
        }
    }
}

#[test]
fn what_kubectl_would_read_otherwise_is_told_and_not_applied() {
    for text in HIDDEN {
        let stage = Stage::step("- apply: start");
        stage.write("course/01-first/start/page.yaml", &text.replace("{C}", MAP).replace("{P}", POD));
        let told = stage.told("privileged");
        assert!(
            told.contains(&"start/page.yaml: objects that cannot be read in advance".to_owned()),
            "{text}: {told:?}"
        );
        stage.start().exits(3).says(&["start/page.yaml:"]);
        assert_eq!(stage.asked(), "", "{text}");
    }
}

#[test]
fn kubectl_is_given_what_was_told() {
    // what stands behind an anchor is the same in every run
    for text in [
        "{enableServiceLinks: &abcd true, hostIPC: &{{ run }} false, hostNetwork: *abcd}",
        "{enableServiceLinks: &abcd false, hostIPC: &{{ run }} true, hostNetwork: *abcd}",
        "{hostNetwork: !!{{ run }} true}",
        "{\"{{ run }}\": {hostNetwork: true}, abcd: {}}",
        "{hostNetwork: true, \"<<\": {hostNetwork: false}}",
        "{hostNetwork: \"\\x7b{ sav\\x65d.x }}\"}",
    ] {
        let stage = Stage::step("- {kubectl: [get, evil], save: x}\n    - apply: start");
        stage.write("fake/evil", "true");
        stage.write("course/01-first/start/page.yaml", &format!("{}spec: {text}\n", MAP.replace("ConfigMap", "Pod")));
        let told = stage.told("privileged").join("\n");
        let is_told =
            told.contains("hostNetwork") || told.contains("printed before") || told.contains("cannot be read");
        stage.start();
        let applied = serde_json::json!(stage.applied()).to_string();
        assert!(is_told || !applied.contains("\"hostNetwork\":true"), "{text}\n{told}\n{applied}");
        assert!(!applied.contains("\"hostNetwork\":\"true\"") || told.contains("printed before"), "{text}\n{told}");
    }
}

#[test]
fn members_of_lists_are_told() {
    let pod = POD.trim_end().replace('\n', ", ");
    let item = format!("{{{pod}}}");
    for list in [
        format!("apiVersion: v1\nkind: List\nitems: [{item}]\n"),
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\nitems: [{item}]\n"),
        format!("apiVersion: v1\nkind: PodList\nitems: [{}]\n", item.replace("kind: Pod, ", "")),
        format!("apiVersion: v1\nkind: List\nitems: [{{apiVersion: v1, kind: List, items: [{item}]}}]\n"),
        format!("items:\n- {item}\n"),
        format!("{MAP}---\n{{\"kind\": \"X\", \"items\": [{item}]}}\n"),
    ] {
        let stage = Stage::step("- apply: start");
        stage.write("course/01-first/start/page.yaml", &list);
        stage.tells_of_the_pod("start/page.yaml");
        stage.start().exits(0);
        assert!(stage.applied().iter().any(|object| object["kind"] == "Pod" && object["items"].is_null()), "{list}");
    }
    let stage = Stage::step("- apply: start");
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}}";
    stage.write("course/01-first/start/page.yaml", &format!("kind: List\napiVersion: v1\nitems: [{role}]\n"));
    let told = stage.told("privileged");
    assert!(told.contains(&"start/page.yaml: ClusterRoleBinding a: of the whole cluster".to_owned()), "{told:?}");
}

#[test]
fn objects_of_files_that_kubectl_applies_are_told() {
    for (step, file) in [
        ("- put: {file: k.yaml, from: files/k}\n    - kubectl: [apply, -f, k.yaml]", "k.yaml, from files/k"),
        ("- put: {file: ./a//k, from: files/k}\n    - kubectl: [apply, --filename=a/./k]", "a/./k, from files/k"),
        ("- put: {file: K.yaml, from: files/k}\n    - kubectl: [apply, -fk.yaml]", "k.yaml, from files/k"),
        ("- kubectl: [apply, -f, evil.yaml]", "evil.yaml, from start/evil.yaml"),
        ("- kubectl: [-n, shop, apply, --dry-run=none, --filename, README.md]", "README.md"),
    ] {
        let stage = Stage::step(step);
        for path in ["files/k", "start/evil.yaml", "README.md"] {
            stage.write(&format!("course/01-first/{path}"), POD);
        }
        stage.tells_of_the_pod(file);
        // names that differ by their case are one file only on some systems
        if !step.contains("K.yaml") {
            stage.start().exits(0);
            assert!(stage.applied().iter().any(|object| object["kind"] == "Pod"), "{step}");
            assert!(stage.asked().contains(" --filename=-"), "{}", stage.asked());
        }
    }
    for step in [
        "- kubectl: [apply, -f, mine.yaml]",
        "- put: {file: answers.yaml, from: files/k}\n    - kubectl: [apply, -f, other.yaml]",
        "- {kubectl: [get, evil], save: x}\n    - put: {file: \"{{ saved.x }}\", from: files/k}\n    - kubectl: [apply, -f, page.yaml]",
    ] {
        let stage = Stage::step(step);
        stage.write("course/01-first/files/k", POD);
        let told = stage.told("privileged");
        assert!(told.iter().any(|line| line.ends_with(": objects that cannot be read in advance")), "{step}: {told:?}");
    }
    let stage = Stage::step("- put: {file: k.yaml, from: files/k}\n    - kubectl: [delete, --wait=false, -f, k.yaml]");
    stage.write("course/01-first/files/k", POD);
    let told = stage.told("deletes");
    assert!(told.contains(&"k.yaml, from files/k: Pod evil in the namespace kube-system".to_owned()), "{told:?}");
    // what kubectl would read otherwise
    for text in HIDDEN {
        let stage = Stage::step("- put: {file: k, from: files/k}\n    - kubectl: [apply, -f, k]");
        stage.write("course/01-first/files/k", &text.replace("{C}", MAP).replace("{P}", POD));
        let told = stage.told("privileged");
        assert!(
            told.contains(&"k, from files/k: objects that cannot be read in advance".to_owned()),
            "{text}: {told:?}"
        );
        stage.start().exits(3);
        assert!(!stage.asked().contains("apply"), "{text}");
    }
}

#[test]
fn what_kubectl_printed_stays_a_value() {
    // one line only, so that it is a value wherever it is put
    for said in ["a\nb", "a\tb", "\u{1b}[2J", "a\u{202e}b", "x\"}\n---\nkind: Pod"] {
        let stage = Stage::step("- {kubectl: [get, evil], save: x}\n    - kubectl: [get, ns, b]");
        stage.write("fake/evil", said);
        stage.start().exits(3).says(&["what is saved is one line without control characters"]);
        assert_eq!(stage.asked().lines().count(), 1, "{said:?}");
    }
    let evil = "x\", namespace: kube-system, labels: {a: b}, annotations: {c: \"d";
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ saved.x }}\"}\n";
    let stage = Stage::step("- {kubectl: [get, evil], save: x}\n    - apply: files/k.yaml");
    stage.write("fake/evil", evil);
    stage.write("course/01-first/files/k.yaml", text);
    stage.start().exits(0);
    assert_eq!(stage.applied()[0]["metadata"], serde_json::json!({"name": evil}));
    // a file keeps the form that was told
    for step in [
        "- put: {file: k.yaml, from: files/k.yaml}\n    - kubectl: [apply, -f, k.yaml]",
        "- put: {file: k, from: files/k.yaml}",
    ] {
        let stage = Stage::step(&format!("- {{kubectl: [get, evil], save: x}}\n    {step}"));
        stage.write("fake/evil", evil);
        stage.write("course/01-first/files/k.yaml", text);
        stage.start().exits(3).says(&["files/k.yaml:1:1:", "changes the form of this file"]);
        assert!(!stage.folder.path("work/01-first/k").exists() && !stage.asked().contains("apply"), "{step}");
    }
}

#[test]
fn what_a_placeholder_stands_for_is_no_flag_verb_or_file() {
    for (step, printed) in [
        ("[apply, \"{{ saved.x }}\"]", "-fpage.yaml"),
        ("[apply, -f, \"{{ saved.x }}\"]", "page.yaml"),
        ("[\"{{ saved.x }}\", ns, b]", "delete"),
        ("[delete, pod, \"{{ saved.x }}\"]", "--all"),
        ("[delete, pod, \"{{ saved.x }}\"]", "-A"),
        ("[exec, \"{{ saved.x }}\", --, id]", "--"),
    ] {
        let stage = Stage::step(&format!("- {{kubectl: [get, evil], save: x}}\n    - kubectl: {step}"));
        stage.write("fake/evil", printed);
        stage.start().exits(3);
        assert_eq!(stage.asked().lines().count(), 1, "{step}: {}", stage.asked());
    }
    // nor is the path of a file that runs
    for step in ["apply: \"{{ saved.x }}\"", "put: {file: k, from: \"{{ saved.x }}\"}", "replace: \"start{{ image }}\""]
    {
        let stage = Stage::step(&format!("- {{kubectl: [get, evil], save: x}}\n    - {step}"));
        stage.write("fake/evil", "README.md");
        for args in [&["start"][..], &["lint"], &["list"]] {
            stage.run(args).exits(2).says(&["expected a path without placeholders", "lab.yaml:12:"]);
        }
    }
    let stage = Stage::new(&LAB.replace("dir: solution,", "dir: \"solution{{ saved.x }}\","));
    stage.run(&["list"]).exits(2).says(&["expected a path without placeholders"]);
}

#[test]
fn whole_maps_and_expressions_are_no_placeholders() {
    for text in ["{{ saved }}", "{{ ns }}", "{{ random }}", "{{ 1 }}", "{{ true }}", "{{ ns.shop.x }}", "{{- run }}"] {
        let stage = Stage::step("- {kubectl: [get, ns, shop], save: x}\n    - apply: start");
        stage.write("course/01-first/start/page.yaml", &format!("{MAP}data: {{a: \"{text}\"}}\n"));
        stage.start().exits(3).says(&["start/page.yaml:4:", "placeholder"]);
        stage.run(&["lint"]).exits(1).says(&["start/page.yaml:4:", "placeholder"]);
        assert!(!stage.asked().contains("apply"), "{text}");
    }
}

#[test]
fn who_gives_the_key_away_tells() {
    let view = "config, view, --raw, --minify, -o";
    for (field, is_told) in [
        ("users[0].user.client-key-data", true),
        ("users[0].user.client-certificate-data", true),
        ("clusters[0].cluster.certificate-authority-data", false),
        ("clusters[0].cluster.server", false),
    ] {
        let stage = Stage::step(&format!("- {{kubectl: [{view}, \"jsonpath={{.{field}}}\"], save: x}}"));
        let told = stage.told("privileged");
        assert_eq!(told.iter().any(|line| line.contains("takes the credentials")), is_told, "{told:?}");
        stage.start().exits(0);
    }
}

/// Texts that are deeper than a stack, or longer than a lexer counts.
fn deep() -> Vec<String> {
    let repeated = |text: &str, count: usize| text.repeat(count);
    vec![
        format!("{{{{ {}run }}}}", repeated("not ", 8000)),
        format!("{{{{ {}run }}}}", repeated("-", 60_000)),
        format!("{{{{ {}run }}}}", repeated("(", 60_000)),
        format!("{{{{ a{} }}}}", repeated(".b", 60_000)),
        format!("{{{{ {} }}}}", repeated("[", 60_000)),
        repeated("{% raw %}", 10_000),
        repeated("{% raw %}{% endraw %}", 10_000),
        repeated("{{", 60_000),
        repeated("{% if a %}", 20_000),
        repeated("{#", 60_000),
        format!("{{% raw %}}{}", repeated("{% ", 60_000)),
    ]
}

#[test]
fn deep_texts_end_no_program() {
    for text in deep() {
        let stage = Stage::new(LAB);
        for path in ["README.md", "debrief.md", "solution/page.yaml"] {
            stage.write(&format!("course/01-first/{path}"), &format!("```sh\nkubectl get pods\n```\n{text}\n"));
        }
        let lint = stage.run(&["lint"]);
        assert!(lint.code < 2, "{}: {lint:?}", &text[..40]);
        let said = stage.run(&["start", "--context", "fake", "--yes-this-cluster"]);
        assert_eq!(said.code, 2, "{}: {said:?}", &text[..40]);
    }
    for (begin, end, count) in [
        ("(", ")", 90),
        ("(", "", 5000),
        ("[", "]", 30_000),
        ("{1:", "}", 300),
        ("1+", "", 400),
        ("1+", "", 60_000),
        ("object.", "", 30_000),
        ("!", "", 60_000),
        ("true?true:", "", 10_000),
        ("[1].all(a,", ")", 80),
    ] {
        let cel = format!("{}1{}", begin.repeat(count), end.repeat(count));
        let check = "resource: {kind: Namespace, name: \"{{ ns.shop }}\"}";
        let stage = Stage::new(&LAB.replace(check, &format!("resource: {{kind: Namespace, name: a, cel: \"{cel}\"}}")));
        let lint = stage.run(&["lint"]);
        assert!(lint.code < 2, "{begin}: {lint:?}");
    }
}

#[test]
fn nothing_in_the_folder_of_a_lab_is_waited_for() {
    for (name, make) in [
        ("README.md", "mkfifo"),
        ("page.yaml", "mkfifo"),
        ("answers.yaml", "mkfifo"),
        ("k", "mkfifo"),
        ("a", "mkfifo"),
        ("README.md", "mkdir"),
        ("k", "mkdir"),
    ] {
        let stage = Stage::step("- put: {file: k, from: files/k}\n    - put: {file: a/new, from: files/k}");
        stage.write("course/01-first/files/k", "x");
        interrupted(&stage);
        std::fs::create_dir_all(stage.folder.path("work/01-first")).unwrap();
        let path = stage.folder.path(&format!("work/01-first/{name}"));
        assert!(Command::new(make).arg(&path).status().unwrap().success());
        let mut command = Command::new("timeout");
        let inner = stage.command(&["start", "first", "--trust", "--context", "fake", "--yes-this-cluster"]);
        command.arg("60").arg(inner.get_program()).args(inner.get_args()).current_dir(stage.folder.path("work"));
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Ran::of(command.output().unwrap()).exits(3).says(&[name]);
    }
    // a link that stays within the folder leads to a FIFO
    let stage = Stage::new(LAB);
    interrupted(&stage);
    std::fs::create_dir_all(stage.folder.path("work/01-first")).unwrap();
    Command::new("mkfifo").arg(stage.folder.path("work/01-first/fifo")).status().unwrap();
    symlink("fifo", stage.folder.path("work/01-first/README.md")).unwrap();
    stage.start().exits(3).says(&["README.md: it is a FIFO"]);
}

#[test]
fn contents_that_a_step_takes_count() {
    for (step, path) in [
        ("- put: {file: k, from: README.md}", "README.md"),
        ("- put: {file: k, from: debrief.md}", "debrief.md"),
        ("- kubectl: [apply, -f, README.md]", "README.md"),
        ("- replace: debrief.md", "debrief.md"),
    ] {
        let stage = Stage::step(step);
        stage.write(&format!("course/01-first/{path}"), MAP);
        assert_eq!(stage.answered(&["hint"], "y").1, 2);
        stage.run(&["verify"]).exits(2).says(&["no lab is started"]);
        stage.write(&format!("course/01-first/{path}"), POD);
        stage.run(&["verify"]).exits(2).says(&["nobody has agreed"]);
    }
    let stage = Stage::step("- put: {file: k, from: lab.yaml}");
    assert_eq!(stage.answered(&["hint"], "y").1, 2);
    stage.lab(&stage.folder.read("course/01-first/lab.yaml").replace("title: The first", "title: Other"));
    stage.run(&["verify"]).exits(2).says(&["nobody has agreed"]);
}

#[test]
fn faults_of_a_course_show_no_secret() {
    let stage = Stage::new(
        &LAB.replace("minutes: 10", "minutes: {password: hunter2-geheim, x: ghp_0123456789abcdefghijABCDEFGHIJ012345}"),
    );
    let said = stage.run(&["lint"]).exits(2);
    assert!(said.stderr.contains("lab.yaml:5:") && said.stderr.contains("password"), "{said:?}");
    assert!(!said.stderr.contains("hunter2") && !said.stderr.contains("ghp_0123"), "{said:?}");
    let stage = Stage::new(LAB);
    let secret = "kind: Secret\nstringData:\n  a: hunter2-geheim: [\n";
    stage.write("course/01-first/solution/page.yaml", &format!("{MAP}---\n{secret}"));
    let said = stage.run(&["lint"]).exits(1);
    assert!(said.stderr.contains("this is not YAML") && !said.stderr.contains("hunter2"), "{said:?}");
}

#[test]
fn nobody_is_asked_about_a_course_that_they_began_and_everybody_about_one_that_they_added_to() {
    let stage = Stage::new(LAB);
    for (course, is_asked) in [("../mine", false), ("../mine", false), ("../course", true)] {
        let name = if stage.folder.path("mine/01-a").exists() { "b" } else { "a" };
        Ran::of(stage.command_of(course, &["new", name]).output().unwrap()).exits(0);
        let ran = Ran::of(stage.command_of(course, &["lint", "--context", "none", "--live"]).output().unwrap());
        assert_eq!(ran.stderr.contains("nobody has agreed"), is_asked, "{course}: {ran:?}");
    }
    // what somebody else changes in it afterwards is asked about
    let page = "mine/01-a/start/page.yaml";
    stage.write(page, &format!("{}# changed\n", stage.folder.read(page)));
    let ran = Ran::of(stage.command_of("../mine", &["lint", "--context", "none", "--live"]).output().unwrap());
    assert!(ran.stderr.contains("nobody has agreed"), "{ran:?}");
    assert_eq!(stage.asked(), "");
}
