//! What `render` says of what lies around its files: patches that it does not apply, files that nobody made, objects that
//! the cluster would keep, apps that were renamed.

use std::fs;
use std::process::Command;

use crate::support::{Folder, MINIMAL, app};

const PATCHES: &str = "apps/shop/patches/kustomization.yaml";

/// The example in the comment of the file of patches, as a file: nothing is changed in it.
fn example(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix("#   "));
    let example: String = lines.map(|line| format!("{line}\n")).collect();
    assert!(example.contains("patches:") && example.contains("resources:"), "{text}");
    format!("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n{example}")
}

/// Every kind of workload has an example that kustomize applies, word for word.
#[test]
fn the_example_of_the_patches_works_word_for_word() {
    for workload in ["deployment", "statefulset", "daemonset", "job", "{kind: cronjob, schedule: \"0 3 * * *\"}"] {
        let folder = Folder::rendered(&app(&format!("workload: {workload}")));
        let text = folder.read(PATCHES);
        folder.write(PATCHES, example(&text));
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop}\n";
        folder.write("apps/shop/patches/config.yaml", object);
        // the file says what the object of the base says, so that the patch finds it
        let patched: serde_json::Value = serde_yaml::from_str::<serde_json::Value>(&folder.read(PATCHES)).unwrap();
        let patch = patched["patches"][0]["patch"].as_str().unwrap();
        let patch: serde_json::Value = serde_yaml::from_str(patch).unwrap();
        let base = fs::read_dir(folder.path("apps/shop/base")).unwrap().flatten();
        let objects = base.flat_map(|file| {
            let text = fs::read_to_string(file.path()).unwrap();
            text.split("\n---\n")
                .map(|text| serde_yaml::from_str::<serde_json::Value>(text).unwrap())
                .collect::<Vec<_>>()
        });
        let key = |object: &serde_json::Value| {
            ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"].map(|at| object.pointer(at).cloned())
        };
        let found: Vec<_> = objects.filter(|object| key(object) == key(&patch)).collect();
        assert_eq!(found.len(), 1, "{workload}: {patch}");
        // where kustomize is, it has the last word
        let Ok(built) = Command::new("kubectl").args(["kustomize", "apps/shop"]).current_dir(folder.path("")).output()
        else {
            continue;
        };
        let text = String::from_utf8_lossy(&built.stdout).into_owned();
        assert!(built.status.success(), "{workload}: {}", String::from_utf8_lossy(&built.stderr));
        assert!(text.contains("schedulerName: other-scheduler") && text.contains("name: more"), "{workload}: {text}");
    }
}

#[test]
fn patches_that_are_not_applied_are_said() {
    let folder = Folder::rendered(MINIMAL);
    let quiet = folder.render(&["--stdout"]).exits(0);
    assert!(!quiet.stderr.contains("patches"), "{}", quiet.stderr);
    folder.write(PATCHES, example(&folder.read(PATCHES)));
    let said = format!("{PATCHES} is not applied: only the kustomize layout does that");
    folder.render(&["--stdout"]).exits(0).says(&[&said]);
    folder.render(&["--layout", "plain"]).exits(0).says(&[&said]);
    folder.render(&["--layout", "plain"]).exits(0).says(&[&said]);
    let kustomize = folder.render(&["--layout", "kustomize"]).exits(0);
    assert!(!kustomize.stderr.contains("not applied"), "{}", kustomize.stderr);
}

#[test]
fn a_rename_says_what_stays_behind() {
    let folder = Folder::rendered(MINIMAL);
    folder.write(PATCHES, example(&folder.read(PATCHES)));
    folder.replace("tightship.yaml", "name: shop", "name: store");
    let list = folder.render(&["--prune-list"]).exits(0);
    for line in ["kubectl delete -n shop deployment.apps/shop\n", "kubectl delete -n shop service/shop\n"] {
        assert!(list.stdout.contains(line), "{}", list.stdout);
    }
    assert!(folder.path("apps/shop/base/deployment.yaml").exists(), "it writes nothing");
    folder.render(&[]).exits(0).says(&[
        "apps/shop is no app of the spec any more, and its `patches` stay",
        "cp -R ./apps/shop/patches/. ./apps/store/patches/ && rm -r ./apps/shop/patches",
        "not rendered any more, and stays in the cluster unless you delete it",
        "kubectl delete -n shop deployment.apps/shop",
    ]);
    assert_eq!(folder.render(&["--prune-list"]).exits(0).stdout, "");
}

#[test]
fn a_file_in_base_that_nobody_made_is_said() {
    let folder = Folder::rendered(MINIMAL);
    folder.write("apps/shop/base/extra.yaml", "kind: ConfigMap\n");
    folder.render(&[]).exits(0).says(&["did not make ./apps/shop/base/extra.yaml, and nothing applies it"]);
    fs::remove_file(folder.path("apps/shop/base/extra.yaml")).unwrap();
    let quiet = folder.render(&[]).exits(0);
    assert!(!quiet.stderr.contains("warning"), "{}", quiet.stderr);
}

#[test]
fn an_object_that_goes_is_named_with_the_command() {
    let folder = Folder::rendered(&app("files: [{path: /etc/a/b, content: c}]"));
    folder.write("tightship.yaml", MINIMAL);
    folder.render(&["--prune-list"]).exits(0).says(&[]);
    folder.render(&[]).exits(0).says(&["an object is not rendered any more", "kubectl delete -n shop configmap/shop"]);
}

#[test]
fn a_layout_that_changes_leaves_no_object_behind() {
    let folder = Folder::rendered(MINIMAL);
    assert_eq!(folder.render(&["--layout", "plain", "--prune-list"]).exits(0).stdout, "");
}

/// What a rule finds in what would be written stands in the spec: the line there is named, and no file that does not exist.
#[test]
fn what_a_rule_finds_is_shown_in_the_spec() {
    for (more, place) in [
        ("env: {DB_PASSWORD2: hunter2222222}", "--> tightship.yaml:8:"),
        ("env:\n  LEVEL: info\n  DB_PASSWORD2: hunter2222222", "--> tightship.yaml:10:"),
        ("files: [{path: /etc/app.conf, content: \"DB_PASSWORD2=hunter2222222\\n\"}]", "--> tightship.yaml:8:"),
    ] {
        let folder = Folder::with(&app(more));
        let ran = folder.render(&[]).exits(2).says(&[place, "nothing was written", "tightship explain"]);
        assert!(!ran.stderr.contains("hunter"), "{}", ran.stderr);
        assert_eq!(folder.names(), ["tightship.yaml"]);
    }
}
