//! The page of a kind.

use super::layout::{definitions, heading};
use super::lookup::{find, releases};
use crate::k8s::fields::{self, Scope};
use crate::k8s::version::Version;

/// Where the kind is, and what it has; `None` if the release has no such kind.
pub(super) fn page(name: &str, release: Version) -> Option<String> {
    let table = fields::table();
    let kind = find(table, name, release)?;
    let versions: Vec<String> = table
        .kinds()
        .filter(|known| known.kind == kind.kind)
        .map(|known| format!("{} {}", known.api_version, releases(known.since, known.until)).trim_end().to_owned())
        .collect();
    let scope = match kind.scope {
        Scope::Namespaced => "namespaced",
        Scope::Cluster => "cluster-scoped",
        Scope::List => "a list",
        Scope::Config => "a file",
    };
    let mut page = heading(&format!("{}: a kind of Kubernetes {release}", kind.kind));
    page += "\n";
    page += &definitions(&[("API versions", versions), ("lives", vec![scope.to_owned()])]);
    page += "\n";
    page += &heading("Fields");
    page += &super::field::list(table, kind.ty, release);
    Some(page)
}
