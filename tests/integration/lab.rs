//! `tightship lab` without a cluster: what it lists, what it refuses, and what it remembers.

use crate::support::{Folder, Ran};

/// The smallest lab that is one.
const LAB: &str = "\
format: 1
id: first
title: The first
level: intro
minutes: 10
story: A page that anybody may change.
rules: [writable-root-filesystem]
namespaces: {shop: {}}
tasks:
  - id: close
    text: Close it.
    hints: [look at the page, set readOnlyRootFilesystem]
    checks:
      - id: closed
        text: the page cannot be changed
        why: somebody wrote into it
        exec: {ns: shop, workload: deployment/page, argv: [touch, /x], exit: nonzero}
keep:
  - id: works
    text: the page answers
    why: nobody answers
    healthy: {ns: shop, workload: deployment/page}
solutions: [{dir: solution}]
traps: [{dir: trap-user, lesson: a user may write too, fails: [closed]}]
";

/// A folder with a course of one lab, or of what is made of it.
fn course(lab: &str) -> Folder {
    let folder = Folder::new();
    folder.write("course/01-first/lab.yaml", lab);
    for path in ["README.md", "debrief.md"] {
        let text = "# The first\n\nLook at it:\n\n```console\n$ kubectl get pods\n```\n";
        folder.write(&format!("course/01-first/{path}"), text);
    }
    for path in ["start/page.yaml", "solution/page.yaml", "trap-user/page.yaml"] {
        folder.write(
            &format!("course/01-first/{path}"),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: page}\n",
        );
    }
    folder
}

#[test]
fn the_labs_are_listed_with_their_times() {
    let folder = Folder::new();
    let listed = folder.run(&["lab", "list"]).exits(0).stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() >= 13 && lines[0].contains("01 the-hack") && lines[0].contains(" min"), "{listed}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{listed}");
    let json: serde_json::Value =
        serde_json::from_str(&folder.run(&["lab", "list", "--json"]).exits(0).stdout).unwrap();
    assert_eq!(json["labs"].as_array().unwrap().len(), lines.len());
    assert_eq!((&json["version"], &json["labs"][0]["id"]), (&1.into(), &"the-hack".into()));
}

#[test]
fn the_repository_holds_the_curriculum() {
    let page = Folder::new().run(&["lab", "list", "--markdown"]).exits(0).stdout;
    assert!(page == include_str!("../../docs/labs.md"), "docs/labs.md is out of date: `just docs` writes it");
}

#[test]
fn without_a_word_it_says_what_is_next() {
    let folder = Folder::new();
    folder.run(&["lab"]).exits(0).says(&["0 of ", "next is 01-the-hack", "tightship lab start"]);
    assert!(!folder.path(".tightship").exists(), "looking leaves nothing behind");
}

#[test]
fn a_lab_that_is_not_there_has_a_nearest_one() {
    let folder = Folder::new();
    folder.run(&["lab", "start", "the-hak"]).exits(2).says(&["there is no lab `the-hak`", "did you mean `the-hack`?"]);
    folder.run(&["lab", "verify", "99"]).exits(2).says(&["there is no lab `99`"]);
}

#[test]
fn what_needs_a_start_says_so() {
    let folder = Folder::new();
    for verb in ["verify", "hint", "watch", "reset", "solution", "debrief"] {
        folder.run(&["lab", verb]).exits(2).says(&["no lab is started", "tightship lab start"]);
    }
    for verb in ["verify", "hint", "watch", "solution"] {
        folder.run(&["lab", verb, "the-hack"]).exits(2).says(&["the-hack is not started"]);
    }
    folder.run(&["lab", "status"]).exits(0).says(&["none yet"]);
    folder.run(&["lab", "down"]).exits(0).says(&["nothing to do"]);
}

#[test]
fn a_course_of_ones_own_is_read() {
    let folder = course(LAB);
    folder.run(&["lab", "--course", "course", "list"]).exits(0).says(&["01 first", "10 min", "The first"]);
    folder.run(&["lab", "--course", "course", "lint"]).exits(0);
}

#[test]
fn the_page_of_another_course_says_nothing_of_ours() {
    let page = course(LAB).run(&["lab", "--course", "course", "list", "--markdown"]).exits(0).stdout;
    assert!(page.contains("| 01 | first |") && page.contains("1 lab, 0 hours and 10 minutes"), "{page}");
    for ours in ["busybox", "Not in the course", "none:", "1.12", "the-hack"] {
        assert!(!page.contains(ours), "{ours}: {page}");
    }
}

