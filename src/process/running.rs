//! A program that takes long: each line of its standard error is heard at once, and an interrupt ends it.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::error::ProgramError;
use super::group::Group;
use super::program::Program;

/// How long an interrupt may go unnoticed.
const NOTICE: Duration = Duration::from_millis(100);

/// A program that was started.
#[derive(Debug)]
pub struct Running {
    child: Child,
    group: Group,
}

/// How a program ended.
#[derive(Debug, Clone)]
pub enum Ended {
    Itself {
        /// Whether it says that it succeeded.
        success: bool,
        /// All that it said.
        said: String,
    },
    Interrupted,
}

impl Program {
    /// Starts it, without a limit of time.
    pub fn start(mut self) -> Result<Running, ProgramError> {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let (child, group) = self.spawn()?;
        Ok(Running { child, group })
    }
}

impl Running {
    /// The number of its group.
    pub fn group(&self) -> u32 {
        self.group.number()
    }

    /// Waits for its end.
    pub fn wait(mut self, stop: &AtomicBool, mut hear: impl FnMut(&str)) -> Result<Ended, ProgramError> {
        let lines = lines(self.child.stderr.take());
        let mut said = String::new();
        loop {
            if stop.load(Ordering::SeqCst) {
                self.group.end(&mut self.child);
                return Ok(Ended::Interrupted);
            }
            match lines.recv_timeout(NOTICE) {
                Ok(line) => {
                    hear(&line);
                    said.push_str(&line);
                    said.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait().map_err(ProgramError::System)?;
        Ok(Ended::Itself { success: status.success(), said })
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
