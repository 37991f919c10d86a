//! The state of labs and the folders of clusters: what they say is looked up, and they are the caller's own.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::machine::{Machine, NAME};
use crate::support::Ran;

/// A record as a state has it.
fn record(name: &str) -> Value {
    json!({"name": name, "kubeconfig": "kubeconfig", "context": null, "uid": "u", "made": true, "node": "victim",
        "server": "https://127.0.0.1:1", "version": "v1.34.4"})
}

const EVERYWHERE: [&[&str]; 5] =
    [&["lab"], &["lab", "list"], &["lab", "status"], &["lab", "down"], &["lab", "start", "the-hack"]];

#[test]
fn a_cluster_of_somebody_else_is_not_deleted() {
    let machine = Machine::new();
    machine.state("the-hack", "shared", &record(NAME));
    machine.runs("/home/other/clusters/mark", 1);
    machine.run(&["lab", "status"]).exits(0).says(&["tightship did not make the kind cluster"]);
    machine.run(&["lab", "verify"]).exits(3).says(&["tightship did not make the kind cluster"]);
    machine.run(&["lab", "reset"]).exits(3);
    machine.run(&["lab", "down"]).exits(0).says(&["tightship did not make the kind cluster", "is forgotten here"]);
    machine.run(&["lab", "down"]).exits(0).says(&["nothing to do"]);
    assert!(machine.folder.path("fake/nodes").exists(), "the cluster is deleted");
    assert!(!machine.log().contains("delete") && !machine.log().contains("victim"), "{}", machine.log());
}

#[test]
fn the_node_is_looked_up() {
    let machine = Machine::new();
    machine.state("the-hack", "shared", &record(NAME));
    machine.write(
        &format!(".tightship/lab/clusters/{NAME}/kubeconfig"),
        "current-context: x\nclusters: [{name: x, cluster: {server: 'https://127.0.0.1:1'}}]\n\
         contexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {token: t}}]\n",
    );
    machine.runs_own(1);
    machine.run(&["lab", "status"]).exits(0);
    machine.run(&["lab", "verify"]);
    let log = machine.log();
    assert!(log.contains(&format!("{NAME}-control-plane true")) && !log.contains("victim"), "{log}");
}

#[test]
fn a_name_leads_to_no_other_folder() {
    for name in ["../../../../victim", "/victim", "..", "", "--all", "a/../../../../../victim"] {
        let machine = Machine::new();
        let name = name.replace("/victim", &format!("{}/victim", machine.folder.path("").display()));
        machine.folder.write("victim/cluster.json", "{}");
        machine.folder.write("victim/file", "kept");
        machine.state("the-hack", "shared", &record(&name));
        for command in [["lab", "status"], ["lab", "verify"], ["lab", "down"]] {
            machine.run(&command).says(&["is not the name of a cluster"]);
        }
        assert_eq!(machine.folder.read("victim/file"), "kept", "{name}");
        let log = machine.log();
        assert!(!log.contains("kind delete") && !log.contains("ps"), "{log}");
    }
}

#[test]
fn the_image_of_a_record_is_not_used() {
    let machine = Machine::new();
    machine.state("anonymous", "anonymous", &record(NAME));
    let cluster = json!({"format": 1, "name": NAME, "kubernetes": "1.34.4", "image": "evil/node:1", "hardened": false, "nodes": 1});
    machine.write(&format!(".tightship/lab/clusters/{NAME}/cluster.json"), cluster.to_string());
    machine.run(&["lab", "reset"]).exits(2).says(&["no node image"]);
    assert!(!machine.log().contains("evil") && !machine.log().contains("create"), "{}", machine.log());
}

#[test]
fn names_that_no_run_was_given_are_refused() {
    for (run, space, word) in [
        ("abcd", "kube-system", "a"),
        ("abcd", "ts-other-shop-abcd", "a"),
        ("abcd,tightship/lab-run!=x", "ts-the-hack-shop-abcd,tightship/lab-run!=x", "a"),
        ("abcd", "ts-the-hack-shop-abcd", "--kubeconfig=/tmp/evil"),
    ] {
        let machine = Machine::new();
        let run = json!({"run": run, "ns": {"shop": space}, "random": {"word": word}, "ready": true, "snapshots": {}});
        let state = json!({"format": 1, "current": "the-hack", "labs": {"the-hack": {"run": run}}});
        machine.write(".tightship/lab/state.json", state.to_string());
        for command in EVERYWHERE {
            machine.run(command).exits(2).says(&["state.json is broken", "move it away"]);
        }
    }
}

