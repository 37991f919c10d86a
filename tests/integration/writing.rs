//! What happens to the folder: what is written, what is kept, and what is refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Folder, MINIMAL, app, heed_signals};

const DEPLOYMENT: &str = "apps/shop/base/deployment.yaml";

#[test]
fn twice_changes_nothing() {
    let folder = Folder::rendered(MINIMAL);
    let before = folder.files();
    let inode = |name: &str| fs::metadata(folder.path(name)).unwrap().ino();
    let (deployment, lock) = (inode(DEPLOYMENT), inode("tightship.lock"));
    folder.render(&[]).exits(0).says(&["unchanged"]);
    assert_eq!(folder.files(), before);
    assert_eq!((inode(DEPLOYMENT), inode("tightship.lock")), (deployment, lock), "a file was written again");
    folder.render(&["--check"]).exits(0);
    assert_eq!(folder.render(&["--diff"]).exits(0).stdout, "");
}

#[test]
fn check_and_diff_show_drift_and_write_nothing() {
    let folder = Folder::rendered(MINIMAL);
    folder.replace("tightship.yaml", "1.2.3", "1.2.4");
    let before = folder.files();
    let check = folder.render(&["--check"]).exits(1);
    assert_eq!(check.stdout, format!("{DEPLOYMENT}: is out of date\n"));
    let diff = folder.render(&["--diff"]).exits(1);
    for line in [
        format!("--- a/{DEPLOYMENT}"),
        "-          image: ghcr.io/acme/shop:1.2.3".into(),
        "+          image: ghcr.io/acme/shop:1.2.4".into(),
    ] {
        assert!(diff.stdout.contains(&line), "{line} is not in\n{}", diff.stdout);
    }
    assert_eq!(folder.files(), before);
    let fresh = Folder::with(MINIMAL);
    fresh.render(&["--check"]).exits(1).says(&["is missing"]);
    assert_eq!(fresh.names(), ["tightship.yaml"]);
}

#[test]
fn an_edit_and_a_change_of_the_spec_go_together() {
    let folder = Folder::rendered(MINIMAL);
    folder.replace(DEPLOYMENT, "replicas: 2", "replicas: 7");
    folder.replace("tightship.yaml", "port: 8080", "port: 9090");
    folder.render(&["--check"]).exits(1).says(&[&format!("{DEPLOYMENT}: was edited by hand")]);
    let said = ["was edited by hand, and keeps that", "was merged into it", "1 merged"];
    folder.render(&[]).exits(0).says(&said);
    let merged = folder.read(DEPLOYMENT);
    assert!(merged.contains("replicas: 7") && merged.contains("containerPort: 9090"), "{merged}");
    // the edit stays one: a pipeline goes on to see it
    folder.render(&[]).exits(0).says(&["was edited by hand, and keeps that", "1 edited by hand"]);
    folder.render(&["--check"]).exits(1).says(&["was edited by hand"]);
    assert_eq!(folder.read(DEPLOYMENT), merged);
    assert!(!folder.path(&format!("{DEPLOYMENT}.new")).exists());
    folder.render(&["--force"]).exits(0);
    folder.render(&["--check"]).exits(0);
}

#[test]
fn an_edit_of_what_changes_is_for_a_person_to_decide() {
    let folder = Folder::rendered(MINIMAL);
    let new = format!("{DEPLOYMENT}.new");
    folder.replace(DEPLOYMENT, "replicas: 2", "replicas: 7");
    let edited = folder.read(DEPLOYMENT);
    folder.write("tightship.yaml", format!("{MINIMAL}replicas: 3\n"));
    for _ in 0..2 {
        folder.render(&[]).exits(1).says(&["the same lines changed in the spec", "-  replicas: 7", "+  replicas: 3"]);
        assert_eq!(folder.read(DEPLOYMENT), edited);
        let both = folder.read(&new);
        let marked = "<<<<<<< edited by hand\n  replicas: 7\n=======\n  replicas: 3\n>>>>>>> tightship\n";
        assert!(both.contains(marked), "{both}");
    }
    // the file with the markers is no decision
    folder.write(DEPLOYMENT, folder.read(&new));
    folder.render(&[]).exits(1);
    folder.write(DEPLOYMENT, edited.replace("replicas: 7", "replicas: 5"));
    folder.render(&[]).exits(1);
    fs::remove_file(folder.path(&new)).unwrap();
    folder.render(&[]).exits(0).says(&["was edited by hand, and keeps that"]);
    assert!(folder.read(DEPLOYMENT).contains("replicas: 5"));
    // the next change of other lines goes in
    folder.replace("tightship.yaml", "port: 8080", "port: 9090");
    folder.render(&[]).exits(0);
    let merged = folder.read(DEPLOYMENT);
    assert!(merged.contains("replicas: 5") && merged.contains("containerPort: 9090"), "{merged}");
}

