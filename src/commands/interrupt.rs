//! Ctrl-C: while a person is asked it ends the program, while files are written it waits for a safe moment.

use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;

use crate::process;

/// The exit code of a program that was interrupted: 128 and the number of SIGINT.
pub(super) const CODE: u8 = 130;

static WRITING: AtomicBool = AtomicBool::new(false);
static STOP: AtomicBool = AtomicBool::new(false);

pub(super) fn install() {
    // it fails only if there is one already, which then is this one
    let _ = ctrlc::try_set_handler(|| {
        STOP.store(true, Ordering::SeqCst);
        if !WRITING.load(Ordering::SeqCst) {
            leave();
        }
    });
}

/// Ends the program while a question is open. The main thread may notice the interrupt itself, or wait for a key for ever.
#[expect(clippy::exit, reason = "the main thread may wait for a key and cannot be told otherwise")]
fn leave() -> ! {
    process::end_all();
    std::process::exit(i32::from(restore()))
}

/// Leaves the terminal as it was, with the cursor shown; gives the exit code.
pub(super) fn restore() -> u8 {
    let term = Term::stderr();
    let _ = term.show_cursor();
    let _ = term.write_line("");
    CODE
}

/// From here on an interrupt is only noted, in the flag given back.
pub(super) fn writing() -> &'static AtomicBool {
    install();
    WRITING.store(true, Ordering::SeqCst);
    &STOP
}

/// Whether there was one.
pub(super) fn happened() -> bool {
    STOP.load(Ordering::SeqCst)
}
