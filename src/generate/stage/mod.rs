//! The way of a running control plane to its baseline, in stages: at none of them does a server refuse what another one wrote,
//! or what was allowed a stage before and is needed. The way back of a stage is the one before.

mod page;
mod stages;

pub(super) use page::{Way, text as page};
pub use stages::{Stage, all, at};
