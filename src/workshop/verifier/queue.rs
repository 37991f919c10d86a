//! Whose lab is looked at next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

/// Those who changed something, in the order in which it was seen; then the others, in turn.
#[derive(Debug, Default)]
pub(super) struct Queue {
    changed: VecDeque<String>,
    /// When each was looked at last; never, if it is none.
    looked: BTreeMap<String, Option<Instant>>,
    /// Those who are being looked at.
    busy: BTreeSet<String>,
}

impl Queue {
    /// There is such an attendee.
    pub(super) fn know(&mut self, name: &str) {
        if !self.looked.contains_key(name) {
            self.looked.insert(name.to_owned(), None);
        }
    }

    /// Somebody changed something.
    pub(super) fn changed(&mut self, name: &str) {
        if !self.changed.iter().any(|known| known == name) {
            self.changed.push_back(name.to_owned());
        }
    }

    /// The next; none if nobody is due. Nobody is looked at twice at the same time.
    pub(super) fn take(&mut self, now: Instant, sweep: Duration) -> Option<String> {
        let at = self.changed.iter().position(|name| !self.busy.contains(name));
        let changed = at.and_then(|at| self.changed.remove(at));
        let name = changed.or_else(|| {
            let free = self.looked.iter().filter(|(name, _)| !self.busy.contains(*name));
            let due = free.filter(|(_, looked)| looked.is_none_or(|looked| now.duration_since(looked) >= sweep));
            due.min_by_key(|(_, looked)| **looked).map(|(name, _)| name.clone())
        })?;
        self.busy.insert(name.clone());
        Some(name)
    }

    /// Somebody was looked at.
    pub(super) fn done(&mut self, name: &str, now: Instant) {
        self.busy.remove(name);
        self.looked.insert(name.to_owned(), Some(now));
    }
}
