//! Proving the labs: what can be said of them without a cluster, and what only a cluster tells.

pub mod offline;
