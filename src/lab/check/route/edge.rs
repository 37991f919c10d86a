//! What both APIs are asked.

use std::collections::BTreeSet;

use serde_json::Value;

use super::request::{Hop, Keys, Request};
use crate::client::kinds::Resource;
use crate::lab::check::objects::{self, text};
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// What one of the two APIs says of requests.
pub(super) trait Edge {
    /// Where a request goes: one place, or several where more than one rule fits as well.
    fn hops(&self, request: &Request<'_>) -> Vec<Hop>;
    /// Where somebody gets who also sends what a rule asks for besides host and path.
    fn hops_of_a_stranger(&self, request: &Request<'_>) -> Vec<Hop> {
        self.hops(request)
    }
    /// The Secrets whose certificate a client of a host may get.
    fn keys(&self, host: &str) -> Vec<Keys>;
    /// The hosts and paths that the rules name; the host is empty where a rule is for all.
    fn named(&self) -> Vec<(String, String)>;
}

/// The objects of a kind in all namespaces; none if the cluster has no such kind. What is being deleted is in force until it is gone.
pub(super) fn all(context: &CheckContext<'_>, api_version: &str, kind: &str) -> Result<Vec<Value>, CheckResult> {
    let Some(kind) = Resource::find(context.api, api_version, kind)? else { return Ok(Vec::new()) };
    objects::list(context, &kind, None, None)
}

/// The classes that an edge reads: that of the name, and those which name the same controller.
pub(super) fn classes(
    context: &CheckContext<'_>,
    (api_version, kind): (&str, &str),
    controller: &str,
    name: &str,
) -> Result<BTreeSet<String>, CheckResult> {
    let found = all(context, api_version, kind)?;
    let name_of = |class: &Value| text(class, "/metadata/name").to_owned();
    let own = found.iter().find(|class| name_of(class) == name).map(|class| text(class, controller));
    let same = found.iter().filter(|class| own.is_some_and(|own| !own.is_empty() && text(class, controller) == own));
    Ok(same.map(name_of).chain([name.to_owned()]).collect())
}
