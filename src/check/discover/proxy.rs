//! `kubectl proxy` on a socket that nobody but the user can open: one program that logs in once, for as many requests as there are pages. Logging in may
//! run a program of the user's that takes a second each time.

#[cfg(unix)]
pub(super) use unix::Proxy;

#[cfg(not(unix))]
pub(super) use elsewhere::Proxy;

#[cfg(unix)]
mod unix {
    use std::fs::Permissions;
    use std::io::{self, Read as _, Write as _};
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::UnixStream;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, JoinHandle};
    use std::time::{Duration, Instant};

    use serde_json::Value;
    use tempfile::TempDir;

    use crate::diagnostic::text::line;
    use crate::k8s::json::text;
    use crate::process::Program;

    /// How long it may take to start, and how often is looked whether it has.
    const START: Duration = Duration::from_secs(20);
    const MOMENT: Duration = Duration::from_millis(10);
    /// The most bytes of an answer.
    const MOST: u64 = 1 << 30;

    /// A proxy that runs until it is dropped.
    pub(in super::super) struct Proxy {
        room: TempDir,
        limit: Duration,
        stop: Arc<AtomicBool>,
        running: Option<JoinHandle<()>>,
    }

    impl Proxy {
        /// Starts it with flags that name a cluster; none where it does not start, as with a kubectl that is too old.
        pub(in super::super) fn start(flags: &[&str], limit: Duration) -> Option<Self> {
            let own = Permissions::from_mode(0o700);
            let room = tempfile::Builder::new().prefix("tightship-").permissions(own).tempdir().ok()?;
            let socket = format!("--unix-socket={}", socket(room.path()).to_str()?);
            // it reads, and nothing else
            let reads = ["--accept-paths=^/apis?/", "--reject-methods=^(POST|PUT|PATCH|DELETE)$"];
            let program =
                Program::new("kubectl").args(["proxy", "--append-server-path", &socket]).args(reads).args(flags);
            let running = program.start().ok()?;
            let stop = Arc::new(AtomicBool::new(false));
            let ends = Arc::clone(&stop);
            let running = thread::spawn(move || drop(running.wait(&ends, |_| {})));
            let proxy = Self { room, limit, stop, running: Some(running) };
            proxy.is_up().then_some(proxy)
        }

        /// Waits until it listens, or has ended.
        fn is_up(&self) -> bool {
            let until = Instant::now() + START;
            let runs = || self.running.as_ref().is_some_and(|running| !running.is_finished());
            while runs() && Instant::now() < until {
                if UnixStream::connect(socket(self.room.path())).is_ok() {
                    return true;
                }
                thread::sleep(MOMENT);
            }
            false
        }

        /// What the API server answers to a request for a path; `Err` is its complaint, or that of the proxy.
        pub(in super::super) fn get(&self, path: &str) -> Result<String, String> {
            get(&socket(self.room.path()), path, self.limit)
        }
    }

    impl Drop for Proxy {
        fn drop(&mut self) {
            self.stop.store(true, Ordering::SeqCst);
            if let Some(running) = self.running.take() {
                // a thread that failed has ended it as well
                let _ = running.join();
            }
        }
    }

    fn socket(room: &Path) -> PathBuf {
        room.join("kubectl")
    }

    fn get(socket: &Path, path: &str, limit: Duration) -> Result<String, String> {
        let (status, body) = ask(socket, path, limit).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("{path} took longer than {} seconds (--tool-timeout)", limit.as_secs())
            }
            _ => format!("{path}: `kubectl proxy` gives no answer: {error}"),
        })?;
        if status == 200 {
            return Ok(body);
        }
        let said: Value = serde_json::from_str(&body).unwrap_or_default();
        let message = match text(&said, "/message") {
            "" => format!("status {status}: {}", body.lines().next().unwrap_or_default()),
            message => format!("{message} ({})", text(&said, "/reason")),
        };
        Err(format!("{path}: {}", line(&message)))
    }

    /// The status and the body of an answer.
    fn ask(socket: &Path, path: &str, limit: Duration) -> io::Result<(u16, String)> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        // in this version an answer is as long as the connection
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.take(MOST).read_to_end(&mut answer)?;
        let broken = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
        let end = answer
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .ok_or_else(|| broken("it has no end of its head"))?;
        let body = answer.split_off(end + 4);
        let head = String::from_utf8_lossy(&answer);
        let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| broken("it has no status"))?;
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if length.map(|(_, length)| length.trim()).any(|length| length.parse() != Ok(body.len())) {
            return Err(broken("it breaks off"));
        }
        Ok((status, String::from_utf8(body).map_err(|_| broken("it is no text"))?))
    }

    #[cfg(test)]
    mod tests {
        use std::io::{Read as _, Write as _};
        use std::os::unix::net::UnixListener;
        use std::time::Duration;

        use super::get;

        /// What is made of an answer, and the request.
        fn said(answer: &'static str) -> (Result<String, String>, String) {
            let folder = tempfile::TempDir::new().unwrap();
            let path = folder.path().join("s");
            let listener = UnixListener::bind(&path).unwrap();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.extend(byte);
                }
                stream.write_all(answer.as_bytes()).unwrap();
                String::from_utf8(request).unwrap()
            });
            (get(&path, "/api/v1/pods?limit=1", Duration::from_secs(20)), server.join().unwrap())
        }

        #[test]
        fn an_answer_is_read_to_its_end() {
            let (said, request) =
                said("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"items\": [\r\n\r\n]}");
            assert_eq!(said, Ok("{\"items\": [\r\n\r\n]}".to_owned()));
            assert!(request.starts_with("GET /api/v1/pods?limit=1 HTTP/1.0\r\nHost: localhost\r\n"), "{request}");
        }

        #[test]
        fn what_the_api_server_refuses_is_told_with_its_reason() {
            for (answer, expected) in [
                (
                    "HTTP/1.0 410 Gone\r\n\r\n{\"kind\":\"Status\",\"message\":\"too\\nold\",\"reason\":\"Expired\"}",
                    "(Expired)",
                ),
                ("HTTP/1.0 502 Bad Gateway\r\n\r\nno\nroute", "/api/v1/pods?limit=1: status 502: no"),
                ("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n{}", "it breaks off"),
                ("HTTP/1.0 200 OK\r\n", "it has no end of its head"),
                ("nonsense\r\n\r\n", "it has no status"),
            ] {
                let complaint = said(answer).0.unwrap_err();
                assert!(complaint.contains(expected) && !complaint.contains('\n'), "{complaint}");
            }
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::convert::Infallible;
    use std::time::Duration;

    /// There is none where sockets have no place in a folder.
    pub(in super::super) struct Proxy(Infallible);

    impl Proxy {
        pub(in super::super) fn start(_: &[&str], _: Duration) -> Option<Self> {
            None
        }

        pub(in super::super) fn get(&self, _: &str) -> Result<String, String> {
            match self.0 {}
        }
    }
}
