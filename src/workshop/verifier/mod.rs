//! The verifier: looks at everybody's lab from outside, those first who changed something, the others slowly in turn. It writes
//! down only what is new, and what it says before somebody has done anything is no failure of theirs.

pub mod changes;
mod news;
mod queue;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::room::{Entry, Event, Follower, Log, LogError, Room};
use crate::lab::run::Report;
use queue::Queue;

/// That somebody is at work is written down once in so long.
const ACTIVE: SignedDuration = SignedDuration::from_secs(60);
/// How often the log is read.
const LOOK: Duration = Duration::from_millis(200);

/// Who looks at the cluster.
pub trait Examiner: Sync {
    /// A number for each attendee, which differs when something of theirs changed.
    fn fingerprints(&self, lab: &str) -> Result<BTreeMap<String, u64>, String>;

    /// Who has used their code.
    fn joined(&self) -> Result<BTreeSet<String>, String>;

    /// What all checks of an attendee's lab say now; why they could not be asked, otherwise.
    fn attempt(&self, name: &str, lab: &str) -> Result<Report, String>;
}

/// How hard the cluster is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many labs are looked at at once.
    pub hands: usize,
    /// How often is looked for changes.
    pub changes: Duration,
    /// Everybody is looked at once in so long.
    pub sweep: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { hands: 4, changes: Duration::from_secs(3), sweep: Duration::from_secs(120) }
    }
}

/// What all hands share.
struct Desk {
    follower: Follower,
    room: Room,
    queue: Queue,
    prints: BTreeMap<String, u64>,
}

impl Desk {
    /// Takes in what was written meanwhile, by whomever.
    fn catch_up(&mut self) -> Result<(), LogError> {
        loop {
            match self.follower.next()? {
                Some(entries) => {
                    for entry in &entries {
                        self.room.apply(entry);
                    }
                    return Ok(());
                }
                None => self.room = Room::default(),
            }
        }
    }

    /// The lab that is open.
    fn lab(&self) -> Option<(String, Timestamp)> {
        let (id, run) = self.room.lab()?;
        run.closed.is_none().then(|| (id.to_owned(), run.opened))
    }
}

/// The verifier of a workshop.
pub struct Verifier<'w> {
    examiner: &'w dyn Examiner,
    log: Log,
    pace: Pace,
    clock: fn() -> Timestamp,
    desk: Mutex<Desk>,
}

impl<'w> Verifier<'w> {
    /// A verifier that writes into a log.
    pub fn new(examiner: &'w dyn Examiner, log: Log, pace: Pace, clock: fn() -> Timestamp) -> Self {
        let desk =
            Desk { follower: log.follow(), room: Room::default(), queue: Queue::default(), prints: BTreeMap::new() };
        Self { examiner, log, pace, clock, desk: Mutex::new(desk) }
    }

    /// Looks until it is told to stop, and tells what goes wrong.
    pub fn run(&self, stop: &AtomicBool, tell: &(dyn Fn(&str) + Sync)) {
        let failed = AtomicBool::new(false);
        let goes_on = || !stop.load(Ordering::SeqCst);
        // said once, until it works again
        let note = |result: Result<(), String>| match result {
            Ok(()) => failed.store(false, Ordering::SeqCst),
            Err(error) if !failed.swap(true, Ordering::SeqCst) => tell(&error),
            Err(_) => {}
        };
        thread::scope(|scope| {
            for _ in 0..self.pace.hands.max(1) {
                scope.spawn(|| {
                    while goes_on() {
                        match self.take() {
                            Some((name, lab)) => note(self.attempt(&name, &lab)),
                            None => thread::sleep(LOOK),
                        }
                    }
                });
            }
            let mut next = Instant::now();
            while goes_on() {
                if Instant::now() >= next {
                    note(self.look());
                    next = Instant::now() + self.pace.changes;
                }
                thread::sleep(LOOK);
            }
        });
    }

    /// Looks for changes.
    fn look(&self) -> Result<(), String> {
        let joined = self.examiner.joined()?;
        let lab = {
            let mut desk = self.desk();
            desk.catch_up().map_err(|error| error.to_string())?;
            let has_joined = |name: &String| desk.room.people.get(name).is_some_and(|person| person.joined.is_some());
            let new = joined.into_iter().filter(|name| !has_joined(name));
            let now = (self.clock)();
            let entries: Vec<Entry> = new.map(|name| Entry::new(now, Event::Joined { name })).collect();
            self.write(&mut desk, &entries)?;
            desk.lab()
        };
        let Some((lab, opened)) = lab else { return Ok(()) };
        let prints = self.examiner.fingerprints(&lab)?;
        let now = (self.clock)();
        let mut desk = self.desk();
        let mut entries = Vec::new();
        for (name, print) in prints {
            let key = format!("{lab}/{name}");
            desk.queue.know(&name);
            let before = desk.prints.insert(key, print);
            if before.is_none_or(|before| before == print) {
                continue;
            }
            desk.queue.changed(&name);
            let active = desk.room.people.get(&name).and_then(|person| person.active);
            if active.is_none_or(|active| active < opened || now.duration_since(active) >= ACTIVE) {
                entries.push(Entry::new(now, Event::Active { name }));
            }
        }
        self.write(&mut desk, &entries)
    }

    /// Whose turn it is.
    fn take(&self) -> Option<(String, String)> {
        let mut desk = self.desk();
        let (lab, _) = desk.lab()?;
        let name = desk.queue.take(Instant::now(), self.pace.sweep)?;
        Some((name, lab))
    }

    fn attempt(&self, name: &str, lab: &str) -> Result<(), String> {
        let result = self.examiner.attempt(name, lab);
        let mut desk = self.desk();
        desk.queue.done(name, Instant::now());
        desk.catch_up().map_err(|error| error.to_string())?;
        let Some((open, run)) = desk.room.lab() else { return Ok(()) };
        // it may have been closed meanwhile
        if open != lab || run.closed.is_some() {
            return Ok(());
        }
        let person = desk.room.people.get(name).cloned().unwrap_or_default();
        let progress = person.labs.get(lab).cloned().unwrap_or_default();
        let has_begun = progress.has_begun(&person, run.opened);
        let news = news::of(name, lab, &run.tasks.clone(), &progress, has_begun, &result);
        let now = (self.clock)();
        let entries: Vec<Entry> = news.into_iter().map(|event| Entry::new(now, event)).collect();
        self.write(&mut desk, &entries)?;
        result.map(drop)
    }

    fn write(&self, desk: &mut Desk, entries: &[Entry]) -> Result<(), String> {
        let written = self.log.append(entries).and_then(|()| desk.catch_up());
        written.map_err(|error| error.to_string())
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
