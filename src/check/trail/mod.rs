//! The audit trail: what the history of a repository weakened, who did, when, with which reason, and what became of it.

mod facts;
mod log;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use camino::Utf8PathBuf;
use jiff::civil::Date;

use super::base::BaseError;
use facts::Facts;
pub use facts::{Details, Key};
pub use log::Person;
use log::{Commit, Touched};

/// What a commit did with a weakening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// Something else is said of it.
    Changed,
    /// It is gone.
    Ended,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds.
    InForce,
    /// It is still written, but its last day has passed.
    Expired,
    /// It is not written any more.
    Ended,
}

/// One change of one weakening.
#[derive(Debug)]
pub struct Event {
    /// The commit.
    pub commit: String,
    /// When, as git writes it.
    pub date: String,
    /// Who wrote it.
    pub author: Person,
    /// The file.
    pub path: Utf8PathBuf,
    /// What was done.
    pub change: Change,
    /// The weakening.
    pub key: Key,
    /// What is said of it, or was.
    pub details: Details,
    /// What became of it since.
    pub state: State,
}

/// The trail of a history.
#[derive(Debug)]
pub struct Trail {
    /// The events, the oldest first.
    pub events: Vec<Event>,
    /// How many commits were looked at.
    pub commits: usize,
    /// Whether the history is cut off: what is older is not known.
    pub is_cut: bool,
}

/// The weakenings of all files of a commit that it touches.
type Found = BTreeMap<Place, Details>;
/// A weakening in a file.
type Place = (Utf8PathBuf, Key);

/// Reads the history of a commit.
pub fn read(commit: &str, today: Date) -> Result<Trail, BaseError> {
    let history = log::history(commit)?;
    let mut reader = Reader::default();
    let mut now = Found::new();
    for (path, blob) in log::tree(commit)? {
        reader.add(&path, &blob, &mut now)?;
    }
    let mut events = Vec::new();
    for commit in &history.commits {
        reader.events(commit, &mut events)?;
    }
    for event in &mut events {
        let place = reader.moved_to((event.path.clone(), event.key.clone()), &now);
        event.state = match now.get(&place) {
            _ if event.change == Change::Ended => State::Ended,
            None => State::Ended,
            Some(details) if details.until.is_some_and(|until| until < today) => State::Expired,
            Some(_) => State::InForce,
        };
    }
    Ok(Trail { events, commits: history.commits.len(), is_cut: history.is_cut })
}

/// The weakenings of contents, each read once.
#[derive(Debug, Default)]
struct Reader {
    known: HashMap<(String, String), Facts>,
    /// What moved to another file, the oldest first.
    moves: Vec<(Place, Place)>,
}

impl Reader {
    fn add(&mut self, path: &Utf8PathBuf, blob: &str, into: &mut Found) -> Result<(), BaseError> {
        if !facts::is_relevant(path) {
            return Ok(());
        }
        // the ending decides how a content is read
        let place = (blob.to_owned(), path.extension().unwrap_or_default().to_owned());
        if !self.known.contains_key(&place) {
            let facts = facts::of(path, &log::content(blob)?);
            self.known.insert(place.clone(), facts);
        }
        let facts = self.known.get(&place).into_iter().flatten();
        into.extend(facts.map(|(key, details)| ((path.clone(), key.clone()), details.clone())));
        Ok(())
    }

    /// Where something is today that was at a place once.
    fn moved_to(&self, mut place: Place, now: &Found) -> Place {
        for (from, to) in &self.moves {
            if *from == place && !now.contains_key(&place) {
                place = to.clone();
            }
        }
        place
    }

    /// What a commit did. What only moves to another file is nothing new.
    fn events(&mut self, commit: &Commit, events: &mut Vec<Event>) -> Result<(), BaseError> {
        let (mut before, mut after) = (Found::new(), Found::new());
        for Touched { path, before: old, after: new } in &commit.touched {
            for blob in old {
                self.add(path, blob, &mut before)?;
            }
            if let Some(blob) = new {
                self.add(path, blob, &mut after)?;
            }
        }
        let gone: Vec<_> = before.iter().filter(|(place, _)| !after.contains_key(place)).collect();
        let mut moved: BTreeSet<&Place> = BTreeSet::new();
        for (place, details) in after.iter().filter(|(place, _)| !before.contains_key(place)) {
            let is_same = |(old, was): &&(&Place, &Details)| {
                let (a, b) = (&old.1, &place.1);
                (a.kind, &a.object, &a.rule, *was) == (b.kind, &b.object, &b.rule, details) && !moved.contains(*old)
            };
            if let Some((old, _)) = gone.iter().find(is_same) {
                moved.insert(*old);
                self.moves.push(((*old).clone(), place.clone()));
                continue;
            }
            events.push(commit.event(place, details, Change::Added));
        }
        for (place, details) in &after {
            if before.get(place).is_some_and(|old| old != details) {
                events.push(commit.event(place, details, Change::Changed));
            }
        }
        for (place, details) in gone.iter().filter(|(place, _)| !moved.contains(place)) {
            events.push(commit.event(place, details, Change::Ended));
        }
        Ok(())
    }
}

impl Commit {
    fn event(&self, place: &Place, details: &Details, change: Change) -> Event {
        Event {
            commit: self.hash.clone(),
            date: self.date.clone(),
            author: self.author.clone(),
            path: place.0.clone(),
            change,
            key: place.1.clone(),
            details: details.clone(),
            state: State::InForce,
        }
    }
}
