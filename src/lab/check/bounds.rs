//! How large an expression may be: its parser and its evaluation go as deep into the stack as it is nested.

use std::thread;

/// The most bytes.
pub(super) const LENGTH: usize = 1000;
/// Enough for the deepest expression of that length.
const STACK: usize = 128 << 20;

/// Why an expression is not even read; none if it may be.
pub(super) fn exceeded(text: &str) -> Option<String> {
    (text.len() > LENGTH).then(|| format!("this expression has {} bytes: expected {LENGTH} at most", text.len()))
}

/// Does something with an expression where the stack is large enough; none where there is no memory for that.
pub(super) fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
}
