//! What a stranger's folder, course, manifest or configuration may try, as tests: each runs the real program on an attack, and
//! sees that nothing ran, nothing was fetched, nothing was hidden, and nothing took too long. SECURITY.md says what is promised.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod canary;
mod files;
mod loopback;
#[path = "../support/mod.rs"]
mod support;
mod traps;
mod walk;
