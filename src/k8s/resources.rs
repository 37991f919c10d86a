//! What the API server serves, per release, and what else rights are about (`data/kubernetes/README.md`).

use std::sync::LazyLock;

use super::kind::Kind;
use super::table::{ALL_RELEASES, Read, Releases, Row, Source, checked, source};

/// The verbs that a Role may have for resources.
pub const ROLE_VERBS: [&str; 12] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "escalate",
    "impersonate",
    "approve",
];

/// The verbs of signers, which live in no namespace.
pub const SIGNER_VERBS: [&str; 2] = ["attest", "sign"];

/// The table as it is written.
pub const RESOURCES: Source = source!("kubernetes/resources.txt");

static TABLE: LazyLock<Resources> = LazyLock::new(|| checked(Resources::read()));

/// The table, read at its first use.
pub fn table() -> &'static Resources {
    &TABLE
}

/// Resources in the order in which the API server lists them: the core group first, of a group the preferred version.
#[derive(Debug)]
pub struct Resources {
    pub resources: Vec<Resource>,
    /// What rights are about beyond that.
    pub rights: Vec<Right>,
    /// The place of each [`Kind`] among the resources.
    kinds: Vec<usize>,
}

/// A resource in one API version.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// `apps/v1`, or `v1` for the core group.
    pub api_version: &'static str,
    /// `deployments`.
    pub plural: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
    /// What can be done with it.
    pub verbs: Vec<&'static str>,
    /// What kubectl takes for its name as well.
    pub short_names: Vec<&'static str>,
    /// Whether a cluster has it only by a `CustomResourceDefinition`.
    pub is_custom: bool,
    /// `status`, `scale` and the like.
    pub subresources: Vec<Subresource>,
    /// The supported releases that have it, switched on or not.
    pub releases: Releases,
}

/// A part of a resource with rights of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Subresource {
    /// `scale`.
    pub name: &'static str,
    /// What can be done with it.
    pub verbs: Vec<&'static str>,
    /// The supported releases in which it is so.
    pub releases: Releases,
}

/// What rights are about beyond what is served: whom somebody may act as, or what the kubelet asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Right {
    /// The group; empty for the core group.
    pub group: &'static str,
    /// The resource, which need not be served.
    pub resource: &'static str,
    /// The part of it.
    pub subresource: Option<&'static str>,
    /// Whether it is in namespaces.
    pub namespaced: bool,
    /// What can be done with it.
    pub verbs: Vec<&'static str>,
}

impl Resource {
    /// `apps`; empty for the core group.
    pub fn group(&self) -> &'static str {
        group_of(self.api_version)
    }

    /// As kubectl takes it: `deployments.apps`.
    pub fn full_name(&self) -> String {
        match self.group() {
            "" => self.plural.to_owned(),
            group => format!("{}.{group}", self.plural),
        }
    }

    /// Whether every cluster of the supported releases has it.
    pub fn is_everywhere(&self) -> bool {
        let is_stable = !self.api_version.contains("alpha") && !self.api_version.contains("beta");
        is_stable && !self.is_custom && self.releases == ALL_RELEASES
    }
}

