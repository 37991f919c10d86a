//! The containers of a workload in which something is tried.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::folder::credentials;
use super::objects::{items, namespace, number, text};
use super::pods;
use super::text::{cause, short};
use crate::client::{Exec, ExecReply, Identity};
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::{CheckResult, Verdict};

/// How long a program of ours may take, which takes none: longer than that, and it is the cluster that is slow.
pub(super) const MOMENT: Duration = Duration::from_secs(10);

/// Which containers of each pod.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'w> {
    First,
    /// The one of this name.
    Named(&'w str),
    /// Each that stays: init containers that end are none.
    Each,
}

impl<'w> Which<'w> {
    /// The one of a name; without a name, the first.
    pub(super) fn named(name: Option<&'w str>) -> Self {
        name.map_or(Self::First, Self::Named)
    }
}

/// A container that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContainerRef {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) container: String,
}

impl std::fmt::Display for ContainerRef {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "container {} of pod {}", self.container, self.pod)
    }
}

/// The containers in every current pod of a workload, at least one; each of them runs.
pub(super) fn of(
    context: &CheckContext<'_>,
    alias: &str,
    workload: &str,
    which: Which<'_>,
) -> Result<Vec<ContainerRef>, CheckResult> {
    let namespace = namespace(context, alias)?;
    let pods = pods::current(context, alias, workload)?;
    let mut targets = Vec::new();
    for pod in &pods {
        let name = text(pod, "/metadata/name");
        for container in containers(pod, which) {
            if let Some(state) = not_running(pod, container) {
                return Err(pods::without_image(context, pod).unwrap_or_else(|| {
                    CheckResult::nothing(format!("container {container} of pod {name} does not run: {state}"))
                }));
            }
            targets.push(ContainerRef {
                namespace: namespace.to_owned(),
                pod: name.to_owned(),
                container: container.to_owned(),
            });
        }
    }
    if targets.is_empty() {
        let what = if let Which::Named(name) = which { format!("container {name}") } else { "container".to_owned() };
        return Err(CheckResult::nothing(format!("{workload} has no {what}")));
    }
    Ok(targets)
}

fn containers<'p>(pod: &'p Value, which: Which<'_>) -> Vec<&'p str> {
    let sidecars = items(pod, "/spec/initContainers").iter();
    let sidecars = sidecars.filter(|container| text(container, "/restartPolicy") == "Always");
    let mut all = items(pod, "/spec/containers").iter().chain(sidecars).map(|container| text(container, "/name"));
    match which {
        Which::First => all.next().into_iter().collect(),
        Which::Named(name) => all.filter(|found| *found == name).collect(),
        Which::Each => all.collect(),
    }
}

/// Why a container does not run; none if it does.
fn not_running(pod: &Value, container: &str) -> Option<String> {
    let statuses = ["/status/containerStatuses", "/status/initContainerStatuses"];
    let mut statuses = statuses.iter().flat_map(|pointer| items(pod, pointer));
    let Some(status) = statuses.find(|status| text(status, "/name") == container) else {
        return Some(pods::trouble(pod).unwrap_or_else(|| "it has not started yet".to_owned()));
    };
    if status.pointer("/state/running").is_some() {
        return None;
    }
    if let Some(ended) = status.pointer("/state/terminated") {
        return Some(format!("{}, exit code {}", text(ended, "/reason"), number(ended, "/exitCode")));
    }
    let (reason, message) = (text(status, "/state/waiting/reason"), text(status, "/state/waiting/message"));
    Some(match (reason, message) {
        ("", _) => "it has not started yet".to_owned(),
        (reason, "") => reason.to_owned(),
        (reason, message) => short(&format!("{reason}: {message}")),
    })
}

/// Runs a program there.
pub(super) fn run(
    context: &CheckContext<'_>,
    container: &ContainerRef,
    argv: &[String],
    timeout: Duration,
    identity: Identity,
) -> Result<ExecReply, CheckResult> {
    let exec = Exec {
        namespace: container.namespace.clone(),
        pod: container.pod.clone(),
        container: container.container.clone(),
        argv: argv.to_vec(),
        timeout,
        identity,
    };
    match context.api.exec(&exec).map_err(credentials)? {
        // the API server does not reach the node
        ExecReply::Refused { status: 500.., message } if message.contains("error dialing backend") => {
            Err(CheckResult::error(message))
        }
        reply => Ok(reply),
    }
}

/// Runs a program there as the administrator.
pub(super) fn run_plain(
    context: &CheckContext<'_>,
    container: &ContainerRef,
    argv: &[&str],
) -> Result<ExecReply, CheckResult> {
    let argv: Vec<String> = argv.iter().map(|&word| word.to_owned()).collect();
    run(context, container, &argv, MOMENT, Identity::Admin)
}

/// That a program runs there at all: else what another one does there says nothing.
pub(super) fn control(
    context: &CheckContext<'_>,
    container: &ContainerRef,
    argv: &[String],
) -> Result<(), CheckResult> {
    let why = match run(context, container, argv, MOMENT, Identity::Admin)? {
        ExecReply::Ended(ended) if ended.exit == 0 => return Ok(()),
        ExecReply::Ended(ended) => match ended.stderr.trim() {
            "" => format!("exit code {}", ended.exit),
            complaint => complaint.to_owned(),
        },
        ExecReply::Refused { message, .. } => message,
        // a program that does nothing is done at once wherever it is
        ExecReply::TimedOut => {
            let words = short(&argv.join(" "));
            return Err(CheckResult::error(format!(
                "`{words}` takes longer than {} s in {container}",
                MOMENT.as_secs()
            )));
        }
    };
    Err(CheckResult::nothing(format!("`{}` does not run in {container}: {}", short(&argv.join(" ")), cause(&why))))
}

/// Judges each, all at once: the first that is wrong counts most, as no error makes it right.
pub(super) fn all<T: Sync>(containers: &[T], evaluate: impl Fn(&T) -> CheckResult + Sync) -> CheckResult {
    let result: Vec<CheckResult> = match containers {
        [] => return CheckResult::nothing("there is nothing to look at"),
        [only] => vec![evaluate(only)],
        several => thread::scope(|scope| {
            let threads: Vec<_> = several.iter().map(|container| scope.spawn(|| evaluate(container))).collect();
            let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
            ended.map(|result| result.unwrap_or_else(|_| CheckResult::error("the check ended in the middle"))).collect()
        }),
    };
    let worst = [Verdict::Fail, Verdict::Error].into_iter().find_map(|verdict| {
        let found = result.iter().find(|result| result.verdict == verdict);
        found.cloned()
    });
    worst.or_else(|| result.into_iter().next()).unwrap_or_else(|| CheckResult::nothing("there is nothing to look at"))
}