#[test]
fn taking_over_the_new_text_ends_the_conflict() {
    let folder = Folder::rendered(MINIMAL);
    let new = format!("{DEPLOYMENT}.new");
    folder.replace(DEPLOYMENT, "replicas: 2", "replicas: 7");
    folder.write("tightship.yaml", format!("{MINIMAL}replicas: 3\n"));
    folder.render(&[]).exits(1);
    folder.replace(DEPLOYMENT, "replicas: 7", "replicas: 3");
    folder.render(&[]).exits(0);
    folder.render(&["--check"]).exits(0);
    assert!(!folder.path(&new).exists());
}

#[test]
fn a_file_that_was_there_before_is_not_called_an_edit() {
    let folder = Folder::with(MINIMAL);
    folder.write(DEPLOYMENT, "theirs: true\n");
    folder.render(&["--check"]).exits(1).says(&[&format!("{DEPLOYMENT}: was there before, and is not tightship's")]);
    for _ in 0..2 {
        folder.render(&[]).exits(1).says(&["was there before tightship", "1 not ours"]);
        assert_eq!(folder.read(DEPLOYMENT), "theirs: true\n");
        assert!(folder.read(&format!("{DEPLOYMENT}.new")).contains("kind: Deployment"));
    }
}

#[test]
fn a_lock_of_the_first_format_still_tells_edits() {
    let folder = Folder::rendered(MINIMAL);
    let old: String =
        folder.read("tightship.lock").lines().filter(|line| !line.is_empty()).fold(String::new(), |text, line| {
            let line = line.split(" deflate:").next().unwrap().replace("version: 2", "version: 1\nspec: x");
            text + &line + if line.contains("\"sha256:") && !line.ends_with('"') { "\"\n" } else { "\n" }
        });
    folder.write("tightship.lock", old);
    folder.replace(DEPLOYMENT, "replicas: 2", "replicas: 7");
    folder.replace("tightship.yaml", "port: 8080", "port: 9090");
    folder.render(&[]).exits(1).says(&["was edited by hand and stays as it is; the new text is in"]);
    assert!(folder.read("apps/shop/base/service.yaml").contains("targetPort"));
    assert!(folder.read("tightship.lock").contains("version: 2") && folder.read("tightship.lock").contains("deflate:"));
}

/// Runs git in the folder, as nobody in particular.
fn git(folder: &Folder, args: &[&str]) -> std::process::Output {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "merge.conflictStyle=merge",
    ]);
    git.args(args).current_dir(folder.path("")).output().unwrap()
}

#[test]
fn two_branches_merge_and_render_clean() {
    let space = "---\napiVersion: tightship/v1\nkind: Space\nname: shop\nlevel: restricted\ntarget: {kubernetes: \"1.36\"}\nquota: s\n";
    let folder = Folder::rendered(&format!("{MINIMAL}{space}"));
    let commit = |message: &str| {
        assert!(git(&folder, &["add", "-A"]).status.success());
        assert!(git(&folder, &["commit", "-qm", message]).status.success());
    };
    assert!(git(&folder, &["init", "-q", "-b", "main"]).status.success());
    commit("start");
    git(&folder, &["checkout", "-qb", "app"]);
    folder.replace("tightship.yaml", "port: 8080", "port: 9090");
    folder.render(&[]).exits(0);
    commit("app");
    git(&folder, &["checkout", "-q", "main"]);
    git(&folder, &["checkout", "-qb", "space"]);
    folder.replace("tightship.yaml", "quota: s", "quota: m");
    folder.render(&[]).exits(0);
    commit("space");
    let merge = git(&folder, &["merge", "-q", "--no-edit", "app"]);
    assert!(merge.status.success(), "{}", String::from_utf8_lossy(&merge.stdout));
    folder.render(&["--check"]).exits(0);
    folder.render(&[]).exits(0).says(&["unchanged"]);
    assert!(folder.read(DEPLOYMENT).contains("containerPort: 9090"));
    // the same file on both sides conflicts in the lock, and both sides count
    git(&folder, &["checkout", "-qb", "one"]);
    folder.replace("tightship.yaml", "1.2.3", "1.2.4");
    folder.render(&[]).exits(0);
    commit("one");
    git(&folder, &["checkout", "-q", "space"]);
    folder.write("tightship.yaml", folder.read("tightship.yaml").replacen("---\n", "replicas: 3\n---\n", 1));
    folder.render(&[]).exits(0);
    commit("two");
    assert!(!git(&folder, &["merge", "-q", "--no-edit", "one"]).status.success());
    assert!(folder.read("tightship.lock").contains("<<<<<<<"));
    let (spec, deployment) = (folder.read("tightship.yaml"), folder.read(DEPLOYMENT));
    assert!(!spec.contains("<<<<<<<") && !deployment.contains("<<<<<<<"), "only the lock is in question: {spec}");
    folder.render(&[]).exits(0);
    folder.render(&["--check"]).exits(0);
    assert!(!folder.read("tightship.lock").contains("<<<<<<<"));
}

