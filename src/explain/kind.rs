//! The page of a kind.

use super::style::{definitions, heading};
use crate::k8s::fields::{self, Fields, KindInfo, Scope};
use crate::k8s::version::Version;

/// The kind of that name in the release: its most stable API version.
pub(super) fn find<'t>(table: &'t Fields, name: &str, release: Version) -> Option<&'t KindInfo> {
    let named = |known: &&KindInfo| {
        known.kind.eq_ignore_ascii_case(name) && known.in_release(release) && known.scope != Scope::List
    };
    // `events.k8s.io/v1` and `v1` both have an Event: the core group comes first
    let rank = |known: &&KindInfo| {
        let version = known.api_version.rsplit('/').next().unwrap_or_default();
        (version.contains("alpha"), version.contains("beta"), known.api_version.contains('/'), known.api_version)
    };
    table.kinds().filter(named).min_by_key(rank)
}

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
        Scope::Namespaced => "in a namespace",
        Scope::Cluster => "beside the namespaces",
        Scope::List => "a list",
    };
    let mut page = heading(&format!("{}: a kind of Kubernetes {release}", kind.kind));
    page += "\n";
    page += &definitions(&[("API versions", versions), ("lives", vec![scope.to_owned()])]);
    page += "\n";
    page += &heading("Fields");
    page += &super::field::list(table, kind.ty, release);
    Some(page)
}

/// `since 1.34`, `until 1.35`, both, or nothing for what every supported release has.
pub(super) fn releases(since: Version, until: Version) -> String {
    match (since > Version::OLDEST, until < Version::NEWEST) {
        (false, false) => String::new(),
        (true, false) => format!("since {since}"),
        (false, true) => format!("until {until}"),
        (true, true) => format!("from {since} to {until}"),
    }
}
