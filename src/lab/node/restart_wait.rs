//! After somebody has changed the control plane by hand: waiting until that has taken effect, and what keeps it from working.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::files::KEPT;
use super::restart::{Starts, answers, knows_its_pods};
use super::{Component, Look, NodeError, look, must};
use crate::client::Api;

/// How long a changed manifest may take to run, in seconds. With etcd away, the kubelet waits for the API server, too.
const RUNS: f64 = 30.0;
/// The same of etcd.
const ETCD_RUNS: f64 = 75.0;
/// How long a process may go on after its manifest has changed without a change of its arguments.
const ENDS: f64 = 20.0;
/// How long what has started may take to answer.
const ANSWERS: f64 = 30.0;
/// How long all may take.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long the kubelet may take to start again what has ended.
const RETURNS: Duration = Duration::from_secs(15);
/// What is told of an API server that was told to end.
const LEAVING: &str = "the API server ends";
/// How often is looked.
const MOMENT: Duration = Duration::from_millis(400);

/// How the control plane is, once nothing is about to change by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// When somebody last changed something, or something was started.
    pub changed: Option<Timestamp>,
    /// Why the API server does not work; none if it does.
    pub down: Option<String>,
}

/// Waits until what was changed runs, or will not; tells what is waited for.
pub fn settle(api: &dyn Api, node: &str, tell: &mut dyn FnMut(&str)) -> Result<Settled, NodeError> {
    let end = Instant::now() + PATIENCE;
    let mut told = String::new();
    let mut starts = Starts::default();
    let mut returns = Instant::now();
    loop {
        let look = Look::take(api)?;
        let is_up = answers(api);
        let is_hopeless = !is_up && starts.crashing(&look, &Component::ALL.into()).is_some();
        let pending = pending(&look, is_up, || knows_its_pods(api, node));
        if !is_up && is_leaving(api, &look) {
            returns = Instant::now() + RETURNS;
        }
        let pending = pending.or_else(|| (!is_up && Instant::now() < returns).then(|| LEAVING.to_owned()));
        let pending = pending.filter(|_| !is_hopeless && Instant::now() < end);
        let Some(pending) = pending else {
            let ago = look.changed().map(|seconds| SignedDuration::from_secs_f64(seconds.max(0.0)));
            return Ok(Settled {
                changed: ago.and_then(|ago| Timestamp::now().checked_sub(ago).ok()),
                down: if is_up { None } else { Some(reason(api, &look)) },
            });
        };
        if pending != told {
            tell(&format!("wait: {pending}"));
            told = pending;
        }
        thread::sleep(MOMENT);
    }
}

/// What is about to change; none if nothing is.
fn pending(look: &Look, is_up: bool, knows_its_pods: impl FnOnce() -> bool) -> Option<String> {
    for manifest in &look.manifests {
        let name = manifest.name.as_str();
        let limit = if name == Component::Etcd.name() { ETCD_RUNS } else { RUNS };
        let is_older = look.running(name).all(|process| process.age > manifest.age);
        if (!look.is_current(name) && manifest.age < limit) || (is_older && manifest.age < ENDS) {
            return Some(format!("{name} has a new manifest"));
        }
    }
    let youngest = |component: Component| look.running(component.name()).map(|process| process.age).reduce(f64::min);
    if !is_up {
        let ages = [Component::Kubelet, Component::Etcd, Component::ApiServer].map(youngest);
        let is_young = ages.into_iter().flatten().any(|age| age < ANSWERS);
        let is_running = youngest(Component::ApiServer).is_some();
        return (is_young && is_running).then(|| "the API server is not ready yet".to_owned());
    }
    let is_young = youngest(Component::Kubelet).is_some_and(|age| age < ANSWERS);
    (is_young && !knows_its_pods()).then(|| "the kubelet does not know its pods yet".to_owned())
}

