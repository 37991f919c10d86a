//! Dialling from a container that has busybox, and what its end means. It is result by exit codes, for what busybox says differs
//! between its versions.

use crate::client::{Ended, ExecReply};
use crate::lab::course::values::{Protocol, Reached};

/// How long nobody may answer: one packet, and not the next one, which follows after a second.
pub(super) const SECONDS: &str = "1";

/// A name that every cluster with the usual domain knows; others answer that they do not, which is an answer.
const NAME: &str = "kubernetes.default.svc.cluster.local.";

/// The program that dials.
pub(super) fn argv(proto: Protocol, address: &str, port: u32) -> Vec<String> {
    let port = port.to_string();
    let port_flag = format!("-port={port}");
    let words: &[&str] = match proto {
        // `-e` must be the last: it ends nc as soon as there is a connection
        Protocol::Tcp => &["timeout", SECONDS, "nc", address, &port, "-e", "true"],
        // the first versions have no `nc -u`; a name server is the one who answers
        Protocol::Udp | Protocol::Dns => &["timeout", SECONDS, "nslookup", &port_flag, "-type=a", NAME, address],
    };
    words.iter().map(|&word| word.to_owned()).collect()
}

/// What a dial found; `Err` says why it found nothing out.
pub(super) fn reading(proto: Protocol, reply: &ExecReply) -> Result<Reached, String> {
    let ended = match reply {
        ExecReply::Ended(ended) => ended,
        ExecReply::Refused { message, .. } => return Err(message.clone()),
        ExecReply::TimedOut => return Err("the dial does not end".to_owned()),
    };
    let said = |words: &str| ended.stdout.contains(words) || ended.stderr.contains(words);
    match (proto, ended.exit) {
        (_, 126 | 127) => Err(why(ended)),
        (Protocol::Tcp, 1) if said("bad address") => Err(why(ended)),
        (_, 0) => Ok(Reached::Open),
        (Protocol::Tcp, 1) => Ok(Reached::Refused),
        // that it does not know the name is an answer too
        (Protocol::Udp | Protocol::Dns, 1) if said("can't find") => Ok(Reached::Open),
        (Protocol::Udp | Protocol::Dns, _) if said("refused") => Ok(Reached::Refused),
        // killed by busybox's `timeout`, or by that of coreutils; or nslookup has given up first
        (_, 143 | 124) | (Protocol::Udp | Protocol::Dns, 1) => Ok(Reached::Blocked),
        (_, exit) => Err(format!("exit code {exit}: {}", why(ended))),
    }
}

fn why(ended: &Ended) -> String {
    let all = ended.stderr.lines().chain(ended.stdout.lines());
    all.map(str::trim).find(|line| !line.is_empty()).unwrap_or("it says nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{argv, reading};
    use crate::client::{Ended, ExecReply};
    use crate::lab::course::values::{Protocol, Reached};

    fn ended(exit: i32, stdout: &str, stderr: &str) -> ExecReply {
        ExecReply::Ended(Ended { exit, stdout: stdout.to_owned(), stderr: stderr.to_owned() })
    }

    #[test]
    fn a_connection_is_open_refused_or_blocked() {
        assert_eq!(argv(Protocol::Tcp, "10.0.0.1", 80).join(" "), "timeout 1 nc 10.0.0.1 80 -e true");
        let of = |reply| reading(Protocol::Tcp, &reply);
        assert_eq!(of(ended(0, "", "")), Ok(Reached::Open));
        assert_eq!(
            of(ended(1, "", "nc: can't connect to remote host (10.0.0.1): Connection refused")),
            Ok(Reached::Refused)
        );
        assert_eq!(of(ended(1, "", "")), Ok(Reached::Refused));
        assert_eq!(of(ended(143, "", "Terminated")), Ok(Reached::Blocked));
        assert_eq!(of(ended(124, "", "")), Ok(Reached::Blocked));
    }

    #[test]
    fn a_dial_that_did_not_happen_finds_nothing() {
        let of = |reply| reading(Protocol::Tcp, &reply);
        assert_eq!(of(ended(127, "", "sh: nc: not found")), Err("sh: nc: not found".to_owned()));
        assert_eq!(of(ended(1, "", "nc: bad address 'api'")), Err("nc: bad address 'api'".to_owned()));
        assert_eq!(of(ended(137, "", "")), Err("exit code 137: it says nothing".to_owned()));
        assert_eq!(of(ExecReply::TimedOut), Err("the dial does not end".to_owned()));
        let gone = ExecReply::Refused { status: 404, message: "pods \"probe\" not found".to_owned() };
        assert_eq!(of(gone), Err("pods \"probe\" not found".to_owned()));
    }

    #[test]
    fn any_answer_of_a_name_server_shows_that_it_is_reached() {
        let of = |reply| reading(Protocol::Dns, &reply);
        assert_eq!(of(ended(0, "Name: kubernetes.default", "")), Ok(Reached::Open));
        assert_eq!(of(ended(1, "** server can't find kubernetes.default: NXDOMAIN", "")), Ok(Reached::Open));
        assert_eq!(of(ended(143, "", "")), Ok(Reached::Blocked));
        assert_eq!(of(ended(1, ";; connection timed out; no servers could be reached", "")), Ok(Reached::Blocked));
        assert_eq!(of(ended(143, "", "nslookup: read: Connection refused")), Ok(Reached::Refused));
    }
}
