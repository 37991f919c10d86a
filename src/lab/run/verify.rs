//! Verifying a lab: every check at once, in the order that they need each other, as long as a change may still take effect.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use super::rollout::{self, Survey};
use crate::lab::check;
use crate::lab::check_context::CheckContext;
use crate::lab::course::values::{Admitted, Need, Reached, Routed, Runs};
use crate::lab::course::{CheckKind, Lab, LabCheck};
use crate::lab::node::{NodeError, restart_wait};
use crate::lab::verdict::{CheckResult, Verdict};

/// How many checks look at the cluster at the same time.
const HANDS: usize = 8;
/// The pause before a check looks again.
const AGAIN: Duration = Duration::from_millis(400);

/// What one check said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// Its name.
    pub id: String,
    /// The task that it belongs to; none for what must keep working.
    pub task: Option<String>,
    /// What it said.
    pub status: Verdict,
    /// What is right when it passes.
    pub text: String,
    /// What is wrong, and where to look; only if it failed.
    pub why: Option<String>,
    /// What was seen.
    pub observed: String,
    /// How much it counts.
    pub points: u32,
    /// How long the last look took, in milliseconds.
    pub ms: u64,
}

/// What all checks said, in the order of the lab.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// One for each check.
    pub checks: Vec<Checked>,
    /// How long all of it took, with the waiting.
    pub seconds: f64,
    /// What the cluster looked like, for the next verification to tell whether something has changed since.
    #[serde(skip)]
    pub fingerprint: Option<u64>,
}

impl Report {
    /// The worst that was said: a failure, which is certain whatever could not be looked at, then an error.
    pub fn verdict(&self) -> Verdict {
        let any = |verdict| self.checks.iter().any(|check| check.status == verdict);
        if any(Verdict::Fail) {
            Verdict::Fail
        } else if self.checks.is_empty() || any(Verdict::Error) {
            Verdict::Error
        } else if any(Verdict::Blocked) {
            Verdict::Fail
        } else {
            Verdict::Pass
        }
    }

    /// Whether all checks of a task pass.
    pub fn is_done(&self, task: &str) -> bool {
        let mut own = self.checks.iter().filter(|check| check.task.as_deref() == Some(task)).peekable();
        own.peek().is_some() && own.all(|check| check.status == Verdict::Pass)
    }

    /// Whether something could not be looked at.
    pub fn has_errors(&self) -> bool {
        self.checks.iter().any(|check| check.status == Verdict::Error)
    }

    /// The names of the checks that do not pass.
    pub fn failing(&self) -> Vec<&str> {
        self.checks.iter().filter(|check| check.status != Verdict::Pass).map(|check| check.id.as_str()).collect()
    }
}

/// How patient a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It waits for rollouts, and looks again while a change may still take effect. The number is the fingerprint of when
    /// it was looked last; without it everything counts as changed now.
    Learner(Option<u64>),
    /// It looks once, now.
    Once,
}

struct Look {
    result: CheckResult,
    took: Duration,
}

/// Verifies all checks of a lab whose strings have the names of the run; those of one task only, if one is named.
pub fn verify(
    lab: &Lab,
    task: Option<&str>,
    context: &CheckContext<'_>,
    patience: Patience,
    tell: &mut dyn FnMut(&str),
) -> Report {
    let begun = Instant::now();
    let wanted = wanted(lab, task);
    let is_own = lab.needs.contains(&Need::OwnCluster);
    let mut fingerprint = None;
    let mut down = None;
    let changed = match patience {
        Patience::Once => Ok(None),
        Patience::Learner(before) => {
            let survey = if is_own { survey_own(context, tell, &mut down) } else { survey(context, tell) };
            survey.map(|survey| {
                fingerprint = Some(survey.fingerprint);
                let is_known = before == fingerprint;
                if is_known { survey.last_change } else { Some(Timestamp::now()) }
            })
        }
    };
    let mut looks = match changed {
        // what does not answer need not be asked again and again
        Ok(_) if down.is_some() => look_until_settled(&wanted, context, None, tell),
        Ok(changed) => look_until_settled(&wanted, context, changed, tell),
        Err(error) => wanted
            .iter()
            .map(|(_, check)| {
                (check.id.to_string(), Look { result: CheckResult::error(error.to_string()), took: Duration::ZERO })
            })
            .collect(),
    };
    // the learner's own doing is no error
    for look in looks.values_mut().filter(|look| look.result.verdict == Verdict::Error) {
        if let Some(down) = &down {
            look.result = CheckResult::fail(down.clone());
        }
    }
    let checks =
        wanted.iter().filter_map(|(task, check)| Some(checked(*task, check, looks.get(&**check.id)?))).collect();
    Report { checks, seconds: begun.elapsed().as_secs_f64(), fingerprint }
}

