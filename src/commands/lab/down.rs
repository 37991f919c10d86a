//! `tightship lab down`.

use super::desk::{Desk, say};
use crate::commands::{OK, interrupt};
use crate::lab::run;
use crate::lab::site::{self, Site};

/// Ends all labs: deletes what they made, and the clusters that were made for them. What was passed is remembered.
pub(super) fn run(mut desk: Desk) -> anyhow::Result<u8> {
    let _lock = desk.lock()?;
    // halfway through, the next one would find what is left
    interrupt::writing();
    let clusters: Vec<_> = desk.state.clusters.iter().map(|(key, record)| (key.clone(), record.clone())).collect();
    if clusters.is_empty() {
        say("there is no cluster of labs here; nothing to do")?;
        return Ok(OK);
    }
    for (key, record) in clusters {
        if record.made {
            site::remove(&desk.workspace, &record)?;
            say(&format!("{}: deleted", record.name))?;
        } else {
            // a cluster that is gone has nothing of ours left
            if let Ok(site) = Site::open(&record) {
                for (id, lab) in &desk.state.labs {
                    if let Some(run) = &lab.run {
                        run::end(&site.client, &run.names(id, &record, &desk.workspace.kubeconfig()))?;
                    }
                }
            }
            say(&format!("{}: the labs' namespaces are deleted; the cluster stays", record.name))?;
        }
        desk.state.clusters.shift_remove(&key);
        let own = desk.course.find(&key).is_ok();
        for (id, lab) in &mut desk.state.labs {
            let is_on_it = if own {
                *id == key
            } else {
                desk.course.find(id).map_or(true, |entry| Desk::cluster_key(entry) == key)
            };
            if is_on_it {
                lab.run = None;
            }
        }
        desk.save()?;
    }
    desk.state.current = None;
    desk.save()?;
    Ok(OK)
}
