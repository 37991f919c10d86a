//! What a right of RBAC amounts to: rights that hand out more than they say, and resources that live in no namespace.
//!
//! Sources: the RBAC good practices of the Kubernetes documentation, CIS Kubernetes Benchmark 5.1, and the matching of
//! `pkg/apis/rbac/v1/evaluation_helpers.go`.

use super::resources;
pub use super::resources::ROLE_VERBS as VERBS;

/// What somebody can do with a right beyond what it says, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Danger {
    /// `bind` and `escalate`: grant rights that one does not have.
    GrantRights,
    /// `impersonate`: act as others.
    Impersonate,
    /// Approve or sign certificates: become any user or node.
    IssueCertificates,
    /// Ask for the certificates of pods: become any of them to those who trust the signer.
    TakePodCertificates,
    /// Trust bundles: say whose certificates pods believe.
    ChangeTrust,
    /// `nodes/proxy`: talk to the kubelet.
    ReachNodes,
    /// `serviceaccounts/token`: make tokens of other accounts.
    TakeTokens,
    /// `pods/exec`, `pods/attach`, `pods/ephemeralcontainers`.
    RunCommands,
    /// Ports of pods past network policies.
    ReachPods,
    /// Workloads of any kind: run any image as any ServiceAccount of the namespace.
    CreatePods,
    /// Namespaces: the labels that say which pods are refused.
    ChangeNamespaces,
    /// Roles and bindings: pass on what one has.
    ChangeRoles,
    /// Webhooks, admission policies and aggregated API servers.
    ChangeAdmission,
    /// Nodes: their labels, taints and state.
    ChangeNodes,
    /// PersistentVolumes: any folder of a node.
    CreateVolumes,
}

impl Danger {
    /// What it lets somebody do, after "can".
    pub fn clause(self) -> &'static str {
        match self {
            Self::GrantRights => "grant rights that it does not have",
            Self::Impersonate => "act as others",
            Self::IssueCertificates => "approve or sign certificates of other users",
            Self::TakePodCertificates => "get the certificates of other pods",
            Self::ChangeTrust => "change whose certificates pods trust",
            Self::ReachNodes => "run commands in all pods through the kubelet",
            Self::TakeTokens => "make tokens of other ServiceAccounts",
            Self::RunCommands => "run commands in pods",
            Self::ReachPods => "reach ports of pods past all NetworkPolicies",
            Self::CreatePods => "run any image as any ServiceAccount",
            Self::ChangeRoles => "hand its rights to others",
            Self::ChangeAdmission => "change what the API server admits",
            Self::ChangeNodes => "change nodes",
            Self::ChangeNamespaces => "lift the Pod Security level of namespaces",
            Self::CreateVolumes => "mount any folder of a node",
        }
    }

    /// Whether people in charge of a namespace need it there: it gives them nothing that the apps which they deploy lack.
    pub fn is_delegable(self) -> bool {
        matches!(self, Self::RunCommands | Self::ReachPods | Self::CreatePods | Self::ChangeRoles)
    }

    /// Whether it lets its holder take rights that it was not given.
    pub fn is_escalation(self) -> bool {
        self <= Self::ChangeRoles
    }
}

/// Rights that amount to the same.
pub struct Row {
    danger: Danger,
    /// The group of all resources; empty for the core group.
    pub group: &'static str,
    /// Resources, some with a part of them.
    pub resources: &'static [&'static str],
    /// What somebody can do with them.
    pub verbs: &'static [&'static str],
}

const fn row(
    danger: Danger,
    group: &'static str,
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
) -> Row {
    Row { danger, group, resources, verbs }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

const HTTP: &[&str] = &["get", "create", "update", "patch", "delete"];
const CONNECT: &[&str] = &["get", "create"];
const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
const ALL_WRITES: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];

