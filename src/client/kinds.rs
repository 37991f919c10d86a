//! Where the objects of a kind live below the API server's root.

use super::api::{Api, ApiError, Request};
use super::url;

/// A kind, and where its objects are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    /// Group and version, such as `apps/v1`, or `v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// Its plural, as paths have it.
    pub plural: String,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

/// The built-in kinds that labs speak of; others are asked for. Source: the API reference of Kubernetes.
const KNOWN: &[(&str, &str, &str, bool)] = &[
    ("v1", "ConfigMap", "configmaps", true),
    ("v1", "Endpoints", "endpoints", true),
    ("v1", "Event", "events", true),
    ("v1", "LimitRange", "limitranges", true),
    ("v1", "Namespace", "namespaces", false),
    ("v1", "Node", "nodes", false),
    ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
    ("v1", "Pod", "pods", true),
    ("v1", "ResourceQuota", "resourcequotas", true),
    ("v1", "Secret", "secrets", true),
    ("v1", "Service", "services", true),
    ("v1", "ServiceAccount", "serviceaccounts", true),
    ("apps/v1", "DaemonSet", "daemonsets", true),
    ("apps/v1", "Deployment", "deployments", true),
    ("apps/v1", "ReplicaSet", "replicasets", true),
    ("apps/v1", "StatefulSet", "statefulsets", true),
    ("batch/v1", "CronJob", "cronjobs", true),
    ("batch/v1", "Job", "jobs", true),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true),
    ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true),
    ("networking.k8s.io/v1", "Ingress", "ingresses", true),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", true),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true),
    ("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests", false),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", false),
];

impl Resource {
    /// A built-in kind, by its kind and, if it is said, its group and version.
    pub fn known(api_version: Option<&str>, kind: &str) -> Option<Self> {
        let same = |version: &str| api_version.is_none_or(|wanted| wanted == version);
        KNOWN.iter().find(|(version, name, ..)| *name == kind && same(version)).map(
            |(version, kind, plural, namespaced)| Self {
                api_version: (*version).to_owned(),
                kind: (*kind).to_owned(),
                plural: (*plural).to_owned(),
                namespaced: *namespaced,
            },
        )
    }

    /// A kind of the cluster; none if it has no such kind.
    pub fn find(api: &dyn Api, api_version: &str, kind: &str) -> Result<Option<Self>, ApiError> {
        if let Some(known) = Self::known(Some(api_version), kind) {
            return Ok(Some(known));
        }
        let response = api.request(&Request::get(root(api_version)))?;
        if !response.is_success() {
            return Ok(None);
        }
        let list = response.json()?;
        let resources = list.get("resources").and_then(|value| value.as_array()).map(Vec::as_slice).unwrap_or_default();
        let text =
            |value: &serde_json::Value, key: &str| value.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        Ok(resources.iter().find_map(|resource| {
            let plural = text(resource, "name").filter(|name| !name.contains('/'))?;
            let namespaced = resource.get("namespaced").and_then(serde_json::Value::as_bool).unwrap_or_default();
            let found = text(resource, "kind").filter(|found| found == kind)?;
            Some(Self { api_version: api_version.to_owned(), kind: found, plural, namespaced })
        }))
    }

    /// The path of all objects of the kind in a namespace; without one, of those in all.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = root(&self.api_version);
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{root}/namespaces/{}/{}", url::segment(namespace), self.plural),
            None => format!("{root}/{}", self.plural),
        }
    }

    /// The path of one object.
    pub fn object(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{}", self.path(namespace), url::segment(name))
    }
}

fn root(api_version: &str) -> String {
    if api_version.contains('/') { format!("/apis/{api_version}") } else { format!("/api/{api_version}") }
}
