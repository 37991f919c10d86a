//! What a configuration, a baseline or a change may try: to make the program fail, to show another file, to hide what it brings.

use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, Ran, program};

const HEAD: &str = "apiVersion: tightship/v1\nkind: Check\n";
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext: {privileged: true}
";

/// A folder with a privileged pod and a configuration.
fn configured(more: &str) -> Folder {
    let folder = Folder::new();
    folder.write("pod.yaml", POD);
    folder.write(".tightship.yaml", format!("{HEAD}{more}"));
    folder
}

#[test]
fn no_glob_makes_a_panic() {
    let classes = "[!a-z]".repeat(400_000);
    let (many, open, nested) = ("?".repeat(1_500_000), "{".repeat(100_000), "{a,".repeat(5000) + &"}".repeat(5000));
    let wide = "{aaaaaaaa,bbbbbbbb}".repeat(5000);
    for glob in [&many, &classes, &open, &nested, &wide, &"[".repeat(2000), &"\\\\".repeat(2000)] {
        for key in ["exclude: [", "suppressions: [{rule: privileged, reason: x, name: "] {
            let end = if key.starts_with("exclude") { "]" } else { "}]" };
            let folder = configured(&format!("{key}'{glob}'{end}\n"));
            let ran = folder.run(&["check", "--select=privileged"]).exits(2).says(&["a glob of ", "characters"]);
            let column = key.len() + 1;
            ran.says(&[&format!(".tightship.yaml:3:{column}")]);
        }
    }
    // within the limit, whatever it is, is a glob or an error at its place
    for glob in ["[", "{a", "a}", "[z-a]", "[!a-z]".repeat(166).as_str(), "{".repeat(1000).as_str()] {
        let ran = configured(&format!("exclude: ['{glob}']\n")).run(&["check", "--select=privileged"]);
        assert!(ran.code == 1 || ran.code == 2 && ran.stderr.contains(".tightship.yaml:3:11"), "{glob}: {ran:?}");
    }
}

#[test]
fn no_configuration_makes_a_panic() {
    let words =
        ["&a [*a]", "!!binary x", "{? [a]: b}", "'\\u0000'", "0x7fffffffffffffffffff", ".nan", "|\n  x", "[[[[[["];
    for key in
        ["select", "ignore", "severity", "failOn", "registries", "exclude", "noSuppress", "suppressions", "level"]
    {
        for word in words {
            let ran = configured(&format!("{key}: {word}\n")).run(&["check", "--select=privileged"]);
            assert!([0, 1, 2, 3].contains(&ran.code) && !ran.stderr.contains("panicked"), "{key}: {word}: {ran:?}");
        }
    }
    let folder = configured(&format!("exclude: ['{}']\n", "a".repeat(5 << 20)));
    folder.run(&["check"]).exits(2).says(&["a configuration has at most"]);
}

