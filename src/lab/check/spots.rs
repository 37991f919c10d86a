//! The containers of a workload in which something is tried.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::identity::credentials;
use super::objects::{items, namespace, number, text};
use super::pods;
use super::text::{cause, short};
use crate::cluster::client::{Exec, ExecReply, Identity};
use crate::lab::scene::Scene;
use crate::lab::verdict::{Judged, Verdict};

/// How long a program of ours may take, which takes none: longer than that, and it is the cluster that is slow.
pub(super) const MOMENT: Duration = Duration::from_secs(10);

/// Which containers of each pod.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'w> {
    /// The first.
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
pub(super) struct Spot {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) container: String,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "container {} of pod {}", self.container, self.pod)
    }
}

/// The containers in every current pod of a workload, at least one; each of them runs.
pub(super) fn of(scene: &Scene<'_>, alias: &str, workload: &str, which: Which<'_>) -> Result<Vec<Spot>, Judged> {
    let namespace = namespace(scene, alias)?;
    let pods = pods::current(scene, alias, workload)?;
    let mut spots = Vec::new();
    for pod in &pods {
        let name = text(pod, "/metadata/name");
        for container in containers(pod, which) {
            if let Some(state) = not_running(pod, container) {
                return Err(pods::without_image(scene, pod).unwrap_or_else(|| {
                    Judged::nothing(format!("container {container} of pod {name} does not run: {state}"))
                }));
            }
            spots.push(Spot { namespace: namespace.to_owned(), pod: name.to_owned(), container: container.to_owned() });
        }
    }
    if spots.is_empty() {
        let what = if let Which::Named(name) = which { format!("container {name}") } else { "container".to_owned() };
        return Err(Judged::nothing(format!("{workload} has no {what}")));
    }
    Ok(spots)
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
    scene: &Scene<'_>,
    spot: &Spot,
    argv: &[String],
    timeout: Duration,
    identity: Identity,
) -> Result<ExecReply, Judged> {
    let exec = Exec {
        namespace: spot.namespace.clone(),
        pod: spot.pod.clone(),
        container: spot.container.clone(),
        argv: argv.to_vec(),
        timeout,
        identity,
    };
    match scene.api.exec(&exec).map_err(credentials)? {
        // the API server does not reach the node
        ExecReply::Refused { status: 500.., message } if message.contains("error dialing backend") => {
            Err(Judged::error(message))
        }
        reply => Ok(reply),
    }
}

/// Runs a program there as the administrator.
pub(super) fn run_plain(scene: &Scene<'_>, spot: &Spot, argv: &[&str]) -> Result<ExecReply, Judged> {
    let argv: Vec<String> = argv.iter().map(|&word| word.to_owned()).collect();
    run(scene, spot, &argv, MOMENT, Identity::Admin)
}

/// That a program runs there at all: else what another one does there says nothing.
pub(super) fn control(scene: &Scene<'_>, spot: &Spot, argv: &[String]) -> Result<(), Judged> {
    let why = match run(scene, spot, argv, MOMENT, Identity::Admin)? {
        ExecReply::Ended(ended) if ended.exit == 0 => return Ok(()),
        ExecReply::Ended(ended) => match ended.stderr.trim() {
            "" => format!("exit code {}", ended.exit),
            complaint => complaint.to_owned(),
        },
        ExecReply::Refused { message, .. } => message,
        // a program that does nothing is done at once wherever it is
        ExecReply::TimedOut => {
            let words = short(&argv.join(" "));
            return Err(Judged::error(format!("`{words}` takes longer than {} s in {spot}", MOMENT.as_secs())));
        }
    };
    Err(Judged::nothing(format!("`{}` does not run in {spot}: {}", short(&argv.join(" ")), cause(&why))))
}

/// Judges each, all at once: an error counts most, then the first that is wrong.
pub(super) fn all<T: Sync>(spots: &[T], judge: impl Fn(&T) -> Judged + Sync) -> Judged {
    let judged: Vec<Judged> = match spots {
        [] => return Judged::nothing("there is nothing to look at"),
        [only] => vec![judge(only)],
        several => thread::scope(|scope| {
            let threads: Vec<_> = several.iter().map(|spot| scope.spawn(|| judge(spot))).collect();
            let ended = threads.into_iter().map(thread::ScopedJoinHandle::join);
            ended.map(|judged| judged.unwrap_or_else(|_| Judged::error("the check ended in the middle"))).collect()
        }),
    };
    let worst = [Verdict::Error, Verdict::Fail].into_iter().find_map(|verdict| {
        let found = judged.iter().find(|judged| judged.verdict == verdict);
        found.cloned()
    });
    worst.or_else(|| judged.into_iter().next()).unwrap_or_else(|| Judged::nothing("there is nothing to look at"))
}
