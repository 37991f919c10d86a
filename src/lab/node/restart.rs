//! Restarting what runs on the node, and waiting until the cluster works again.
//!
//! A kubelet that sees a changed manifest ends the pod with patience, waits ten seconds more, and backs off if it has seen the
//! same pod fail: 40 s for the API server, 71 s for etcd. Started anew it remembers nothing, and starts what is not there: 4 to
//! 8 s, 10 s with etcd.

use std::collections::{BTreeSet, HashMap};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Component, Look, NodeError, must};
use crate::client::{Api, Request, Response, url};

/// Ends programs with all that belongs to their pods, and what containers that are gone have left. A pod of which something
/// still ran would keep the one that takes its place waiting for ten seconds and more, and so does a control group of a
/// container that nobody knows.
pub(super) const END: &str = r#"
end() {
  names=$(echo "$*" | tr ' ' '|')
  ls -l /proc/[0-9]*/exe 2>/dev/null | sed -nE "s#^.* /proc/([0-9]+)/exe -> .*/($names)( \(deleted\))?\$#\1#p" |
    while read -r pid; do
      pod=$(sed -nE 's#.*[/-]pod([0-9a-f]{32})[./].*#\1#p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
      kill -9 "$pid" 2>/dev/null
      [ -z "$pod" ] || kill -9 $(grep -l "pod$pod" /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3) 2>/dev/null
    done
  # only what is empty goes
  find /sys/fs/cgroup -depth -type d -path '*kubepods*' -name 'cri-containerd-*.scope' -exec rmdir {} + 2>/dev/null || :
}
"#;

/// Ends the programs that are named while the kubelet does not see it, so that it starts them anew.
const SCRIPT: &str = r#"
systemctl stop kubelet || exit
end "$@"
systemctl daemon-reload
systemctl start kubelet
"#;

/// How long all may take until it works again.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked.
const MOMENT: Duration = Duration::from_millis(300);
/// How often a container has to end to see that it will not stay.
const ENDS: u32 = 2;

/// How a restart went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restarted {
    /// All runs, and the API server answers.
    Works,
    /// Something does not come back by itself; what, in words.
    Broken(String),
}

/// Restarts programs, and waits until the new ones run and the cluster works, or until it is clear that it will not.
pub fn restart(
    api: &dyn Api,
    node: &str,
    components: &BTreeSet<Component>,
    tell: &mut dyn FnMut(&str),
) -> Result<Restarted, NodeError> {
    let names: Vec<&str> = components.iter().map(|component| component.name()).collect();
    tell(&format!("restart {}", names.join(", ")));
    let before = Look::take(api)?;
    must(api, &format!("{END}{SCRIPT}"), &killed(components), &[])?;
    wait(api, node, &before, components, tell)
}

/// What is ended by force. The kubelet is stopped anyway, and an API server without etcd would keep the kubelet waiting.
pub(super) fn killed(components: &BTreeSet<Component>) -> Vec<&'static str> {
    let mut names: BTreeSet<Component> = components.clone();
    names.remove(&Component::Kubelet);
    if names.contains(&Component::Etcd) {
        names.insert(Component::ApiServer);
    }
    // a name that nothing has
    if names.is_empty() { vec!["-"] } else { names.into_iter().map(Component::name).collect() }
}

/// Waits until what was ended runs again.
pub(super) fn wait(
    api: &dyn Api,
    node: &str,
    before: &Look,
    components: &BTreeSet<Component>,
    tell: &mut dyn FnMut(&str),
) -> Result<Restarted, NodeError> {
    let end = Instant::now() + PATIENCE;
    let mut told = String::new();
    let mut starts = Starts::of(before);
    loop {
        let look = Look::take(api)?;
        let Some(missing) = missing(api, node, &look, before, components) else { return Ok(Restarted::Works) };
        if let Some(name) = starts.crashing(&look, components) {
            return Ok(Restarted::Broken(format!("{name} ends again and again")));
        }
        if Instant::now() >= end {
            return Ok(Restarted::Broken(format!("after {} s, {missing}", PATIENCE.as_secs())));
        }
        if missing != told {
            tell(&format!("wait: {missing}"));
            told = missing;
        }
        thread::sleep(MOMENT);
    }
}

/// What is still missing; none if all works.
fn missing(api: &dyn Api, node: &str, look: &Look, before: &Look, components: &BTreeSet<Component>) -> Option<String> {
    for component in components {
        let name = component.name();
        // whose file was deleted shall not come back
        let is_wanted = *component == Component::Kubelet || look.manifest(name).is_some();
        let is_old = look.running(name).any(|process| before.running(name).any(|old| old.pid == process.pid));
        if is_old || (is_wanted && !look.is_current(name)) {
            return Some(format!("{name} does not run yet"));
        }
    }
    if look.manifest(Component::ApiServer.name()).is_some() && !answers(api) {
        return Some("the API server is not ready yet".to_owned());
    }
    (!knows_its_pods(api, node)).then(|| "the kubelet does not know its pods yet".to_owned())
}