#[test]
fn force_overwrites() {
    let folder = Folder::rendered(MINIMAL);
    let before = folder.read(DEPLOYMENT);
    folder.write(DEPLOYMENT, "mine\n");
    folder.render(&[]).exits(0).says(&["was edited by hand, and keeps that"]);
    folder.render(&["--force"]).exits(0);
    assert_eq!(folder.read(DEPLOYMENT), before);
    folder.render(&[]).exits(0);
    assert!(!folder.path(&format!("{DEPLOYMENT}.new")).exists());
}

#[test]
fn what_is_not_generated_any_more_goes_only_if_untouched() {
    let scaled = app("replicas: {min: 2, max: 4}\nfiles: [{path: /etc/a/b, content: c}]");
    let folder = Folder::rendered(&scaled);
    folder.write("apps/shop/base/config-map.yaml", "mine\n");
    folder.write("tightship.yaml", MINIMAL);
    folder.render(&[]).exits(1).says(&["is not generated any more, but was edited by hand"]);
    assert!(!folder.path("apps/shop/base/autoscaler.yaml").exists());
    assert_eq!(folder.read("apps/shop/base/config-map.yaml"), "mine\n");
    folder.render(&[]).exits(0);
}

#[test]
fn a_layout_that_is_left_leaves_no_empty_folders() {
    let folder = Folder::rendered(MINIMAL);
    folder.render(&["--layout", "plain"]).exits(0);
    assert!(!folder.path("apps/shop/base").exists() && folder.path("apps/shop/50-deployment.yaml").is_file());
}

#[test]
fn patches_are_the_users() {
    let folder = Folder::rendered(MINIMAL);
    let patches = "apps/shop/patches/kustomization.yaml";
    let mine = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [] # mine\n";
    folder.write(patches, mine);
    folder.render(&[]).exits(0);
    folder.render(&["--force"]).exits(0);
    assert_eq!(folder.read(patches), mine);
    assert!(!folder.read("tightship.lock").contains("patches"));
}

#[test]
fn links_that_lead_out_are_refused() {
    let outside = Folder::new();
    outside.write("deployment.yaml", "theirs\n");
    let links = [("apps", ""), ("apps/shop/base", ""), (DEPLOYMENT, "deployment.yaml"), ("tightship.lock", "none")];
    for (link, target) in links {
        let folder = Folder::with(MINIMAL);
        fs::create_dir_all(folder.path(link).parent().unwrap()).unwrap();
        symlink(outside.path(target), folder.path(link)).unwrap();
        let before = folder.names();
        folder.render(&[]).exits(2).says(&["symbolic link", "nothing was written"]);
        assert_eq!(folder.names(), before, "{link}");
        assert_eq!(outside.names(), ["deployment.yaml"]);
        assert_eq!(outside.read("deployment.yaml"), "theirs\n");
    }
}

#[test]
fn what_is_in_the_way_is_named_and_nothing_is_half_written() {
    for (name, message) in [("apps", "is not a folder"), ("apps/shop/base", "is not a folder")] {
        let folder = Folder::with(MINIMAL);
        folder.write(name, "a file\n");
        let before = folder.files();
        folder.render(&[]).exits(2).says(&[message, "nothing was written"]);
        assert_eq!(folder.files(), before);
    }
    let folder = Folder::with(MINIMAL);
    fs::create_dir_all(folder.path(DEPLOYMENT)).unwrap();
    folder.render(&[]).exits(2).says(&["deployment.yaml: is not a file"]);
    assert_eq!(folder.names(), ["tightship.yaml"]);
}

