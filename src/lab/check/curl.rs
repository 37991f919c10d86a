//! Requests from the control-plane node itself, by the curl that is there: to ports that only the node's neighbours reach.

use std::fmt::Write as _;

use super::text::short;
use crate::client::{Ended, Response};
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// curl's exit code when there is no connection.
const NO_CONNECTION: i32 = 7;
/// Its exit codes when TLS fails: at the beginning, or when the other side has seen that there is no certificate.
const TLS: [i32; 2] = [35, 56];

/// Its exit code when the other side has closed a connection that was there.
const CLOSED: i32 = 55;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// An answer of HTTP.
    Said(Response),
    /// The connection or the lack of a certificate was refused; it says by whom and how.
    Refused(String),
}

/// Asks. The token is not among the arguments, which everybody on the node can read.
pub(super) fn ask(
    context: &CheckContext<'_>,
    method: &str,
    url: &str,
    token: Option<&str>,
) -> Result<Answer, CheckResult> {
    if url.chars().chain(token.unwrap_or_default().chars()).any(char::is_control) {
        return Err(CheckResult::error(format!("`{}` cannot be asked for", short(url))));
    }
    let config = config(method, url, token);
    let run = |config: &str| context.api.node(&["curl", "--config", "-"], config.as_bytes());
    let mut ended = run(&config)?;
    if ended.exit == CLOSED {
        // in TLS 1.3 the other side asks for a certificate when it counts as connected already, so that it may be gone
        // before it is heard; in 1.2 it says so first
        ended = run(&format!("{config}tls-max = \"1.2\"\n"))?;
    }
    read(&ended)
}

fn config(method: &str, url: &str, token: Option<&str>) -> String {
    let mut config = String::from("silent\nshow-error\nverbose\ninsecure\nnoproxy = \"*\"\nmax-time = 5\n");
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    // writing to a String does not fail
    let _ = writeln!(config, "request = \"{}\"\nurl = \"{}\"", quoted(method), quoted(url));
    if let Some(token) = token {
        let _ = writeln!(config, "header = \"Authorization: Bearer {}\"", quoted(token));
    }
    config.push_str("write-out = \"\\n%{http_code}\"\n");
    config
}

/// Only what is certainly a refusal is one: who does not answer may just be slow, or gone.
fn read(ended: &Ended) -> Result<Answer, CheckResult> {
    let (body, status) = ended.stdout.rsplit_once('\n').unwrap_or_default();
    if let (0, Ok(status @ 1..)) = (ended.exit, status.trim().parse()) {
        return Ok(Answer::Said(Response { status, body: body.to_owned(), warnings: Vec::new() }));
    }
    let complaint = |words: &str| ended.stderr.lines().find(|line| line.contains(words));
    match ended.exit {
        NO_CONNECTION if complaint("timed out").is_none() && complaint("unreachable").is_none() => {
            if let Some(line) = complaint("Connection refused") {
                return Ok(Answer::Refused(line.trim_start_matches("* ").to_owned()));
            }
        }
        exit if TLS.contains(&exit) => {
            if let Some(line) = complaint("alert").and(complaint("curl: (")) {
                let words = line.split("SSL routines::").last().and_then(|line| line.split(',').next());
                return Ok(Answer::Refused(words.unwrap_or(line).to_owned()));
            }
        }
        _ => {}
    }
    let why = ended.stderr.lines().rev().find(|line| line.contains("curl: (") || line.contains("curl"));
    Err(CheckResult::error(format!("the node gets no answer: {}", short(why.unwrap_or("curl does not run")))))
}

#[cfg(test)]
mod tests {
    use super::{Answer, config, read};
    use crate::client::{Ended, Response};
    use crate::lab::verdict::Verdict;

    fn ended(exit: i32, stdout: &str, stderr: &str) -> Ended {
        Ended { exit, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    #[test]
    fn an_answer_is_its_body_and_status() {
        let said = |status, body: &str| Ok(Answer::Said(Response { status, body: body.to_owned(), warnings: vec![] }));
        assert_eq!(read(&ended(0, "Unauthorized\n401", "")), said(401, "Unauthorized"));
        assert_eq!(read(&ended(0, "a\nb\n\n200", "")), said(200, "a\nb\n"));
    }

    #[test]
    fn a_refusal_is_of_the_connection_or_of_tls() {
        let closed = "* connect to 172.18.0.2 port 10255 failed: Connection refused\ncurl: (7) Failed to connect";
        assert_eq!(
            read(&ended(7, "\n000", closed)),
            Ok(Answer::Refused("connect to 172.18.0.2 port 10255 failed: Connection refused".to_owned()))
        );
        let alert = "* TLSv1.3 (IN), TLS alert, unknown (628):\n\
            curl: (56) OpenSSL SSL_read: OpenSSL/3.0.20: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0";
        assert_eq!(
            read(&ended(56, "\n000", alert)),
            Ok(Answer::Refused("tlsv13 alert certificate required".to_owned()))
        );
    }

    #[test]
    fn who_does_not_answer_has_refused_nothing() {
        for (exit, complaint) in [
            (28, "curl: (28) Connection timed out after 5001 milliseconds"),
            (6, "curl: (6) Could not resolve host: demo-control-plane"),
            (
                7,
                "* connect to fc00::2 port 1 failed: Connection refused\n* connect to 10.0.0.2 port 1 failed: Connection timed out",
            ),
            (56, "curl: (56) Recv failure: Connection reset by peer"),
            (127, "OCI runtime exec failed: exec: \"curl\": executable file not found in $PATH"),
        ] {
            assert_eq!(read(&ended(exit, "\n000", complaint)).unwrap_err().verdict, Verdict::Error, "{complaint}");
        }
    }

    #[test]
    fn the_token_is_a_header() {
        let config = config("GET", "https://n:10250/a?b=\"c\"", Some("ey.J"));
        assert!(config.contains("url = \"https://n:10250/a?b=\\\"c\\\"\"\n"), "{config}");
        assert!(config.contains("header = \"Authorization: Bearer ey.J\"\n"), "{config}");
    }
}