/// `apps` of `apps/v1`; empty for the core group.
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl Resources {
    pub fn read() -> Read<Self> {
        let mut table = Self { resources: Vec::new(), rights: Vec::new(), kinds: Vec::new() };
        for mut row in RESOURCES.rows() {
            if row.skip(" ") {
                let owner = table.resources.last_mut().filter(|_| table.rights.is_empty());
                let owner = owner.ok_or_else(|| row.bad("expected a resource before its subresource"))?;
                owner.subresources.push(subresource(row, owner.releases)?);
            } else if row.skip("right ") {
                table.rights.push(right(row)?);
            } else {
                let is_custom = row.read("`resource`, `custom` or `right`", is_custom)?;
                table.resources.push(resource(row, is_custom)?);
            }
        }
        for kind in Kind::ALL {
            let found = table.resources.iter().position(|resource| resource.kind == kind.name());
            let missing = || RESOURCES.lacks(&format!("a resource of kind {}", kind.name()));
            table.kinds.push(found.ok_or_else(missing)?);
        }
        Ok(table)
    }

    /// The preferred resource of a kind; none for [`Kind::Other`].
    pub fn of(&self, kind: Kind) -> Option<&Resource> {
        self.resources.get(*self.kinds.get(kind as usize)?)
    }

    /// Whether a group comes by `CustomResourceDefinition`s, of which the table has those that everybody knows.
    pub fn is_custom(&self, group: &str) -> bool {
        self.resources.iter().any(|resource| resource.is_custom && resource.group() == group)
    }

    /// Whether there is a group of this name.
    pub fn has_group(&self, group: &str) -> bool {
        self.resources.iter().any(|resource| resource.group() == group)
            || self.rights.iter().any(|right| right.group == group)
    }

    /// Whether a group has the resource, in whatever version.
    pub fn has(&self, group: &str, plural: &str) -> bool {
        let is_ours = |resource: &Resource| resource.plural == plural && resource.group() == group;
        self.resources.iter().any(is_ours) || self.rights.iter().any(|right| right.is_called(group, plural))
    }

    /// The group in which kubectl looks for a resource, or the one in which a right is about it.
    pub fn group_of(&self, plural: &str) -> Option<&'static str> {
        let served = self.resources.iter().find(|resource| resource.plural == plural).map(Resource::group);
        served.or_else(|| self.rights.iter().find(|right| right.resource == plural).map(|right| right.group))
    }

    /// Whether something of Kubernetes itself is in no namespace.
    pub fn is_cluster_scoped(&self, group: &str, plural: &str) -> bool {
        let served = self.resources.iter().find(|resource| resource.plural == plural && resource.group() == group);
        let of_rights = || self.rights.iter().find(|right| right.is_called(group, plural));
        served.map_or_else(|| of_rights().is_some_and(|right| !right.namespaced), |resource| !resource.namespaced)
    }

    /// The plurals of all that rights can be about; some more than once.
    pub fn plurals(&self) -> impl Iterator<Item = &'static str> {
        let served = self.resources.iter().map(|resource| resource.plural);
        served.chain(self.rights.iter().map(|right| right.resource))
    }

    /// The plural of a resource that kubectl also calls by this name: its kind in small letters, or a short name.
    pub fn plural_of(&self, name: &str) -> Option<&'static str> {
        let is_called =
            |resource: &&Resource| resource.kind.eq_ignore_ascii_case(name) || resource.short_names.contains(&name);
        self.resources.iter().find(is_called).map(|resource| resource.plural)
    }

    /// The names of all subresources; most are there several times.
    pub fn subresources(&self) -> impl Iterator<Item = &'static str> {
        let served = self.resources.iter().flat_map(|resource| &resource.subresources).map(|part| part.name);
        served.chain(self.rights.iter().filter_map(|right| right.subresource))
    }
}

impl Right {
    fn is_called(&self, group: &str, resource: &str) -> bool {
        self.resource == resource && self.group == group
    }
}

/// Whether a row is about a resource of a `CustomResourceDefinition`.
fn is_custom(word: &str) -> Option<bool> {
    match word {
        "resource" => Some(false),
        "custom" => Some(true),
        _ => None,
    }
}

/// `apps/v1 deployments Deployment namespaced create,get short=deploy 34-37`, of which the last two are optional.
fn resource(mut row: Row, is_custom: bool) -> Read<Resource> {
    let mut resource = Resource {
        api_version: row.word("an API version")?,
        plural: row.word("a plural")?,
        kind: row.word("a kind")?,
        namespaced: row.read(SCOPE, is_namespaced)?,
        verbs: row.read(VERBS, verbs)?,
        short_names: Vec::new(),
        is_custom,
        subresources: Vec::new(),
        releases: ALL_RELEASES,
    };
    if row.skip("short=") {
        resource.short_names = row.read("names with commas between them", list)?;
    }
    resource.releases = row.releases(ALL_RELEASES)?;
    Ok(resource)
}

