//! A rule in CEL.

use super::Variable;
use crate::rules::Settings;

/// A rule in CEL.
#[derive(Debug)]
pub(crate) struct Cel {
    pub(crate) rule: &'static str,
    /// The variables that it reads, each after those that it reads itself.
    pub(crate) reads: &'static [Variable],
    /// The places of a pod that break the rule: an expression for a list of texts.
    pub(crate) broken: fn(&Settings) -> String,
}

/// The places, but none in pods that declare themselves ones for Windows.
pub(super) fn unless_windows(places: &str) -> String {
    format!("variables.pod.?os.?name.orValue('') == 'windows' ? [] :\n{places}")
}

/// The places, but none in pods with a user namespace of their own, if the release lets such be root in there.
pub(super) fn unless_user_namespace(settings: &Settings, places: &str) -> String {
    if settings.kubernetes.minor() < 35 {
        return places.to_owned();
    }
    format!("!variables.pod.?hostUsers.orValue(true) ? [] :\n{places}")
}
