//! Which pods are closed, and by which policies.

use std::collections::{HashMap, HashSet};

use crate::rules::facts::{Facts, LabelSets, Labels, Members, NetworkPolicy, Pods};

/// The namespace of an object; `None` where it is not written down.
pub(super) type Namespace<'f> = Option<&'f str>;

/// A label of pods: the namespace, the key, the value.
pub(super) type Label<'f> = (Namespace<'f>, &'f str, &'f str);

/// What policies do together.
#[derive(Clone, Copy, Default)]
pub(super) struct Effect<'f> {
    /// The first that closes ingress.
    pub(super) ingress: Option<&'f NetworkPolicy>,
    /// The first that closes egress.
    pub(super) egress: Option<&'f NetworkPolicy>,
    /// Whether one lets questions to a DNS server out.
    pub(super) dns: bool,
}

/// Pods of a namespace that share all labels: policies cannot tell them apart.
pub(super) struct Group<'f> {
    /// The objects that make them.
    pub(super) pods: Vec<&'f Pods>,
    /// What the policies that select them do.
    pub(super) effect: Effect<'f>,
}

/// Pods with what holds for them, by namespace and labels, in the order of the input. Pods on the network of their node are
/// left out: policies do not hold for them.
pub(super) fn groups(facts: &Facts) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<(Namespace<'_>, &Labels), usize> = HashMap::new();
    for pods in facts.pods.iter().filter(|pods| !pods.host_network) {
        let at = *known.entry((pods.object.namespace(), &pods.labels)).or_insert_with(|| {
            groups.push(Group { pods: Vec::new(), effect: Effect::default() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.pods.push(pods);
        }
    }
    let mut namespaces: HashMap<Namespace<'_>, Vec<usize>> = HashMap::new();
    for (at, pods) in groups.iter().enumerate().filter_map(|(at, group)| Some((at, group.pods.first()?))) {
        namespaces.entry(pods.object.namespace()).or_default().push(at);
    }
    let mut policies: HashMap<Namespace<'_>, Vec<&NetworkPolicy>> = HashMap::new();
    for policy in &facts.network_policies {
        policies.entry(policy.object.namespace()).or_default().push(policy);
    }
    for (namespace, members) in namespaces {
        let policies = policies.remove(&namespace).unwrap_or_default();
        let labels = members.iter().filter_map(|at| groups.get(*at)?.pods.first()).map(|pods| &pods.labels);
        let labels: Vec<&Labels> = labels.collect();
        for (member, effect) in members.into_iter().zip(effects(&labels, policies)) {
            groups.get_mut(member).into_iter().for_each(|group| group.effect = effect);
        }
    }
    groups
}

/// What policies of a namespace do to pods with these labels.
fn effects<'f>(labels: &[&'f Labels], mut policies: Vec<&'f NetworkPolicy>) -> Vec<Effect<'f>> {
    let mut effects = vec![Effect::default(); labels.len()];
    let sets = LabelSets::new(labels.iter().copied());
    policies.sort_by_key(|policy| (policy.object.file, policy.object.span));
    // the pods of which something is open yet: once they are closed, further policies change nothing
    let (mut ingress, mut egress, mut dns) = (sets.all(), sets.all(), sets.all());
    for policy in policies {
        let selected = sets.selected_by(&policy.selector);
        let mut close = |open: &mut Members, set: fn(&mut Effect<'f>, &'f NetworkPolicy)| {
            for place in selected.both(open) {
                effects.get_mut(place).into_iter().for_each(|effect| set(effect, policy));
                open.remove(place);
            }
        };
        if policy.ingress {
            close(&mut ingress, |effect, policy| effect.ingress = Some(policy));
        }
        if policy.egress {
            close(&mut egress, |effect, policy| effect.egress = Some(policy));
        }
        if policy.dns {
            close(&mut dns, |effect, _| effect.dns = true);
        }
    }
    effects
}

/// Where policies of a network plugin may hold, of which nothing is known here.
pub(super) struct Foreign<'f> {
    everywhere: bool,
    namespaces: HashSet<&'f str>,
}

impl<'f> Foreign<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        Self {
            everywhere: facts.foreign_policies.iter().any(|policy| policy.namespace.is_none()),
            namespaces: facts.foreign_policies.iter().filter_map(|policy| policy.namespace.as_deref()).collect(),
        }
    }

    /// Whether they may hold in a namespace.
    pub(super) fn may_hold(&self, namespace: Namespace<'_>) -> bool {
        self.everywhere || namespace.is_some_and(|namespace| self.namespaces.contains(namespace))
    }
}
