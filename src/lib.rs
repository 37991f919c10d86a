//! tightship writes hardened Kubernetes manifests from a short spec.
//!
//! The library is the program in rooms: `yaml` and `kube` know the formats, `spec` the input, `render` the output, and
//! `commands` wire them together for `main`.

pub mod kube;
pub mod yaml;
