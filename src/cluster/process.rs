//! Programs that are run, and what they say.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::ClusterError;

/// How long an interrupt may go unnoticed.
pub(super) const MOMENT: Duration = Duration::from_millis(100);

/// Lines of a failed program that are shown.
const SHOWN: usize = 24;

/// Runs a program to its end; what it printed.
pub(super) fn run(command: &mut Command, missing: fn() -> ClusterError) -> Result<String, ClusterError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(&error, command, missing))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(command, &String::from_utf8_lossy(&output.stderr)))
}

fn cannot_start(error: &std::io::Error, command: &Command, missing: fn() -> ClusterError) -> ClusterError {
    match error.kind() {
        std::io::ErrorKind::NotFound => missing(),
        _ => failed(command, &error.to_string()),
    }
}

/// What is said about a program that failed: the end of what it said, from the line with its error on.
pub(super) fn failed(command: &Command, said: &str) -> ClusterError {
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let from = lines.iter().position(|line| line.to_lowercase().starts_with("error")).unwrap_or_default();
    let lines = lines.get(from..).unwrap_or_default();
    let (first, rest) = lines.split_at(1.min(lines.len()));
    let rest = rest.get(rest.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let said: Vec<String> = first.iter().chain(rest).map(|line| format!("  {line}")).collect();
    ClusterError::Failed { command: line(command), said: said.join("\n") }
}

/// The command as it would be typed.
pub(super) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A program that takes long: each line that it says is heard at once, and Ctrl-C ends it with its children.
pub(super) struct Long(Child);

impl Long {
    /// Starts it, in a group of its own: Ctrl-C on the terminal does not reach it, so that we can end it in our own time.
    pub(super) fn start(command: &mut Command, missing: fn() -> ClusterError) -> Result<Self, ClusterError> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().map(Self).map_err(|error| cannot_start(&error, command, missing))
    }

    /// The number of its group.
    pub(super) fn group(&self) -> u32 {
        self.0.id()
    }

    /// Waits for its end; gives all that it said.
    pub(super) fn wait(
        mut self,
        stop: &AtomicBool,
        mut hear: impl FnMut(&str),
    ) -> Result<(ExitStatus, String), ClusterError> {
        let lines = lines(self.0.stderr.take());
        let mut said = String::new();
        loop {
            if stop.load(Ordering::SeqCst) {
                end_group(self.group());
                let _ = self.0.kill();
                let _ = self.0.wait();
                return Err(ClusterError::Interrupted);
            }
            match lines.recv_timeout(MOMENT) {
                Ok(line) => {
                    hear(&line);
                    said.push_str(&line);
                    said.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.0.wait().map_err(ClusterError::at("a program that was started"))?;
        Ok((status, said))
    }
}

/// The lines of a pipe, as they come.
fn lines(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe.into_iter().next()?);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).ok()? > 0 {
            sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).ok()?;
            line.clear();
        }
        Some(())
    });
    receiver
}

/// Ends a program and those that it started.
pub(super) fn end_group(group: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(group).ok().filter(|group| *group > 1) {
        // it may have ended by itself
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}

/// Waits a moment, unless there is an interrupt.
pub(super) fn pause(stop: &AtomicBool, length: Duration) -> Result<(), ClusterError> {
    let mut left = length;
    while !left.is_zero() {
        if stop.load(Ordering::SeqCst) {
            return Err(ClusterError::Interrupted);
        }
        let now = left.min(MOMENT);
        thread::sleep(now);
        left -= now;
    }
    Ok(())
}
