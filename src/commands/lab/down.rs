//! `tightship lab down`.

use super::context::{LabContext, say};
use crate::commands::{OK, interrupt};
use crate::lab::lab_cluster::{self, LabCluster};
use crate::lab::run;

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
        if record.made {
            lab_cluster::remove(&context.workspace, &record)?;
            say(&format!("{}: deleted", record.name))?;
        } else {
            // a cluster that is gone has nothing of ours left
            if let Ok(site) = LabCluster::open(&record) {
                for (id, lab) in &context.state.labs {
                    if let Some(run) = &lab.run {
                        run::end(&site.client, &run.names(id, &record, &context.workspace.kubeconfig()))?;
                    }
                }
            }
            say(&format!("{}: the labs' namespaces are deleted; the cluster stays", record.name))?;
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
