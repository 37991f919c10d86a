//! Judging a check: one file per type.

mod admission;
mod answer;
mod audit;
mod bounds;
mod can_i;
pub mod cel;
mod cert;
mod connect;
mod curl;
mod destination;
mod etcd;
mod excess_rights;
mod exec;
mod flag;
mod folder;
mod group;
mod healthy;
mod http;
mod identity;
mod leak;
mod live_objects;
mod node_file;
mod objects;
#[cfg(test)]
mod page;
mod pods;
#[cfg(test)]
pub mod recorded;
mod refusal;
mod resource;
mod route;
mod rule;
mod targets;
mod tcp;
mod text;
mod token;
mod token_places;
mod trace;
mod unchanged;

use serde_json::Value;

use group::Group;

use super::check_context::CheckContext;
use super::course::CheckKind;
use super::verdict::CheckResult;

/// Looks once, and says what it sees. `id` is the check's name.
pub fn evaluate(id: &str, probe: &CheckKind, context: &CheckContext<'_>) -> CheckResult {
    evaluate_with(id, probe, context.snapshots.get(id), context)
}

fn evaluate_with(id: &str, probe: &CheckKind, snapshot: Option<&Value>, context: &CheckContext<'_>) -> CheckResult {
    let group = |group, members: &[CheckKind]| {
        group::evaluate(group, members, snapshot, |member, own| evaluate_with(id, member, own, context))
    };
    match probe {
        CheckKind::Any(members) => group(Group::Any, members),
        CheckKind::All(members) => group(Group::All, members),
        CheckKind::None(members) => group(Group::None, members),
        CheckKind::Resource(spec) => resource::evaluate(spec, context),
        CheckKind::Exec(spec) => exec::evaluate(spec, context),
        CheckKind::Connect(spec) => connect::evaluate(spec, context),
        CheckKind::Http(spec) => http::evaluate(spec, context),
        CheckKind::Route(spec) => route::evaluate(spec, context),
        CheckKind::Token(spec) => token::evaluate(spec, context),
        CheckKind::Cert(spec) => cert::evaluate(spec, context),
        CheckKind::Leak(spec) => leak::evaluate(spec, context),
        CheckKind::Healthy(spec) => healthy::evaluate(spec, context),
        CheckKind::Unchanged(spec) => unchanged::evaluate(spec, snapshot, context),
        CheckKind::Answer(spec) => answer::evaluate(id, spec, context),
        CheckKind::CanI(spec) => can_i::evaluate(spec, context),
        CheckKind::Admission(spec) => admission::evaluate(spec, context),
        CheckKind::Rule(spec) => rule::evaluate(spec, snapshot, context),
        CheckKind::Flag(spec) => flag::evaluate(spec, context),
        CheckKind::NodeFile(spec) => node_file::evaluate(spec, context),
        CheckKind::Audit(spec) => audit::evaluate(spec, context),
        CheckKind::Etcd(spec) => etcd::evaluate(spec, context),
    }
}

/// What a check has to know later of how things are now, at the start; none if it needs nothing.
pub fn snapshot(probe: &CheckKind, context: &CheckContext<'_>) -> Result<Option<Value>, CheckResult> {
    match probe {
        CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
            group::snapshot(members, |member| self::snapshot(member, context))
        }
        CheckKind::Unchanged(spec) => unchanged::snapshot(spec, context).map(Some),
        CheckKind::Rule(spec) if spec.new_only => rule::snapshot(spec, context).map(Some),
        _ => Ok(None),
    }
}
