//! Nothing in a folder is hidden from the check, and what is left out is counted.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use serde_json::Value;

use crate::canary::Canary;
use crate::support::{Folder, Ran};

/// A pod that breaks a rule.
pub(crate) const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers: [{name: app, image: a, securityContext: {privileged: true}}]\n";

/// Runs git in a folder, without the developer's own settings.
pub(crate) fn git(folder: &Folder, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"])
        .args(args)
        .current_dir(folder.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with these files, all tracked.
pub(crate) fn repository(files: &[&str]) -> Folder {
    let folder = Folder::new();
    files.iter().for_each(|file| folder.write(file, POD));
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "--force", "."]);
    folder
}

pub(crate) fn check(folder: &Folder, args: &[&str]) -> Ran {
    folder.run(&[&["check", "--no-config", "--format", "concise", "--select", "privileged"], args].concat())
}

/// The files that findings are in.
pub(crate) fn found(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().map(|line| line.split(':').next().unwrap()).collect()
}

#[test]
fn no_file_of_a_search_tool_hides_anything() {
    for folder in [Folder::new(), repository(&[])] {
        for name in ["bad.yaml", "in/bad.yaml"] {
            folder.write(name, POD);
        }
        for name in [".ignore", ".rgignore", ".fdignore", ".dockerignore", ".helmignore", "in/.ignore"] {
            folder.write(name, "*\n*.yaml\n");
        }
        let ran = check(&folder, &[]).exits(1);
        assert_eq!(found(&ran), ["bad.yaml", "in/bad.yaml"]);
        assert!(!ran.stderr.contains("left out"), "{}", ran.stderr);
    }
}

#[test]
fn what_git_tracks_is_checked_whatever_git_ignores() {
    let folder = repository(&["a.yaml", "out/b.yaml", "deep/er/c.yaml", ".hidden/d.yaml", ".venv/e.yaml"]);
    for name in ["new.yaml", "out/new.yaml", "build/new.yaml", "deep/er/new.yaml", "local.yaml", "kept.yaml"] {
        folder.write(name, POD);
    }
    folder.write(".gitignore", "*.yaml\n!kept.yaml\nout/\nbuild/\n");
    folder.write("deep/.gitignore", "*\n");
    folder.write(".git/info/exclude", "local.yaml\n");
    let ran = check(&folder, &[]).exits(1);
    assert_eq!(found(&ran), [".hidden/d.yaml", ".venv/e.yaml", "a.yaml", "deep/er/c.yaml", "kept.yaml", "out/b.yaml"]);
    assert!(ran.stderr.ends_with("; left out: 5 ignored by git\n"), "{}", ran.stderr);
    // what it is called below a folder
    assert_eq!(found(&check(&folder, &["deep"]).exits(1)), ["deep/er/c.yaml"]);
    let ran = check(&folder, &["--no-ignore"]).exits(1);
    assert_eq!(found(&ran).len(), 11);
    assert!(!ran.stderr.contains("left out"), "{}", ran.stderr);
}

#[test]
fn each_form_of_an_index_is_read() {
    for args in [
        &["update-index", "--index-version", "2"][..],
        &["update-index", "--index-version", "4"],
        &["update-index", "--split-index"],
        &["update-index", "--force-untracked-cache"],
    ] {
        let folder = repository(&["k8s/a.yaml", "k8s/b.yaml", "z.yaml"]);
        git(&folder, args);
        folder.write("late.yaml", POD);
        git(&folder, &["add", "late.yaml"]);
        folder.write(".gitignore", "*\n");
        folder.write("other.yaml", POD);
        let ran = check(&folder, &[]).exits(1).says(&["left out: 1 ignored by git"]);
        assert_eq!(found(&ran), ["k8s/a.yaml", "k8s/b.yaml", "late.yaml", "z.yaml"], "{args:?}");
    }
    let folder = Folder::new();
    git(&folder, &["init", "--quiet", "--object-format=sha256"]);
    folder.write("a.yaml", POD);
    git(&folder, &["add", "."]);
    folder.write(".gitignore", "*\n");
    assert_eq!(found(&check(&folder, &[]).exits(1)), ["a.yaml"]);
}

