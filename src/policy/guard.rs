//! Ways into running pods. No manifest shows who takes them, so that no rule can speak of them; a policy can.

/// A way into running pods that a policy closes.
#[derive(Debug)]
pub struct Guard {
    /// Its name, beside those of the rules.
    pub id: &'static str,
    /// What it refuses, in a few words, without a full stop.
    pub summary: &'static str,
    /// The operation that opens the way.
    pub(super) operation: &'static str,
    /// The subresources of pods.
    pub(super) resources: &'static [&'static str],
}

pub(super) static GUARDS: &[Guard] = &[
    Guard {
        id: "pods-exec",
        summary: "commands are run in a running pod, or its terminal is joined",
        operation: "CONNECT",
        resources: &["pods/exec", "pods/attach"],
    },
    Guard {
        id: "pods-debug",
        summary: "a container for debugging is put into a running pod",
        operation: "UPDATE",
        resources: &["pods/ephemeralcontainers"],
    },
    Guard {
        id: "pods-port-forward",
        summary: "a port of a running pod is reached past its network policies",
        operation: "CONNECT",
        resources: &["pods/portforward"],
    },
];
