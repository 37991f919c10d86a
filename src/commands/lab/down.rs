//! `tightship lab down`.

use super::context::{LabContext, say};
use crate::cluster::ClusterError;
use crate::cluster::delete::Deleted;
use crate::commands::busy::Busy;
use crate::commands::{OK, interrupt};
use crate::diagnostic::text::line;
use crate::lab::adopted;
use crate::lab::lab_cluster::{self, LabCluster, SiteError};
use crate::lab::run;
use crate::lab::state::ClusterRecord;

/// Ends all labs: deletes what they made, and the clusters that were made for them. What was passed is remembered.
pub(super) fn run(mut context: LabContext) -> anyhow::Result<u8> {
    let _lock = context.lock()?;
    // halfway through, the next one would find what is left
    interrupt::writing();
    let clusters: Vec<_> = context.state.clusters.iter().map(|(key, record)| (key.clone(), record.clone())).collect();
    if clusters.is_empty() {
        say("there is no cluster of labs here; nothing to do")?;
        return Ok(OK);
    }
    for (key, record) in clusters {
        if record.is_made() {
            let busy = Busy::new("deleting the cluster");
            let removed = removed(&context, &record)?;
            drop(busy);
            say(&removed)?;
        } else {
            leave(&context, &record)?;
        }
        context.state.clusters.shift_remove(&key);
        let own = context.course.find(&key).is_ok();
        for (id, lab) in &mut context.state.labs {
            let is_on_it = if own {
                *id == key
            } else {
                context.course.find(id).map_or(true, |entry| LabContext::cluster_key(entry) == key)
            };
            if is_on_it {
                lab.run = None;
            }
        }
        context.save()?;
    }
    context.state.current = None;
    context.save()?;
    Ok(OK)
}

/// Deletes a cluster that was made here; says what became of it.
fn removed(context: &LabContext, record: &ClusterRecord) -> anyhow::Result<String> {
    let name = &record.name;
    match lab_cluster::remove(&context.workspace, record) {
        Ok(Deleted { nodes, left, .. }) => {
            let deleted = if nodes {
                format!("{name}: deleted")
            } else {
                format!("{name}: there was no such cluster any more, so nothing of it was deleted")
            };
            let left = left.iter().map(|path| format!("\n  {} is not of the cluster, and stays", line(path.as_str())));
            Ok(deleted + &left.collect::<String>())
        }
        // the state says so, and the machine knows better
        Err(error @ SiteError::Cluster(ClusterError::Foreign(_))) if lab_cluster::is_name_for_labs(name) => {
            Ok(format!(
                "{error}, and is forgotten here\n  was it made before this folder was moved? then `kind delete cluster --name {name}` \
             deletes it"
            ))
        }
        Err(
            error @ SiteError::Cluster(ClusterError::Foreign(_) | ClusterError::Name(_) | ClusterError::Record { .. }),
        ) => Ok(format!("{error}, and is forgotten here")),
        Err(error) => Err(error.into()),
    }
}

/// Ends the labs on a cluster of the user, which stays.
fn leave(context: &LabContext, record: &ClusterRecord) -> anyhow::Result<()> {
    if record.seat.is_some() {
        adopted::forget(&context.workspace)?;
        return say("the workshop is forgotten here; what you have on its cluster stays there");
    }
    match LabCluster::open(&context.workspace, record) {
        Ok(site) => {
            let _busy = Busy::new("deleting what the labs made");
            for (id, lab) in &context.state.labs {
                if let Some(run) = &lab.run {
                    run::end(&site.client, &run.names(id, &site.record, &context.workspace))?;
                }
            }
        }
        Err(SiteError::NotNamed(context)) => {
            return say(&format!("nobody has named the context {context:?} for this folder; it is forgotten here"));
        }
        // what is there is not what the labs were started on
        Err(error) => {
            adopted::forget(&context.workspace)?;
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default();
            return say(&format!("{reason}\n  nothing was deleted there; {} is forgotten here", record.name));
        }
    }
    adopted::forget(&context.workspace)?;
    say(&format!("{}: the labs' namespaces are deleted; the cluster stays", record.name))
}
