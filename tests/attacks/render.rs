//! A render that is killed leaves nothing that could be committed, and the next one takes it away; a hostile lock has nothing
//! removed but what a layout may have written.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Folder, MINIMAL};

const KEY_FILE: &str = "control-plane/prod/hardening/encryption.yaml";

/// A control plane with a key, and apps enough to take a moment.
fn spec() -> String {
    let app = |at: usize| format!("---\n{}", MINIMAL.replace("name: shop", &format!("name: shop-{at}\nspace: s")));
    let server =
        "apiVersion: tightship/v1\nkind: ApiServer\nname: prod\ntarget: {kubernetes: \"1.36\", platform: kubeadm}\n";
    format!("{server}{}", (0..30).map(app).collect::<String>())
}

/// The files that `git add --all` takes, with their contents.
fn committed(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let git = |args: &[&str]| {
        let output = Command::new("git").current_dir(folder.path("")).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    let names = git(&["ls-files", "-z"]);
    names.split_terminator('\0').map(|name| (name.to_owned(), fs::read(folder.path(name)).unwrap())).collect()
}

fn names(folder: &Folder) -> Vec<String> {
    folder.names().into_iter().filter(|name| !name.starts_with(".git/")).collect()
}

#[test]
fn a_render_that_is_killed_leaves_no_key_to_commit() {
    let spec = spec();
    let expected = Folder::rendered(&spec).names();
    let mut was_halfway = false;
    for at in 0..24_u64 {
        let folder = Folder::with(&spec);
        let mut child = folder.command(&["render"]).stderr(Stdio::null()).spawn().unwrap();
        if at % 2 == 0 {
            std::thread::sleep(Duration::from_millis(at * 12));
        } else {
            // as soon as files are being written, or a little later
            while child.try_wait().unwrap().is_none() && !folder.path(".tightship/render").exists() {}
            std::thread::sleep(Duration::from_micros(at * 500));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        was_halfway |= folder.path(".tightship").exists();
        for (name, content) in committed(&folder) {
            let text = String::from_utf8_lossy(&content);
            assert!(name != KEY_FILE && !name.ends_with(".tmp"), "after {at}: {name}");
            assert!(!text.contains("secretbox:") || !text.contains("secret: "), "after {at}: {name}\n{text}");
        }
        folder.render(&[]).exits(0);
        assert_eq!(names(&folder), expected, "after {at}");
    }
    assert!(was_halfway, "all came too late, or too soon");
}

#[test]
fn what_a_killed_render_left_is_taken_away_and_nothing_else() {
    let folder = Folder::with(MINIMAL);
    // what stays in a folder is not ignored by its own `.gitignore` if somebody changed that
    folder.write(".tightship/render/.gitignore", "!*\n");
    folder.write(".tightship/render/lock", "");
    folder.write(".tightship/render/aB3dEf.tmp", "secret: aGk=\n");
    folder.write(".tightship/render/notes.txt", "theirs\n");
    folder.write(".tightship/render/folder.tmp/x", "theirs\n");
    folder.write(".tightship/lab/state.json", "{}\n");
    folder.write("apps/shop/base/.tightship-aB3dEf", "theirs\n");
    folder.render(&[]).exits(0);
    let left: Vec<String> = folder.names().into_iter().filter(|name| name.contains(".tightship")).collect();
    let expected = [
        ".tightship/lab/state.json",
        ".tightship/render/folder.tmp/x",
        ".tightship/render/notes.txt",
        "apps/shop/base/.tightship-aB3dEf",
    ];
    assert_eq!(left, expected);
}

#[test]
fn files_are_not_written_through_a_link_either() {
    for link in [".tightship", ".tightship/render", ".tightship/render/.gitignore", ".tightship/render/lock"] {
        let (folder, outside) = (Folder::with(&spec()), Folder::new());
        outside.write("a.tmp", "theirs\n");
        outside.write("render/b.tmp", "theirs\n");
        let target = if link.contains("render/") { outside.path("a.tmp") } else { outside.path("") };
        let path = folder.path(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, &path).unwrap();
        let before = outside.files();
        let ran = folder.render(&[]).exits(2).says(&[link, "nothing was written"]);
        assert!(!ran.stderr.contains("panicked"));
        assert_eq!(outside.files(), before, "{link}");
        assert!(!folder.path("control-plane").exists() && !folder.path("apps").exists(), "{link}");
    }
    for name in [".tightship/render/.gitignore/x", ".tightship/render/lock/x"] {
        let folder = Folder::with(&spec());
        folder.write(name, "x");
        folder.render(&[]).exits(2).says(&["is not a file; nothing was written"]);
        assert!(folder.names().iter().all(|name| name.starts_with(".tightship/render/") || name == "tightship.yaml"));
    }
}

#[test]
fn renders_at_once_do_not_disturb_each_other() {
    let folder = Folder::with(&spec());
    let run = || folder.command(&["render"]).stderr(Stdio::piped()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| run()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!folder.path(".tightship").exists());
    folder.render(&["--check"]).exits(0);
}

/// A folder in which a lock says that tightship wrote a file, whose content it knows.
fn with_lock(path: &str, content: &str) -> (Folder, String) {
    let folder = Folder::rendered(MINIMAL);
    let lock = folder.read("tightship.lock");
    let other = Folder::new();
    other.write("content", content);
    let hash =
        String::from_utf8(Command::new("sha256sum").arg(other.path("content")).output().unwrap().stdout).unwrap();
    let hash = hash.split(' ').next().unwrap();
    folder.write(path, content);
    (folder, format!("{lock}  \"{path}\": \"sha256:{hash}\"\n"))
}

#[test]
fn a_lock_has_nothing_removed_that_no_layout_writes() {
    let made = "# Made by tightship from tightship.yaml: edit that, then run `tightship render`.\n";
    for (path, content) in [
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/config", made),
        ("apps/.git/HEAD", made),
        ("apps/shop/.git/base/x.yaml", made),
        (".github/workflows/ci.yaml", made),
        ("src/main.rs", "fn main() {}\n"),
        ("apps/shop/main.go", made),
        ("Makefile", made),
    ] {
        let (folder, lock) = with_lock(path, content);
        folder.write("tightship.lock", &lock);
        let before = folder.files();
        folder.render(&[]).exits(2).says(&["tightship.lock:", "which tightship does not write", "delete it"]);
        folder.render(&["--force"]).exits(2);
        assert_eq!(folder.files(), before, "{path}");
    }
    for path in ["../x.yaml", "/tmp/x.yaml", "apps/../../x.yaml", "apps/shop/../../../x.yaml"] {
        let folder = Folder::rendered(MINIMAL);
        let lock = folder.read("tightship.lock");
        folder.write("tightship.lock", format!("{lock}  \"{path}\": \"sha256:00\"\n"));
        folder.render(&[]).exits(2).says(&["which is not below the folder"]);
    }
}

#[test]
fn a_lock_has_nothing_removed_that_others_wrote_or_a_link_leads_to() {
    let made = "# Made by tightship from tightship.yaml: edit that, then run `tightship render`.\nkind: Pod\n";
    // of a place and a content that tightship may have written, it is gone: that is what the lock is for
    let (folder, lock) = with_lock("apps/old/base/pod.yaml", made);
    folder.write("tightship.lock", lock);
    folder.render(&[]).exits(0).says(&["1 removed"]);
    assert!(!folder.path("apps/old").exists());

    let (folder, lock) = with_lock("apps/old/base/pod.yaml", "kind: Pod\n");
    folder.write("tightship.lock", lock);
    folder.render(&[]).exits(1).says(&["it stays"]);
    assert_eq!(folder.read("apps/old/base/pod.yaml"), "kind: Pod\n");

    let (folder, lock) = with_lock("apps/old/base/pod.yaml", made);
    folder.write("tightship.lock", lock);
    fs::rename(folder.path("apps/old"), folder.path("theirs")).unwrap();
    symlink("../theirs", folder.path("apps/old")).unwrap();
    folder.render(&[]).exits(1).says(&["it stays"]);
    assert_eq!(folder.read("theirs/base/pod.yaml"), made);
}
