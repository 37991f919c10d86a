//! Clusters on this machine: kind makes them, each with its files in a folder of its own. A cluster is known as ours by its
//! nodes, which mount something of that folder; nothing else is ever touched.

mod cluster_dir;
mod containers;
pub mod create;
pub mod delete;
mod error;
pub mod flags;
pub mod image;
mod kind;
pub mod lookup;
mod objects;
pub mod ports;
mod programs;
mod progress;
mod ready;
pub mod reaper;
mod remove;
pub mod status;

pub use cluster_dir::{ClusterDir, Record, data, default_root};
pub use error::ClusterError;
pub use progress::Progress;

use serde::Serialize;

use crate::generate::RenderError;
use crate::generate::baseline::Baseline;
use crate::spec::{self, Specs, validate};
use crate::template;
use crate::yaml::Source;

/// The name of the spec in the folder of a cluster.
const SPEC: &str = "tightship.yaml";

/// The spec that a hardened cluster is made from, as text and as read.
fn specs(record: &Record) -> Result<(Source, Specs), ClusterError> {
    #[derive(Serialize)]
    struct Context<'r> {
        name: &'r str,
        kubernetes: &'r str,
        workers: u8,
    }
    let context =
        Context { name: &record.name, kubernetes: &record.kubernetes, workers: record.nodes.saturating_sub(1) };
    let text = template::render("cluster/spec.yaml.j2", template::contexts(context)).map_err(RenderError::from)?;
    let source = Source::new(SPEC, text);
    let outcome = spec::load(&source, validate::today());
    let reason = || outcome.problems.first().map(|problem| problem.message.to_string()).unwrap_or_default();
    match outcome.specs {
        Some(specs) => Ok((source, specs)),
        // what it is made from is what the record says
        None => Err(ClusterError::Unusable { name: record.name.clone(), reason: reason() }),
    }
}

/// What a cluster should have; for one that is not hardened, what it could have.
fn baseline(record: &Record) -> Result<Option<Baseline>, ClusterError> {
    let (_, specs) = specs(record)?;
    Ok(specs.api_servers.first().map(Baseline::new))
}