#[test]
fn a_broken_index_hides_nothing() {
    let many = [&b"DIRC\0\0\0\x02\xff\xff\xff\xff"[..], &[0; 100]].concat();
    let deep = [&b"DIRC\0\0\0\x02\0\0\0\0TREE\0\x15\x5c\xc0"[..], &b"a\0-1 1\n".repeat(200_000), &[0; 20]].concat();
    for (index, is_broken) in [(&b""[..], true), (b"nonsense", true), (&many, true), (&deep, false)] {
        let folder = repository(&["a.yaml"]);
        folder.write(".gitignore", "*\n");
        folder.write(".git/index", index);
        let ran = check(&folder, &[]);
        assert_eq!(ran.code, if is_broken { 1 } else { 3 }, "{}", ran.stderr);
        assert_eq!(
            ran.stderr.contains("cannot be read: what git ignores is checked, too"),
            is_broken,
            "{}",
            ran.stderr
        );
    }
    let folder = repository(&["a.yaml"]);
    folder.write(".gitignore", "*\n");
    std::fs::remove_file(folder.path(".git/index")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path(".git/index")).status().unwrap().success());
    check(&folder, &[]).exits(1).says(&["cannot be read"]);
}

#[test]
fn names_of_an_index_lead_nowhere() {
    let folder = repository(&["a.yaml"]);
    let outside = Folder::new();
    outside.write("b.yaml", POD);
    let sibling = format!("../{}/b.yaml", outside.path("").file_name().unwrap().to_str().unwrap());
    let absolute = outside.path("b.yaml").display().to_string();
    let entry = |name: &str| {
        let mut entry = [&[0; 24][..], &0o10_0644_u32.to_be_bytes(), &[0; 12 + 20]].concat();
        entry.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
        entry.extend(name.as_bytes());
        entry.resize(entry.len() / 8 * 8 + 8, 0);
        entry
    };
    let names = [sibling.as_str(), absolute.as_str(), ".git/b.yaml", "a.yaml"];
    let entries: Vec<u8> = names.iter().flat_map(|name| entry(name)).collect();
    folder.write(".git/index", [&b"DIRC\0\0\0\x02\0\0\0\x04"[..], &entries, &[0; 20]].concat());
    folder.write(".git/b.yaml", POD);
    let ran = check(&folder, &[]).exits(1);
    assert_eq!(found(&ran), ["a.yaml"]);
}

#[test]
fn hidden_folders_are_looked_at_but_for_those_of_tools() {
    for is_repository in [false, true] {
        let folder = if is_repository { repository(&[]) } else { Folder::new() };
        for name in
            [".hidden/a.yaml", ".a.yaml", "b/.c/d.yaml", ".terraform/e.yaml", ".tightship/f.yaml", "x/.venv/g.yaml"]
        {
            folder.write(name, POD);
        }
        let ran = check(&folder, &[]).exits(1).says(&["left out: 3 folders of tools"]);
        assert_eq!(found(&ran), [".a.yaml", ".hidden/a.yaml", "b/.c/d.yaml"]);
        assert_eq!(found(&check(&folder, &["--no-ignore"])).len(), 6);
        assert_eq!(found(&check(&folder, &[".terraform"])), [".terraform/e.yaml"]);
    }
}

#[test]
fn without_a_repository_git_ignores_nothing() {
    let folder = Folder::new();
    for name in ["a.yaml", "in/b.yaml"] {
        folder.write(name, POD);
    }
    folder.write(".gitignore", "*\n");
    // not what git takes for a repository
    folder.write(".git/config", "[core]\n");
    folder.write("in/.git", "gitdir: nowhere\n");
    assert_eq!(found(&check(&folder, &[]).exits(1)), ["a.yaml", "in/b.yaml"]);
}

