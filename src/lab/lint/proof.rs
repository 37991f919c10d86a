//! What the live proof of a course finds.

use serde::Serialize;

use super::mutate::Tried;

/// What is proved of a lab.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "phase", content = "of")]
pub enum Phase {
    /// At the start the declared checks fail, and no others, twice; and without its workloads the lab does not pass.
    Start,
    /// A solution passes, within its time, and again with new pods.
    Solution(String),
    /// A trap fails exactly what it declares.
    Trap(String),
    /// A solution without the part of one task fails the checks of that task.
    Mutation(String),
    /// The mutants of a solution fail.
    Mutants(String),
    /// A second run begins as the first did.
    Reset,
}

impl Phase {
    /// How a table calls it.
    pub fn name(&self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::Solution(dir) | Self::Trap(dir) => dir.clone(),
            Self::Mutation(task) => format!("without {task}"),
            Self::Mutants(dir) => format!("mutants of {dir}"),
            Self::Reset => "reset".to_owned(),
        }
    }
}

/// What a learner reads of a check that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The check.
    pub check: String,
    /// What is wrong, and where to look.
    pub why: String,
}

/// One thing that was proved, or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    pub lab: String,
    /// What was to be proved.
    #[serde(flatten)]
    pub phase: Phase,
    /// Why it is not proved; empty if it is.
    pub faults: Vec<String>,
    /// Why it was not tried; none if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// What the checks that failed said, so that their authors read it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
    /// The mutants that were tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mutants: Vec<Tried>,
    /// How often it was tried: what is not proved at first is tried once more when all else is done, since a busy machine
    /// can be late with anything.
    pub attempts: u8,
    /// How long it took.
    pub seconds: f64,
    /// How long the verification took that counts.
    pub verify_seconds: f64,
}

impl Proof {
    /// Whether it is of this state.
    pub fn is_of(&self, lab: &str, phase: &Phase) -> bool {
        self.lab == lab && self.phase == *phase
    }
}