/// Rights by what they let somebody do. Where several rows hold, the first counts. `build.rs` looks each of them up in the
/// table of resources.
pub const ROWS: &[Row] = &[
    row(Danger::GrantRights, RBAC, &["roles", "clusterroles"], &["bind", "escalate"]),
    row(Danger::Impersonate, "", &["users", "groups", "serviceaccounts"], &["impersonate"]),
    row(Danger::Impersonate, "authentication.k8s.io", &["uids", "userextras"], &["impersonate"]),
    row(Danger::IssueCertificates, CERTIFICATES, &["signers"], &["approve", "sign"]),
    row(
        Danger::IssueCertificates,
        CERTIFICATES,
        &["certificatesigningrequests/approval", "certificatesigningrequests/status", "podcertificaterequests/status"],
        CHANGE,
    ),
    row(Danger::TakePodCertificates, CERTIFICATES, &["podcertificaterequests"], &["create"]),
    row(Danger::ChangeTrust, CERTIFICATES, &["signers"], &["attest"]),
    row(Danger::ChangeTrust, CERTIFICATES, &["clustertrustbundles"], WRITE),
    row(Danger::ReachNodes, "", &["nodes/proxy"], HTTP),
    row(Danger::TakeTokens, "", &["serviceaccounts/token"], &["create"]),
    row(Danger::RunCommands, "", &["pods/exec", "pods/attach"], CONNECT),
    row(Danger::RunCommands, "", &["pods/ephemeralcontainers"], CHANGE),
    row(Danger::ReachPods, "", &["pods/portforward"], CONNECT),
    row(Danger::ReachPods, "", &["pods/proxy", "services/proxy"], HTTP),
    row(Danger::CreatePods, "", &["pods", "replicationcontrollers"], WRITE),
    row(Danger::CreatePods, "apps", &["deployments", "statefulsets", "daemonsets", "replicasets"], WRITE),
    row(Danger::CreatePods, "batch", &["jobs", "cronjobs"], WRITE),
    row(Danger::ChangeRoles, RBAC, &["roles", "rolebindings", "clusterroles", "clusterrolebindings"], WRITE),
    row(
        Danger::ChangeAdmission,
        "admissionregistration.k8s.io",
        &[
            "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations",
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
        ],
        ALL_WRITES,
    ),
    row(Danger::ChangeAdmission, "apiregistration.k8s.io", &["apiservices"], WRITE),
    row(Danger::ChangeNodes, "", &["nodes"], ALL_WRITES),
    row(Danger::ChangeNodes, "", &["nodes/status"], CHANGE),
    row(Danger::ChangeNamespaces, "", &["namespaces"], CHANGE),
    row(Danger::CreateVolumes, "", &["persistentvolumes"], &["create"]),
];

/// Verbs whose meaning does not depend on what else the resource allows.
const SPECIAL: [&str; 6] = ["bind", "escalate", "impersonate", "approve", "sign", "attest"];

/// The verb for a node that asks for certificates of pods which mount none of the signer. The resource is the signer's own name
/// (`validateNodePodCertificateSigner` of `plugin/pkg/admission/noderestriction`).
const POD_SIGNER: &str = "request-serviceaccounts-podcertificate-signer";

/// What a right on a resource lets somebody do, and the verb that does it. `*` may stand for a group or a verb, and `*/exec`
/// for a subresource of anything; `*` for all resources counts only for verbs that say outright what they are for, as nobody
/// means everything by the others. `named` is whether the right is for objects of certain names only.
pub fn danger<'v, V: AsRef<str>>(
    groups: &[impl AsRef<str>],
    resource: &str,
    verbs: &'v [V],
    named: bool,
) -> Option<(Danger, &'v V)> {
    let is_in = |name: &str| groups.iter().any(|group| matches!(group.as_ref(), "*") || group.as_ref() == name);
    if let Some(verb) = verbs.iter().find(|verb| verb.as_ref() == POD_SIGNER).filter(|_| is_in(CERTIFICATES)) {
        return Some((Danger::TakePodCertificates, verb));
    }
    let rows = ROWS.iter().filter(|row| resource == "*" || row.resources.iter().any(|known| covers(resource, known)));
    let mut rows = rows.filter(|row| is_in(row.group));
    rows.find_map(|row| {
        let does = |verb: &&V| {
            let verb = verb.as_ref();
            let is_meant = resource != "*" || SPECIAL.contains(&verb);
            let is_void = named && is_nameless(resource, verb);
            is_meant && !is_void && (verb == "*" || row.verbs.iter().any(|known| is_verb(verb, known)))
        };
        Some((row.danger, verbs.iter().find(does)?))
    })
}

/// Whether a verb is this one, or a form of it, as those of constrained impersonation: `impersonate:user-info`.
fn is_verb(verb: &str, known: &str) -> bool {
    let form = verb.strip_prefix(known).filter(|_| known == "impersonate");
    verb == known || form.is_some_and(|form| form.starts_with(':') || form.starts_with("-on:"))
}

/// Whether the resource of a rule, not `*` alone, is or stands for this one.
fn covers(ours: &str, resource: &str) -> bool {
    ours == resource
        || ours.strip_prefix("*/").is_some_and(|sub| resource.split_once('/').is_some_and(|(_, other)| other == sub))
        || (resource == "userextras" && ours.starts_with("userextras/"))
}

/// Whether a right hands out Secrets beyond single ones by name.
pub fn reads_secrets(group: &str, resource: &str, verb: &str, named: bool) -> bool {
    matches!(group, "" | "*")
        && resource == "secrets"
        && (matches!(verb, "list" | "watch" | "*") || (verb == "get" && !named))
}

/// Whether no list of names restricts the verb: the request carries no name. A subresource carries that of its object.
pub fn is_nameless(resource: &str, verb: &str) -> bool {
    verb == "deletecollection" || (verb == "create" && !resource.contains('/'))
}

/// Whether a resource of Kubernetes, with or without its subresource, is none that a Role can be about. Namespaces are not
/// among them: a right in a namespace holds for the namespace itself.
pub fn is_cluster_scoped(group: &str, resource: &str) -> bool {
    let base = base(resource);
    !(group.is_empty() && base == "namespaces") && resources::table().is_cluster_scoped(group, base)
}

