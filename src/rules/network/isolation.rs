//! Which pods are closed, and by which policies.

use std::collections::{HashMap, HashSet};

use crate::rules::facts::{Facts, Labels, NetworkPolicy, Pods, Selector};

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

impl<'f> Effect<'f> {
    fn add(&mut self, other: Self) {
        self.ingress = first(self.ingress, other.ingress);
        self.egress = first(self.egress, other.egress);
        self.dns |= other.dns;
    }

    fn of(policy: &'f NetworkPolicy) -> Self {
        Self { ingress: policy.ingress.then_some(policy), egress: policy.egress.then_some(policy), dns: policy.dns }
    }
}

fn first<'f>(one: Option<&'f NetworkPolicy>, other: Option<&'f NetworkPolicy>) -> Option<&'f NetworkPolicy> {
    one.into_iter().chain(other).min_by_key(|policy| (policy.object.file, policy.object.span))
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
    let index = Index::new(facts, known.keys());
    for group in &mut groups {
        if let Some(first) = group.pods.first() {
            group.effect = index.effect(first);
        }
    }
    groups
}

/// Policies by what a pod must have to be selected. Pods and policies meet through the rarest label that a policy asks for,
/// so that the work grows with what matches, and not with pods times policies.
struct Index<'f> {
    labelled: HashMap<Label<'f>, Vec<(&'f Selector, Effect<'f>)>>,
    /// Those that ask for no label.
    others: HashMap<Namespace<'f>, Vec<(&'f Selector, Effect<'f>)>>,
}

impl<'f> Index<'f> {
    fn new<'k>(facts: &'f Facts, pods: impl Iterator<Item = &'k (Namespace<'f>, &'f Labels)>) -> Self
    where
        'f: 'k,
    {
        let mut count: HashMap<Label<'f>, usize> = HashMap::new();
        for &(namespace, labels) in pods {
            for (key, value) in labels.iter() {
                *count.entry((namespace, key, value)).or_default() += 1;
            }
        }
        // policies of a namespace with the same selector count as one
        let mut effects: HashMap<(Namespace<'f>, &'f Selector), Effect<'f>> = HashMap::new();
        for policy in &facts.network_policies {
            effects.entry((policy.object.namespace(), &policy.selector)).or_default().add(Effect::of(policy));
        }
        let mut index = Self { labelled: HashMap::new(), others: HashMap::new() };
        for ((namespace, selector), effect) in effects {
            let pairs = selector.labels.iter().map(|(key, value)| (namespace, key, value));
            match pairs.min_by_key(|pair| count.get(pair).copied().unwrap_or(0)) {
                Some(rarest) => index.labelled.entry(rarest).or_default().push((selector, effect)),
                None => index.others.entry(namespace).or_default().push((selector, effect)),
            }
        }
        index
    }

    fn effect(&self, pods: &'f Pods) -> Effect<'f> {
        let namespace = pods.object.namespace();
        let labelled = pods.labels.iter().filter_map(|(key, value)| self.labelled.get(&(namespace, key, value)));
        let mut effect = Effect::default();
        for (selector, other) in labelled.chain(self.others.get(&namespace)).flatten() {
            if selector.matches(&pods.labels) {
                effect.add(*other);
            }
        }
        effect
    }
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