#[test]
fn a_fault_of_a_course_has_its_place_and_the_nearest_word() {
    for (good, bad, said) in [
        ("level: intro", "level: intor", "course/01-first/lab.yaml:4:8"),
        ("level: intro", "level: intor", "did you mean `intro`?"),
        ("minutes: 10", "minuts: 10", "did you mean `minutes`?"),
        (
            "rules: [writable-root-filesystem]",
            "rules: [writable-root-filesytem]",
            "did you mean `writable-root-filesystem`?",
        ),
        ("exec: {ns: shop", "exek: {ns: shop", "did you mean `exec`?"),
        ("format: 1", "format: 2", "out of range"),
    ] {
        let folder = course(&LAB.replacen(good, bad, 1));
        folder.run(&["lab", "--course", "course", "list"]).exits(2).says(&[said]);
    }
}

#[test]
fn the_linter_finds_what_a_reader_would_stumble_over() {
    for (good, bad, said) in [
        ("fails: [closed]", "fails: [close]", "`close`"),
        ("hints: [look at the page, set readOnlyRootFilesystem]", "hints: [look]", "hint"),
        ("workload: deployment/page, argv", "workload: page, argv", "`page`"),
        ("dir: solution", "dir: solutions", "solutions"),
        ("healthy: {ns: shop", "healthy: {ns: shp", "`shop`"),
        ("id: works", "id: closed", "closed"),
    ] {
        let folder = course(&LAB.replacen(good, bad, 1));
        folder.run(&["lab", "--course", "course", "lint"]).exits(1).says(&[said, "lab.yaml:"]);
    }
}

/// What the linter says of a course whose `keep` asks this instead.
fn keeping(check: &str) -> Ran {
    let folder = course(&LAB.replacen("healthy: {ns: shop, workload: deployment/page}", check, 1));
    folder.write("course/01-first/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: page}\n");
    folder.run(&["lab", "--course", "course", "lint"])
}

#[test]
fn the_environment_may_ask_for_a_cluster() {
    let folder = course(LAB);
    let lint = |live: &str| {
        let mut command = crate::support::program();
        command.args(["lab", "--course", "course", "--trust", "lint"]).current_dir(folder.path(""));
        Ran::of(command.env("TIGHTSHIP_LIVE", live).output().unwrap())
    };
    // there is no image to make one from
    lint("1").exits(3);
    lint("true").exits(3);
    lint("0").exits(0);
    lint("").exits(0);
}

#[test]
fn a_workload_is_for_containers_for_debugging() {
    for (check, said) in [
        ("op: create, workload: deployment/page, expect: deny", "belongs to `op: debug`"),
        ("op: debug, workload: page, expect: deny", "`page`"),
    ] {
        let check = format!("admission: {{ns: shop, file: pod.yaml, {check}}}");
        keeping(&check).exits(1).says(&[said, "lab.yaml:"]);
    }
}

#[test]
fn who_has_a_token_is_named_by_its_pod() {
    for (from, code, said) in [
        ("{ns: shop, kubeconfig: mine}", 2, "the workload is missing"),
        ("{ns: shop, workload: page}", 1, "`page`"),
        ("{ns: shp, workload: deployment/page}", 1, "did you mean `shop`?"),
        ("{ns: shop, workload: deployment/page}, anonymous: true", 2, "`token_of` and `anonymous` exclude each other"),
    ] {
        let check = format!("http: {{target: apiserver, path: /api, auth: {{token_of: {from}}}}}");
        keeping(&check).exits(code).says(&[said, "lab.yaml:"]);
    }
}

#[test]
fn what_is_exported_is_what_the_labs_show() {
    let of_kind = |text: &str| -> Vec<serde_json::Value> {
        let documents = serde_yaml::Deserializer::from_str(text);
        let objects = documents.map(|document| serde::Deserialize::deserialize(document).unwrap());
        objects.filter(|object: &serde_json::Value| object["kind"] == "ValidatingAdmissionPolicy").collect()
    };
    for (lab, rules) in [("15-digest-policy", &["image-digest"][..]), ("16-exec-guard", &["pods-exec", "pods-debug"])] {
        let exported = Folder::new().run(&[&["policy", "export"], rules].concat()).exits(0).stdout;
        let path = format!("{}/labs/{lab}/solution-exported/policy.yaml", env!("CARGO_MANIFEST_DIR"));
        let shown = of_kind(&std::fs::read_to_string(path).unwrap());
        let specs = |objects: Vec<serde_json::Value>| -> Vec<_> {
            objects.into_iter().map(|object| object["spec"].clone()).collect()
        };
        assert_eq!(specs(shown), specs(of_kind(&exported)), "{lab}");
        assert_eq!(of_kind(&exported).len(), rules.len());
    }
}