/// Whether the API server says that it is ready.
pub fn answers(api: &dyn Api) -> bool {
    api.request(&Request::get("/readyz")).is_ok_and(|response| response.is_success())
}

/// Whether the kubelet has heard of all pods that are its: before that, nothing can be run in them.
pub(super) fn knows_its_pods(api: &dyn Api, node: &str) -> bool {
    let uids = |path: &str| -> Option<BTreeSet<String>> {
        let response = api.request(&Request::get(path)).ok().filter(Response::is_success)?;
        let pods = response.json().ok()?;
        let text = |pod: &Value, pointer: &str| pod.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let is_static = |pod: &&Value| {
            let annotations = pod.pointer("/metadata/annotations");
            annotations.is_some_and(|all| {
                let is_file = all.get("kubernetes.io/config.source").is_some_and(|source| source == "file");
                is_file || all.get("kubernetes.io/config.mirror").is_some()
            })
        };
        let is_over = |pod: &&Value| matches!(text(pod, "/status/phase").as_deref(), Some("Succeeded" | "Failed"));
        let pods = pods.get("items")?.as_array()?.iter().filter(|pod| !is_static(pod) && !is_over(pod));
        Some(pods.filter_map(|pod| text(pod, "/metadata/uid")).collect())
    };
    let selector = format!("spec.nodeName={node}");
    let Some(wanted) = uids(&url::query("/api/v1/pods", &[("fieldSelector", &selector)])) else { return false };
    wanted.is_empty()
        || uids(&format!("/api/v1/nodes/{}/proxy/pods", url::segment(node)))
            .is_some_and(|known| wanted.is_subset(&known))
}

/// How often the containers of programs had been started when they were first seen, by the folder of their logs: a pod that
/// comes back after a while goes on where it was.
#[derive(Debug, Default)]
pub(super) struct Starts(HashMap<String, u32>);

impl Starts {
    /// Those that were there before anything was restarted.
    fn of(before: &Look) -> Self {
        let known = Component::ALL.iter().filter_map(|component| before.starts(component.name()));
        // the start that is asked for is none too many
        Self(known.map(|(folder, starts)| (folder.to_owned(), starts + 1)).collect())
    }

    /// A program whose container was started so often since that it will not stay.
    pub(super) fn crashing(&mut self, look: &Look, components: &BTreeSet<Component>) -> Option<&'static str> {
        let mut names = components.iter().map(|component| component.name());
        names.find(|name| {
            let Some((folder, starts)) = look.starts(name) else { return false };
            let first = *self.0.entry(folder.to_owned()).or_insert(starts);
            starts >= first + ENDS
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Starts, killed};
    use crate::client::Ended;
    use crate::lab::check::recorded::Recorded;
    use crate::lab::node::{Component, Look};

    fn look(pod: &str, starts: u32) -> Look {
        let log = format!("/var/log/pods/kube-system_etcd-n_{pod}/etcd/{starts}.log");
        let stdout = format!("clock 5000.0 1000.0 100\nlog etcd {log}\nchanged 1.0\n");
        let api = Recorded::new().when_node(move |_| Some(Ended { stdout: stdout.clone(), ..Ended::default() }));
        Look::take(&api).expect("a look")
    }

    #[test]
    fn a_container_that_ends_twice_will_not_stay() {
        let etcd = BTreeSet::from([Component::Etcd]);
        let mut starts = Starts::of(&look("a", 4));
        let mut sees = |pod, count| starts.crashing(&look(pod, count), &etcd);
        assert_eq!(sees("a", 5), None, "it was restarted");
        assert_eq!(sees("a", 6), None, "it ended once");
        assert_eq!(sees("a", 7), Some("etcd"));
        assert_eq!(sees("b", 3), None, "a pod that was there long ago");
        assert_eq!(sees("b", 4), None);
        assert_eq!(sees("b", 5), Some("etcd"));
        assert_eq!(sees("c", 0), None, "a new one");
    }

    #[test]
    fn without_etcd_no_api_server_is_left_waiting() {
        assert_eq!(killed(&BTreeSet::from([Component::Etcd])), ["etcd", "kube-apiserver"]);
        assert_eq!(killed(&BTreeSet::from([Component::Scheduler])), ["kube-scheduler"]);
        assert_eq!(killed(&BTreeSet::from([Component::Kubelet])), ["-"]);
    }
}
