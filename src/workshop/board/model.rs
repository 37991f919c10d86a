//! What both views say, as data: the pages and the JSON come from it.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::roster::Roster;
use crate::workshop::room::{Place, Room, State};

/// The version of the JSON.
const VERSION: u8 = 1;

/// What the projector shows. It has no name of anybody who is not done, and nothing in it is in the order of the seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Projector {
    pub version: u8,
    pub title: String,
    pub lab: Option<Lab>,
    pub counts: Counts,
    pub tasks: Vec<Task>,
    pub tiles: Vec<Tile>,
    pub feed: Vec<Item>,
    pub banner: String,
    pub hint: Option<Hint>,
    pub is_frozen: bool,
}

/// What the instructor sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Board {
    pub version: u8,
    pub title: String,
    pub lab: Option<Lab>,
    pub counts: Counts,
    pub tasks: Vec<Task>,
    /// Who needs help, the longest wait first.
    pub help: Vec<Row>,
    /// What the cluster does not let the verifier see.
    pub errors: Vec<Row>,
    /// Everybody, by seat.
    pub attendees: Vec<Row>,
    pub feed: Vec<Item>,
    pub banner: String,
    pub is_frozen: bool,
    /// What is wrong with the board itself.
    pub notes: Vec<String>,
}

/// The lab that is open, or was last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lab {
    pub id: String,
    pub title: String,
    /// RFC 3339.
    pub opened: String,
    pub minutes: u32,
    pub closed: Option<String>,
}

/// How many are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub attendees: usize,
    pub joined: usize,
    pub done: usize,
    pub working: usize,
    pub failing: usize,
    pub error: usize,
    pub idle: usize,
    pub need_help: usize,
}

/// A task in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    pub number: usize,
    pub id: String,
    pub done: usize,
    pub working: usize,
    pub failing: usize,
    pub error: usize,
    pub waiting: usize,
    pub median_seconds: Option<i64>,
}

/// An attendee on the projector.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Tile {
    pub state: &'static str,
    /// The number of the task that they are at.
    pub task: Option<usize>,
    /// Only of who is done.
    pub name: Option<String>,
}

/// An attendee for the instructor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub name: String,
    pub seat: u32,
    pub state: &'static str,
    pub task: Option<String>,
    pub task_number: Option<usize>,
    pub passed: usize,
    pub check: Option<String>,
    pub why: Option<String>,
    /// For how many minutes nothing new has passed, or the hand has been up.
    pub wait_minutes: i64,
    pub is_stuck: bool,
    pub has_hand_up: bool,
    /// How many minutes ago they changed something.
    pub idle_minutes: Option<i64>,
    pub hints: usize,
    pub is_revoked: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    pub at: String,
    pub name: Option<String>,
    pub what: String,
}

/// A hint for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    pub task: String,
    pub number: usize,
    pub text: String,
}

/// What the projector shows at a time.
pub fn projector(live: &Room, roster: &Roster, now: Timestamp) -> Projector {
    // banners and hints are for now, whatever else stands still
    let (room, then) = match &live.frozen {
        Some(frozen) => (&**frozen, frozen.last.unwrap_or(now)),
        None => (live, now),
    };
    let places = room.places(&roster.attendees, then);
    let mut tiles: Vec<Tile> = places.iter().filter(|place| !place.is_revoked).map(tile).collect();
    // those who are done first, then by task: where a tile stands says nothing of who it is
    tiles.sort_by_key(|tile| (rank(tile), std::cmp::Reverse(tile.task), tile.state, tile.name.clone()));
    let is_shown = |name: &str| places.iter().any(|place| place.name == name && place.state == State::Done);
    let feed = room.feed.iter().filter(|item| item.name.as_deref().is_none_or(is_shown));
    Projector {
        version: VERSION,
        title: roster.title.clone(),
        lab: lab(room),
        counts: counts(&places),
        tasks: tasks(room, &places),
        tiles,
        feed: feed.map(|item| self::item(item.at, item.name.as_ref(), &item.what)).collect(),
        banner: live.banner.clone(),
        hint: live.hint.as_ref().map(|hint| Hint {
            task: hint.task.clone(),
            number: hint.number,
            text: hint.text.clone(),
        }),
        is_frozen: live.frozen.is_some(),
    }
}

