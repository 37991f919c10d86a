//! How long tasks take, and how many are where.

use jiff::{SignedDuration, Timestamp};

use super::fold::Room;
use super::place::{Place, State};

/// How a task stands in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTally {
    pub task: String,
    pub done: usize,
    pub working: usize,
    pub failing: usize,
    pub error: usize,
    /// Idle at it, or not there yet.
    pub waiting: usize,
    /// How long those took who passed it; none if nobody did.
    pub median: Option<SignedDuration>,
}

impl Room {
    /// The tasks of the current lab, in their order, with how many are where.
    pub fn tallies(&self, places: &[Place]) -> Vec<TaskTally> {
        let Some((id, run)) = self.lab() else { return Vec::new() };
        let tally = |(at, task): (usize, &String)| {
            let passes = |place: &&Place| {
                self.people.get(&place.name).and_then(|it| it.labs.get(id)).is_some_and(|it| it.passes(task))
            };
            let done = places.iter().filter(passes).count();
            let here = |state: fn(&State) -> bool| {
                let is_here = |place: &&Place| place.task.as_ref().is_some_and(|(here, _)| *here == at);
                places.iter().filter(is_here).filter(|place| state(&place.state)).count()
            };
            let working = here(|state| *state == State::Working);
            let failing = here(|state| matches!(state, State::Failing { .. }));
            let error = here(|state| matches!(state, State::Error { .. }));
            TaskTally {
                task: task.clone(),
                done,
                working,
                failing,
                error,
                waiting: places.len().saturating_sub(done + working + failing + error),
                median: self.median_of(task),
            }
        };
        run.tasks.iter().enumerate().map(tally).collect()
    }

    /// The median time of a task of the current lab.
    pub fn median_of(&self, task: &str) -> Option<SignedDuration> {
        median(self.times(self.current.as_deref()?, task))
    }

    /// How long each took for a task who passed it: from when they had passed the one before, or could begin.
    pub fn times(&self, lab: &str, task: &str) -> Vec<SignedDuration> {
        let Some(run) = self.labs.get(lab) else { return Vec::new() };
        let time = |person: &super::fold::Person| {
            let progress = person.labs.get(lab)?;
            let passed = *progress.passed.get(task)?;
            // somebody who began anew had passed it before
            let began = [Some(run.opened), person.joined].into_iter().flatten().filter(|at| *at <= passed).max()?;
            let before = progress.passed.values().filter(|at| **at < passed).copied().fold(began, Timestamp::max);
            Some(passed.duration_since(before))
        };
        self.people.values().filter_map(time).collect()
    }
}

/// The one in the middle; of two in the middle the lower.
pub fn median(mut times: Vec<SignedDuration>) -> Option<SignedDuration> {
    times.sort_unstable();
    times.get(times.len().checked_sub(1)? / 2).copied()
}
