//! What a board is served of.

use camino::Utf8Path;
use jiff::Timestamp;

use crate::workshop::board::key::Key;
use crate::workshop::board::roster::Roster;
use crate::workshop::room::{LabSheet, Log};

/// What a board is served of.
pub struct Service {
    /// The log, which the instructor's acts are added to.
    pub log: Log,
    /// The roster as it is now.
    pub roster: Box<dyn Fn() -> Result<Roster, String> + Send + Sync>,
    pub labs: Vec<LabSheet>,
    pub key: Key,
    pub clock: fn() -> Timestamp,
}

impl Service {
    /// The board of a workshop's folder.
    pub fn new(
        folder: &Utf8Path,
        key: Key,
        labs: Vec<LabSheet>,
        roster: Box<dyn Fn() -> Result<Roster, String> + Send + Sync>,
    ) -> Self {
        Self { log: Log::of(folder), roster, labs, key, clock: Timestamp::now }
    }
}
