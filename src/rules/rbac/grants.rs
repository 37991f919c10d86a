//! Who gets a role, and where: what a binding really grants.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::diagnostic::Location;
use crate::rules::facts::{Binding, Facts, LabelSets, Labels, Role, Subject, SubjectKind};
use crate::rules::rule::Severity;

/// The bindings of the input by the role that they name.
pub(super) struct Grants<'f> {
    holders: HashMap<RoleKey<'f>, Holders<'f>>,
    /// The ClusterRoles that take over the rights of roles with these labels, as far as somebody gets them.
    aggregators: HashMap<&'f Labels, Vec<&'f str>>,
}

/// Whether it is a ClusterRole, the namespace of a Role, and the name.
type RoleKey<'f> = (bool, Option<&'f str>, &'f str);

/// Those who get a role: by bindings for the whole cluster, and by those for a namespace.
#[derive(Default)]
struct Holders<'f> {
    everywhere: Bound<'f>,
    within: Bound<'f>,
}

/// Bindings of a sort, summed up: one role may have many.
#[derive(Default)]
struct Bound<'f> {
    /// The first of them.
    shown: Vec<&'f Binding>,
    namespaces: BTreeSet<Option<&'f str>>,
    subjects: usize,
    /// How many of the subjects are people.
    people: usize,
}

impl<'f> Bound<'f> {
    fn add(&mut self, binding: &'f Binding) {
        if self.shown.len() < SHOWN {
            self.shown.push(binding);
        }
        self.namespaces.insert(binding.object.namespace());
        self.subjects += binding.subjects.len();
        self.people += binding.subjects.iter().filter(|subject| is_person(subject)).count();
    }
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
        let mut holders: HashMap<RoleKey<'f>, Holders<'f>> = HashMap::new();
        for binding in facts.bindings.iter().filter(|binding| !binding.subjects.is_empty()) {
            if let Some(role) = &binding.role {
                let is_cluster = binding.names_cluster_role();
                let namespace = if is_cluster { None } else { binding.object.namespace() };
                let holders = holders.entry((is_cluster, namespace, &*role.text)).or_default();
                if binding.is_cluster { &mut holders.everywhere } else { &mut holders.within }.add(binding);
            }
        }
        let aggregators = aggregators(facts, &holders);
        Self { holders, aggregators }
    }

    /// Who gets a role, also by way of others that take over its rights.
    pub(super) fn of(&self, role: &'f Role) -> Grant<'_, 'f> {
        let namespace = if role.is_cluster { None } else { role.object.namespace() };
        let mut keys: Vec<RoleKey<'f>> = vec![(role.is_cluster, namespace, role.object.name())];
        let mut for_people = false;
        if !role.labels.is_empty() {
            let others = self.aggregators.get(&role.labels).into_iter().flatten();
            keys.extend(others.map(|other| (true, None, *other)));
            for (label, names) in AGGREGATED {
                if role.labels.get(label) == Some("true") {
                    for_people |= !names.contains(&"view");
                    for name in names {
                        if !keys.contains(&(true, None, name)) {
                            keys.push((true, None, name));
                        }
                    }
                }
            }
        }
        let found: Vec<&Holders<'f>> = keys.iter().filter_map(|key| self.holders.get(key)).collect();
        let everywhere: Vec<_> = found.iter().map(|it| &it.everywhere).filter(|it| it.subjects > 0).collect();
        let is_everywhere = !everywhere.is_empty();
        let within = || found.iter().map(|it| &it.within).filter(|it| it.subjects > 0).collect();
        Grant { role, bound: if is_everywhere { everywhere } else { within() }, is_everywhere, for_people }
    }
}