/// Waits for rollouts; what there is then.
fn survey(context: &CheckContext<'_>, tell: &mut dyn FnMut(&str)) -> Result<Survey, NodeError> {
    rollout::wait(context.api, context.names, tell)?;
    Ok(rollout::survey(context.api, context.names)?)
}

/// The same on a lab's own cluster, whose control plane may be what was changed. If that does not work any more, why.
fn survey_own(
    context: &CheckContext<'_>,
    tell: &mut dyn FnMut(&str),
    down: &mut Option<String>,
) -> Result<Survey, NodeError> {
    let settled = restart_wait::settle(context.api, &context.names.node, tell)?;
    *down = settled.down;
    let of_node = Survey { last_change: settled.changed, fingerprint: restart_wait::fingerprint(context.api)? };
    if down.is_some() {
        return Ok(of_node);
    }
    let of_objects = survey(context, tell)?;
    Ok(Survey {
        last_change: of_objects.last_change.max(of_node.last_change),
        fingerprint: of_objects.fingerprint ^ of_node.fingerprint,
    })
}

/// The checks with their tasks; of those of one task, what they need first and what must keep working stay.
fn wanted<'l>(lab: &'l Lab, only: Option<&str>) -> Vec<(Option<&'l str>, &'l LabCheck)> {
    let tasks = lab.tasks.iter().flat_map(|task| task.checks.iter().map(move |check| (Some(&*task.id.value), check)));
    let all: Vec<(Option<&str>, &LabCheck)> = tasks.chain(lab.keep.iter().map(|check| (None, check))).collect();
    let Some(only) = only else { return all };
    let mut needed: Vec<&str> = Vec::new();
    for (task, check) in &all {
        let mut check = Some(*check).filter(|_| task.is_none_or(|task| task == only));
        while let Some(found) = check.filter(|check| !needed.contains(&&**check.id)) {
            needed.push(&found.id);
            check = found.after.as_ref().and_then(|after| lab.check(after));
        }
    }
    all.into_iter().filter(|(_, check)| needed.contains(&&**check.id)).collect()
}

