//! What a terminal shows while something takes longer than a second.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use expectrl::{Eof, Expect, Session};

use crate::support::{Folder, program};

/// A folder with a kubectl that takes its time, and then has no cluster.
fn slow_cluster() -> Folder {
    let folder = Folder::new();
    folder.write("bin/kubectl", "#!/bin/sh\n/bin/sleep 2\necho 'there is no cluster' >&2\nexit 1\n");
    std::fs::set_permissions(folder.path("bin/kubectl"), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn check(folder: &Folder) -> Command {
    let mut command = program();
    command.args(["check", "--live", "--no-config"]).current_dir(folder.path("")).env("PATH", folder.path("bin"));
    command
}

#[test]
fn a_terminal_shows_what_is_waited_for() {
    let folder = slow_cluster();
    let mut command = check(&folder);
    command.env("TERM", "xterm");
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(60)));
    session.expect("asking the cluster for its objects").unwrap();
    // the line is taken away before the answer
    session.expect("\u{1b}[2K").unwrap();
    session.expect("there is no cluster").unwrap();
    session.expect(Eof).unwrap();
}

#[test]
fn a_log_does_not() {
    let folder = slow_cluster();
    let output = check(&folder).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("there is no cluster; --context names another")
            && !said.contains("asking")
            && !said.contains('\u{1b}'),
        "{said}"
    );
}
