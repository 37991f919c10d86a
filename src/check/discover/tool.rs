//! Running kustomize, helm and kubectl: by their arguments, never through a shell, and not for ever.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;

/// How often a running program is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) ok: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The command line, for messages.
    pub(super) line: String,
}

impl Said {
    /// What it printed; `Err` is its complaint, with the command line.
    pub(super) fn result(self) -> Result<String, String> {
        if self.ok { Ok(self.stdout) } else { Err(self.complaint()) }
    }

    /// The command line, and what it printed as an error, in one line.
    pub(super) fn complaint(&self) -> String {
        let said: Vec<&str> = self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let said = if said.is_empty() { "it says nothing".to_owned() } else { said.join("; ") };
        format!("`{}` failed: {said}", self.line)
    }
}

/// A path as an argument: it may not look like a flag.
pub(super) fn path(path: &Utf8Path) -> String {
    if path.as_str().starts_with('-') { format!("./{path}") } else { path.to_string() }
}

/// Runs a program to its end; `None` if it is not on the PATH. Nothing that it asks is answered.
pub(super) fn run<S: AsRef<str>>(program: &str, args: &[S], timeout: Duration) -> Option<Result<Said, String>> {
    let args: Vec<&str> = args.iter().map(AsRef::as_ref).collect();
    let line = std::iter::once(program).chain(args.iter().copied()).map(shown).collect::<Vec<_>>().join(" ");
    let mut command = Command::new(program);
    command.args(&args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match command.spawn() {
        Ok(child) => Some(wait(child, timeout, line)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(format!("`{line}`: {error}"))),
    }
}

fn wait(mut child: Child, timeout: Duration, line: String) -> Result<Said, String> {
    // both pipes at once, as a program waits when one of them is full
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let end = Instant::now() + timeout;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < end => thread::sleep(PAUSE),
            Ok(None) => {
                // it may be gone by now, which is as well
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{line}` took longer than {} seconds (--tool-timeout)", timeout.as_secs()));
            }
            Err(error) => return Err(format!("`{line}`: {error}")),
        }
    };
    let text = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    let stdout = String::from_utf8(text(stdout)).map_err(|_| format!("`{line}` did not print text"))?;
    Ok(Said { ok: status.success(), stdout, stderr: String::from_utf8_lossy(&text(stderr)).into_owned(), line })
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // what came before an error is what there is
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// A word of a command line, in quotes where a shell would need them.
fn shown(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
