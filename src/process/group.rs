//! The groups of processes that run, so that none outlives this program.

use std::process::Child;
use std::sync::{Mutex, PoisonError};

static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The group of a program that runs.
#[derive(Debug)]
pub(super) struct Group(u32);

impl Group {
    /// That of a program which is the first of its group.
    pub(super) fn of(child: &Child) -> Self {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push(child.id());
        Self(child.id())
    }

    pub(super) fn number(&self) -> u32 {
        self.0
    }

    /// Ends the program and those that it started.
    pub(super) fn end(&self, child: &mut Child) {
        end(self.0);
        // it may be gone by now, which is as well
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).retain(|group| *group != self.0);
    }
}

/// Ends all programs of a group; 0 is none.
pub fn end(group: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(group).ok().filter(|group| *group > 1) {
        // it may have ended by itself
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}

/// Ends all programs that run, before this one ends.
pub fn end_all() {
    for group in RUNNING.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        end(group);
    }
}
