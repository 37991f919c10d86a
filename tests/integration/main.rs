//! What the program does, run as people run it, and what its modules promise. One binary, so that there is one to link.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod add;
mod admission;
mod adopt;
mod against;
mod apiserver;
mod architecture;
mod around;
mod benchmarks;
mod check;
mod check_fix;
mod check_generator;
mod check_pods;
mod check_sets;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod cluster;
mod control_plane;
mod control_plane_audit;
mod defaults;
mod dockerfiles;
mod docs;
mod edit;
#[path = "../support/events.rs"]
mod events;
mod examples;
mod explain;
mod first_minutes;
mod gitops;
// file names of bytes that Windows does not take
#[cfg(unix)]
mod gate;
mod graph;
mod html;
#[cfg(unix)]
mod inputs;
#[cfg(feature = "cluster")]
mod lab;
mod oracles;
#[cfg(unix)]
mod packaging;
mod policy;
mod rancher;
// the README shows labs too
mod random_specs;
mod readings;
#[cfg(all(unix, feature = "cluster"))]
mod readme;
mod render;
mod report;
#[cfg(feature = "cluster")]
mod room;
mod rule_fixes;
mod rules;
mod scan;
mod schema;
mod schema_random;
#[cfg(feature = "cluster")]
mod seats;
mod spec;
#[path = "../support/mod.rs"]
mod support;
mod trail;
mod verdict_files;
mod verdicts;
#[cfg(unix)]
mod waiting;
mod well_known;
mod wizard;
mod writing;
mod yaml;
