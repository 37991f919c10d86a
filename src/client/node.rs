//! Programs on a node of kind, which is a container of Docker.

use std::io::{Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::api::{ApiError, Ended};

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How often it is looked at.
const MOMENT: Duration = Duration::from_millis(5);

/// Runs a program in a container as root.
pub(super) fn run(node: &str, argv: &[&str], input: &[u8]) -> Result<Ended, ApiError> {
    let mut child = Command::new("docker")
        .args(["exec", "--interactive", "--user", "0", "--", node])
        .args(argv)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| ApiError::NoNode(format!("docker: {error}")))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(move || {
            // a program that does not read says what it thinks by its end
            stdin.map(|mut stdin| stdin.write_all(input))
        });
        let stdout = scope.spawn(|| read(stdout));
        let stderr = scope.spawn(|| read(stderr));
        let exit = wait(&mut child);
        let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
        let exit = exit?;
        // the words of the client are all there is to know it by
        if exit != 0 && stderr.starts_with("Error response from daemon") {
            return Err(ApiError::NoNode(stderr.lines().next().unwrap_or_default().to_owned()));
        }
        Ok(Ended { exit, stdout, stderr })
    })
}

fn read(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // what came until it broke is what there is
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child) -> Result<i32, ApiError> {
    let end = Instant::now() + LIMIT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.code().unwrap_or(-1)),
            Ok(None) if Instant::now() < end => thread::sleep(MOMENT),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(ApiError::NoNode(format!("a program there did not end within {} s", LIMIT.as_secs())));
            }
            Err(error) => return Err(ApiError::NoNode(error.to_string())),
        }
    }
}
