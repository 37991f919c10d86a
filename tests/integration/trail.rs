//! `tightship audit-trail`: a repository of twenty commits, in which it names every weakening and nothing else.

use std::process::Command;

use crate::support::{Folder, MINIMAL, Ran, app};
use serde_json::Value;

/// Git as nobody has configured it.
fn git(folder: &Folder, args: &[&str]) {
    let mut command = Command::new("git");
    command
        .current_dir(folder.path(""))
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/nonexistent")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A commit by one of two people on a day of January.
fn commit(folder: &Folder, who: &str, day: u32) {
    git(folder, &["add", "-A"]);
    let mut command = Command::new("git");
    command.current_dir(folder.path("")).args(["commit", "--quiet", "--allow-empty", "-m", "a change"]);
    command.env("GIT_CONFIG_GLOBAL", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), who).env(format!("GIT_{role}_EMAIL"), format!("{who}@example.com"));
        command.env(format!("GIT_{role}_DATE"), format!("2025-01-{day:02}T12:00:00+00:00"));
    }
    assert!(command.output().unwrap().status.success());
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: tool}\nspec:\n  # tightship: allow[host-ports] it listens for the node, until 2025-06-30\n  hostNetwork: false\n  containers: [{name: a, image: a/b:1}]\n";

fn exception(rule: &str, until: &str) -> String {
    format!("exceptions: [{{rule: {rule}, reason: legacy, ticket: T-1, expires: {until}}}]")
}

/// Twenty commits, of which eleven weaken something or end a weakening.
fn history(folder: &Folder) {
    git(folder, &["init", "--quiet", "--initial-branch=main"]);
    let space = "apiVersion: tightship/v1\nkind: Space\nname: shop\nlevel: LEVEL\ntarget: {kubernetes: \"1.36\"}\n";
    let config =
        "apiVersion: tightship/v1\nkind: Check\nsuppressions: [{rule: latest-tag, name: demo, reason: a demo}]\n";
    let baseline = |rules: &[&str]| {
        let findings: Vec<String> = rules
            .iter()
            .map(|rule| format!("{{\"rule\": \"{rule}\", \"object\": \"Pod tool\", \"path\": \"spec\"}}"))
            .collect();
        format!("{{\"version\": 1, \"findings\": [{}]}}\n", findings.join(", "))
    };
    let mut day = 0;
    let mut step = |who: &str, change: &dyn Fn()| {
        change();
        day += 1;
        commit(folder, who, day);
    };
    step("ada", &|| folder.write("README.md", "# shop\n"));
    step("ada", &|| folder.write("tightship.yaml", MINIMAL));
    step("bob", &|| folder.write("tightship.yaml", app(&exception("writable-root", "2030-01-01")))); // 1 exception
    step("ada", &|| {
        folder.write("tightship.yaml", app(&format!("replicas: 3\n{}", exception("writable-root", "2030-01-01"))))
    });
    step("bob", &|| folder.write("tightship.yaml", app(&exception("writable-root", "2031-01-01")))); // 2 changed
    step("ada", &|| folder.write("space.yaml", space.replace("LEVEL", "restricted")));
    step("bob", &|| folder.write("space.yaml", space.replace("LEVEL", "baseline"))); // 3 level
    step("ada", &|| folder.write("pod.yaml", POD)); // 4 suppression
    step("ada", &|| {
        std::fs::create_dir(folder.path("tools")).unwrap();
        std::fs::rename(folder.path("pod.yaml"), folder.path("tools/pod.yaml")).unwrap();
    });
    step("bob", &|| folder.write(".tightship.yaml", config)); // 5 suppression
    step("bob", &|| {
        folder.write(".tightship.yaml", format!("{config}ignore: [no-limits]\n").replace("no-limits", "host-ports"))
    }); // 6 configuration
    step("ada", &|| folder.write("baseline.json", baseline(&["privileged"]))); // 7 baseline
    step("ada", &|| folder.write("baseline.json", baseline(&["privileged", "host-pid"]))); // 8 baseline
    step("bob", &|| {
        folder.write("namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: old\n  labels: {pod-security.kubernetes.io/enforce: privileged}\n")
    }); // 9 level
    step("ada", &|| folder.write("space.yaml", space.replace("LEVEL", "restricted"))); // 10 ended
    step("ada", &|| {
        folder.write("made.yaml", "# Made by tightship from x: edit that\napiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {tightship/allow.host-ports: legacy}}\n")
    });
    step("bob", &|| folder.write("notes.yaml", "exceptions: [{rule: x}]\nlevel: baseline\n"));
    step("ada", &|| folder.write("broken.yaml", "a: [\n# tightship: hello\n"));
    step("ada", &|| folder.write(".tightship.yaml", config)); // 11 ended
    step("bob", &|| folder.write("README.md", "# shop, again\n"));
}

