//! What a `lab.yaml` says as a whole.

use super::check_kind::CheckKind;
use super::cks::Cks;
use super::step::Step;
use super::values::{AtStart, Format, Id, Level, Need, Number};
use crate::check::config::RuleName;
use crate::decode::{Located, Map, record};
use crate::spec::values::Release;

record! {
    /// A namespace of a lab.
    Space "namespace" {
        /// Its labels.
        labels "labels": Map<String, String> = Map::default(),
    }
}

record! {
    /// How a lab begins.
    Start "start" {
        /// A file of the lab with what its own cluster has that others have not.
        cluster "cluster": Option<Located<String>> = None,
        /// What is done.
        steps "steps": Vec<Step> = Vec::new() => "everything in `start/` is applied",
    }
}

record! {
    /// Something that the learner has to do.
    Task "task" {
        /// Its name.
        id "id": Located<Id>,
        /// What it is, in a line or two.
        text "text": String,
        /// Hints, each says more than the one before; the last is nearly the solution.
        hints "hints": Located<Vec<String>>,
        /// What is right when it is done.
        checks "checks": Vec<LabCheck>,
    }
}

record! {
    /// A right way to do it.
    Solution "solution" {
        /// Its folder.
        dir "dir": Located<String>,
        /// What is particular of this way.
        text "text": String = String::new(),
        /// What is done.
        steps "steps": Vec<Step> = Vec::new() => "everything in the folder is applied",
    }
}

record! {
    /// A tempting wrong way.
    Trap "trap" {
        /// Its folder.
        dir "dir": Located<String>,
        /// What its author thought.
        text "text": String = String::new(),
        /// What it teaches.
        lesson "lesson": String,
        /// The checks that fail, and no others.
        fails "fails": Vec<Located<Id>>,
        /// The task that it leaves out of a solution.
        without "without": Option<Located<Id>> = None,
        /// What is done.
        steps "steps": Vec<Step> = Vec::new() => "everything in the folder is applied",
    }
}

record! {
    /// A lab: an exercise on a live cluster.
    Lab "lab" {
        /// The version of the format: 1.
        format "format": Format,
        /// Its name: that of its folder, without the number.
        id "id": Located<Id>,
        /// Its title.
        title "title": String,
        /// How much it asks for.
        level "level": Level,
        /// How many minutes a learner needs.
        minutes "minutes": Number,
        /// What it is about, in a line.
        story "story": String,
        /// The topics of the CKS outline that it covers.
        cks "cks": Vec<Cks> = Vec::new(),
        /// The items of the CIS benchmark 1.12 that it covers.
        cis "cis": Vec<String> = Vec::new(),
        /// The rules that its flaw breaks.
        rules "rules": Vec<Located<RuleName>>,
        /// The oldest release that it works on.
        kubernetes "kubernetes": Option<Release> = None => "the oldest that tightship knows",
        /// What it needs of a cluster.
        needs "needs": Vec<Need> = Vec::new(),
        /// Names of random words, new in each run.
        random "random": Vec<Located<Id>> = Vec::new(),
        /// Its namespaces by alias; the first is the learner's.
        namespaces "namespaces": Map<Id, Space> = Map::default(),
        /// How it begins.
        start "start": Start = Start::default(),
        /// What the learner has to do.
        tasks "tasks": Vec<Task>,
        /// What must hold before and after: what works keeps working.
        keep "keep": Vec<LabCheck>,
        /// Right ways to do it.
        solutions "solutions": Vec<Located<Solution>>,
        /// Tempting wrong ways.
        traps "traps": Vec<Located<Trap>>,
        /// The most seconds that a verification may take right after a solution.
        seconds "seconds": Number = Number(30),
    }
}

impl Lab {
    /// Every check, those of the tasks first.
    pub fn checks(&self) -> impl Iterator<Item = &LabCheck> {
        self.tasks.iter().flat_map(|task| &task.checks).chain(&self.keep)
    }

    /// The check of that name.
    pub fn check(&self, id: &str) -> Option<&LabCheck> {
        self.checks().find(|check| &**check.id == id)
    }
}

record! {
    /// A check: its name, why it matters, and exactly one type.
    LabCheck "check" {
        /// Its name.
        id "id": Located<Id>,
        /// What is right when it passes.
        text "text": String,
        /// What is wrong when it fails, and where to look; `{observed}` stands for what was seen.
        why "why": String,
        /// What it says at the start.
        at_start "at_start": Option<AtStart> = None => "fail in a task, pass in `keep`",
        /// The check without which this one has no meaning.
        after "after": Option<Located<Id>> = None,
        /// For how many seconds after a change a failure may turn into a pass.
        eventually "eventually": Number = Number(5),
        /// For how many seconds after a change a pass must hold.
        holds "holds": Option<Number> = None => "what its type needs",
        /// How much it counts.
        points "points": Number = Number(1),
    }
    /// What it looks at.
    one of probe: CheckKind
}

impl LabCheck {
    /// Whether it passes at the start: what belongs to a task fails then, unless it says otherwise.
    pub fn passes_at_start(&self, of_task: bool) -> bool {
        self.at_start.map_or(!of_task, |said| said == AtStart::Pass)
    }
}
