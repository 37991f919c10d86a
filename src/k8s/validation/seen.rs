//! What was there before, found by what it is: an input may have many of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::At;

/// Places by what stands there.
#[derive(Debug)]
pub(crate) struct Seen<'d, 's, K = Option<&'d str>>(HashMap<K, At<'d, 's>>);

impl<K> Default for Seen<'_, '_, K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'d, 's, K: Eq + Hash> Seen<'d, 's, K> {
    /// The first place of this.
    pub(crate) fn get(&self, key: &K) -> Option<At<'d, 's>> {
        self.0.get(key).copied()
    }

    /// The first place of the same; none if this is the first.
    pub(crate) fn before(&mut self, key: K, at: At<'d, 's>) -> Option<At<'d, 's>> {
        match self.0.entry(key) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(at);
                None
            }
        }
    }
}
