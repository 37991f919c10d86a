//! What a workshop takes of a cluster, from what its labs begin with, and whether it fits.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::k8s::quantity::Quantity;
use crate::lab::course::{Action, Entry, objects, values};

const MEBIBYTE: u64 = 1 << 20;

/// What a kind node takes before anything of a workshop runs, in MiB.
const NODE: u64 = 700;
/// What a pod of the labs takes with all that stands around it, in MiB: 68 of them took 0.7 GiB.
const POD: u64 = 11;
/// Pods of the cluster itself on its first node.
const SYSTEM: u64 = 9;
/// Throw-away pods of one verification, at most.
const PROBES: u64 = 4;
/// Verifications at the same time.
pub const VERIFIERS: u64 = 2;
/// The pods of a node, unless the kubelet is told otherwise.
pub const PODS: u64 = 110;
/// The same where `maxPods` is raised.
const RAISED: u64 = 250;
/// Seats of the priority level `workload-low`, in which service accounts are: 600 · 100 / 245.
const SEATS: u64 = 245;
/// One attendee of so many has a request on its way at any time; what comes beyond that waits in a queue.
const AT_ONCE: u64 = 2;
/// Seconds until a lab of an attendee has begun, on two cores.
const BEGIN: f64 = 1.5;
/// Seconds of a verification, on two cores: 30 took 44 to 75.
const VERIFY: f64 = 2.5;

/// What a lab takes of a cluster, for one attendee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The id of the lab.
    pub lab: String,
    /// Its pods.
    pub pods: u64,
    /// What they ask for, in MiB.
    pub memory: u64,
    /// What they ask for, in thousandths of a core.
    pub cpu: u64,
    /// What its author gives it.
    pub minutes: u64,
    /// Whether it is about network policies: its pods are open to all others at its start.
    pub is_open: bool,
}

/// What a lab begins with.
pub fn of_lab(entry: &Entry) -> Need {
    let lab = &entry.lab;
    let is_open = lab.needs.contains(&values::Need::NetworkPolicy);
    let (id, minutes) = (lab.id.value.0.clone(), u64::from(lab.minutes.0));
    let mut need = Need { lab: id, minutes, is_open, ..Need::default() };
    let applied = lab.start.steps.iter().filter_map(|step| match &step.action {
        Action::Apply(path) | Action::Replace(path) => Some(path.value.as_str()),
        _ => None,
    });
    let paths: Vec<&str> = if lab.start.steps.is_empty() { vec!["start"] } else { applied.collect() };
    for (_, source) in paths.into_iter().flat_map(|path| entry.manifests(path)) {
        for object in objects::read(source).unwrap_or_default() {
            add(&mut need, &object);
        }
    }
    need
}

fn add(need: &mut Need, object: &Value) {
    let (pod, replicas) = match object.get("kind").and_then(Value::as_str) {
        Some("Pod") => (object.get("spec"), 1),
        Some("Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet" | "Job") => {
            let replicas = object.pointer("/spec/replicas").and_then(Value::as_u64);
            (object.pointer("/spec/template/spec"), replicas.unwrap_or(1))
        }
        Some("CronJob") => (object.pointer("/spec/jobTemplate/spec/template/spec"), 1),
        _ => return,
    };
    need.pods += replicas;
    let containers = pod.and_then(|pod| pod.get("containers")).and_then(Value::as_array);
    for container in containers.into_iter().flatten() {
        let asked = |what: &str| {
            let own = container.pointer(&format!("/resources/requests/{what}"));
            let text = own.or_else(|| container.pointer(&format!("/resources/limits/{what}")))?.as_str()?;
            Quantity::parse(text).ok()
        };
        let bytes = asked("memory").map_or(0, |amount| u64::try_from(amount.value()).unwrap_or_default());
        need.memory += replicas * bytes.div_ceil(MEBIBYTE);
        need.cpu += replicas * asked("cpu").map_or(0, |amount| u64::try_from(amount.millis()).unwrap_or_default());
    }
}

/// What a cluster has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Has {
    /// Where the numbers come from.
    pub source: String,
    pub nodes: u64,
    /// The pods that all nodes take together.
    pub pods: u64,
    /// The addresses that its nodes can give to pods.
    pub addresses: u64,
    /// Memory, in MiB.
    pub memory: u64,
    /// Thousandths of a core; none if it is not known.
    pub cpu: Option<u64>,
    /// Whether its nodes are containers of one machine, so that each takes some of the memory.
    pub is_kind: bool,
}

impl Has {
    /// A kind cluster as it is made without a word, on a machine with so much memory, in MiB.
    pub fn kind(nodes: u64, memory: u64) -> Self {
        let source = format!("a kind cluster, nodes: {nodes}");
        Self { source, nodes, pods: nodes * PODS, addresses: nodes * 254, memory, cpu: None, is_kind: true }
    }
}

