//! The canary and the server on the loopback notice what they are there for.

use std::process::Command;

use crate::canary::Canary;
use crate::loopback::Loopback;

#[test]
fn the_canary_notes_that_it_ran() {
    let canary = Canary::new();
    canary.program("ssh");
    assert_eq!(canary.ran(), "");
    canary.shadow(Command::new("sh").args(["-c", "ssh git@example.com"])).status().unwrap();
    assert_eq!(canary.ran(), "ssh git@example.com\n");
}

#[test]
fn the_server_counts_requests() {
    let server = Loopback::start();
    assert!(server.requests().is_empty());
    let ask =
        format!("exec 3<>/dev/tcp/127.0.0.1/{}; printf 'GET /a HTTP/1.1\\r\\n\\r\\n' >&3; cat <&3", server.port());
    Command::new("bash").args(["-c", &ask]).output().unwrap();
    assert_eq!(server.requests(), ["GET /a HTTP/1.1"]);
    assert!(server.url("a").ends_with("/a"));
}