#[test]
fn a_failure_in_the_middle_takes_back_what_was_written() {
    let folder = Folder::with(MINIMAL);
    // the lock file is written last, and cannot be: its place is taken by a folder that is not empty
    folder.write("tightship.lock/x", "x");
    let before = folder.files();
    let ran = folder.render(&[]).exits(2);
    assert_eq!(ran.stderr.matches("os error").count(), 1, "said twice: {}", ran.stderr);
    assert_eq!(folder.files(), before);
    assert!(!folder.path("apps").exists());
}

#[test]
fn a_lock_that_cannot_be_read_is_named() {
    let folder = Folder::rendered(MINIMAL);
    for (lock, message) in [
        ("not a lock\n", "tightship.lock"),
        ("version: 9\ntightship: x\nsource: x\nspec: x\nfiles: {}\n", "format 9"),
        ("version: 1\ntightship: x\nsource: x\nspec: x\nfiles: {\"../../etc/passwd\": x}\n", "not below the folder"),
    ] {
        folder.write("tightship.lock", lock);
        folder.render(&[]).exits(2).says(&[message, "delete it"]);
    }
}

#[test]
fn streams_and_usage() {
    let folder = Folder::with(MINIMAL);
    let stream = folder.render(&["--stdout"]).exits(0);
    assert!(stream.stdout.starts_with("---\n") && stream.stderr.is_empty());
    assert_eq!(folder.names(), ["tightship.yaml"]);
    folder.render(&["--layout", "nix"]).exits(2).says(&["kustomize, plain, flux, argocd, helm"]);
    folder.render(&["--file", "-"]).exits(2);
    folder.render(&["--env", "prod", "--stdout"]).exits(2).says(&["no environment `prod`"]);
    let two = Folder::with(&app("environments: {dev: {replicas: 1}, prod: {replicas: 5}}"));
    two.render(&["--env", "prd", "--stdout"]).exits(2).says(&["dev, prod"]);
    let prod = two.render(&["--env", "prod", "--stdout"]).exits(0);
    assert!(prod.stdout.contains("replicas: 5"));
    // overlays have all environments already
    two.render(&["--env", "prod"]).exits(2).says(&["`--env prod` changes no file of the kustomize layout"]);
    two.render(&["--env", "prod", "--check"]).exits(2);
    two.render(&["--out", ""]).exits(2).says(&["--out is empty"]);
    assert_eq!(two.names(), ["tightship.yaml"]);
    two.render(&["--env", "prod", "--layout", "plain", "--out", "plain"]).exits(0);
    assert!(two.read("plain/apps/shop/50-deployment.yaml").contains("replicas: 5"));
    two.render(&["--out", "made/for/it"]).exits(0);
    assert!(two.path("made/for/it/apps/shop/base/deployment.yaml").is_file());
}

#[test]
fn standard_input_is_a_spec_too() {
    let folder = Folder::with(MINIMAL);
    let read = |args: &[&str]| {
        let spec = fs::File::open(folder.path("tightship.yaml")).unwrap();
        crate::support::Ran::of(folder.command(&[&["render", "-f", "-"], args].concat()).stdin(spec).output().unwrap())
    };
    read(&[]).exits(2).says(&["--out DIR", "--stdout"]);
    assert_eq!(read(&["--stdout"]).exits(0).stdout, folder.render(&["--stdout"]).exits(0).stdout);
    read(&["--out", "out"]).exits(0);
}