#[test]
fn a_state_that_cannot_be_used_is_not_lost() {
    let folder = Folder::new();
    for (text, said) in [("{\"format\": 1", "is broken"), ("{\"format\": 9}", "newer tightship")] {
        folder.write(".tightship/lab/state.json", text);
        folder.run(&["lab"]).exits(2).says(&["state.json", said]);
        assert_eq!(std::fs::read_to_string(folder.path(".tightship/lab/state.json")).unwrap(), text);
    }
}

/// A machine whose docker, which a script plays, has no containers.
#[cfg(unix)]
fn without_containers(folder: &Folder, command: &mut std::process::Command) {
    folder.write("fake/version", "v1.34.4\n");
    std::fs::create_dir_all(folder.path("bin")).unwrap();
    for name in ["docker", "kind"] {
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cluster").join(name);
        let _ = std::os::unix::fs::symlink(script, folder.path("bin").join(name));
    }
    command.env("PATH", folder.path("bin")).env("FAKE", folder.path("fake")).env_remove("KIND_EXPERIMENTAL_PROVIDER");
}

#[cfg(unix)]
#[test]
fn a_cluster_that_is_gone_is_not_the_learners_fault() {
    let folder = course(LAB);
    let state = serde_json::json!({
        "format": 1, "current": "first",
        "clusters": {"shared": {"name": "gone", "context": null, "uid": "u", "node": "gone-control-plane",
            "server": "https://127.0.0.1:1", "version": "v1.34.4"}},
        "labs": {"first": {"run": {"run": "abcd", "ns": {"shop": "ts-first-shop-abcd"}, "random": {}, "ready": true,
            "snapshots": {}}, "started": null, "passed": null}},
    });
    folder.write(".tightship/lab/state.json", state.to_string());
    let lab = |args: &[&str]| {
        let mut command = folder.command(&[&["lab", "--course", "course", "--trust"], args].concat());
        without_containers(&folder, &mut command);
        Ran::of(command.output().unwrap())
    };
    let gone = ["the cluster gone does not answer", "tightship lab down"];
    lab(&["verify"]).exits(3).says(&gone);
    lab(&["reset"]).exits(3).says(&gone);
    lab(&["list"]).exits(0).says(&["doing"]);
    // from within the folder of the lab, or one in it
    let mut inside = crate::support::program();
    inside.args(["lab", "--course", "../../course", "list"]).current_dir(folder.path("course/01-first"));
    Ran::of(inside.output().unwrap()).exits(0).says(&["doing"]);
    // hints need no cluster, and the solution opens with the last
    lab(&["solution"]).exits(2).says(&["is available when"]);
    lab(&["hint"]).exits(0).says(&["hint 1 of 2", "look at the page"]);
    lab(&["hint"]).exits(0).says(&["hint 2 of 2", "all hints are shown"]);
    lab(&["debrief"]).exits(2).says(&["contains its solution"]);
    lab(&["down"]).exits(0);
    lab(&["list"]).exits(0).says(&["01 first"]);
}

#[test]
fn a_new_lab_is_written_beside_others_and_lints() {
    let folder = Folder::new();
    folder.run(&["lab", "new", "first-lab", "--course", "course"]).exits(0).says(&["wrote course/01-first-lab"]);
    folder.run(&["lab", "new", "second", "--course", "course"]).exits(0).says(&["wrote course/02-second"]);
    folder.run(&["lab", "--course", "course", "lint"]).exits(0);
    let again = folder.run(&["lab", "new", "second", "--course", "course"]).exits(2);
    again.says(&["course/02-second is there already: choose another id"]);
    folder.run(&["lab", "new", "../second"]).exits(2).says(&["`../second` cannot be the id of a lab"]);
}

#[test]
fn a_state_that_does_not_exist_is_refused_before_any_cluster() {
    let folder = Folder::new();
    folder.run(&["lab", "new", "first-lab", "--course", "course"]).exits(0);
    let lint = |state: &str| folder.run(&["lab", "--course", "course", "lint", "--state", state]).exits(2);
    lint("solutoin").says(&["there is no state `solutoin`; did you mean `solution`?"]);
    lint("x").says(&["there are reset, solution, solution-container, start, trap-only-refused"]);
    folder.run(&["lab", "lint", "--sample", "3"]).exits(2).says(&["--mutate"]);
}
