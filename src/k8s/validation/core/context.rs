//! What the functions on pods know of the pod around.

use std::collections::{HashMap, HashSet};

use crate::k8s::validation::At;

/// What stands around a pod spec.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Owner<'d, 's> {
    /// The claim templates of a StatefulSet, each of which becomes a volume.
    pub(super) claims: Option<At<'d, 's>>,
    /// Whether it is a pod itself, and not the template of one.
    pub(super) is_pod: bool,
}

/// What the functions on containers and volumes need to know of the pod.
#[derive(Debug)]
pub(super) struct Pod<'d, 's> {
    pub(super) owner: Owner<'d, 's>,
    /// The volumes by name, with the fields of each.
    pub(super) volumes: HashMap<&'d str, At<'d, 's>>,
    /// The names of the claim templates of a StatefulSet.
    pub(super) templates: HashSet<&'d str>,
    pub(super) grace: i128,
    pub(super) grace_field: Option<At<'d, 's>>,
    pub(super) os: Option<&'d str>,
    pub(super) restart_policy: Option<&'d str>,
    pub(super) host_users: bool,
    pub(super) host_network: bool,
    pub(super) claims: HashSet<&'d str>,
}