/// The roles that take over others, by the labels of those. One role is taken over by few; of more than that, those that are
/// granted in the whole cluster come first.
fn aggregators<'f>(facts: &'f Facts, holders: &HashMap<RoleKey<'f>, Holders<'f>>) -> HashMap<&'f Labels, Vec<&'f str>> {
    const MOST: usize = 64;
    let holders_of = |role: &'f Role| holders.get(&(true, None, role.object.name()));
    let mut others: Vec<&Role> = facts.roles.iter().filter(|role| !role.aggregates.is_empty()).collect();
    others.retain(|other| holders_of(other).is_some());
    others.sort_by_key(|other| holders_of(other).is_none_or(|holders| holders.everywhere.subjects == 0));
    let mut labels: Vec<&Labels> = Vec::new();
    if !others.is_empty() {
        let mut seen = HashSet::new();
        let all = facts.roles.iter().map(|role| &role.labels);
        labels.extend(all.filter(|labels| !labels.is_empty() && seen.insert(*labels)));
    }
    let sets = LabelSets::new(labels.iter().copied());
    let mut open = sets.all();
    let mut found: Vec<Vec<&str>> = vec![Vec::new(); labels.len()];
    for other in others {
        let places = other.aggregates.iter().flat_map(|selector| sets.selected_by(selector).both(&open));
        for place in places.collect::<Vec<_>>() {
            let Some(names) = found.get_mut(place).filter(|names| names.last() != Some(&other.object.name())) else {
                continue;
            };
            names.push(other.object.name());
            if names.len() >= MOST {
                open.remove(place);
            }
        }
    }
    labels.into_iter().zip(found).collect()
}

/// Who gets a role, and where.
pub(super) struct Grant<'g, 'f> {
    role: &'f Role,
    /// Those that count: where one grants the role in the whole cluster, only such.
    bound: Vec<&'g Bound<'f>>,
    is_everywhere: bool,
    /// Whether it adds to the roles that are there for the people of a namespace.
    for_people: bool,
}

impl<'f> Grant<'_, 'f> {
    /// Whether rights that need the whole cluster come with it; where nobody has the role yet, they may.
    pub(super) fn reaches_cluster(&self) -> bool {
        self.role.is_cluster && (self.is_everywhere || self.bound.is_empty())
    }

    /// Whether only people get it, each within a namespace.
    pub(super) fn is_for_people(&self) -> bool {
        if self.bound.is_empty() {
            return self.for_people;
        }
        !self.is_everywhere && self.bound.iter().all(|bound| bound.people == bound.subjects)
    }

    /// How bad something is that is this bad in the whole cluster.
    pub(super) fn severity(&self, cluster: Severity) -> Severity {
        if self.reaches_cluster() { cluster } else { cluster.milder() }
    }

    fn shown(&self) -> impl Iterator<Item = &'f Binding> {
        self.bound.iter().flat_map(|bound| bound.shown.iter().copied())
    }

    /// ``ServiceAccount `shop/web` and 2 others``.
    pub(super) fn who(&self) -> String {
        let first = self.shown().find_map(|binding| Some(describe(binding, binding.subjects.first()?)));
        let Some(first) = first else { return format!("whoever gets {}", self.role.object) };
        and_others(first, self.bound.iter().map(|bound| bound.subjects).sum())
    }

    /// `, in every namespace`; nothing where nobody has the role yet.
    pub(super) fn place(&self) -> String {
        if self.is_everywhere {
            return ", in every namespace".to_owned();
        }
        let joined: BTreeSet<Option<&str>>;
        let namespaces = match self.bound.as_slice() {
            [] => return String::new(),
            [one] => &one.namespaces,
            several => {
                joined = several.iter().flat_map(|bound| bound.namespaces.iter().copied()).collect();
                &joined
            }
        };
        match (namespaces.len(), namespaces.first()) {
            (1, Some(Some(namespace))) => format!(", in namespace `{namespace}`"),
            (1, _) => ", in one namespace".to_owned(),
            (count, _) => format!(", in {count} namespaces"),
        }
    }

    /// The bindings as places beside that of the role.
    pub(super) fn places(&self) -> impl Iterator<Item = Location> {
        self.shown().take(SHOWN).map(granted)
    }
}

/// The first of a number of subjects, and how many more there are.
pub(super) fn and_others(first: String, count: usize) -> String {
    match count {
        0 | 1 => first,
        2 => format!("{first} and another"),
        count => format!("{first} and {} others", count - 1),
    }
}

/// Where a binding grants its role.
pub(super) fn granted(binding: &Binding) -> Location {
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
