//! A line on the terminal while something takes longer than a moment.

use std::io::IsTerminal as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::ProgressBar;

use super::progress::{TICK, spinner};
use crate::check::Seen;
use crate::commands::output;
use crate::diagnostic::text::line;

/// What is over before is not worth a line.
const MOMENT: Duration = Duration::from_secs(1);

/// Draws what is being done, from the first second until it is dropped; only where standard error is a terminal.
#[derive(Default)]
pub(in crate::commands) struct Busy {
    drawn: Arc<Mutex<Option<ProgressBar>>>,
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Busy {
    /// `what` is asked each time that the line is drawn.
    pub(in crate::commands) fn with(what: impl Fn() -> String + Send + 'static) -> Self {
        let mut busy = Self::default();
        if !std::io::stderr().is_terminal() {
            return busy;
        }
        let (end, ended) = mpsc::channel();
        let drawn = Arc::clone(&busy.drawn);
        let thread = thread::spawn(move || {
            let goes_on = |pause| ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout);
            if !goes_on(MOMENT) {
                return;
            }
            let bar = spinner(&what()).with_elapsed(MOMENT);
            *drawn.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
            while goes_on(TICK) {
                bar.set_message(line(&what()).into_owned());
            }
            bar.finish_and_clear();
        });
        busy.running = Some((end, thread));
        busy
    }

    pub(in crate::commands) fn new(what: &'static str) -> Self {
        Self::with(move || what.to_owned())
    }

    /// While a cluster is asked for its objects.
    pub(in crate::commands) fn asking(read: &Seen) -> Self {
        let read = read.clone();
        Self::with(move || match read.count() {
            0 => "asking the cluster for its objects".to_owned(),
            count => format!("asking the cluster for its objects: {count} read"),
        })
    }

    /// For a check of so many files.
    pub(in crate::commands) fn checking(files: usize, seen: &Seen) -> Self {
        let (seen, files) = (seen.clone(), output::count(files, "file"));
        Self::with(move || format!("checking {files}: {} read", seen.count()))
    }

    /// Prints something while the line is away.
    pub(in crate::commands) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        match drawn.as_ref() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Some((end, thread)) = self.running.take() else { return };
        drop(end);
        // a thread that failed has no line to take away
        let _ = thread.join();
    }
}