#[test]
fn links_in_the_state_are_not_followed() {
    for part in
        [".tightship", ".tightship/lab", ".tightship/lab/clusters", ".tightship/lab/state.json", ".tightship/lab/lock"]
    {
        let machine = Machine::new();
        machine.write(".tightship/lab/state.json", "{\"format\": 1}");
        let (path, elsewhere) = (machine.clone().join(part), machine.folder.path("elsewhere"));
        if path.exists() {
            std::fs::rename(&path, &elsewhere).unwrap();
        }
        symlink(&elsewhere, &path).unwrap();
        let before = machine.folder.files();
        for command in EVERYWHERE {
            machine.run(command).exits(2).says(&["is a link, and is not followed"]);
        }
        assert!(machine.folder.files() == before, "{part}: something was written");
    }
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    for name in ["state.json", "lock", "the-hack.kubeconfig"] {
        let machine = Machine::new();
        machine.write(".tightship/lab/README", "");
        let path = machine.clone().join(".tightship/lab").join(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let begun = Instant::now();
        let command = ["lab", "--dir", ".", "down"];
        let mut child = machine.command(&command).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                panic!("{name}: it waits");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ran::of(child.wait_with_output().unwrap()).exits(2).says(&["is not a file"]);
    }
}

/// A text that a terminal would take for more than a text.
#[test]
fn a_state_is_shown_as_text() {
    let machine = Machine::new();
    let mut odd = record("\u{1b}[2Jgone\n::error::x\u{202e}");
    odd["version"] = json!("v1\u{1b}]0;x\u{7}\n::error::y");
    odd["context"] = json!("\u{1b}[2Jprod\n::error::z");
    machine.state("the-hack", "shared", &odd);
    for command in [["lab", "status"], ["lab", "verify"], ["lab", "down"]] {
        let ran = machine.run(&command);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{said:?}");
        assert!(!said.lines().any(|line| line.starts_with("::")), "{said:?}");
        ran.exits(2).says(&["state.json is broken"]);
    }
}

/// Whether the tests may give files to somebody else.
fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// What is said where they may not.
const LEFT_OUT: &str = "left out: only root can make files of another user";

fn give_away(path: &std::path::Path, options: &[&str]) {
    assert!(Command::new("chown").args(options).arg("12345").arg(path).status().unwrap().success());
}

#[test]
fn a_state_of_another_user_is_refused_unless_it_is_allowed() {
    if !is_root() {
        eprintln!("{LEFT_OUT}");
        return;
    }
    for part in [".tightship", ".tightship/lab", ".tightship/lab/state.json", ".tightship/lab/clusters"] {
        let machine = Machine::new();
        machine.write(".tightship/lab/state.json", "{\"format\": 1}");
        machine.write(".tightship/lab/clusters/README", "");
        machine.write("below/README", "");
        give_away(&machine.clone().join(part), &[]);
        let clone = machine.clone();
        let above = clone.parent().unwrap().display().to_string();
        let said = ["belongs to another user (uid 12345)", "TIGHTSHIP_SAFE_DIRECTORY=", "--dir"];
        for (command, from) in EVERYWHERE.iter().flat_map(|command| [(command, "."), (command, "below")]) {
            let output = machine.command(command).current_dir(clone.join(from)).output().unwrap();
            Ran::of(output).exits(2).says(&said);
        }
        machine.run(&["lab", "--dir", ".", "list"]).exits(2).says(&said);
        let allowed = |value: &str| {
            Ran::of(machine.command(&["lab", "list"]).env("TIGHTSHIP_SAFE_DIRECTORY", value).output().unwrap()).code
        };
        let own = clone.display().to_string();
        for value in [&own, &format!("/nowhere:{own}/"), "*", &format!("{above}/*")] {
            assert_eq!(allowed(value), 0, "{value}");
        }
        for value in ["", ":", "/nowhere", &above, &format!("{own}/*"), &format!("{own}/below")] {
            assert_eq!(allowed(value), 2, "{value}");
        }
        // who has called root by sudo is the caller, too
        let sudo = |uid| machine.command(&["lab", "list"]).env("SUDO_UID", uid).output().unwrap().status.code();
        assert_eq!((sudo("12345"), sudo("12346")), (Some(0), Some(2)));
    }
}

#[test]
fn a_folder_of_a_cluster_of_another_user_is_refused() {
    let machine = Machine::new();
    let record =
        json!({"format": 1, "name": "a", "kubernetes": "1.34.4", "image": "node:1", "hardened": false, "nodes": 1});
    machine.write("a/cluster.json", record.to_string());
    symlink("a", machine.clone().join("b")).unwrap();
    for command in ["status", "down", "up"] {
        let ran = machine.run(&["cluster", command, "--name", "b", "--dir", "."]);
        ran.exits(2).says(&["is a link, and is not followed"]);
    }
    if !is_root() {
        eprintln!("{LEFT_OUT}");
        return;
    }
    give_away(&machine.clone().join("a"), &["-R"]);
    for command in ["status", "down", "up"] {
        let ran = machine.run(&["cluster", command, "--name", "a", "--dir", "."]);
        ran.exits(2).says(&["belongs to another user", "TIGHTSHIP_SAFE_DIRECTORY="]);
    }
    assert!(machine.clone().join("a/cluster.json").exists());
}

/// A run with these fields beside those that every run has.
fn run_with(fields: &Value) -> Value {
    let mut run =
        json!({"run": "abcd", "ns": {"shop": "ts-the-hack-shop-abcd"}, "random": {}, "ready": true, "snapshots": {}});
    run.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    run
}

#[test]
fn what_a_step_has_saved_is_one_line() {
    for saved in ["x\"}\n---\nkind: Pod", "a\u{1b}[2J", "a\rb", "a\u{202e}"] {
        let machine = Machine::new();
        let state = json!({"format": 1, "current": "the-hack",
            "labs": {"the-hack": {"run": run_with(&json!({"saved": {"x": saved}}))}}});
        machine.write(".tightship/lab/state.json", state.to_string());
        for command in EVERYWHERE {
            machine.run(command).exits(2).says(&["state.json is broken", "a run that no lab can have"]);
        }
    }
}

#[test]
fn counters_do_not_overflow() {
    let machine = Machine::new();
    let lab = json!({"run": run_with(&json!({})), "verified": u32::MAX,
        "hints": {"wall": u64::MAX, "a": u64::MAX, "b": u64::MAX}});
    let mut state =
        json!({"format": 1, "current": "the-hack", "clusters": {"shared": record(NAME)}, "labs": {"the-hack": lab}});
    let hints = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/labs/01-the-hack/lab.yaml")).unwrap();
    let tasks = hints.lines().filter_map(|line| line.strip_prefix("  - id: "));
    for task in tasks {
        state["labs"]["the-hack"]["hints"][task] = json!(u64::MAX);
    }
    machine.write(".tightship/lab/state.json", state.to_string());
    machine.run(&["lab", "hint"]).exits(0).says(&["that was the last hint"]);
    machine.write(".tightship/lab/state.json", state.to_string());
    machine.run(&["lab", "status"]).exits(0).says(&["4294967295 verifications"]);
    machine.write(
        &format!(".tightship/lab/clusters/{NAME}/kubeconfig"),
        "current-context: x\nclusters: [{name: x, cluster: {server: 'https://127.0.0.1:1'}}]\n\
         contexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {token: t}}]\n",
    );
    machine.runs_own(1);
    let said = machine.run(&["lab", "verify"]);
    assert!(said.code < 4 && !said.stderr.contains("panicked"), "{said:?}");
}

#[test]
fn a_token_that_fits_into_no_header_ends_no_program() {
    for token in ["a\\e", "a\\n", "\\x7f", "a b", "\\u00e9", ""] {
        let machine = Machine::new();
        machine.state("the-hack", "shared", &record(NAME));
        machine.write(
            &format!(".tightship/lab/clusters/{NAME}/kubeconfig"),
            format!(
                "current-context: x\nclusters: [{{name: x, cluster: {{server: 'https://127.0.0.1:1'}}}}]\n\
                 contexts: [{{name: x, context: {{cluster: x, user: x}}}}]\nusers: [{{name: x, user: {{token: \"{token}\"}}}}]\n"
            ),
        );
        machine.runs_own(1);
        for command in [["lab", "status"], ["lab", "verify"]] {
            let said = machine.run(&command);
            assert!(said.code < 4 && !said.stderr.contains("panicked"), "{token}: {said:?}");
        }
    }
}

#[test]
fn git_sees_nothing_of_the_labs_whatever_came_with_the_folder() {
    for came in [
        &[(".tightship/lab/README", "")][..],
        &[(".tightship/lab/.gitignore", "!*\n")],
        &[(".tightship/lab/.gitignore", "# nothing\n"), (".tightship/.gitignore", "!lab\n")],
        &[(".tightship/lab/.gitignore", "*\n!kubeconfig\n")],
        &[(".gitignore", "!.tightship/**\n"), (".tightship/lab/lock", "")],
    ] {
        let machine = Machine::new();
        for (path, text) in came {
            machine.write(path, text);
        }
        let git = |args: &[&str]| {
            let output = Command::new("git").args(args).current_dir(machine.clone()).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        git(&["init", "--quiet"]);
        // it fails for want of an image, after the folder was made
        machine.run(&["lab", "start", "the-hack"]).exits(3);
        machine.write(".tightship/lab/kubeconfig", "token: t");
        let seen = git(&["status", "--porcelain", "--untracked-files=all"]);
        assert!(!seen.contains("kubeconfig") && !seen.contains("state.json"), "{came:?}: {seen}");
        assert_eq!(std::fs::read_to_string(machine.clone().join(".tightship/lab/.gitignore")).unwrap(), "*\n");
    }
}

#[test]
fn a_folder_that_is_none_of_a_cluster_stays() {
    let good =
        json!({"format": 1, "name": "a", "kubernetes": "1.34.4", "image": "node:1", "hardened": true, "nodes": 1});
    let other = |key: &str, value: Value| {
        let mut record = good.clone();
        record[key] = value;
        record.to_string()
    };
    for text in [
        "{\"my\": \"project\"}".to_owned(),
        String::new(),
        "[]".to_owned(),
        other("name", json!("b")),
        other("format", json!(2)),
        other("more", json!(true)),
        other("nodes", json!(-1)),
    ] {
        let machine = Machine::new();
        machine.write("a/cluster.json", &text);
        machine.write("a/src/main.rs", "mine");
        machine.write("a/kind.yaml", "mine");
        machine.run(&["cluster", "down", "--name", "a", "--dir", "."]).exits(2).says(&["cluster.json"]);
        assert_eq!(machine.folder.read("clone/a/kind.yaml"), "mine", "{text}");
        // nor through the state of labs
        machine.write(&format!(".tightship/lab/clusters/{NAME}/cluster.json"), &text);
        machine.write(&format!(".tightship/lab/clusters/{NAME}/notes"), "mine");
        machine.state("the-hack", "shared", &record(NAME));
        machine.run(&["lab", "down"]).exits(0).says(&["cluster.json", "is forgotten here"]);
        assert!(machine.clone().join(format!(".tightship/lab/clusters/{NAME}/notes")).exists(), "{text}");
    }
}

#[test]
fn what_is_not_of_a_cluster_stays_beside_it() {
    let machine = Machine::new();
    let good =
        json!({"format": 1, "name": "a", "kubernetes": "1.34.4", "image": "node:1", "hardened": true, "nodes": 1});
    machine.write("a/cluster.json", good.to_string());
    machine.write("elsewhere/control-plane/a/kind.yaml", "mine");
    for path in ["notes", "kubeconfig", "kind.yaml", "tightship.yaml", ".git/config", "mark/own"] {
        machine.write(&format!("a/{path}"), "x");
    }
    symlink("../elsewhere/control-plane", machine.clone().join("a/control-plane")).unwrap();
    // a lock that came with the folder may name anything
    let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    let lock = format!(
        "version: 1\ntightship: 0.1.0\nsource: tightship.yaml\nspec: x\nfiles:\n  notes: {digest}\n  ../elsewhere/control-plane/a/kind.yaml: {digest}\n"
    );
    machine.write("a/tightship.lock", lock);
    let said = machine.run(&["cluster", "down", "--name", "a", "--dir", "."]).exits(0);
    for name in ["a/.git", "a/control-plane", "a/mark", "a/notes"] {
        assert!(said.stderr.contains(&format!("{name} is not of the cluster, and stays")), "{name}: {said:?}");
    }
    assert_eq!(machine.folder.read("clone/elsewhere/control-plane/a/kind.yaml"), "mine");
    assert!(!machine.clone().join("a/kubeconfig").exists() && !machine.clone().join("a/cluster.json").exists());
    machine.run(&["cluster", "down", "--name", "a", "--dir", "."]).exits(0).says(&["nothing to do"]);
    assert!(machine.clone().join("a/notes").exists());
}

#[test]
fn a_broken_record_is_no_defect() {
    for (key, value) in [
        ("kubernetes", json!("../../x")),
        ("kubernetes", json!("1.34.4\u{1b}[2J\n::error::x")),
        ("kubernetes", json!("")),
        ("kubernetes", json!("9.99.9")),
        ("kubernetes", json!("1.34.4, hostNetwork: true")),
    ] {
        for hardened in [true, false] {
            let machine = Machine::new();
            let mut record = json!({"format": 1, "name": NAME, "kubernetes": "1.34.4", "image": "node:1", "hardened": hardened, "nodes": 1});
            record[key] = value.clone();
            machine.write(&format!(".tightship/lab/clusters/{NAME}/cluster.json"), record.to_string());
            machine.runs_own(1);
            let said = machine.run(&["cluster", "status", "--name", NAME, "--dir", ".tightship/lab/clusters"]).exits(2);
            assert!(!said.stderr.contains("defect in tightship") && !said.stderr.contains('\u{1b}'), "{said:?}");
            assert!(
                said.stderr.contains("the record of the cluster") && said.stderr.contains("cluster down"),
                "{said:?}"
            );
        }
    }
}
