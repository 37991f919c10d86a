//! What happens in a room: one line of the log each.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it happened.
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl Entry {
    /// Something that happens at this time.
    pub fn new(at: Timestamp, event: Event) -> Self {
        Self { at, event }
    }
}

fn write_time<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

fn read_time<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is no time")))
}

/// What happens in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A lab begins for everybody, with its time box.
    Opened {
        lab: String,
        #[serde(default)]
        title: String,
        minutes: u32,
        /// Its tasks, in their order.
        #[serde(default)]
        tasks: Vec<String>,
    },
    /// The time for the lab is over.
    Closed { lab: String },
    /// The time box is longer by so many minutes.
    Extended { lab: String, minutes: u32 },
    /// Somebody has the kubeconfig.
    Joined { name: String },
    /// Somebody changed something in their namespaces.
    Active { name: String },
    /// What the verifier says of a task of somebody, where that is new.
    Task(Told),
    /// A hint was given, to one or to all.
    Hint {
        name: Option<String>,
        lab: String,
        task: String,
        /// Which of the task's, from 1.
        number: usize,
        #[serde(default)]
        text: String,
    },
    /// Somebody raised their hand, or was helped.
    Hand { name: String, up: bool },
    /// A line for all to read; an empty one takes it away.
    Banner { text: String },
    /// What the projector shows stands still, or goes on.
    Frozen { on: bool },
    /// Somebody begins a lab anew.
    Reset { name: String, lab: String },
    /// Somebody has no access any more.
    Revoked { name: String },
    /// What a newer tightship wrote.
    #[serde(other)]
    Other,
}

/// What the verifier says of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub name: String,
    pub lab: String,
    /// None of what must keep working.
    pub task: Option<String>,
    pub state: Outcome,
    /// The first check that does not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// What is wrong by that check, or what could not be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// All checks of the task that do not pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<String>,
    /// How many of its checks pass.
    #[serde(default)]
    pub passing: usize,
}

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All of its checks pass.
    Passed,
    /// One fails.
    Failed,
    /// It could not be looked at, which is nobody's fault in the room.
    Error,
    /// It could not be looked at before, and now it can: it is as it was at the start.
    Open,
}
