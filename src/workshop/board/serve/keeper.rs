//! What is shown now: made when something happened, once for all who ask.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::service::Service;
use crate::workshop::board::model::{instructor, projector};
use crate::workshop::board::page::{How, instructor_page, projector_page};
use crate::workshop::board::roster::Roster;
use crate::workshop::room::{Act, Done, Follower, Log, Room, control::Stage};

/// After so long it is made anew even if nothing happened, as time goes on.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// So many notes are shown.
const NOTES: usize = 5;

/// A view: as a page and as JSON. Both have a tag that differs when what they say does.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    pub(super) tag: String,
    pub(super) page: Arc<str>,
    pub(super) json: Arc<str>,
}

/// Both views.
#[derive(Debug, Clone, Default)]
pub(super) struct Published {
    pub(super) projector: Made,
    pub(super) instructor: Made,
}

/// What the answers come from.
pub(super) struct Hall {
    pub(super) service: Service,
    pub(super) is_loopback: bool,
    pub(super) shown: watch::Sender<Arc<Published>>,
    /// The roster that was read last.
    known: Mutex<Roster>,
}

impl Hall {
    /// Does something to the room as it is on the disk now.
    pub(super) fn act(&self, act: &Act) -> Result<Done, String> {
        let log: &Log = &self.service.log;
        let (entries, _) = log.read().map_err(|error| error.to_string())?;
        let room = Room::of(&entries);
        let roster = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stage =
            Stage { room: &room, labs: &self.service.labs, attendees: &roster.attendees, now: (self.service.clock)() };
        let done = act.plan(&stage)?;
        log.append(&done.entries).map_err(|error| error.to_string())?;
        Ok(done)
    }
}

/// Follows the log.
pub(super) struct Keeper {
    hall: Arc<Hall>,
    follower: Follower,
    room: Room,
    made: Option<Timestamp>,
    trouble: Vec<String>,
}

impl Keeper {
    pub(super) fn new(service: Service, is_loopback: bool) -> Self {
        let follower = service.log.follow();
        let hall = Hall { service, is_loopback, shown: watch::Sender::default(), known: Mutex::default() };
        Self { hall: Arc::new(hall), follower, room: Room::default(), made: None, trouble: Vec::new() }
    }

    pub(super) fn hall(&self) -> Arc<Hall> {
        Arc::clone(&self.hall)
    }

    /// Takes in what happened, and shows it.
    pub(super) fn look(&mut self) {
        let now = (self.hall.service.clock)();
        let has_news = self.read();
        let is_due = self.made.is_none_or(|made| now.duration_since(made) >= AGAIN || now < made);
        if has_news || is_due {
            self.made = Some(now);
            self.publish(now);
        }
    }

    fn read(&mut self) -> bool {
        match self.follower.next() {
            Ok(Some(entries)) => {
                for entry in &entries {
                    self.room.apply(entry);
                }
                let had_trouble = !std::mem::take(&mut self.trouble).is_empty();
                had_trouble || !entries.is_empty()
            }
            Ok(None) => {
                self.room = Room::default();
                self.read()
            }
            Err(error) => {
                let trouble = vec![format!("the log cannot be read: {error}")];
                let is_new = trouble != self.trouble;
                self.trouble = trouble;
                is_new
            }
        }
    }

    fn publish(&mut self, now: Timestamp) {
        let mut notes = self.trouble.clone();
        notes.extend(self.follower.notes.iter().rev().take(NOTES).cloned());
        let roster = {
            let mut known = self.hall.known.lock().unwrap_or_else(PoisonError::into_inner);
            match (self.hall.service.roster)() {
                Ok(roster) => *known = roster,
                Err(error) => notes.push(format!("the roster cannot be read: {error}")),
            }
            known.clone()
        };
        let wall = projector(&self.room, &roster, now);
        let desk = instructor(&self.room, &roster, now, notes);
        let published = Published {
            projector: made(&wall, projector_page(&wall, now, How::Served)),
            instructor: made(&desk, instructor_page(&desk, &self.hall.service.labs, now, How::Served)),
        };
        self.hall.shown.send_replace(Arc::new(published));
    }
}

fn made(view: &impl Serialize, page: String) -> Made {
    let json = serde_json::to_string(view).unwrap_or_default();
    let digest = Sha256::digest(&json);
    let tag = digest.iter().take(12).fold(String::from("\""), |tag, byte| tag + &format!("{byte:02x}")) + "\"";
    Made { tag, page: page.into(), json: crate::diagnostic::text::json(&json).into() }
}
