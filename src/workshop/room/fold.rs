//! The fold: from what happened to what is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use indexmap::IndexMap;
use jiff::Timestamp;

use super::event::{Entry, Event, Outcome, Told};

/// So many things that happened are shown.
const FEED: usize = 15;

/// What is, after all that happened.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// The labs that were opened, in the order of their first opening.
    pub labs: IndexMap<String, LabRun>,
    /// The lab that is open, or was last.
    pub current: Option<String>,
    pub people: BTreeMap<String, Person>,
    /// A line for all to read.
    pub banner: String,
    /// The hint that all were given last, of the current lab.
    pub hint: Option<Hint>,
    /// What happened last, the newest first.
    pub feed: VecDeque<FeedItem>,
    /// The room as it was when the projector was frozen.
    pub frozen: Option<Box<Room>>,
    /// When something happened last.
    pub last: Option<Timestamp>,
}

/// A lab of the workshop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabRun {
    pub title: String,
    /// In their order.
    pub tasks: Vec<String>,
    pub opened: Timestamp,
    /// How long it may take, with what was added.
    pub minutes: u32,
    pub closed: Option<Timestamp>,
}

/// A hint that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub task: String,
    pub number: usize,
    pub text: String,
}

/// Something to tell the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    pub at: Timestamp,
    /// Whom it is about.
    pub name: Option<String>,
    pub what: String,
}

/// An attendee, as far as something happened.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub joined: Option<Timestamp>,
    /// When they changed something last.
    pub active: Option<Timestamp>,
    /// Since when their hand is up.
    pub hand: Option<Timestamp>,
    pub is_revoked: bool,
    /// By lab.
    pub labs: BTreeMap<String, Progress>,
}

/// How far somebody is in a lab.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// What the verifier said last, by task; the empty name is of what must keep working.
    pub told: BTreeMap<String, Told>,
    /// When each task was passed first.
    pub passed: IndexMap<String, Timestamp>,
    /// When a check passed that had not before.
    pub last_step: Option<Timestamp>,
    /// The most checks that passed at once, by task.
    best: BTreeMap<String, usize>,
    /// The hints that were given to them alone.
    pub hints: usize,
    /// When they began anew last, and how often they did.
    pub reset: Option<Timestamp>,
    pub resets: usize,
    /// All checks that ever failed after they had done something.
    pub failed: BTreeSet<String>,
}

impl Progress {
    /// Whether a task passes now.
    pub fn passes(&self, task: &str) -> bool {
        self.told.get(task).is_some_and(|told| told.state == Outcome::Passed)
    }

    /// Whether they have done something in this lab, so that a check that fails is about what they did.
    pub fn has_begun(&self, person: &Person, opened: Timestamp) -> bool {
        let from = self.reset.map_or(opened, |reset| reset.max(opened));
        self.told.values().any(|told| matches!(told.state, Outcome::Passed | Outcome::Failed))
            || person.active.is_some_and(|active| active >= from)
    }

    /// What must keep working and does not.
    pub fn broken(&self) -> Option<&Told> {
        self.told.get("").filter(|told| told.state == Outcome::Failed)
    }
}

impl Room {
    /// The room of a log.
    pub fn of(entries: &[Entry]) -> Self {
        let mut room = Self::default();
        for entry in entries {
            room.apply(entry);
        }
        room
    }

    /// The lab that is open, or was last.
    pub fn lab(&self) -> Option<(&str, &LabRun)> {
        let id = self.current.as_deref()?;
        Some((id, self.labs.get(id)?))
    }

