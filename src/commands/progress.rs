//! Steps with the seconds that they took; on a terminal the one that runs turns.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cluster::Progress;
use crate::commands::output;
use crate::diagnostic::text;

/// How often a running step is drawn.
pub(super) const TICK: Duration = Duration::from_millis(120);

/// A line that turns: the seconds, and what is done.
pub(super) fn spinner(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{elapsed:>6} {spinner}  {msg}");
    let spinner = ProgressBar::new_spinner().with_message(text::line(what).into_owned());
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner
}

/// Tells of steps on standard error.
pub(in crate::commands) struct Steps {
    begun: Instant,
    running: Option<Step>,
}

struct Step {
    what: String,
    begun: Instant,
    spinner: Option<ProgressBar>,
}

impl Steps {
    pub(in crate::commands) fn new() -> Self {
        Self { begun: Instant::now(), running: None }
    }

    /// The last step is over; gives how long all took.
    pub(in crate::commands) fn finish(mut self) -> Duration {
        self.end(true);
        self.begun.elapsed()
    }

    fn end(&mut self, well: bool) {
        let Some(step) = self.running.take() else { return };
        if let Some(spinner) = step.spinner {
            spinner.finish_and_clear();
        }
        let word = if well { "" } else { "  not done" };
        // who cannot be told of a step is told of the end
        let _ = output::say(&format!("{:>6.1} s  {}{word}", step.begun.elapsed().as_secs_f64(), step.what));
    }
}

impl Progress for Steps {
    fn step(&mut self, what: &str) {
        self.end(true);
        let spinner = std::io::stderr().is_terminal().then(|| {
            let spinner = spinner(what);
            spinner.enable_steady_tick(TICK);
            spinner
        });
        self.running = Some(Step { what: what.to_owned(), begun: Instant::now(), spinner });
    }

    fn fail(&mut self) {
        self.end(false);
    }
}