fn trail(folder: &Folder, args: &[&str]) -> Ran {
    folder.run(&[&["audit-trail"], args].concat())
}

#[test]
fn every_weakening_is_named_and_nothing_else() {
    let folder = Folder::new();
    history(&folder);
    let ran = trail(&folder, &["--format", "json"]).exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["version"], &report["commits"]), (&1.into(), &20.into()));
    let events: Vec<String> = report["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let word = |key: &str| event[key].as_str().unwrap_or("-").to_owned();
            let day = word("date")[8..10].to_owned();
            let (who, file, object) = (event["author"]["name"].as_str().unwrap(), word("file"), word("object"));
            format!(
                "{day} {who} {} {}: {file}, {object}, {}, {}, {}, {}",
                word("kind"),
                word("change"),
                word("rule"),
                word("reason"),
                word("until"),
                word("state")
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            "03 bob exception added: tightship.yaml, App shop, writable-root, legacy, 2030-01-01, in force",
            "05 bob exception changed: tightship.yaml, App shop, writable-root, legacy, 2031-01-01, in force",
            "07 bob level added: space.yaml, Space shop, baseline, -, -, ended",
            "08 ada suppression added: pod.yaml, Pod tool, host-ports, it listens for the node, 2025-06-30, expired",
            "10 bob suppression added: .tightship.yaml, name demo, latest-tag, a demo, -, in force",
            "11 bob configuration added: .tightship.yaml, rule left out, host-ports, -, -, ended",
            "12 ada baseline added: baseline.json, Pod tool spec, privileged, -, -, in force",
            "13 ada baseline added: baseline.json, Pod tool spec, host-pid, -, -, in force",
            "14 bob level added: namespace.yaml, Namespace old, privileged, -, -, in force",
            "15 ada level ended: space.yaml, Space shop, baseline, -, -, ended",
            "19 ada configuration ended: .tightship.yaml, rule left out, host-ports, -, -, ended",
        ]
    );
    let table = trail(&folder, &["--open"]).exits(0);
    assert_eq!(table.stdout.lines().count(), 8, "{}", table.stdout);
    assert!(
        table.stdout.contains("bob <bob@example.com>") && table.stdout.contains("legacy (T-1)"),
        "{}",
        table.stdout
    );
    let page = trail(&folder, &["--anonymous", "--format", "markdown"]).exits(0);
    assert!(page.stdout.contains("| author 1 |") && page.stdout.contains("| author 2 |"), "{}", page.stdout);
    for name in ["ada", "bob", "example.com"] {
        assert!(!page.stdout.contains(name), "{name} in {}", page.stdout);
    }
}

#[test]
fn branches_that_meet_count_once() {
    let folder = Folder::new();
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    folder.write("tightship.yaml", MINIMAL);
    commit(&folder, "ada", 1);
    git(&folder, &["checkout", "--quiet", "-b", "side"]);
    folder.write("tightship.yaml", app(&exception("writable-root", "2030-01-01")));
    commit(&folder, "bob", 2);
    git(&folder, &["checkout", "--quiet", "main"]);
    folder.write("README.md", "x\n");
    commit(&folder, "ada", 3);
    git(&folder, &["-c", "user.name=ada", "-c", "user.email=a@example.com", "merge", "--quiet", "--no-edit", "side"]);
    let report: Value = serde_json::from_str(&trail(&folder, &["--format", "json"]).exits(0).stdout).unwrap();
    let events = report["events"].as_array().unwrap();
    assert_eq!((events.len(), &events[0]["author"]["name"]), (1, &"bob".into()), "{report:#}");
}

