//! Where the objects of a kind live below the API server's root.

use super::api::{Api, ApiError, Request};
use super::url;
use crate::k8s::object::Kind;
use crate::k8s::resources;

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

impl From<&resources::Resource> for Resource {
    fn from(known: &resources::Resource) -> Self {
        Self {
            api_version: known.api_version.to_owned(),
            kind: known.kind.to_owned(),
            plural: known.plural.to_owned(),
            namespaced: known.namespaced,
        }
    }
}

impl Resource {
    /// A kind that the program itself asks for; none for [`Kind::Other`].
    pub fn of(kind: Kind) -> Option<Self> {
        kind.resource().map(Self::from)
    }

    /// A kind that every cluster has, by its kind and, if it is said, its group and version. Others are asked for.
    pub fn known(api_version: Option<&str>, kind: &str) -> Option<Self> {
        let is_meant = |known: &&resources::Resource| {
            known.kind == kind && api_version.is_none_or(|version| version == known.api_version)
        };
        resources::table().resources.iter().filter(is_meant).find(|known| known.is_everywhere()).map(Self::from)
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