/// Whether the API server was told to end, and waits for those that it still serves: for a minute.
fn is_leaving(api: &dyn Api, look: &Look) -> bool {
    let name = Component::ApiServer.name();
    let is_running = look.running(name).next().is_some();
    let lines = || look.log(name).and_then(|path| look::tail(api, path).ok()).unwrap_or_default();
    is_running && lines().iter().any(|line| line.contains("hutting down") || line.contains("[graceful-termination]"))
}

/// Why the API server does not answer, as far as the node tells.
fn reason(api: &dyn Api, look: &Look) -> String {
    if look.running(Component::Kubelet.name()).next().is_none() {
        return "the kubelet does not run".to_owned();
    }
    for component in [Component::Etcd, Component::ApiServer] {
        let name = component.name();
        let Some(manifest) = look.manifest(name) else {
            return format!("there is no {}", look::manifest_path(name));
        };
        let stream = crate::yaml::parse(&manifest.text);
        if let Some(error) = stream.errors.first() {
            return format!("{} is not YAML: {}", look::manifest_path(name), error.message);
        }
        if component == Component::ApiServer || look.running(name).next().is_none() {
            let lines = look.log(name).and_then(|path| look::tail(api, path).ok()).unwrap_or_default();
            let is_complaint = |line: &&String| line.starts_with("Error:") || line.contains("\"command failed\"");
            let line = lines.iter().rev().find(is_complaint).or(lines.last());
            return format!("{name} does not work: {}", line.map_or("it has no log", |line| line.trim()));
        }
    }
    "the API server does not answer".to_owned()
}

/// A number that differs when a file of the control plane has changed.
pub fn fingerprint(api: &dyn Api) -> Result<u64, NodeError> {
    let script = r#"find "$@" -printf '%p %m %U:%G %C@\n' 2>/dev/null | sort"#;
    let mut hasher = DefaultHasher::new();
    must(api, script, &KEPT, &[])?.hash(&mut hasher);
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::{Look, pending};
    use crate::client::Ended;
    use crate::lab::check::recorded::Recorded;
    use crate::lab::node::look::tests::printed;

    const OLD: &[&str] = &["kube-apiserver", "--a=1"];
    const MANIFEST: &str = "spec: {containers: [{command: [kube-apiserver, --a=1]}]}";
    const CHANGED: &str = "spec: {containers: [{command: [kube-apiserver, --a=2]}]}";

    /// The API server started at one second of the node's life, its manifest was changed so many seconds ago; 1000 are over.
    fn look(argv: Option<&[&str]>, started: u32, manifest: &str, ago: u32) -> Look {
        let processes: Vec<_> = argv.map(|argv| ("kube-apiserver", 7, started, argv)).into_iter().collect();
        let text = printed(&processes, &[("kube-apiserver", 5000 - ago, manifest)]);
        let api = Recorded::new().when_node(move |_| Some(Ended { stdout: text.clone(), ..Ended::default() }));
        Look::take(&api).expect("a look")
    }

    fn waits(look: &Look, is_up: bool) -> Option<String> {
        pending(look, is_up, || true)
    }

    #[test]
    fn a_changed_manifest_is_waited_for_but_not_for_ever() {
        let new = Some("kube-apiserver has a new manifest".to_owned());
        assert_eq!(waits(&look(Some(OLD), 1, CHANGED, 2), true), new, "the old one still runs");
        assert_eq!(waits(&look(None, 1, CHANGED, 12), false), new, "the new one does not run yet");
        assert_eq!(waits(&look(None, 1, CHANGED, 40), false), None, "it ends again and again");
        assert_eq!(waits(&look(Some(OLD), 1, MANIFEST, 2), true), new, "other parts than its arguments changed");
        assert_eq!(waits(&look(Some(OLD), 1, MANIFEST, 25), true), None, "what changed means nothing");
    }

    #[test]
    fn what_has_just_started_may_be_slow() {
        let started = look(Some(OLD), 990, MANIFEST, 20);
        assert_eq!(waits(&started, false).as_deref(), Some("the API server is not ready yet"));
        assert_eq!(waits(&started, true), None);
        assert_eq!(waits(&look(Some(OLD), 1, MANIFEST, 900), false), None, "it runs, and has never answered");
    }
}
