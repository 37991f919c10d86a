//! tightship writes hardened Kubernetes manifests from a short spec.
//!
//! The library is the program in rooms: `yaml` and `kube` know the formats, `apiserver` the control plane, `spec` the input,
//! `render` the output, and `commands` wire them together for `main`.

pub mod apiserver;
pub mod check;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod diagnostic;
pub mod explain;
pub mod kube;
#[cfg(feature = "cluster")]
pub mod lab;
pub mod policy;
pub mod render;
pub mod report;
pub mod rules;
pub mod spec;
pub mod wizard;
pub mod yaml;