#[test]
fn no_baseline_makes_a_panic() {
    let folder = Folder::new();
    folder.write("pod.yaml", POD);
    let entry =
        |count: &str| format!("{{\"rule\": \"x\", \"object\": \"y\", \"path\": \"{count}\", \"count\": {count}}}");
    let findings = [entry("18446744073709551615"), entry("18446744073709551614")].join(",");
    folder.write("b.json", format!("{{\"version\": 1, \"findings\": [{findings}]}}"));
    folder.run(&["check", "--no-config", "--baseline=b.json", "--select=privileged"]).exits(1);
    folder.write("b.json", "{\"version\": \"swordf1sh\"}");
    let ran = folder.run(&["check", "--no-config", "--baseline=b.json"]).exits(2).says(&["not a baseline: line 1"]);
    assert!(!ran.stderr.contains("swordf1sh"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_no_configuration_shows_no_line_of_it() {
    for text in [
        "https://me:swordf1sh@example.com\n",
        "[default]\naws_secret_access_key = swordf1sh\n",
        "machine db login me password swordf1sh\n",
        "password: swordf1sh\nswordf1sh: x\n",
        "kind: Config\nusers: [{user: {token: swordf1sh}}]\n",
        "kind: swordf1sh\napiVersion: tightship/v1\n",
        "- swordf1sh\n",
        "a: [swordf1sh\n",
        "swordf1sh: *swordf1sh\n",
    ] {
        let folder = Folder::new();
        folder.write("pod.yaml", POD);
        folder.write("credentials", text);
        std::os::unix::fs::symlink("credentials", folder.path(".tightship.yaml")).unwrap();
        let ran = folder.run(&["check"]).exits(2).says(&["this is not a configuration", ".tightship.yaml:"]);
        assert!(!ran.stderr.contains("swordf1sh") && !ran.stdout.contains("swordf1sh"), "{text}: {}", ran.stderr);
    }
}

#[test]
fn a_configuration_that_leaves_out_everything_is_no_pass() {
    let every: Vec<String> = tightship::internals::rules::all()
        .map(|rule| format!("{{rule: {}, reason: x, name: '*', kind: '**'}}", rule.id))
        .collect();
    for (more, says) in [
        ("ignore: [all]\n".to_owned(), "the configuration leaves every rule out"),
        ("select: [unused-suppression]\n".to_owned(), "the configuration leaves every rule out"),
        (format!("suppressions: [{}]\n", every.join(", ")), "nothing to check"),
        ("exclude: ['**']\n".to_owned(), "nothing to check"),
    ] {
        for format in ["text", "concise", "json", "sarif", "github", "junit"] {
            let ran = configured(&more).run(&["check", "--format", format]).exits(3);
            ran.says(&[says]);
        }
    }
    configured("ignore: [privileged]\n").run(&["check", "--select=privileged"]).exits(3).says(&["nothing to check"]);
}

#[test]
fn rules_that_the_configuration_leaves_out_are_counted() {
    let folder = configured("ignore: [privileged, host-ports]\n");
    let ran = folder.run(&["check", "--format=json"]);
    assert!(ran.stderr.contains("2 rules left out by the configuration"), "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["counts"]["rulesLeftOut"], 2);
    // what a flag leaves out is the user's own
    let ran = folder.run(&["check", "--no-config", "--ignore=privileged"]);
    assert!(!ran.stdout.contains("left out"), "{}", ran.stdout);
}

#[test]
fn every_suppression_can_be_refused() {
    let folder = configured("suppressions: [{rule: host-namespaces, reason: x}]\n");
    let bad = POD
        .replace("spec:\n", "spec:\n  hostNetwork: true\n")
        .replace("      securityContext", "      # tightship: allow[privileged] because\n      securityContext");
    folder.write("pod.yaml", bad);
    let select = "--select=privileged,host-namespaces";
    folder.run(&["check", select]).exits(0).says(&["2 suppressed"]);
    let ran = folder.run(&["check", select, "--no-suppress=all", "--format=concise"]).exits(1);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
}

/// Git in a folder, free of what the developer has configured.
fn git(folder: &Folder, args: &[&str]) -> String {
    let mut command = Command::new("git");
    let none = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    command.args(who).args(args).envs(none).current_dir(folder.path(""));
    let ran = Ran::of(command.output().unwrap()).exits(0);
    ran.stdout.trim().to_owned()
}

fn commit(folder: &Folder) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message=x"]);
    git(folder, &["rev-parse", "HEAD"])
}

/// A repository with a clean pod, and the commit.
fn repository() -> (Folder, String) {
    let folder = Folder::new();
    folder.write("pod.yaml", POD.replace("true", "false"));
    git(&folder, &["init", "--quiet"]);
    let base = commit(&folder);
    (folder, base)
}

#[test]
fn a_change_cannot_configure_its_own_check() {
    let (folder, base) = repository();
    folder.write("pod.yaml", POD);
    for more in ["exclude: ['**']\n", "ignore: [privileged]\n", "suppressions: [{rule: privileged, reason: x}]\n"] {
        folder.write(".tightship.yaml", format!("{HEAD}{more}"));
        let ran = folder.run(&["check", "--base", &base, "--select=privileged", "--format=github"]).exits(1);
        assert!(ran.stdout.contains("::error file=pod.yaml,line=8"), "{}", ran.stdout);
        assert!(ran.stdout.contains("::notice file=.tightship.yaml,title=notice::this change has a configuration"));
    }
    // that of the base holds, from a folder below as well
    folder.write(".tightship.yaml", format!("{HEAD}severity: {{privileged: low}}\n"));
    folder.write("pod.yaml", POD.replace("true", "false"));
    let base = commit(&folder);
    folder.write("a/pod.yaml", POD);
    folder.write("a/.tightship.yaml", format!("{HEAD}ignore: [all]\n"));
    let below = || {
        let mut command = program();
        command.args(["check", "--base", &base, "--select=privileged", "--format=concise"]);
        Ran::of(command.current_dir(folder.path("a")).output().unwrap()).exits(1)
    };
    let ran = below();
    assert!(ran.stdout.contains("pod.yaml:8:25: low[privileged]"), "{}", ran.stdout);
    assert!(ran.stdout.contains("notice: this change has another configuration; that of"), "{}", ran.stdout);
    // a link at the base is no file
    std::fs::remove_file(folder.path(".tightship.yaml")).unwrap();
    std::os::unix::fs::symlink("pod.yaml", folder.path(".tightship.yaml")).unwrap();
    let linked = commit(&folder);
    folder.run(&["check", "--base", &linked]).exits(2).says(&["is not a file in"]);
}

#[test]
fn a_change_cannot_bring_its_own_baseline() {
    let (folder, base) = repository();
    folder.write("pod.yaml", POD);
    folder.run(&["check", "--baseline=b.json", "--update-baseline", "--select=privileged"]).exits(0);
    let args = ["check", "--base", &base, "--baseline=b.json", "--select=privileged", "--format=concise"];
    folder.run(&["check", "--baseline=b.json", "--select=privileged"]).exits(0);
    let ran = folder.run(&args).exits(1);
    assert!(ran.stdout.contains("b.json: notice: this change has a baseline"), "{}", ran.stdout);
    let base = commit(&folder);
    folder.run(&["check", "--base", &base, "--baseline=b.json", "--select=privileged"]).exits(0);
}

#[test]
fn a_new_suppression_is_a_notice_and_counted() {
    let (folder, _) = repository();
    let line = "      # tightship: allow[privileged] loads the driver\n      securityContext";
    let suppressed = POD.replace("      securityContext", line);
    folder.write("old.yaml", &suppressed);
    let base = commit(&folder);
    // lines above it are no change
    folder.write("old.yaml", format!("# a line\n{suppressed}"));
    let args = |format: &'static str| ["check", "--base", base.as_str(), "--select=privileged", "--format", format];
    let ran = folder.run(&args("concise")).exits(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("1 suppressed") && !ran.stderr.contains("new"), "{}", ran.stderr);
    folder.write("new.yaml", suppressed.replace("name: app}", "name: other}"));
    let ran = folder.run(&args("concise")).exits(0);
    assert_eq!(ran.stdout, "new.yaml:8:7: notice: a new suppression of `privileged` lets a finding pass\n");
    assert!(ran.stderr.contains("2 suppressed (1 new suppression)"), "{}", ran.stderr);
    let json: Value = serde_json::from_str(&folder.run(&args("json")).exits(0).stdout).unwrap();
    assert_eq!(json["counts"]["newSuppressions"], 1);
    assert_eq!(json["notices"].as_array().unwrap().len(), 1);
    for format in ["text", "sarif", "junit", "github"] {
        folder.run(&args(format)).exits(0).says(&["a new suppression of `privileged`"]);
    }
    // an old one that moves to another container is new
    let two = suppressed.replace("    - name: app\n", "    - name: a\n      image: a\n    - name: app\n");
    folder.write("old.yaml", two.replace("    - name: app\n", "    - name: b\n"));
    std::fs::remove_file(folder.path("new.yaml")).unwrap();
    folder.run(&args("concise")).exits(0).says(&["(1 new suppression)"]);
    folder.run(&[&args("concise")[..], &["--no-suppress=all"]].concat()).exits(1);
}

#[test]
fn a_base_that_is_not_there_is_an_error() {
    let (folder, base) = repository();
    for name in
        ["0123456789012345678901234567890123456789", "--upload-pack=touch stolen", "", "HEAD:pod.yaml", "nowhere"]
    {
        folder.run(&["check", &format!("--base={name}")]).exits(2);
    }
    assert!(!folder.path("stolen").exists());
    let outside = Folder::new();
    outside.write("pod.yaml", POD);
    outside.run(&["check", "--base", &base]).exits(2).says(&["git"]);
}

#[test]
fn git_runs_nothing_for_a_base() {
    let (folder, base) = repository();
    // a kustomization makes `--against` read every file of the commit
    folder.write("kustomization.yaml", "resources: [pod.yaml]\n");
    let whole = commit(&folder);
    std::fs::remove_file(folder.path("kustomization.yaml")).unwrap();
    let stolen = folder.path("stolen");
    let touch = format!("touch {}", stolen.display());
    for (key, value) in [
        ("core.fsmonitor", touch.as_str()),
        ("core.pager", &touch),
        ("core.sshCommand", &touch),
        ("pager.cat-file", &touch),
        ("remote.origin.url", "ssh://nowhere.invalid/a"),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("filter.x.smudge", &touch),
        ("diff.x.textconv", &touch),
    ] {
        git(&folder, &["config", key, value]);
    }
    folder.write(".gitattributes", "* filter=x diff=x\n");
    folder.run(&["check", "--base", &base, "--select=privileged"]).exits(0);
    for commit in [&base, &whole] {
        folder.run(&["check", "--against", commit, "--select=immutable-field", "--no-build"]).exits(0);
    }
    // an object that is missing is not fetched
    folder.run(&["check", "--base", "0123456789012345678901234567890123456789"]).exits(2);
    assert!(!stolen.exists());
}

#[test]
fn a_commit_writes_nothing_outside_of_its_own_folder() {
    let folder = Folder::new();
    git(&folder, &["init", "--quiet"]);
    folder.write("pod.yaml", POD);
    folder.write("kustomization.yaml", "resources: [pod.yaml]\n");
    std::os::unix::fs::symlink("/etc", folder.path("link")).unwrap();
    let outside = Folder::new();
    std::os::unix::fs::symlink(outside.path("target.yaml"), folder.path("out.yaml")).unwrap();
    let base = commit(&folder);
    folder.run(&["check", "--against", &base, "--select=immutable-field", "--no-build"]).exits(0);
    assert!(!outside.path("target.yaml").exists());
}

#[test]
fn patterns_that_let_everything_pass_leave_everything_out() {
    let entry = |patterns: &str| format!("{{rule: privileged, reason: x{patterns}}}");
    for entries in [
        vec![", name: '?*'"],
        vec![", name: '{*,a}'"],
        vec![", container: '*'"],
        vec![", container: '[a-z0-9]*', namespace: '*'"],
        vec![", name: '[!Z]*', kind: '[A-Z]*'"],
        vec![", name: '[a-m]*'", ", name: '[!a-m]*'"],
        vec![
            ", kind: '{Pod,PodTemplate,ReplicationController,ReplicaSet,Deployment,StatefulSet,DaemonSet,Job,CronJob}'",
        ],
        vec![", namespace: 'default'", ", namespace: '*?'"],
    ] {
        let list: Vec<String> = entries.iter().map(|patterns| entry(patterns)).collect();
        let folder = configured(&format!("select: [privileged]\nsuppressions: [{}]\n", list.join(", ")));
        folder.run(&["check"]).exits(3);
    }
    for patterns in [", name: 'a*'", ", kind: Pod", ", container: app", ", name: '?'", ", namespace: 'default'"] {
        let folder = configured(&format!("select: [privileged]\nsuppressions: [{}]\n", entry(patterns)));
        let ran = folder.run(&["check"]);
        assert!(ran.code < 2, "{patterns}: {ran:?}");
    }
}

#[test]
fn the_configuration_of_another_user_does_not_count() {
    use std::os::unix::fs::{chown, symlink};
    // only root may give files away
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let config = format!("{HEAD}suppressions: [{{rule: privileged, name: app, reason: x}}]\n");
    let folder = Folder::new();
    folder.write("a/b/pod.yaml", POD);
    let check = |more: &[(&str, &str)]| {
        let mut command = folder.command(&["check", "--select=privileged", "--format=concise", "pod.yaml"]);
        command.current_dir(folder.path("a/b")).env_remove("SUDO_UID").envs(more.iter().copied());
        Ran::of(command.output().unwrap())
    };
    for at in ["", "a/", "a/b/"] {
        let name = format!("{at}.tightship.yaml");
        folder.write(&name, &config);
        check(&[]).exits(0);
        chown(folder.path(&name), Some(65534), None).unwrap();
        check(&[]).exits(1).says(&["belongs to another user (uid 65534)", "TIGHTSHIP_SAFE_DIRECTORY="]);
        check(&[("TIGHTSHIP_SAFE_DIRECTORY", "*")]).exits(0);
        std::fs::remove_file(folder.path(&name)).unwrap();
    }
    // a link of theirs to a file of ours, and one of ours to a file of theirs
    folder.write("ours.yaml", &config);
    symlink("../ours.yaml", folder.path("a/.tightship.yaml")).unwrap();
    check(&[]).exits(0);
    chown(folder.path("ours.yaml"), Some(65534), None).unwrap();
    check(&[]).exits(1);
    // a whole checkout of another user, as in a container of a pipeline
    for path in ["a", "a/b", "a/b/pod.yaml"] {
        chown(folder.path(path), Some(65534), None).unwrap();
    }
    check(&[]).exits(0);
}

#[test]
fn an_annotation_suppresses_nothing_of_another_object() {
    // the pod's spec is written within the ConfigMap
    let folder = Folder::new();
    folder.write(
        "list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a, annotations: {tightship/allow.privileged: needed}}\n  \
         data:\n    a: &spec {containers: [{name: app, image: b, securityContext: {privileged: true}}]}\n\
         - apiVersion: v1\n  kind: Pod\n  metadata: {name: app}\n  spec: *spec\n",
    );
    let select = "--select=privileged,unused-suppression";
    let ran = folder.run(&["check", "--no-config", "--fail-on=high", select]).exits(1);
    ran.says(&["nothing here breaks `privileged`"]);
}
