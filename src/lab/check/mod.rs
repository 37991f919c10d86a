//! Judging a check: one file per type.

mod admission;
mod answer;
mod audit;
mod beyond;
mod can_i;
pub mod cel;
mod cert;
mod connect;
mod curl;
mod destination;
mod dial;
mod etcd;
mod exec;
mod flag;
mod group;
mod healthy;
mod http;
mod identity;
mod leak;
mod living;
mod node_file;
mod objects;
#[cfg(test)]
mod page;
mod pods;
#[cfg(test)]
pub(crate) mod recorded;
mod refusal;
mod resource;
mod rule;
mod seen;
mod spots;
mod text;
mod token;
mod unchanged;

use serde_json::Value;

use super::course::Probe;
use super::scene::Scene;
use super::verdict::Judged;

/// Looks once, and says what it sees. `id` is the check's name.
pub fn judge(id: &str, probe: &Probe, scene: &Scene<'_>) -> Judged {
    judge_with(id, probe, scene.snapshots.get(id), scene)
}

fn judge_with(id: &str, probe: &Probe, snapshot: Option<&Value>, scene: &Scene<'_>) -> Judged {
    match probe {
        Probe::Group(group, members) => group::judge(*group, members, id, snapshot, scene),
        Probe::Resource(spec) => resource::judge(spec, scene),
        Probe::Exec(spec) => exec::judge(spec, scene),
        Probe::Connect(spec) => connect::judge(spec, scene),
        Probe::Http(spec) => http::judge(spec, scene),
        Probe::Token(spec) => token::judge(spec, scene),
        Probe::Cert(spec) => cert::judge(spec, scene),
        Probe::Leak(spec) => leak::judge(spec, scene),
        Probe::Healthy(spec) => healthy::judge(spec, scene),
        Probe::Unchanged(spec) => unchanged::judge(spec, snapshot, scene),
        Probe::Answer(spec) => answer::judge(id, spec, scene),
        Probe::CanI(spec) => can_i::judge(spec, scene),
        Probe::Admission(spec) => admission::judge(spec, scene),
        Probe::Rule(spec) => rule::judge(spec, snapshot, scene),
        Probe::Flag(spec) => flag::judge(spec, scene),
        Probe::NodeFile(spec) => node_file::judge(spec, scene),
        Probe::Audit(spec) => audit::judge(spec, scene),
        Probe::Etcd(spec) => etcd::judge(spec, scene),
    }
}

/// What a check has to know later of how things are now, at the start; none if it needs nothing.
pub fn snapshot(id: &str, probe: &Probe, scene: &Scene<'_>) -> Result<Option<Value>, Judged> {
    match probe {
        Probe::Group(_, members) => group::snapshot(id, members, scene),
        Probe::Unchanged(spec) => unchanged::snapshot(spec, scene).map(Some),
        Probe::Rule(spec) if spec.new_only => rule::snapshot(spec, scene).map(Some),
        _ => Ok(None),
    }
}

/// A word that nobody else has.
fn nonce() -> Result<String, Judged> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| Judged::error("there are no random numbers"))?;
    Ok(bytes.iter().fold(String::new(), |word, byte| format!("{word}{byte:02x}")))
}
