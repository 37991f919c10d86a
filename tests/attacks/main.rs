//! What a stranger's folder, course, manifest or configuration may try, as tests: each runs the real program on an attack, and
//! sees that nothing ran, nothing was fetched, nothing was hidden, and nothing took too long. SECURITY.md says what is promised.
#![cfg(unix)]
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[cfg(feature = "cluster")]
mod api;
mod canary;
mod config;
#[cfg(feature = "cluster")]
mod courses;
mod files;
mod growth;
mod helm;
#[cfg(feature = "cluster")]
mod kubeconfigs;
mod kustomize;
mod loopback;
#[cfg(feature = "cluster")]
mod machine;
mod masks;
mod mutants;
mod render;
#[cfg(feature = "cluster")]
mod state;
#[path = "../support/mod.rs"]
mod support;
mod text;
mod traps;
mod walk;
