//! Who can reach whom.

use std::thread;
use std::time::Duration;

use super::destination::{Destination, resolve};
use super::dial;
use super::spots::{self, Spot, Which};
use super::text::short;
use crate::cluster::client::Identity;
use crate::lab::course::Probe;
use crate::lab::course::probe::{Connect, From};
use crate::lab::course::values::Reached;
use crate::lab::probes::{CONTAINER, Dialer};
use crate::lab::scene::Scene;
use crate::lab::verdict::{Judged, Verdict};

/// After which time a dial that surprises is tried again, if that may help.
const AGAIN: Duration = Duration::from_millis(300);

/// Looks once.
pub(super) fn judge(spec: &Connect, scene: &Scene<'_>) -> Judged {
    attempt(spec, scene).unwrap_or_else(|judged| judged)
}

fn attempt(spec: &Connect, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let control = control(spec, scene)?;
    let to = resolve(spec, scene)?;
    let from = Source::of(&spec.from, scene)?;
    let mut found = from.dial(spec, &to, scene)?;
    if !is_wanted(found, spec.expect) && from.is_fresh() {
        thread::sleep(AGAIN);
        found = from.dial(spec, &to, scene)?;
    }
    let observed = match found {
        Reached::Open => format!("{} answers {from}", to.name),
        Reached::Blocked => format!("{} does not answer {from} within {} s", to.name, dial::SECONDS),
        Reached::Refused => format!("{} refuses {from}", to.name),
    };
    if !is_wanted(found, spec.expect) {
        return Ok(Judged::fail(observed));
    }
    let Some(control) = control else { return Ok(Judged::pass(observed)) };
    let reached = judge(&control, scene);
    Ok(match reached.verdict {
        Verdict::Pass => Judged::pass(observed),
        Verdict::Error => reached,
        Verdict::Fail | Verdict::Blocked => {
            Judged::nothing(format!("{observed}, but neither does it reach who should: {}", reached.observed))
        }
    })
}

/// Whoever refuses on behalf of a policy blocks too: then it is the control that shows that somebody is there.
fn is_wanted(found: Reached, expect: Reached) -> bool {
    found == expect || (expect == Reached::Blocked && found == Reached::Refused)
}

/// What shows that the same place can be reached at all: every check that finds nothing there needs it.
fn control(spec: &Connect, scene: &Scene<'_>) -> Result<Option<Connect>, Judged> {
    let Some(id) = spec.control.as_deref() else {
        let is_needed = spec.expect == Reached::Blocked;
        return if is_needed { Err(Judged::error("this check has no control")) } else { Ok(None) };
    };
    match (scene.check)(id).map(|check| check.probe) {
        Some(Probe::Connect(control)) if control.expect == Reached::Open => Ok(Some(control)),
        _ => Err(Judged::error(format!("the control `{id}` is no check that something can be reached"))),
    }
}

/// Who dials.
enum Source<'s> {
    /// A throw-away pod.
    Ours { spot: Spot, labels: &'s [String], dialer: Dialer },
    /// A workload of the lab.
    Theirs(Spot),
}

impl<'s> Source<'s> {
    fn of(from: &'s From, scene: &Scene<'_>) -> Result<Self, Judged> {
        if let Some(workload) = &from.workload {
            let spots = spots::of(scene, &from.ns, workload, Which::First)?;
            let first = spots.into_iter().next();
            return first.map(Self::Theirs).ok_or_else(|| Judged::nothing(format!("{} has no pod", &**workload)));
        }
        let namespace = super::objects::namespace(scene, &from.ns)?;
        let dialer = scene.probes.pod(namespace, &from.labels)?;
        let spot = Spot { namespace: namespace.to_owned(), pod: dialer.name.clone(), container: CONTAINER.to_owned() };
        Ok(Self::Ours { spot, labels: &from.labels, dialer })
    }

    fn is_fresh(&self) -> bool {
        matches!(self, Self::Ours { dialer, .. } if dialer.is_fresh())
    }

    fn dial(&self, spec: &Connect, to: &Destination, scene: &Scene<'_>) -> Result<Reached, Judged> {
        let (Self::Ours { spot, .. } | Self::Theirs(spot)) = self;
        let argv = dial::argv(spec.proto, &to.address, to.port);
        let reply = spots::run(scene, spot, &argv, spots::MOMENT, Identity::Admin)?;
        dial::reading(spec.proto, &reply).map_err(|reason| match self {
            // a name that nobody knows
            Self::Ours { .. } if reason.contains("bad address") => Judged::nothing(short(&reason)),
            Self::Ours { spot, labels, .. } => {
                scene.probes.forget(&spot.namespace, labels);
                Judged::error(format!("tightship cannot dial {}: {}", to.name, short(&reason)))
            }
            Self::Theirs(spot) => Judged::nothing(format!("{spot} cannot dial {}: {}", to.name, short(&reason))),
        })
    }
}

impl std::fmt::Display for Source<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ours { spot, labels: [], .. } => write!(formatter, "a pod without labels in {}", spot.namespace),
            Self::Ours { spot, labels, .. } => {
                write!(formatter, "a pod with {} in {}", labels.join(","), spot.namespace)
            }
            Self::Theirs(spot) => write!(formatter, "pod {}", spot.pod),
        }
    }
}
