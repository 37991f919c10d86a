//! A process that waits for the end of the one that makes a cluster, and cleans up unless it was told that all is well. So
//! nothing is left, however that ends: by Ctrl-C, by an error, or killed.

use std::io::{BufRead, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::{ClusterDir, ClusterError, delete, remove};
use crate::process;

/// What the reaper is told at the end.
const DONE: &str = "done";
/// What the reaper is told of a program that it has to end first.
const GROUP: &str = "group ";
/// How long Docker or Podman may take to finish a node that nobody waits for any more.
const LATE: Duration = Duration::from_secs(1);
/// How often one looks whether there is one to delete; twice, if all goes well.
const LOOKS: usize = 15;

/// The reaper, as seen by the one that makes a cluster.
#[derive(Debug)]
pub(super) struct Reaper(Child);

impl Reaper {
    /// Starts it: this program once more, with `cluster keep`.
    pub(super) fn start(home: &ClusterDir) -> Result<Self, ClusterError> {
        let program = std::env::current_exe().map_err(ClusterError::at("this program"))?;
        let mut command = Command::new(program);
        command.args(["cluster", "keep", "--name", home.name(), "--dir", home.root().as_str()]);
        // Ctrl-C goes to all processes of the terminal's group; this one has to stay
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(command.spawn().map_err(ClusterError::at("this program, once more"))?))
    }

    fn tell(&mut self, line: &str) {
        // if it is gone there is nobody to tell
        let _ = self.0.stdin.as_mut().map(|pipe| writeln!(pipe, "{line}"));
    }

    /// Tells it of a group of processes to end before it cleans up; 0 for none.
    pub(super) fn watch(&mut self, group: u32) {
        self.tell(&format!("{GROUP}{group}"));
    }

    /// All is well: the cluster stays.
    pub(super) fn done(mut self) {
        self.tell(DONE);
        let _ = self.0.wait();
    }

    /// Lets it clean up, and waits for that; says whether nothing is left.
    pub(super) fn clean_up(mut self) -> bool {
        // closes the pipe first
        self.0.wait().is_ok_and(|status| status.success())
    }
}

/// What the reaper does: hears out the one that makes the cluster, then cleans up unless all is well.
pub fn keep(home: &ClusterDir, from: impl BufRead) -> Result<(), ClusterError> {
    let mut group = 0;
    for line in from.lines().map_while(Result::ok) {
        if line == DONE {
            return Ok(());
        }
        if let Some(number) = line.strip_prefix(GROUP) {
            group = number.parse().unwrap_or_default();
        }
    }
    process::end(group);
    for look in 1..=LOOKS {
        match delete::nodes(home) {
            // somebody was faster with a cluster of the same name
            Ok(false) | Err(ClusterError::Foreign(_)) if look > 1 => break,
            // Docker does not delete what it is still making
            Err(error) if look == LOOKS => return Err(error),
            _ => thread::sleep(LATE),
        }
    }
    remove::all(home).map(drop)
}
