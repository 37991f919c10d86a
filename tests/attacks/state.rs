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