fn checked(task: Option<&str>, check: &LabCheck, look: &Look) -> Checked {
    let failed = look.result.verdict == Verdict::Fail;
    Checked {
        id: check.id.to_string(),
        task: task.map(str::to_owned),
        status: look.result.verdict,
        text: check.text.clone(),
        why: failed.then(|| why(&check.why, &look.result.observed)),
        observed: look.result.observed.clone(),
        points: check.points.0,
        ms: u64::try_from(look.took.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Words with which what was seen may begin, and which are no names.
const PLAIN: &[&str] = &[
    "a",
    "an",
    "asked",
    "container",
    "everything",
    "in",
    "it",
    "no",
    "none",
    "nothing",
    "one",
    "refused",
    "service",
    "somebody",
    "the",
    "there",
    "what",
    "whoever",
];

/// The text of a check with what was seen in it, as a sentence where it begins with that.
fn why(text: &str, observed: &str) -> String {
    let rest = text.trim_start().strip_prefix("{observed}");
    let first = observed.split(' ').next().unwrap_or_default();
    let (Some(rest), true, Some(letter)) = (rest, PLAIN.contains(&first), observed.chars().next()) else {
        return text.replace("{observed}", observed);
    };
    let seen: String = letter.to_uppercase().chain(observed.chars().skip(1)).collect();
    format!("{seen}{}", rest.replace("{observed}", observed))
}

/// Looks at all, and again at those for which the last change is too fresh to be sure.
fn look_until_settled(
    wanted: &[(Option<&str>, &LabCheck)],
    context: &CheckContext<'_>,
    changed: Option<Timestamp>,
    tell: &mut dyn FnMut(&str),
) -> HashMap<String, Look> {
    let checks: Vec<&LabCheck> = wanted.iter().map(|(_, check)| *check).collect();
    let mut looks = HashMap::new();
    look(&checks, context, &mut looks);
    let mut told = false;
    loop {
        let age = changed.map_or(f64::INFINITY, |changed| Timestamp::now().duration_since(changed).as_secs_f64());
        let again: Vec<&LabCheck> =
            checks.iter().copied().filter(|check| is_open(check, &checks, &looks, age)).collect();
        if again.is_empty() {
            return looks;
        }
        if !told {
            tell("look again: the last change is fresh");
            told = true;
        }
        thread::sleep(AGAIN);
        for check in &again {
            looks.remove(&**check.id);
        }
        look(&again, context, &mut looks);
    }
}

/// Whether a later look may say something else.
fn is_open(check: &LabCheck, checks: &[&LabCheck], looks: &HashMap<String, Look>, age: f64) -> bool {
    let Some(look) = looks.get(&*check.id.value) else { return false };
    match look.result.verdict {
        Verdict::Fail => age < f64::from(check.eventually.0),
        // as long as the one that it needs, and once more after that passes
        Verdict::Blocked => checks.iter().any(|other| {
            let is_needed = check.after.as_ref().is_some_and(|after| after.value == other.id.value);
            let passes = looks.get(&*other.id.value).is_some_and(|look| look.result.verdict == Verdict::Pass);
            is_needed && (passes || is_open(other, checks, looks, age))
        }),
        Verdict::Pass => age < f64::from(check.holds.map_or_else(|| holds(&check.probe), |seconds| seconds.0)),
        Verdict::Error => false,
    }
}

/// For how many seconds after a change a check has to hold that does not say so: what must be impossible may only not be
/// possible yet.
fn holds(probe: &CheckKind) -> u32 {
    let negative = match probe {
        CheckKind::CanI(can) => !can.deny.is_empty() || can.only,
        CheckKind::Admission(admission) => admission.expect == Admitted::Deny,
        CheckKind::Exec(run) => run.expect == Runs::Denied,
        CheckKind::Connect(connect) => connect.expect != Reached::Open,
        CheckKind::Http(http) => http.refused,
        CheckKind::Route(route) => route.expect == Routed::Closed,
        CheckKind::Token(token) => token.absent,
        CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
            return members.iter().map(holds).max().unwrap_or_default();
        }
        _ => false,
    };
    if negative { 2 } else { 0 }
}

/// Looks at some checks, several at the same time, each after the one that it needs.
fn look(checks: &[&LabCheck], context: &CheckContext<'_>, looks: &mut HashMap<String, Look>) {
    let mut left: Vec<&LabCheck> = checks.to_vec();
    while !left.is_empty() {
        let waits =
            |check: &LabCheck| check.after.as_ref().is_some_and(|after| left.iter().any(|other| other.id == *after));
        let (later, now): (Vec<&LabCheck>, Vec<&LabCheck>) = left.iter().copied().partition(|check| waits(check));
        if now.is_empty() {
            for check in later {
                let result = CheckResult::error("its checks wait for each other");
                looks.insert(check.id.to_string(), Look { result, took: Duration::ZERO });
            }
            return;
        }
        let mut free = Vec::new();
        for check in now {
            match blocker(check, looks) {
                Some(result) => drop(looks.insert(check.id.to_string(), Look { result, took: Duration::ZERO })),
                None => free.push(check),
            }
        }
        looks.extend(at_once(&free, context));
        left = later;
    }
}

/// What keeps a check from having a meaning: the one that it needs does not pass.
fn blocker(check: &LabCheck, looks: &HashMap<String, Look>) -> Option<CheckResult> {
    let after = check.after.as_ref()?;
    let look = looks.get(&*after.value)?;
    let verdict = match look.result.verdict {
        Verdict::Pass => return None,
        Verdict::Error => Verdict::Error,
        Verdict::Fail | Verdict::Blocked => Verdict::Blocked,
    };
    Some(CheckResult { verdict, ..CheckResult::fail(format!("waits for {}", after.value)) })
}

fn at_once(checks: &[&LabCheck], context: &CheckContext<'_>) -> Vec<(String, Look)> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..checks.len().min(HANDS) {
            scope.spawn(|| {
                while let Some(check) = checks.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let begun = Instant::now();
                    let result = check::evaluate(&check.id, &check.probe, context);
                    let look = Look { result, took: begun.elapsed() };
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((check.id.to_string(), look));
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_was_seen_reads_as_a_sentence() {
        let seen = "the service account bot may get secrets";
        assert_eq!(
            super::why("{observed}. Rights add up.", seen),
            "The service account bot may get secrets. Rights add up."
        );
        assert_eq!(super::why("It is open: {observed}.", seen), format!("It is open: {seen}."));
        // names stay as they are
        assert_eq!(super::why("{observed}. Why?", "jo may get pods"), "jo may get pods. Why?");
        assert_eq!(super::why("{observed}.", "kube-apiserver runs without --a"), "kube-apiserver runs without --a.");
        assert_eq!(super::why("{observed}: {observed}", "it is"), "It is: it is");
    }
}