#[test]
fn git_runs_nothing_of_the_repository() {
    let folder = Folder::new();
    history(&folder);
    let canary = folder.path("ran");
    let script = folder.path("evil.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch {}\n", canary.display())).unwrap();
    let program = format!("sh {}", script.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.log",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "gpg.program",
        "core.sshCommand",
        "core.alternateRefsCommand",
    ] {
        git(&folder, &["config", key, &program]);
    }
    git(&folder, &["config", "log.showSignature", "true"]);
    folder.write(".gitattributes", "*.yaml diff=evil\n*.json diff=evil\n");
    folder.write(".mailmap", "eve <eve@example.com> bob <bob@example.com>\n");
    let ran = trail(&folder, &[]).exits(0);
    assert!(!canary.exists(), "git ran a program of the repository");
    assert!(!ran.stdout.contains("eve@"), "{}", ran.stdout);
    trail(&folder, &["--output=x", "--", "--output=y"]).exits(2);
    let outside = Folder::new();
    trail(&outside, &[]).exits(2).says(&["git"]);
}

#[test]
fn what_a_commit_says_is_text() {
    let folder = Folder::new();
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    let reason = "reason: \"a | b\\u001b[31m <img src=x> ::error::\"";
    folder.write("tightship.yaml", app(&exception("writable-root", "2030-01-01").replace("reason: legacy", reason)));
    commit(&folder, "ada|\u{1b}[31m", 1);
    for format in ["table", "markdown", "json"] {
        let ran = trail(&folder, &["--format", format]).exits(0);
        assert!(!ran.stdout.contains('\u{1b}'), "{format}: {}", ran.stdout);
    }
    let page = trail(&folder, &["--format", "markdown"]).stdout;
    assert!(!page.contains("<img") && page.lines().all(|line| line.matches('|').count() == 10), "{page}");
}

/// What cannot be read is said in words of this repository, and no hint hands a stranger's word to a shell.
#[test]
fn a_history_that_is_not_there() {
    let folder = Folder::new();
    let ran = folder.run(&["audit-trail"]).exits(2);
    assert!(ran.stderr.contains("not a git repository"), "{ran:?}");
    git(&folder, &["init", "--quiet"]);
    let ran = folder.run(&["audit-trail"]).exits(2);
    assert!(ran.stderr.contains("this repository has no commit yet"), "{ran:?}");
    let ran = folder.run(&["audit-trail", "v1.2"]).exits(2);
    assert!(ran.stderr.contains("git fetch --depth=1 origin v1.2"), "{ran:?}");
    for odd in ["--output=x", "HEAD:a.yaml", "..", "a; b", "$(id)"] {
        let ran = folder.run(&["audit-trail", "--", odd]).exits(2);
        assert!(ran.stderr.contains("is not the name of a commit") && !ran.stderr.contains("fetch"), "{ran:?}");
    }
    assert!(!folder.path("x").exists());
}

#[test]
fn a_level_that_all_documents_share_is_named_for_each() {
    let folder = Folder::new();
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    let spec = "apiVersion: tightship/v1\nkind: Defaults\nlevel: baseline\ntarget: {kubernetes: \"1.36\"}\n";
    let app = "apiVersion: tightship/v1\nkind: App\nname: NAME\nimage: ghcr.io/acme/web:1.2.3\n";
    let strict = app.replace("NAME", "api") + "level: restricted\n";
    folder.write("tightship.yaml", [spec, &app.replace("NAME", "web"), &strict].join("---\n"));
    commit(&folder, "ada", 1);
    let ran = folder.run(&["audit-trail", "--format", "json"]).exits(0);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(ran.stdout.contains("App web") && !ran.stdout.contains("App api"), "{found}");
}