/// `scale get,patch,update 36-37`.
fn subresource(mut row: Row, all: Releases) -> Read<Subresource> {
    let (name, verbs) = (row.word("a subresource")?, row.read(VERBS, verbs)?);
    Ok(Subresource { name, verbs, releases: row.releases(all)? })
}

/// `uids.authentication.k8s.io cluster impersonate`, or `nodes/log cluster get`.
fn right(mut row: Row) -> Read<Right> {
    let name = row.word("a resource")?;
    let (name, subresource) = name.split_once('/').map_or((name, None), |(name, part)| (name, Some(part)));
    let (resource, group) = name.split_once('.').unwrap_or((name, ""));
    let (namespaced, verbs) = (row.read(SCOPE, is_namespaced)?, row.read(VERBS, verbs)?);
    row.finish()?;
    Ok(Right { group, resource, subresource, namespaced, verbs })
}

const SCOPE: &str = "`namespaced` or `cluster`";

fn is_namespaced(word: &str) -> Option<bool> {
    match word {
        "namespaced" => Some(true),
        "cluster" => Some(false),
        _ => None,
    }
}

const VERBS: &str = "verbs with commas between them, such as `get,list`";

fn verbs(word: &'static str) -> Option<Vec<&'static str>> {
    let is_known = |verb: &&str| ROLE_VERBS.contains(verb) || SIGNER_VERBS.contains(verb);
    list(word).filter(|verbs| verbs.iter().all(is_known))
}

fn list(word: &'static str) -> Option<Vec<&'static str>> {
    word.split(',').map(|item| Some(item).filter(|item| !item.is_empty())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Kind, table};

    #[test]
    fn knows_what_is_served_and_what_rights_are_about() {
        let deployments = table().of(Kind::Deployment).unwrap();
        assert_eq!((deployments.api_version, deployments.full_name().as_str()), ("apps/v1", "deployments.apps"));
        assert_eq!(deployments.short_names, ["deploy"]);
        assert!(deployments.is_everywhere() && deployments.namespaced && deployments.verbs.contains(&"list"));
        assert!(deployments.subresources.iter().any(|part| part.name == "scale" && part.verbs.contains(&"patch")));
        assert!(!table().of(Kind::HTTPRoute).unwrap().is_everywhere(), "a cluster may lack Gateway API");
        assert_eq!(table().of(Kind::Other), None);
        let preferred =
            |kind: &str| table().resources.iter().find(|resource| resource.kind == kind).unwrap().api_version;
        assert_eq!((preferred("HorizontalPodAutoscaler"), preferred("Event")), ("autoscaling/v2", "v1"));
    }

    #[test]
    fn knows_groups_and_scopes() {
        for (plural, group) in [
            ("events", Some("")),
            ("flowschemas", Some("flowcontrol.apiserver.k8s.io")),
            ("uids", Some("authentication.k8s.io")),
            ("widgets", None),
        ] {
            assert_eq!(table().group_of(plural), group, "{plural}");
        }
        assert_eq!(
            (table().plural_of("ingress"), table().plural_of("crd")),
            (Some("ingresses"), Some("customresourcedefinitions"))
        );
        assert!(table().has("events.k8s.io", "events") && !table().has("apps", "events"));
        assert!(table().is_cluster_scoped("", "users") && table().is_cluster_scoped("", "nodes"));
        assert!(!table().is_cluster_scoped("", "pods") && !table().is_cluster_scoped("example.com", "nodes"));
        assert!(table().subresources().any(|part| part == "exec") && table().subresources().any(|part| part == "log"));
    }
}
