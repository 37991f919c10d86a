//! Only regular files of the folder are read and written, each once.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Folder, Ran};
use crate::walk::{POD, check, found, repository};

/// Below the limit of memory and time, or it fails.
fn bounded(folder: &Folder, args: &str) -> Ran {
    let program = assert_cmd::cargo::cargo_bin!("tightship");
    let line = format!(
        "ulimit -v 2000000; exec timeout 60 '{}' check --no-config --format concise --select privileged {args}",
        program.display()
    );
    let mut command = Command::new("bash");
    command.args(["-c", &line]).current_dir(folder.path("")).env("RAYON_NUM_THREADS", "2").stdin(Stdio::null());
    Ran::of(command.output().unwrap())
}

fn mkfifo(folder: &Folder, name: &str) {
    assert!(Command::new("mkfifo").arg(folder.path(name)).status().unwrap().success());
}

#[test]
fn what_is_no_regular_file_is_left_out() {
    let folder = Folder::new();
    folder.write("good.yaml", POD);
    mkfifo(&folder, "fifo.yaml");
    mkfifo(&folder, "kustomization.yaml");
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket.yaml")).unwrap();
    let mut nodes = 0;
    for (name, numbers) in [("zero.yaml", ["c", "1", "5"]), ("disk.yml", ["b", "7", "0"])] {
        // only root may
        nodes += usize::from(Command::new("mknod").arg(folder.path(name)).args(numbers).status().unwrap().success());
    }
    let large = std::fs::File::create(folder.path("large.yaml")).unwrap();
    large.set_len(64 * 1024 * 1024 + 1).unwrap();
    let ran = bounded(&folder, ".").exits(1);
    assert_eq!(found(&ran), ["good.yaml"]);
    let counted = format!("left out: {} FIFOs, sockets or devices, 1 file larger than 64 MiB", 3 + nodes);
    assert!(ran.stderr.contains(&counted), "{}", ran.stderr);
}

#[test]
fn links_that_lead_out_are_left_out() {
    let outside = Folder::new();
    outside.write("secret.yaml", POD);
    mkfifo(&outside, "fifo");
    for folder in [Folder::new(), repository(&[])] {
        folder.write("good.yaml", POD);
        let file = outside.path("secret.yaml").display().to_string();
        let relative = format!("../{}/secret.yaml", outside.path("").file_name().unwrap().to_str().unwrap());
        for (name, target) in [
            ("a.yaml", "/dev/zero"),
            ("b.yaml", "/proc/self/mem"),
            ("c.yaml", "/proc/kmsg"),
            ("d.yaml", file.as_str()),
            ("e.yaml", relative.as_str()),
            ("f", outside.path("").to_str().unwrap()),
            ("g.yaml", "f/secret.yaml"),
            ("h.yaml", "/dev/stdin"),
            ("i.yaml", outside.path("fifo").to_str().unwrap()),
            ("j.yaml", ".git/config"),
        ] {
            symlink(target, folder.path(name)).unwrap();
        }
        folder.write(".git/config", "[remote \"origin\"]\n\turl = https://me:password@example.com\n");
        let ran = bounded(&folder, ".").exits(1);
        assert_eq!(found(&ran), ["good.yaml"]);
        assert!(ran.stderr.contains("left out: 10 links that lead out"), "{}", ran.stderr);
        let before = outside.read("secret.yaml");
        check(&folder, &["--fix=unsafe"]);
        assert_eq!(outside.read("secret.yaml"), before);
    }
}

