//! The verifier's way to the cluster of a workshop.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use crate::client::Api;
use crate::lab::course::Course;
use crate::lab::lab_cluster::LabCluster;
use crate::lab::run::{Patience, Report};
use crate::workshop::roster::Workshop;
use crate::workshop::verifier::{Examiner, changes};
use crate::workshop::{Attempt, attempt, codes};

/// A workshop's cluster.
pub(super) struct Site {
    pub(super) course: Course,
    pub(super) cluster: LabCluster,
    /// The folder of the workshop.
    pub(super) dir: Utf8PathBuf,
    /// Its id.
    pub(super) id: String,
}

impl Examiner for Site {
    fn fingerprints(&self, lab: &str) -> Result<BTreeMap<String, u64>, String> {
        changes::fingerprints(&self.cluster.client, &self.id, lab).map_err(|error| error.to_string())
    }

    fn joined(&self) -> Result<BTreeSet<String>, String> {
        let workshop = Workshop::load(&self.dir).map_err(|error| error.to_string())?;
        let cards = codes::load(&self.dir).map_err(|error| error.to_string())?;
        let open = codes::open(&self.cluster.client, &self.id).map_err(|error| error.to_string())?;
        let now = jiff::Timestamp::now();
        // a code that has ended is not used any more
        let is_used = |name: &String| {
            let ends = cards.get(name).and_then(|card| card.ends.parse::<jiff::Timestamp>().ok());
            !open.contains(name) && ends.is_some_and(|ends| ends > now)
        };
        let names = workshop.attendees.into_iter().filter(|who| who.joined.is_some() || is_used(&who.name));
        Ok(names.map(|who| who.name).collect())
    }

    fn attempt(&self, name: &str, lab: &str) -> Result<Report, String> {
        let wanted = Attempt { name, lab, task: None, patience: Patience::Once };
        let api: &dyn Api = &self.cluster.client;
        attempt(&self.course, &self.cluster, api, wanted, &mut |_| {}).map_err(|error| error.to_string())
    }
}