#[test]
fn other_repositories_are_counted_and_submodules_checked() {
    let other = repository(&["sub.yaml"]);
    git(&other, &["commit", "--quiet", "--message", "a"]);
    let folder = repository(&[
        "a.yaml",
        "bare-by-name/HEAD",
        "bare-by-name/objects/x",
        "bare-by-name/refs/y",
        "bare-by-name/b.yaml",
    ]);
    git(&folder, &["submodule", "--quiet", "add", other.path("").to_str().unwrap(), "module"]);
    git(&folder, &["init", "--quiet", "nested"]);
    git(&folder, &["init", "--quiet", "--bare", "bare.git"]);
    folder.write("nested/c.yaml", POD);
    folder.write("bare.git/d.yaml", POD);
    folder.write("module/.gitignore", "*\n");
    folder.write("module/new.yaml", POD);
    let ran = check(&folder, &[]).exits(1).says(&["left out: 2 other repositories"]);
    assert_eq!(found(&ran), ["a.yaml", "bare-by-name/b.yaml", "module/new.yaml", "module/sub.yaml"]);
    assert_eq!(found(&check(&folder, &["nested"])), ["nested/c.yaml"]);
    assert_eq!(found(&check(&folder, &["--no-ignore"])).len(), 6);
    // a folder of repositories is one that no repository covers
    let both = Folder::new();
    git(&both, &["init", "--quiet", "one"]);
    both.write("one/e.yaml", POD);
    assert_eq!(found(&check(&both, &[])), ["one/e.yaml"]);
}

#[test]
fn worktrees_have_an_index_of_their_own() {
    let folder = repository(&["main/a.yaml"]);
    git(&folder, &["commit", "--quiet", "--message", "a"]);
    git(&folder, &["worktree", "add", "--quiet", "tree"]);
    folder.write("tree/main/.gitignore", "*\n");
    folder.write("tree/main/new.yaml", POD);
    let ran = check(&folder, &["tree"]).exits(1).says(&["left out: 1 ignored by git"]);
    assert_eq!(found(&ran), ["tree/main/a.yaml"]);
}

#[test]
fn every_format_tells_what_is_left_out() {
    let folder = repository(&["a.yaml"]);
    folder.write("ignored.yaml", POD);
    folder.write(".gitignore", "ignored.yaml\n");
    symlink("/etc/hostname", folder.path("out.yaml")).unwrap();
    let words = "left out: 1 ignored by git, 1 link that leads out";
    for (format, part) in [
        ("text", words),
        ("concise", words),
        ("github", "::notice title=not looked at::left out: 1 ignored by git, 1 link that leads out"),
        ("sarif", words),
        ("junit", "<testcase name=\"1 link that leads out\" classname=\"left out\">"),
        ("json", "\"leftOut\": {\n      \"ignored\": 1,\n      \"linkOut\": 1\n    }"),
    ] {
        for select in ["privileged", "host-namespaces"] {
            let ran = folder.run(&["check", "--no-config", "--select", select, "--format", format]);
            ran.exits(i32::from(select == "privileged")).says(&[part, words]);
        }
    }
    let ran = folder.run(&["check", "--no-config", "--show-files"]).exits(0);
    assert_eq!(ran.stdout, "a.yaml\n");
    assert_eq!(ran.stderr, "left out: ignored.yaml: git ignores it\nleft out: out.yaml: the link leads out\n");
    // nothing is left to look at
    std::fs::remove_file(folder.path("a.yaml")).unwrap();
    check(&folder, &[]).exits(3).says(&["nothing to check", words]);
    folder.run(&["check", "--no-config", "--show-files"]).exits(3);
}