/// Enough apps to fill a pipe, and to take a moment.
fn many() -> String {
    (0..150)
        .map(|at| format!("---\n{}", MINIMAL.replace("name: shop", &format!("name: shop-{at}\nspace: s"))))
        .collect()
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = Folder::with(&many());
    let mut child =
        folder.command(&["render", "--stdout"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

/// Sends what Ctrl-C sends; nothing to a program that has ended.
fn interrupt(child: &Child) {
    Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
}

/// Whether there are temporary files.
fn is_writing(folder: &Folder) -> bool {
    let files = folder.path(".tightship/render").read_dir();
    files.is_ok_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().ends_with(".tmp")))
}

#[test]
fn an_interrupt_leaves_all_or_nothing() {
    heed_signals();
    for delay in [1, 5, 20, 40, 60, 80, 120] {
        let folder = Folder::with(&many());
        let mut child = folder.command(&["render"]).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        interrupt(&child);
        let status = child.wait().unwrap();
        let names = folder.names();
        assert!(!names.iter().any(|name| name.starts_with(".tightship/")), "temporary files stay: {names:?}");
        // each app with its ten files or so, or nothing at all
        let complete = folder.render(&["--check"]).code == 0;
        assert!(complete || names == ["tightship.yaml"], "after {delay} ms there are {} files", names.len());
        assert!(status.success() || status.code() == Some(130) || status.signal() == Some(2), "{status:?}");
    }
}

#[test]
fn an_interrupt_of_an_update_leaves_the_old_or_the_new() {
    heed_signals();
    let generated = |folder: &Folder| {
        let mut files = folder.files();
        files.remove("tightship.yaml");
        files
    };
    let (spec, next) = (many(), many().replace("1.2.3", "1.2.4"));
    let (folder, updated) = (Folder::rendered(&spec), Folder::rendered(&next));
    let (old, new) = (generated(&folder), generated(&updated));
    assert_ne!(old, new);
    let mut is_interrupted = false;
    let moments = [10, 40, 80, 120, 160, 200, 300].map(|delay| Some(Duration::from_millis(delay)));
    // then as soon as there are temporary files: the rest of them takes longer than a signal
    for moment in moments.into_iter().chain([None; 10]) {
        folder.write("tightship.yaml", &next);
        let mut child = folder.command(&["render"]).stderr(Stdio::null()).spawn().unwrap();
        match moment {
            Some(delay) => std::thread::sleep(delay),
            None => while child.try_wait().unwrap().is_none() && !is_writing(&folder) {},
        }
        interrupt(&child);
        child.wait().unwrap();
        let now = generated(&folder);
        assert!(now == old || now == new, "at {moment:?} the folder is neither old nor new");
        is_interrupted |= now == old;
        if now == new {
            folder.write("tightship.yaml", &spec);
            folder.render(&[]).exits(0);
        }
        if moment.is_none() && is_interrupted {
            break;
        }
    }
    assert!(is_interrupted, "all came too late to interrupt anything");
}

#[test]
fn links_beside_the_files_are_not_followed() {
    let outside = Folder::new();
    outside.write("theirs", "theirs\n");
    for name in [format!("{DEPLOYMENT}.new"), "tightship.lock".to_owned()] {
        let folder = Folder::rendered(MINIMAL);
        let lock = folder.read("tightship.lock");
        folder.replace(DEPLOYMENT, "replicas: 2", "replicas: 7");
        let _ = fs::remove_file(folder.path(&name));
        if name == "tightship.lock" {
            outside.write("lock", &lock);
        }
        symlink(outside.path(if name == "tightship.lock" { "lock" } else { "theirs" }), folder.path(&name)).unwrap();
        folder.write("tightship.yaml", format!("{MINIMAL}replicas: 3\n"));
        let code = folder.render(&[]).code;
        assert!([1, 2].contains(&code), "{name}: {code}");
        assert_eq!(outside.read("theirs"), "theirs\n");
        if name == "tightship.lock" {
            assert_eq!(outside.read("lock"), lock);
        }
    }
}

#[test]
fn a_file_that_is_no_text_any_more_is_an_edit() {
    let folder = Folder::rendered(MINIMAL);
    folder.write(DEPLOYMENT, b"\xff\xfe\x00");
    folder.render(&["--check"]).exits(1).says(&["was edited by hand"]);
    folder.render(&["--diff"]).exits(1);
    folder.render(&[]).exits(1);
    assert_eq!(fs::read(folder.path(DEPLOYMENT)).unwrap(), b"\xff\xfe\x00");
    folder.render(&["--force"]).exits(0);
    folder.render(&["--check"]).exits(0);
}

#[test]
fn two_specs_do_not_take_each_others_files() {
    let folder = Folder::with(MINIMAL);
    folder.write("other.yaml", MINIMAL.replace("name: shop", "name: other"));
    folder.render(&[]).exits(0);
    let before = folder.read(DEPLOYMENT);
    let code = folder.render(&["--file", "other.yaml"]).code;
    assert!(folder.path(DEPLOYMENT).exists(), "exit code {code}, and the files of the first spec are gone");
    assert_eq!(folder.read(DEPLOYMENT), before);
}

#[test]
fn many_files_are_written_with_few_open_at_a_time() {
    let folder = Folder::with(&many());
    let render = folder.command(&["render"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 64; exec \"$0\" render"]).arg(render.get_program()).current_dir(folder.path(""));
    limited.env("SOURCE_DATE_EPOCH", crate::support::TODAY).env("NO_COLOR", "1");
    crate::support::Ran::of(limited.output().unwrap()).exits(0);
    folder.render(&["--check"]).exits(0);
}
