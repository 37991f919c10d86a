//! Who gets a role, and where: what a binding really grants.

use std::collections::{BTreeSet, HashMap};

use crate::rules::facts::{Binding, Facts, Role, Subject, SubjectKind};
use crate::rules::finding::Place;
use crate::rules::rule::Severity;

/// The bindings of the input by the role that they name.
pub(super) struct Grants<'f> {
    /// Whether it is a ClusterRole, the namespace of a Role, and the name.
    bindings: HashMap<(bool, Option<&'f str>, &'f str), Vec<&'f Binding>>,
    /// ClusterRoles that take over the rights of others.
    aggregators: Vec<&'f Role>,
}

/// Bindings that are shown beside a role at most.
const SHOWN: usize = 3;

/// The roles that come with labels to add rights to them, and those that take them over.
const AGGREGATED: [(&str, &[&str]); 3] = [
    ("rbac.authorization.k8s.io/aggregate-to-admin", &["admin"]),
    ("rbac.authorization.k8s.io/aggregate-to-edit", &["edit", "admin"]),
    ("rbac.authorization.k8s.io/aggregate-to-view", &["view", "edit", "admin"]),
];

impl<'f> Grants<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        let mut bindings: HashMap<_, Vec<&'f Binding>> = HashMap::new();
        for binding in facts.bindings.iter().filter(|binding| !binding.subjects.is_empty()) {
            if let Some(role) = &binding.role {
                let is_cluster = binding.names_cluster_role();
                let namespace = if is_cluster { None } else { binding.object.namespace() };
                bindings.entry((is_cluster, namespace, &*role.text)).or_default().push(binding);
            }
        }
        Self { bindings, aggregators: facts.roles.iter().filter(|role| !role.aggregates.is_empty()).collect() }
    }

    /// Who gets a role, also by way of others that take over its rights.
    pub(super) fn of(&self, role: &'f Role) -> Grant<'f> {
        let namespace = if role.is_cluster { None } else { role.object.namespace() };
        let mut found = self.named(role.is_cluster, namespace, role.object.name()).to_vec();
        let mut for_people = false;
        if !role.labels.is_empty() {
            for aggregator in &self.aggregators {
                if aggregator.aggregates.iter().any(|selector| selector.matches(&role.labels)) {
                    found.extend(self.named(true, None, aggregator.object.name()));
                }
            }
            for (label, names) in AGGREGATED {
                if role.labels.get(label) == Some("true") {
                    for_people |= !names.contains(&"view");
                    found.extend(names.iter().flat_map(|name| self.named(true, None, name)));
                }
            }
        }
        let everywhere: Vec<&'f Binding> = found.iter().copied().filter(|binding| binding.is_cluster).collect();
        let bindings = if everywhere.is_empty() { found } else { everywhere.clone() };
        Grant { role, is_everywhere: !everywhere.is_empty(), bindings, for_people }
    }

    fn named(&self, is_cluster: bool, namespace: Option<&'f str>, name: &'f str) -> &[&'f Binding] {
        self.bindings.get(&(is_cluster, namespace, name)).map_or(&[], Vec::as_slice)
    }
}

/// Who gets a role, and where.
pub(super) struct Grant<'f> {
    role: &'f Role,
    /// Those that count: where one grants the role in the whole cluster, only such.
    bindings: Vec<&'f Binding>,
    is_everywhere: bool,
    /// Whether it adds to the roles that are there for the people of a namespace.
    for_people: bool,
}

impl<'f> Grant<'f> {
    /// Whether rights that need the whole cluster come with it; where nobody has the role yet, they may.
    pub(super) fn reaches_cluster(&self) -> bool {
        self.role.is_cluster && (self.is_everywhere || self.bindings.is_empty())
    }

    /// Whether only people get it, each within a namespace.
    pub(super) fn is_for_people(&self) -> bool {
        let mut subjects = self.subjects().peekable();
        if subjects.peek().is_none() {
            return self.for_people;
        }
        !self.is_everywhere && subjects.all(|(_, subject)| is_person(subject))
    }

    /// How bad something is that is this bad in the whole cluster.
    pub(super) fn severity(&self, cluster: Severity) -> Severity {
        if self.reaches_cluster() { cluster } else { cluster.milder() }
    }

    fn subjects(&self) -> impl Iterator<Item = (&'f Binding, &'f Subject)> {
        self.bindings.iter().flat_map(|&binding| binding.subjects.iter().map(move |subject| (binding, subject)))
    }

    /// ``ServiceAccount `shop/web` and 2 others``.
    pub(super) fn who(&self) -> String {
        let Some((binding, first)) = self.subjects().next() else {
            return format!("whoever gets {}", self.role.object);
        };
        match self.subjects().count() {
            1 => describe(binding, first),
            2 => format!("{} and another", describe(binding, first)),
            count => format!("{} and {} others", describe(binding, first), count - 1),
        }
    }

    /// `, in every namespace`; nothing where nobody has the role yet.
    pub(super) fn place(&self) -> String {
        let namespaces: BTreeSet<_> = self.bindings.iter().map(|binding| binding.object.namespace()).collect();
        match (self.is_everywhere, namespaces.len(), namespaces.first()) {
            (true, ..) => ", in every namespace".to_owned(),
            (_, 1, Some(Some(namespace))) => format!(", in namespace `{namespace}`"),
            (_, 1, _) => ", in one namespace".to_owned(),
            (_, 0, _) => String::new(),
            (_, count, _) => format!(", in {count} namespaces"),
        }
    }

    /// The bindings as places beside that of the role.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.bindings.iter().take(SHOWN).map(|binding| granted(binding))
    }
}

/// Where a binding grants its role.
pub(super) fn granted(binding: &Binding) -> Place {
    let span = binding.subjects.first().map_or(binding.object.span, |subject| subject.name.span);
    let reach = if binding.is_cluster { "in every namespace" } else { "in this namespace" };
    binding.object.at(span, format!("gets the role {reach}"))
}

/// Whether a subject is a user or a group that is no part of Kubernetes.
pub(super) fn is_person(subject: &Subject) -> bool {
    subject.kind != SubjectKind::ServiceAccount && !subject.name.text.starts_with("system:")
}

/// ``ServiceAccount `shop/web` ``, ``group `dev` ``.
pub(super) fn describe(binding: &Binding, subject: &Subject) -> String {
    let name = &subject.name.text;
    match subject.kind {
        SubjectKind::User => format!("user `{name}`"),
        SubjectKind::Group => format!("group `{name}`"),
        SubjectKind::ServiceAccount => match binding.namespace_of(subject) {
            Some(namespace) => format!("ServiceAccount `{namespace}/{name}`"),
            None => format!("ServiceAccount `{name}`"),
        },
    }
}
