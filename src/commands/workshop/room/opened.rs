//! What the verbs of the room share: the roster, the log, the labs.

use camino::Utf8Path;

use crate::commands::output;
use crate::lab::course::Course;
use crate::workshop::board::Roster;
use crate::workshop::room::{Attendee, Entry, LabSheet, Log, sheets};
use crate::workshop::roster::Workshop;

/// The course that comes with the program.
pub(super) fn course() -> anyhow::Result<Course> {
    Course::embedded().map_err(|faults| anyhow::anyhow!("{faults}"))
}

/// A workshop as the board sees it.
pub(super) struct Opened {
    pub(super) workshop: Workshop,
    pub(super) log: Log,
    /// The labs of the workshop.
    pub(super) labs: Vec<LabSheet>,
}

impl Opened {
    pub(super) fn of(dir: &Utf8Path) -> anyhow::Result<Self> {
        let workshop = Workshop::load(dir)?;
        let course = course()?;
        let known = sheets(&course);
        let labs = workshop.labs.iter().filter_map(|id| known.iter().find(|lab| lab.id == *id).cloned()).collect();
        Ok(Self { workshop, log: Log::of(dir), labs })
    }

    /// What the log says; what is wrong with it is told.
    pub(super) fn entries(&self) -> anyhow::Result<Vec<Entry>> {
        let (entries, notes) = self.log.read()?;
        for note in notes {
            output::say(&note)?;
        }
        Ok(entries)
    }

    pub(super) fn roster(&self) -> Roster {
        roster(&self.workshop)
    }

    /// The id of a lab of the workshop, by name or number.
    pub(super) fn lab(&self, word: &str) -> anyhow::Result<String> {
        let course = course()?;
        let found = course.find(word).ok().map(|entry| entry.lab.id.value.to_string());
        // a word that is no lab of the workshop is answered with those that are
        Ok(found.filter(|id| self.workshop.labs.contains(id)).unwrap_or_else(|| word.to_owned()))
    }
}

/// What the board knows of a roster: never who is behind a pseudonym.
pub(super) fn roster(workshop: &Workshop) -> Roster {
    let attendee = |attendee: &crate::workshop::roster::Attendee| Attendee {
        name: attendee.name.clone(),
        seat: attendee.seat,
        has_joined: attendee.joined.is_some(),
    };
    Roster { title: workshop.title.clone(), attendees: workshop.attendees.iter().map(attendee).collect() }
}
