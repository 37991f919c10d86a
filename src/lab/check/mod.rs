//! Judging a check: one file per type.

mod cert;
mod connect;
mod exec;
mod http;
mod leak;
#[cfg(test)]
pub(crate) mod recorded;
mod token;

use super::course::Probe;
use super::scene::Scene;
use super::verdict::Judged;

/// Looks once, and says what it sees. `id` is the check's name.
pub fn judge(id: &str, probe: &Probe, scene: &Scene<'_>) -> Judged {
    match probe {
        Probe::Exec(spec) => exec::judge(spec, scene),
        Probe::Connect(spec) => connect::judge(spec, scene),
        Probe::Http(spec) => http::judge(spec, scene),
        Probe::Token(spec) => token::judge(spec, scene),
        Probe::Cert(spec) => cert::judge(spec, scene),
        Probe::Leak(spec) => leak::judge(spec, scene),
        Probe::Group(..)
        | Probe::Resource(_)
        | Probe::CanI(_)
        | Probe::Admission(_)
        | Probe::Rule(_)
        | Probe::Healthy(_)
        | Probe::Unchanged(_)
        | Probe::Answer(_)
        | Probe::Flag(_)
        | Probe::NodeFile(_)
        | Probe::Audit(_)
        | Probe::Etcd(_) => Judged::error(format!("`{id}` has a type that is not known yet")),
    }
}
