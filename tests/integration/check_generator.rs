//! What the generator writes has no finding: of no rule that is on, and of hardly any that is off.

use crate::support::{Folder, Ran, data};

const KINDS: [&str; 5] = ["deployment", "statefulset", "daemonset", "job", "cronjob"];
const RELEASES: [&str; 5] = ["1.33", "1.34", "1.35", "1.36", "1.37"];

/// Makes an app as a user would who takes every default.
fn made(kind: &str, level: &str, release: &str, more: &[&str]) -> Folder {
    let folder = Folder::new();
    let base = ["new", ".", "--name", "shop", "--image", "busybox:1.37", "--yes"];
    let asked = ["--workload", kind, "--level", level, "--kubernetes", release];
    let of_kind: &[&str] = match kind {
        "cronjob" => &["--schedule", "0 3 * * *"],
        "job" => &[],
        _ => &["--port", "8080"],
    };
    folder.run(&[&base[..], &asked, of_kind, more].concat()).exits(0);
    folder
}

#[track_caller]
fn clean(folder: &Folder, what: &str, args: &[&str]) {
    let ran: Ran = folder.run(&[&["check", "--format", "concise"], args].concat());
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "{what}: {}", ran.stderr);
}

#[test]
fn every_kind_level_and_release_is_clean() {
    for kind in KINDS {
        for level in ["restricted", "baseline"] {
            for release in RELEASES {
                let folder = made(kind, level, release, &[]);
                clean(&folder, &format!("{kind} {level} {release}"), &["--kubernetes", release]);
            }
        }
    }
}

#[test]
fn what_is_not_the_users_choice_is_clean_with_all_rules() {
    // of a tag, and of the number of pods, nobody but the user can decide
    let choices = "--ignore=image-digest,image-pull-policy,single-replica";
    for kind in KINDS {
        let folder = made(kind, "restricted", "1.37", &[]);
        clean(&folder, kind, &["--select=all", choices, "--kubernetes", "1.37"]);
    }
}

#[test]
fn a_level_asked_for_is_the_level_enforced() {
    for level in ["restricted", "baseline"] {
        clean(&made("deployment", level, "1.37", &[]), level, &["--level", level]);
    }
    let ran =
        made("deployment", "baseline", "1.37", &[]).run(&["check", "--level", "restricted", "--format", "concise"]);
    ran.exits(1).says(&["[weak-pod-security-level]"]);
}

#[test]
fn apps_with_more_are_clean() {
    for more in [
        &["--storage", "/data=10Gi"][..],
        &["--secrets", "shop-db=/run/secrets/db"],
        &["--host", "shop.example.com", "--gateway", "infra/public"],
        &["--platform", "openshift"],
        &["--platform", "kind"],
        &["--layout", "plain"],
        &["--environments", "dev,prod"],
        &["--team", "shop-team"],
    ] {
        clean(&made("statefulset", "restricted", "1.37", more), more[0], &[]);
    }
}

#[test]
fn every_good_spec_is_clean() {
    for (name, path) in data("good/") {
        let spec = std::fs::read_to_string(path).unwrap();
        let folder = Folder::with(&spec);
        folder.render(&[]).exits(0);
        // an app alone comes without the namespace that has the level
        let level = if spec.contains("level: baseline") { "baseline" } else { "restricted" };
        // a patch is no object before kustomize makes one of it
        let names = folder.names();
        let files = names.iter().filter(|name| name.ends_with(".yaml") && !name.contains("/patch-"));
        clean(&folder, &name, &files.map(String::as_str).chain(["--level", level]).collect::<Vec<_>>());
    }
}