#[test]
fn links_inside_are_followed_and_each_file_read_once() {
    let folder = repository(&["app/a.yaml", "base/b.yaml", "data/text.txt"]);
    for (name, target) in [
        ("app/again.yaml", "a.yaml"),
        ("app/text.yaml", "../data/text.txt"),
        ("app/base", "../base"),
        ("app/up", ".."),
        ("app/self", "self"),
        ("app/round.yaml", "trip.yaml"),
        ("app/trip.yaml", "round.yaml"),
        ("app/nowhere.yaml", "nothing"),
    ] {
        symlink(target, folder.path(name)).unwrap();
    }
    std::fs::hard_link(folder.path("app/a.yaml"), folder.path("app/z.yaml")).unwrap();
    let ran = check(&folder, &[]).exits(1).says(&["left out: 3 links that lead nowhere"]);
    assert_eq!(found(&ran), ["app/a.yaml", "app/text.yaml", "base/b.yaml"]);
    // the rest of the repository, through links
    let ran = check(&folder, &["app", "app/a.yaml", "./app/a.yaml"]).exits(1);
    assert_eq!(found(&ran), ["app/a.yaml", "app/base/b.yaml", "app/text.yaml"]);
    // for fixing, too: the link stays, and each name of the file has the new text
    let fixed = folder.run(&["check", "--no-config", "--select", "privileged", "--fix=unsafe", "app"]);
    assert!(fixed.stderr.contains("3 findings fixed in 3 files"), "{}", fixed.stderr);
    for name in ["app/a.yaml", "app/z.yaml", "base/b.yaml", "data/text.txt"] {
        assert!(!folder.read(name).contains("privileged: true"), "{name}");
    }
    assert!(folder.path("app/text.yaml").is_symlink() && folder.path("app/base").is_symlink());
    check(&folder, &[]).exits(0);
}

#[test]
fn without_a_repository_the_folder_that_is_named_is_the_border() {
    let folder = Folder::new();
    folder.write("in/a.yaml", POD);
    folder.write("beside.yaml", POD);
    symlink("../beside.yaml", folder.path("in/b.yaml")).unwrap();
    assert_eq!(found(&check(&folder, &["in"]).says(&["left out: 1 link that leads out"])), ["in/a.yaml"]);
    assert_eq!(found(&check(&folder, &["."])), ["beside.yaml", "in/a.yaml"]);
    // what is named may be a link
    assert_eq!(found(&check(&folder, &["in/b.yaml"])), ["in/b.yaml"]);
    symlink("in", folder.path("link")).unwrap();
    assert_eq!(found(&check(&folder, &["link"])), ["link/a.yaml"]);
}

#[test]
fn a_fix_writes_only_what_was_read() {
    let folder = Folder::new();
    let outside = Folder::new();
    outside.write("a.yaml", POD);
    folder.write("sub/a.yaml", POD);
    let original = folder.read("sub/a.yaml");
    // the folder becomes a link to one outside, again and again, while files are fixed
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = std::fs::rename(folder.path("sub"), folder.path("aside"));
                let _ = symlink(outside.path(""), folder.path("sub"));
                let _ = std::fs::remove_file(folder.path("sub"));
                let _ = std::fs::rename(folder.path("aside"), folder.path("sub"));
            }
        });
        for _ in 0..20 {
            check(&folder, &["--fix=unsafe", "."]);
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(outside.read("a.yaml"), original);
    assert_eq!(outside.names(), ["a.yaml"]);
}