/// Whether a group has a resource, with or without its subresource.
pub fn has(group: &str, resource: &str) -> bool {
    resources::table().has(group, base(resource))
}

/// The group of a resource of Kubernetes, where its name says enough.
pub fn group_of(resource: &str) -> Option<&'static str> {
    resources::table().group_of(base(resource))
}

/// `deployments` of `deployments/scale`.
fn base(resource: &str) -> &str {
    resource.split_once('/').map_or(resource, |(base, _)| base)
}

/// Roles that every cluster has without anybody writing them.
pub fn is_built_in(role: &str) -> bool {
    matches!(role, "cluster-admin" | "admin" | "edit" | "view") || role.starts_with("system:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_rights_by_what_they_amount_to() {
        let cases = [
            ("", "pods/exec", "create", Some(Danger::RunCommands)),
            // a websocket opens with GET
            ("", "pods/exec", "get", Some(Danger::RunCommands)),
            ("", "pods/exec", "list", None),
            ("", "*/exec", "create", Some(Danger::RunCommands)),
            ("", "pods/*", "create", None),
            ("*", "deployments", "patch", Some(Danger::CreatePods)),
            ("", "deployments", "patch", None),
            ("apps", "deployments", "delete", None),
            ("apps", "deployments/scale", "update", None),
            ("", "*", "create", None),
            ("*", "*", "*", None),
            ("*", "*", "bind", Some(Danger::GrantRights)),
            ("", "*", "impersonate", Some(Danger::Impersonate)),
            ("", "serviceaccounts", "impersonate:serviceaccount", Some(Danger::Impersonate)),
            ("", "nodes/proxy", "get", Some(Danger::ReachNodes)),
            ("", "nodes/metrics", "get", None),
            ("rbac.authorization.k8s.io", "roles", "*", Some(Danger::GrantRights)),
            ("rbac.authorization.k8s.io", "rolebindings", "create", Some(Danger::ChangeRoles)),
            ("rbac.authorization.k8s.io", "rolebindings", "get", None),
            ("certificates.k8s.io", "certificatesigningrequests", "create", None),
            ("certificates.k8s.io", "certificatesigningrequests/approval", "update", Some(Danger::IssueCertificates)),
            ("certificates.k8s.io", "signers", "attest", Some(Danger::ChangeTrust)),
            ("certificates.k8s.io", "example.com:mesh", POD_SIGNER, Some(Danger::TakePodCertificates)),
            ("", "example.com:mesh", POD_SIGNER, None),
            ("certificates.k8s.io", "clustertrustbundles", "patch", Some(Danger::ChangeTrust)),
            ("certificates.k8s.io", "clustertrustbundles", "get", None),
            ("certificates.k8s.io", "podcertificaterequests", "create", Some(Danger::TakePodCertificates)),
            ("certificates.k8s.io", "podcertificaterequests", "list", None),
            ("certificates.k8s.io", "podcertificaterequests/status", "update", Some(Danger::IssueCertificates)),
            ("authentication.k8s.io", "userextras/scopes", "impersonate", Some(Danger::Impersonate)),
            ("example.com", "jobs", "create", None),
        ];
        for (group, resource, verb, expected) in cases {
            let verbs = [verb];
            let found = danger(&[group], resource, &verbs, false);
            assert_eq!(found.map(|(danger, _)| danger), expected, "{group} {resource} {verb}");
        }
        assert_eq!(danger(&[""], "pods", &["get", "create"], false), Some((Danger::CreatePods, &"create")));
        assert_eq!(danger(&[""], "pods", &["create"], true), None, "a request to create carries no name");
        assert_eq!(danger(&[""], "pods/exec", &["create"], true), Some((Danger::RunCommands, &"create")));
    }

    #[test]
    fn tells_who_reads_secrets() {
        let cases = [
            ("secrets", "get", false, true),
            ("secrets", "get", true, false),
            ("secrets", "watch", true, true),
            ("secrets", "*", true, true),
            ("secrets", "create", false, false),
            ("configmaps", "list", false, false),
        ];
        for (resource, verb, named, expected) in cases {
            assert_eq!(reads_secrets("", resource, verb, named), expected, "{resource} {verb} {named}");
        }
        assert!(!reads_secrets("example.com", "secrets", "list", false));
    }

    #[test]
    fn knows_where_resources_live() {
        assert!(is_cluster_scoped("", "nodes/proxy") && is_cluster_scoped("storage.k8s.io", "storageclasses"));
        assert!(!is_cluster_scoped("", "namespaces"), "a namespace can be read with a right in it");
        assert!(!is_cluster_scoped("example.com", "nodes") && !is_cluster_scoped("", "pods"));
        assert_eq!(
            (group_of("deployments/scale"), group_of("pods"), group_of("widgets")),
            (Some("apps"), Some(""), None)
        );
    }
}