/// What the instructor sees at a time.
pub fn instructor(room: &Room, roster: &Roster, now: Timestamp, notes: Vec<String>) -> Board {
    let places = room.places(&roster.attendees, now);
    let errors = places.iter().filter(|place| matches!(place.state, State::Error { .. }));
    Board {
        version: VERSION,
        title: roster.title.clone(),
        lab: lab(room),
        counts: counts(&places),
        tasks: tasks(room, &places),
        help: Room::help(&places).into_iter().map(row).collect(),
        errors: errors.map(row).collect(),
        attendees: places.iter().map(row).collect(),
        feed: room.feed.iter().map(|item| self::item(item.at, item.name.as_ref(), &item.what)).collect(),
        banner: room.banner.clone(),
        is_frozen: room.frozen.is_some(),
        notes,
    }
}

fn rank(tile: &Tile) -> usize {
    ["done", "working", "idle", "not joined"].iter().position(|state| *state == tile.state).unwrap_or_default()
}

/// Whoever is not done has no name, and who fails looks like who works: the room sees that in the counts of a task.
fn tile(place: &Place) -> Tile {
    let state = match place.state {
        State::Failing { .. } | State::Error { .. } => "working",
        ref state => state.word(),
    };
    let is_done = place.state == State::Done;
    Tile {
        state,
        task: place.task.as_ref().map(|(at, _)| at + 1).filter(|_| place.state != State::NotJoined),
        name: is_done.then(|| place.name.clone()),
    }
}

fn lab(room: &Room) -> Option<Lab> {
    let (id, run) = room.lab()?;
    Some(Lab {
        id: id.to_owned(),
        title: run.title.clone(),
        opened: run.opened.to_string(),
        minutes: run.minutes,
        closed: run.closed.map(|at| at.to_string()),
    })
}

fn counts(places: &[Place]) -> Counts {
    let here: Vec<&Place> = places.iter().filter(|place| !place.is_revoked).collect();
    let count = |state: fn(&State) -> bool| here.iter().filter(|place| state(&place.state)).count();
    Counts {
        attendees: here.len(),
        joined: count(|state| *state != State::NotJoined),
        done: count(|state| *state == State::Done),
        working: count(|state| *state == State::Working),
        failing: count(|state| matches!(state, State::Failing { .. })),
        error: count(|state| matches!(state, State::Error { .. })),
        idle: count(|state| *state == State::Idle),
        need_help: here.iter().filter(|place| place.needs_help()).count(),
    }
}

fn tasks(room: &Room, places: &[Place]) -> Vec<Task> {
    let tallies = room.tallies(places).into_iter();
    let task = |(tally, number): (crate::workshop::room::TaskTally, usize)| Task {
        number,
        id: tally.task,
        done: tally.done,
        working: tally.working,
        failing: tally.failing,
        error: tally.error,
        waiting: tally.waiting,
        median_seconds: tally.median.map(|median| median.as_secs()),
    };
    tallies.zip(1..).map(task).collect()
}

fn row(place: &Place) -> Row {
    let (check, why) = match &place.state {
        State::Failing { check, why } => (Some(check.clone()), Some(why.clone())),
        State::Error { why } => (None, Some(why.clone())),
        _ => (None, None),
    };
    let minutes = |duration: SignedDuration| duration.as_secs() / 60;
    Row {
        name: place.name.clone(),
        seat: place.seat,
        state: place.state.word(),
        task: place.task.as_ref().map(|(_, task)| task.clone()),
        task_number: place.task.as_ref().map(|(at, _)| at + 1),
        passed: place.passed,
        check,
        why,
        wait_minutes: minutes(place.wait),
        is_stuck: place.is_stuck,
        has_hand_up: place.has_hand_up,
        idle_minutes: place.idle.map(minutes),
        hints: place.hints,
        is_revoked: place.is_revoked,
    }
}

fn item(at: Timestamp, name: Option<&String>, what: &str) -> Item {
    Item { at: at.to_string(), name: name.cloned(), what: what.to_owned() }
}