#[test]
fn what_the_user_names_may_be_a_pipe_or_large() {
    let folder = Folder::new();
    folder.write("pod.yaml", POD);
    // read again where another object decides
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pod-security.kubernetes.io/enforce: baseline}}\n";
    folder.write("namespace.yaml", namespace);
    let ran = bounded(&folder, "<(cat pod.yaml) namespace.yaml").exits(1);
    assert!(ran.stdout.starts_with("/dev/fd/") && ran.stdout.lines().count() == 1, "{}", ran.stdout);
    mkfifo(&folder, "fifo.yaml");
    let path = folder.path("fifo.yaml");
    let writer =
        std::thread::spawn(move || std::fs::File::options().write(true).open(path).unwrap().write_all(POD.as_bytes()));
    assert_eq!(found(&check(&folder, &["fifo.yaml"]).exits(1)), ["fifo.yaml"]);
    writer.join().unwrap().unwrap();
    let comment = format!("# {}\n", "x".repeat(1022)).repeat(65 * 1024);
    folder.write("large.yaml", format!("{comment}{POD}"));
    assert_eq!(found(&check(&folder, &["large.yaml"]).exits(1)), ["large.yaml"]);
    let started = Instant::now();
    bounded(&folder, "/dev/zero").exits(2).says(&["it is larger than 64 MiB"]);
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_belongs_to_a_unit_stays_inside() {
    let folder = Folder::new();
    folder.write("kubelet.service", "[Service]\nEnvironmentFile=/etc/default/kubelet\nExecStart=/usr/bin/kubelet\n");
    folder.write("kubelet.service.d/10.conf", "[Service]\nEnvironmentFile=/etc/more\n");
    symlink("/etc/passwd", folder.path("kubelet.service.d/20.conf")).unwrap();
    mkfifo(&folder, "kubelet.service.d/30.conf");
    symlink("/etc/passwd", folder.path("kubelet")).unwrap();
    for args in ["kubelet.service", "."] {
        let ran = bounded(&folder, &format!("--show-files {args}"));
        assert_eq!(ran.stdout, "kubelet.service\nkubelet.service.d/10.conf\n", "{}", ran.stderr);
        let expected = ["kubelet.service.d/20.conf: the link leads out", "kubelet.service.d/30.conf: it is a FIFO"];
        ran.says(&expected).says(&["left out: kubelet: the link leads out"]);
    }
}

#[test]
fn a_dockerfile_may_not_wait_or_never_end() {
    let folder = Folder::new();
    let new = ["new", "--yes", "--name=shop", "--image=ghcr.io/acme/shop:1.2.3"];
    mkfifo(&folder, "Dockerfile");
    let started = Instant::now();
    folder.run(&new);
    std::fs::remove_file(folder.path("Dockerfile")).unwrap();
    symlink("/dev/zero", folder.path("Dockerfile")).unwrap();
    folder.run(&new);
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_is_written_through_a_link_stays_inside() {
    let outside = Folder::new();
    for folder in [Folder::new(), repository(&[])] {
        outside.write("v.yaml", POD);
        outside.write("b.json", "{}");
        folder.write("in/v.yaml", POD);
        let name = |file: &str| outside.path(file).display().to_string();
        for (link, target) in [
            ("a.yaml", name("v.yaml")),
            ("out", name("")),
            ("base.json", name("b.json")),
            ("b.yaml", "in/v.yaml".to_owned()),
        ] {
            symlink(target, folder.path(link)).unwrap();
        }
        symlink("a.yaml", folder.path("c.yaml")).unwrap();
        for file in ["a.yaml", "out/v.yaml", "c.yaml", "./in/../a.yaml"] {
            let ran = check(&folder, &["--fix=unsafe", file]).exits(2);
            assert!(ran.stderr.contains("is not fixed") && ran.stderr.contains("leads out of"), "{file}: {ran:?}");
        }
        assert_eq!(outside.read("v.yaml"), POD);
        // nothing is written where one of several is refused
        check(&folder, &["--fix=unsafe", "in/v.yaml", "a.yaml"]).exits(2);
        assert_eq!((folder.read("in/v.yaml"), outside.read("v.yaml")), (POD.to_owned(), POD.to_owned()));
        for base in ["base.json", "out/new.json"] {
            let ran = check(&folder, &["--baseline", base, "--update-baseline", "in/v.yaml"]).exits(2);
            assert!(ran.stderr.contains("is not written") && ran.stderr.contains("leads out of"), "{base}: {ran:?}");
        }
        assert_eq!(outside.read("b.json"), "{}");
        assert!(!outside.path("new.json").exists());
        // inside it is followed, and what is named elsewhere without a link is written
        check(&folder, &["--baseline", "known.json", "--update-baseline", "in/v.yaml"]).exits(0);
        check(&folder, &["--fix=unsafe", "b.yaml"]);
        assert!(folder.path("b.yaml").is_symlink() && folder.read("in/v.yaml") != POD);
        check(&folder, &["--fix=unsafe", &name("v.yaml")]);
        assert_ne!(outside.read("v.yaml"), POD);
    }
}
