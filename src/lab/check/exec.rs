//! Programs in containers: in every current pod of a workload, and all must be right.

use std::time::Duration;

use regex::Regex;

use super::identity::{call, identity_or_admin};
use super::spots::{self, Spot, Which};
use super::text::{line_of, optional, quoted, short};
use crate::cluster::client::{Ended, ExecReply, Identity};
use crate::lab::course::probe::Run;
use crate::lab::course::values::{Exit, Runs};
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// The exit code of a shell that does not find a program.
const NOT_FOUND: i32 = 127;

/// Looks once.
pub(super) fn judge(spec: &Run, scene: &Scene<'_>) -> Judged {
    attempt(spec, scene).unwrap_or_else(|judged| judged)
}

fn attempt(spec: &Run, scene: &Scene<'_>) -> Result<Judged, Judged> {
    if spec.argv.is_empty() || spec.control.is_empty() {
        return Err(Judged::error("the check names no program"));
    }
    let wanted = Wanted::of(spec)?;
    let identity = identity_or_admin(spec.by_whom.as_deref(), scene)?;
    let which = if spec.each { Which::Each } else { Which::named(spec.container.as_deref()) };
    let spots = spots::of(scene, &spec.ns, &spec.workload, which)?;
    let timeout = Duration::from_secs(spec.timeout.0.into());
    let one = |spot: &Spot| {
        // where nobody may run anything, that the container runs must do
        if spec.expect == Runs::Runs || identity != Identity::Admin {
            spots::control(scene, spot, &spec.control)?;
        }
        let reply = spots::run(scene, spot, &spec.argv, timeout, identity.clone())?;
        Ok(match spec.expect {
            Runs::Runs => wanted.runs(spec, spot, reply),
            Runs::Denied => wanted.denied(spec, spot, reply),
        })
    };
    Ok(spots::all(&spots, |spot| one(spot).unwrap_or_else(|judged: Judged| judged)))
}

struct Wanted {
    exit: Exit,
    stdout: Option<Regex>,
    not_stdout: Option<Regex>,
    stderr: Option<Regex>,
    message: Option<Regex>,
}

impl Wanted {
    fn of(spec: &Run) -> Result<Self, Judged> {
        Ok(Self {
            exit: spec.exit.unwrap_or_default(),
            stdout: optional(spec.stdout.as_ref())?,
            not_stdout: optional(spec.not_stdout.as_ref())?,
            stderr: optional(spec.stderr.as_ref())?,
            message: optional(spec.message.as_ref())?,
        })
    }

    fn runs(&self, spec: &Run, spot: &Spot, reply: ExecReply) -> Judged {
        match reply {
            ExecReply::Ended(ended) => match self.wrong(&ended) {
                Some(wrong) => Judged::fail(format!("in {spot} it {wrong}")),
                None if ended.stdout.trim().is_empty() && ended.exit != 0 => {
                    Judged::pass(format!("it complains {}", quoted(&ended.stderr)))
                }
                None => Judged::pass(format!("it prints {}", quoted(&ended.stdout))),
            },
            ExecReply::Refused { message, .. } => {
                Judged::fail(format!("it does not run in {spot}: {}", short(&message)))
            }
            ExecReply::TimedOut => Judged::fail(format!("in {spot} it takes longer than {} s", spec.timeout.0)),
        }
    }

    /// What is wrong of a program that ended: the rest of a sentence.
    fn wrong(&self, ended: &Ended) -> Option<String> {
        let complaint = || match ended.stderr.trim() {
            "" => format!("prints {}", quoted(&ended.stdout)),
            _ => format!("complains {}", quoted(&ended.stderr)),
        };
        match self.exit {
            Exit::Code(code) if code != ended.exit && ended.exit == 0 => {
                return Some(format!("works, and prints {}", quoted(&ended.stdout)));
            }
            Exit::Code(code) if code != ended.exit => {
                return Some(format!("ends with exit code {}, and {}", ended.exit, complaint()));
            }
            Exit::NonZero if ended.exit == 0 => return Some(format!("works, and prints {}", quoted(&ended.stdout))),
            // a program that is not there has not been kept from anything
            Exit::NonZero if ended.exit == NOT_FOUND => return Some(format!("is not there: it {}", complaint())),
            Exit::Code(_) | Exit::NonZero => {}
        }
        if let Some(line) = self.not_stdout.as_ref().and_then(|pattern| line_of(pattern, &ended.stdout)) {
            return Some(format!("prints `{}`", short(line)));
        }
        let lacks =
            |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text));
        if lacks(&self.stdout, &ended.stdout) {
            return Some(format!("prints {}", quoted(&ended.stdout)));
        }
        lacks(&self.stderr, &ended.stderr).then(|| format!("complains {}", quoted(&ended.stderr)))
    }

    /// Only the API server's no counts: a pod that is gone or a container that is broken keeps nobody out.
    fn denied(&self, spec: &Run, spot: &Spot, reply: ExecReply) -> Judged {
        let who = spec.by_whom.as_deref().map_or_else(|| "the administrator".to_owned(), call);
        match reply {
            ExecReply::Refused { status: 403, message } => match &self.message {
                Some(wanted) if !wanted.is_match(&message) => {
                    Judged::fail(format!("it is refused, but not for that reason: {}", short(&message)))
                }
                _ => Judged::pass(format!("it is refused: {}", short(&message))),
            },
            ExecReply::Refused { status, message } => Judged::fail(format!(
                "it fails in {spot} with status {status}, which is no refusal: {}",
                short(&message)
            )),
            ExecReply::Ended(_) | ExecReply::TimedOut => Judged::fail(format!("{who} can run it in {spot}")),
        }
    }
}