/// One resource: what is asked for, and what there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub what: &'static str,
    pub needed: u64,
    /// None if it is not known.
    pub has: Option<u64>,
    pub unit: &'static str,
}

impl Line {
    pub fn fits(&self) -> bool {
        self.has.is_none_or(|has| self.needed <= has)
    }
}

/// What a workshop takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    pub attendees: u64,
    pub labs: Vec<Need>,
    pub lines: Vec<Line>,
    /// Minutes of all labs together.
    pub minutes: u64,
    /// Seconds until every lab of every attendee has begun, on two cores.
    pub begin_seconds: u64,
    /// Seconds to verify one lab of every attendee, on two cores.
    pub round_seconds: u64,
    pub nodes: u64,
    /// The configuration of a kind cluster that takes it; none if this one does, or if it is not a matter of nodes.
    pub kind: Option<String>,
}

impl Plan {
    pub fn new(attendees: u64, labs: Vec<Need>, has: &Has) -> Self {
        let sum = |field: fn(&Need) -> u64| labs.iter().map(field).sum::<u64>();
        // a rollout has one pod more for a while
        let pods = attendees * (sum(|need| need.pods) + 1) + SYSTEM + has.nodes * 2 + VERIFIERS * PROBES;
        let asked = attendees * sum(|need| need.memory);
        let base = if has.is_kind { has.nodes * NODE } else { 0 };
        let line = |what, needed, has, unit| Line { what, needed, has, unit };
        let lines = vec![
            line("pods", pods, Some(has.pods), ""),
            line("addresses of pods", pods, Some(has.addresses), ""),
            line("memory", base + asked.max(pods * POD), Some(has.memory), "MiB"),
            line("processor, as asked for", attendees * sum(|need| need.cpu), has.cpu, "m"),
            line("seats of the API server", attendees.div_ceil(AT_ONCE), Some(SEATS), ""),
        ];
        let is_short = lines.iter().take(2).any(|line| !line.fits());
        let kind = is_short.then(|| kind_config(pods));
        let count = |seconds: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hours at most")]
            let whole = seconds.ceil() as u64;
            whole
        };
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let (people, each) = (attendees as f64, labs.len() as f64);
        Self {
            attendees,
            minutes: sum(|need| need.minutes),
            begin_seconds: count(people * each * BEGIN),
            round_seconds: count(people * VERIFY),
            nodes: has.nodes,
            labs,
            lines,
            kind,
        }
    }

    pub fn fits(&self) -> bool {
        self.lines.iter().all(Line::fits)
    }
}

/// The configuration of a kind cluster for so many pods: one node with more pods than usual, and workers where that is not enough.
fn kind_config(pods: u64) -> String {
    let nodes = pods.div_ceil(RAISED - SYSTEM).max(1);
    let mut text = format!(
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n  - |\n    kind: KubeletConfiguration\n    \
         maxPods: {RAISED}\n  - |\n    kind: ClusterConfiguration\n    controllerManager:\n      extraArgs:\n        \
         node-cidr-mask-size: \"23\"\nnodes:\n  - role: control-plane\n"
    );
    for _ in 1..nodes {
        let _ = writeln!(text, "  - role: worker");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Has, Plan, of_lab};
    use crate::lab::course::Course;

    fn plan(attendees: u64, labs: &[&str], has: &Has) -> Plan {
        let course = Course::embedded().unwrap_or_else(|faults| panic!("{}", faults.show()));
        let needs = labs.iter().map(|lab| of_lab(course.find(lab).expect("a lab"))).collect();
        Plan::new(attendees, needs, has)
    }

    #[test]
    fn thirty_fit_one_node_and_two_hundred_do_not() {
        let small = plan(30, &["psa"], &Has::kind(1, 8192));
        assert!(small.fits() && small.kind.is_none(), "{small:?}");
        assert_eq!((small.labs[0].pods, small.labs[0].memory, small.minutes), (1, 16, 20));
        let large = plan(200, &["psa"], &Has::kind(1, 8192));
        assert!(!large.fits());
        let config = large.kind.expect("a configuration");
        assert!(config.contains("maxPods: 250") && config.contains("- role: worker"), "{config}");
        assert!(plan(200, &["psa"], &Has { pods: 500, addresses: 1020, ..Has::kind(2, 8192) }).fits());
    }

    #[test]
    fn memory_that_is_short_is_not_a_matter_of_nodes() {
        let plan = plan(30, &["psa"], &Has::kind(1, 1024));
        assert!(!plan.fits() && plan.kind.is_none(), "{plan:?}");
    }
}