    /// Takes in what happened next.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        match &entry.event {
            Event::Opened { lab, title, minutes, tasks } => self.open(at, lab, title, *minutes, tasks),
            Event::Closed { lab } => {
                if let Some(run) = self.labs.get_mut(lab) {
                    run.closed = Some(at);
                }
                self.tell(at, None, format!("{lab} is closed"));
            }
            Event::Extended { lab, minutes } => {
                if let Some(run) = self.labs.get_mut(lab) {
                    run.minutes = run.minutes.saturating_add(*minutes);
                    run.closed = None;
                }
                self.tell(at, None, format!("{minutes} minutes more"));
            }
            Event::Joined { name } => {
                let person = self.person(name);
                person.joined.get_or_insert(at);
                person.is_revoked = false;
                self.tell(at, Some(name), "joined".to_owned());
            }
            Event::Active { name } => self.person(name).active = Some(at),
            Event::Task(told) => self.task(at, told),
            Event::Hint { name: Some(name), lab, .. } => self.progress(name, lab).hints += 1,
            Event::Hint { name: None, task, number, text, .. } => {
                self.hint = Some(Hint { task: task.clone(), number: *number, text: text.clone() });
                self.tell(at, None, format!("hint {number} for {task}"));
            }
            Event::Hand { name, up } => {
                let person = self.person(name);
                person.hand = if *up { Some(person.hand.unwrap_or(at)) } else { None };
            }
            Event::Banner { text } => self.banner.clone_from(text),
            Event::Frozen { on } => {
                let frozen = self.frozen.take();
                self.frozen = on.then(|| frozen.unwrap_or_else(|| Box::new(self.clone())));
            }
            Event::Reset { name, lab } => {
                let progress = self.progress(name, lab);
                progress.told.clear();
                progress.best.clear();
                progress.reset = Some(at);
                progress.resets += 1;
            }
            Event::Revoked { name } => self.person(name).is_revoked = true,
            Event::Other => {}
        }
    }

    fn open(&mut self, at: Timestamp, lab: &str, title: &str, minutes: u32, tasks: &[String]) {
        let title = if title.is_empty() { lab } else { title };
        if let Some(run) = self.labs.get_mut(lab) {
            // it goes on where it was
            run.closed = None;
            run.minutes = minutes.max(run.minutes);
        } else {
            let (title, tasks) = (title.to_owned(), tasks.to_vec());
            self.labs.insert(lab.to_owned(), LabRun { title, tasks, opened: at, minutes, closed: None });
        }
        if self.current.as_deref() != Some(lab) {
            self.hint = None;
        }
        self.current = Some(lab.to_owned());
        self.tell(at, None, format!("{lab} is open"));
    }

    fn task(&mut self, at: Timestamp, told: &Told) {
        let task = told.task.clone().unwrap_or_default();
        let progress = self.progress(&told.name, &told.lab);
        progress.failed.extend(told.failing.iter().cloned());
        let best = progress.best.entry(task.clone()).or_default();
        if told.passing > *best || told.state == Outcome::Passed && !progress.passed.contains_key(&task) {
            *best = told.passing.max(*best);
            progress.last_step = Some(at);
        }
        let is_first = told.state == Outcome::Passed && !task.is_empty() && !progress.passed.contains_key(&task);
        if is_first {
            progress.passed.insert(task.clone(), at);
        }
        progress.told.insert(task.clone(), told.clone());
        // a lab that was opened before its tasks were known
        if let Some(run) = self.labs.get_mut(&told.lab).filter(|run| !task.is_empty() && !run.tasks.contains(&task)) {
            run.tasks.push(task.clone());
        }
        if is_first {
            // they are one of those who passed; not all of a large room are looked at
            let all = self.people.values().filter_map(|person| person.labs.get(&told.lab));
            let is_first_of_all = all.filter(|progress| progress.passed.contains_key(&task)).nth(1).is_none();
            let what = if is_first_of_all { format!("first to pass {task}") } else { format!("passed {task}") };
            self.tell(at, Some(&told.name), what);
        }
    }

    fn person(&mut self, name: &str) -> &mut Person {
        self.people.entry(name.to_owned()).or_default()
    }

    fn progress(&mut self, name: &str, lab: &str) -> &mut Progress {
        self.person(name).labs.entry(lab.to_owned()).or_default()
    }

    fn tell(&mut self, at: Timestamp, name: Option<&str>, what: String) {
        self.feed.push_front(FeedItem { at, name: name.map(str::to_owned), what });
        self.feed.truncate(FEED);
    }
}