/// What is left out of the folder of the test below, by its cause, and the words for one of it.
const CAUSES: [(&str, &str); 15] = [
    ("ignored", "1 ignored by git"),
    ("toolFolder", "1 folder of a tool"),
    ("repository", "1 other repository"),
    ("gitFolder", "1 file in git's own folder"),
    ("patch", "1 patch that nothing here applies"),
    ("template", "1 template that is not rendered"),
    ("linkOut", "1 link that leads out"),
    ("deadLink", "1 link that leads nowhere"),
    ("noFile", "1 FIFO, socket or device"),
    ("large", "1 file larger than 64 MiB"),
    ("assertion", "1 file that a test compares with"),
    ("excluded", "1 excluded by the configuration"),
    ("filledIn", "1 judged in part, as values are filled in"),
    ("encrypted", "1 judged in part, as it is encrypted"),
    ("ofTool", "1 file of another tool"),
];

/// A repository with a file or folder of each cause to leave one out.
fn with_every_cause() -> Folder {
    let folder = repository(&["a.yaml"]);
    for name in ["ignored.yaml", ".git/b.yaml", "excluded.yaml", ".terraform/c.yaml", "nested/d.yaml"] {
        folder.write(name, POD);
    }
    folder.write("00-assert.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {phase: Running}\n");
    folder.write("filled.yaml", POD.replace("metadata: {name: app}", "metadata: {name: \"${APP}\"}"));
    folder.write("encrypted.yaml", format!("{POD}sops: {{mac: 'ENC[AES256_GCM,data:x]'}}\n"));
    folder.write("zarf.yaml", "apiVersion: zarf.dev/v1alpha1\nkind: ZarfPackageConfig\nmetadata: {name: a}\n");
    folder.write(".gitignore", "ignored.yaml\n");
    git(&folder, &["init", "--quiet", "nested"]);
    folder.write("prod/kustomization.yaml", "resources: [pod.yaml]\npatches: [{path: patch.yaml}]\n");
    folder.write("prod/pod.yaml", POD);
    folder.write("prod/patch.yaml", "- {op: remove, path: /metadata/labels}\n");
    folder.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
    folder.write("chart/templates/pod.yaml", format!("# {{{{ 1 }}}}\n{POD}"));
    symlink("/etc/hostname", folder.path("out.yaml")).unwrap();
    symlink("nowhere", folder.path("dead.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path("fifo.yaml")).status().unwrap().success());
    std::fs::File::create(folder.path("large.yaml")).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    folder.write(".tightship.yaml", "apiVersion: tightship/v1\nkind: Check\nexclude: [excluded.yaml]\n");
    folder
}

#[test]
fn programs_read_every_cause() {
    let folder = with_every_cause();
    let select = "privileged,wrong-type";
    let check = |format: &str| folder.run(&["check", "--no-build", "--select", select, "--format", format]);
    let json: Value = serde_json::from_str(&check("json").stdout).unwrap();
    let expected: serde_json::Map<String, Value> =
        CAUSES.map(|(key, _)| (key.to_owned(), 1.into())).into_iter().collect();
    assert_eq!(json["counts"]["leftOut"], Value::Object(expected), "{json:#}");
    let sarif: Value = serde_json::from_str(&check("sarif").stdout).unwrap();
    let notes = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let texts: Vec<&str> = notes.iter().filter_map(|note| note["message"]["text"].as_str()).collect();
    let words = format!("left out: {}", CAUSES.map(|(_, words)| words).join(", "));
    assert!(texts.contains(&&*words), "{texts:#?}");
    let junit = check("junit").stdout;
    for (_, words) in CAUSES {
        assert!(junit.contains(&format!("<testcase name=\"{}\"", words.replace('\'', "&apos;"))), "{words}: {junit}");
    }
}

#[test]
fn what_the_configuration_excludes_is_counted() {
    let folder = Folder::new();
    folder.write("a.yaml", POD);
    folder.write("b.yaml", POD);
    folder.write(".tightship.yaml", "apiVersion: tightship/v1\nkind: Check\nexclude: [b.yaml]\n");
    folder.run(&["check", "--select", "privileged"]).exits(1).says(&["left out: 1 excluded by the configuration"]);
}

#[test]
fn a_gitignore_that_waits_or_never_ends_is_none() {
    let folder = repository(&[]);
    folder.write("a.yaml", POD);
    folder.write("in/a.yaml", POD);
    symlink("/dev/zero", folder.path(".gitignore")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path("in/.gitignore")).status().unwrap().success());
    assert_eq!(found(&check(&folder, &[]).exits(1)).len(), 2);
    // patterns that no automaton holds
    std::fs::remove_file(folder.path(".gitignore")).unwrap();
    folder.write(".gitignore", "?".repeat(200_000));
    assert_eq!(found(&check(&folder, &[]).exits(1)).len(), 2);
    folder.write(".gitignore", "*\n".repeat(1_000_000));
    assert_eq!(found(&check(&folder, &[]).exits(1)).len(), 2);
}

#[test]
fn nothing_that_the_configuration_of_a_repository_names_runs() {
    let canary = Canary::new();
    let program = |name: &str| canary.program(name).display().to_string();
    let folder = repository(&["web/a.yaml", "web/b.yaml"]);
    folder.write("tightship.yaml", crate::support::MINIMAL);
    folder.write("fresh/Dockerfile", "FROM scratch\nEXPOSE 8080\n");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "a"]);
    git(&folder, &["init", "--quiet", "nested"]);
    let mut config = String::from("[core]\n");
    for key in
        ["fsmonitor", "hooksPath", "pager", "sshCommand", "editor", "askPass", "gitProxy", "alternateRefsCommand"]
    {
        config += &format!("\t{key} = {}\n", program(key));
    }
    for (section, key) in [
        ("diff", "external"),
        ("diff \"evil\"", "textconv"),
        ("diff \"evil\"", "command"),
        ("filter \"evil\"", "clean"),
        ("filter \"evil\"", "smudge"),
        ("filter \"evil\"", "process"),
        ("merge \"evil\"", "driver"),
        ("gpg", "program"),
        ("gpg \"ssh\"", "program"),
        ("credential", "helper"),
        ("uploadpack", "packObjectsHook"),
    ] {
        config += &format!("[{section}]\n\t{key} = {}\n\trequired = true\n", program(key));
    }
    config += "[filter]\n\trequired = true\n[commit]\n\tgpgSign = true\n[remote \"origin\"]\n\turl = ext::sh -c x\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[extensions]\n\tpartialClone = origin\n";
    for git in [".git", "nested/.git"] {
        let before = folder.read(&format!("{git}/config"));
        folder.write(&format!("{git}/config"), format!("{before}{config}"));
        for hook in ["post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman"]
        {
            let hook = format!("{git}/hooks/{hook}");
            std::fs::create_dir_all(folder.path(&hook).parent().unwrap()).unwrap();
            std::fs::copy(canary.program("hook"), folder.path(&hook)).unwrap();
            std::fs::set_permissions(folder.path(&hook), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    folder.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    // changed in size and time, so that git would filter it again
    folder.write("web/a.yaml", format!("{POD}# more\n"));
    for name in ["git", "ssh", "gpg", "less", "diff"] {
        canary.program(name);
    }
    let answers = ["new", "fresh", "--yes", "--image=ghcr.io/acme/shop:1.2.3"];
    for args in [
        &["check"][..],
        &["check", "--no-ignore"],
        &["check", "--fix=unsafe"],
        &["check", "--diff"],
        &["render"],
        &["render", "--check", "--diff"],
        &answers,
        &["new"],
        #[cfg(feature = "cluster")]
        &["lab", "list"],
        #[cfg(feature = "cluster")]
        &["lab", "status"],
    ] {
        let ran = Ran::of(canary.shadow(&mut folder.command(args)).output().unwrap());
        assert_eq!(canary.ran(), "", "{args:?}");
        // none of them gives up before it has read the folder
        assert!(ran.code < 2 || args == ["new"], "{args:?}: {}", ran.stderr);
    }
    // git itself would have run one
    Command::new("git").args(["status"]).current_dir(folder.path("")).output().unwrap();
    assert_ne!(canary.ran(), "");
}

#[test]
fn a_git_folder_that_is_no_repository_is_one_as_any_other() {
    let folder = Folder::new();
    for name in ["ok.yaml", ".git/bad.yaml", "in/.git/deep/bad.yaml"] {
        folder.write(name, POD);
    }
    // a part of what a repository has
    folder.write(".git/HEAD", "ref: refs/heads/main\n");
    for args in [&[][..], &["--no-ignore"], &["--no-build"]] {
        let ran = check(&folder, args).exits(1);
        assert_eq!(found(&ran), [".git/bad.yaml", "in/.git/deep/bad.yaml", "ok.yaml"]);
    }
}

#[test]
fn an_object_in_the_folder_of_git_is_counted() {
    let folder = repository(&["a.yaml"]);
    for name in [".git/b.yaml", ".git/refs/heads/c.yaml", ".git/objects/d.json"] {
        folder.write(name, POD);
    }
    // a branch of this name, and data of a tool
    folder.write(".git/refs/heads/e.yaml", "8b4cc1ec7ecb1d5e1d2b7f0f3a9b7d0d5c7f2f2a\n");
    folder.write(".git/tool.json", "{}\n");
    for args in [&[][..], &["--no-ignore"]] {
        let ran = check(&folder, args).exits(1).says(&["left out: 3 files in git's own folder"]);
        assert_eq!(found(&ran), ["a.yaml"]);
    }
    // by a link, too
    std::fs::rename(folder.path(".git"), folder.path("in")).unwrap();
    symlink("in", folder.path(".git")).unwrap();
    assert!(found(&check(&folder, &[])).contains(&"a.yaml"));
}

#[test]
fn what_no_report_tells_is_said() {
    let folder = repository(&["a.yaml"]);
    folder.write("ignored.yaml", POD);
    folder.write(".gitignore", "ignored.yaml\n");
    let words = "left out: 1 ignored by git";
    check(&folder, &["--diff"]).says(&[words]);
    check(&folder, &["--fix"]).says(&[words]);
    check(&folder, &["--baseline", "base.json", "--update-baseline"]).exits(0).says(&[words]);
    check(&folder, &["--baseline", "base.json"]).exits(0).says(&[words]);
}

#[test]
fn a_file_that_is_an_ending_alone_is_checked() {
    for name in [".yaml", ".yml", ".json"] {
        let folder = Folder::new();
        folder.write(name, POD);
        folder.run(&["check", "--no-config", "."]).exits(1).says(&["privileged"]);
    }
}

#[test]
fn the_name_of_an_assertion_hides_nothing_that_runs() {
    let folder = Folder::new();
    folder.write("chainsaw-test.yaml", "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\nspec: {steps: [{try: [{assert: {file: state.yaml}}, {error: {file: pod.yaml}}]}]}\n");
    folder.write("state.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {phase: Running}\n");
    folder.write("pod.yaml", POD);
    folder.write("01-errors.yaml", POD.replace("name: app", "name: other"));
    folder.write("00-assert.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: None}\n");
    let ran = folder.run(&["check", "--no-config", "--show-files"]).exits(0);
    assert_eq!(ran.stdout, "01-errors.yaml\nchainsaw-test.yaml\npod.yaml\n");
    let why = "a test compares with it, and nobody applies it";
    assert_eq!(ran.stderr, format!("left out: 00-assert.yaml: {why}\nleft out: state.yaml: {why}\n"));
    let ran = folder.run(&["check", "--no-config", "--no-ignore", "--show-files"]).exits(0);
    assert_eq!(ran.stdout.lines().count(), 5, "{}", ran.stdout);
}
