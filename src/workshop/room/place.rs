//! Where each attendee is, and who needs somebody now.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::event::{Outcome, Told};
use super::fold::{LabRun, Person, Progress, Room};

/// Who changed something within this time is at work.
const ACTIVE: SignedDuration = SignedDuration::from_mins(3);
/// Nobody is stuck before.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Who is in the room, as the roster says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// The pseudonym.
    pub name: String,
    pub seat: u32,
    pub has_joined: bool,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    NotJoined,
    /// They have changed nothing for a while.
    Idle,
    Working,
    /// What they did does not pass this check.
    Failing {
        check: String,
        why: String,
    },
    /// The cluster does not let the verifier look: not their fault.
    Error {
        why: String,
    },
    /// All of the lab passes.
    Done,
}

impl State {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotJoined => "not joined",
            Self::Idle => "idle",
            Self::Working => "working",
            Self::Failing { .. } => "failing",
            Self::Error { .. } => "error",
            Self::Done => "done",
        }
    }
}

/// Where an attendee is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub seat: u32,
    pub state: State,
    /// The task that they are at: its place in the lab, and its name.
    pub task: Option<(usize, String)>,
    /// How many tasks of the lab pass.
    pub passed: usize,
    /// For how long nothing new has passed, or their hand has been up, whichever is longer.
    pub wait: SignedDuration,
    pub is_stuck: bool,
    pub has_hand_up: bool,
    /// How long ago they changed something.
    pub idle: Option<SignedDuration>,
    pub hints: usize,
    pub is_revoked: bool,
}

impl Place {
    /// Whether somebody should go there.
    pub fn needs_help(&self) -> bool {
        self.is_stuck || self.has_hand_up
    }
}

impl Room {
    /// Where everybody is at a time, by seat.
    pub fn places(&self, attendees: &[Attendee], now: Timestamp) -> Vec<Place> {
        let tasks = self.lab().into_iter().flat_map(|(_, run)| &run.tasks);
        // each looks at everybody: once for the room, not once for each of them
        let medians = tasks.filter_map(|task| Some((task.as_str(), self.median_of(task)?))).collect();
        let place = |attendee| self.place(attendee, &medians, now);
        let mut places: Vec<Place> = attendees.iter().map(place).collect();
        places.sort_by(|a, b| (a.seat, &a.name).cmp(&(b.seat, &b.name)));
        places
    }

    fn place(&self, attendee: &Attendee, medians: &HashMap<&str, SignedDuration>, now: Timestamp) -> Place {
        let nobody = Person::default();
        let person = self.people.get(&attendee.name).unwrap_or(&nobody);
        let has_joined = attendee.has_joined || person.joined.is_some();
        let nothing = Progress::default();
        let lab = self.lab();
        let progress = lab.and_then(|(id, _)| person.labs.get(id)).unwrap_or(&nothing);
        let task = lab.and_then(|(_, run)| run.at(progress));
        let idle = person.active.map(|active| now.duration_since(active));
        let is_active = idle.is_some_and(|idle| idle <= ACTIVE);
        let state = match lab {
            _ if !has_joined => State::NotJoined,
            Some((_, run)) => run.state(progress, task.as_ref(), is_active),
            None if is_active => State::Working,
            None => State::Idle,
        };
        let began = lab.map(|(_, run)| run.began(person, progress));
        let last = began.map(|began| progress.last_step.map_or(began, |step| step.max(began)));
        let since = |at: Timestamp| now.duration_since(at).max(SignedDuration::ZERO);
        let waited = last.map_or(SignedDuration::ZERO, since);
        let patience = task.as_ref().and_then(|(_, task)| medians.get(task.as_str())).map_or(PATIENCE, |median| {
            let twice = SignedDuration::from_secs(median.as_secs().saturating_mul(2));
            twice.max(PATIENCE)
        });
        let is_open = lab.is_some_and(|(_, run)| run.closed.is_none());
        let may_be_stuck = matches!(state, State::Working | State::Failing { .. });
        Place {
            name: attendee.name.clone(),
            seat: attendee.seat,
            passed: lab.map_or(0, |(_, run)| run.tasks.iter().filter(|task| progress.passes(task)).count()),
            is_stuck: is_open && may_be_stuck && is_active && waited > patience,
            wait: person.hand.map_or(waited, |hand| since(hand).max(waited)),
            has_hand_up: person.hand.is_some(),
            idle,
            hints: progress.hints,
            is_revoked: person.is_revoked,
            task: task.filter(|_| state != State::Done),
            state,
        }
    }

    /// Whom to help: who has waited longest comes first.
    pub fn help(places: &[Place]) -> Vec<&Place> {
        let mut help: Vec<&Place> = places.iter().filter(|place| place.needs_help()).collect();
        help.sort_by(|a, b| (b.wait, &a.name).cmp(&(a.wait, &b.name)));
        help
    }
}

impl LabRun {
    /// The first task that does not pass.
    fn at(&self, progress: &Progress) -> Option<(usize, String)> {
        let mut tasks = self.tasks.iter().enumerate();
        tasks.find(|(_, task)| !progress.passes(task)).map(|(at, task)| (at, task.clone()))
    }

    /// When somebody could begin.
    pub(super) fn began(&self, person: &Person, progress: &Progress) -> Timestamp {
        [person.joined, progress.reset].into_iter().flatten().fold(self.opened, Timestamp::max)
    }

    fn state(&self, progress: &Progress, task: Option<&(usize, String)>, is_active: bool) -> State {
        if let Some(broken) = progress.broken() {
            return failing(broken);
        }
        let of_task = task.and_then(|(_, task)| progress.told.get(task));
        let error = progress.told.values().find(|told| told.state == Outcome::Error);
        match (of_task, error) {
            (Some(told), _) if told.state == Outcome::Failed => failing(told),
            (_, Some(told)) => State::Error { why: told.why.clone().unwrap_or_default() },
            _ if task.is_none() && !self.tasks.is_empty() => State::Done,
            _ if is_active => State::Working,
            _ => State::Idle,
        }
    }
}

fn failing(told: &Told) -> State {
    State::Failing { check: told.check.clone().unwrap_or_default(), why: told.why.clone().unwrap_or_default() }
}
