//! Kinds by name, and the releases that have something.

use crate::k8s::fields::{Fields, KindInfo, Scope};
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

/// `since 1.34`, `until 1.35`, both, or nothing for what every supported release has.
pub(super) fn releases(since: Version, until: Version) -> String {
    match (since > Version::OLDEST, until < Version::NEWEST) {
        (false, false) => String::new(),
        (true, false) => format!("since {since}"),
        (false, true) => format!("until {until}"),
        (true, true) => format!("from {since} to {until}"),
    }
}
