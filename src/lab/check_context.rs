//! One run of a lab, as its texts, steps and checks see it.

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use serde_json::Value;

use crate::client::Api;

/// The names of one run: what the placeholders of a lab's texts stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub lab: String,
    /// The suffix of the run: four characters.
    pub run: String,
    /// The real names of the namespaces, by alias, in the order of the lab.
    pub ns: IndexMap<String, String>,
    /// The random words, by name.
    pub random: IndexMap<String, String>,
    pub image: String,
    /// The container that is the control-plane node; empty if there is none.
    pub node: String,
    /// The URL of the API server.
    pub server: String,
    pub kubeconfig: Utf8PathBuf,
    /// What steps have saved.
    pub saved: IndexMap<String, String>,
}

impl Names {
    /// The namespace that the learner's kubectl works in: the first.
    pub fn home(&self) -> &str {
        self.ns.values().next().map_or("default", String::as_str)
    }
}

/// What was written down at the start, by check: values of `unchanged`, findings of `rule` with `new_only`.
pub type Snapshots = IndexMap<String, Value>;

/// What a check sees.
pub struct CheckContext<'s> {
    pub api: &'s dyn Api,
    /// The names of the run.
    pub names: &'s Names,
    /// The learner's folder of the lab.
    pub folder: Utf8PathBuf,
    /// A text of the lab by its path in the lab's folder, its placeholders filled in.
    pub file: &'s (dyn Fn(&str) -> Result<String, String> + Sync),
    /// What was written down at the start.
    pub snapshots: &'s Snapshots,
    /// The throw-away pods of this verification.
    pub probes: &'s super::probe_pods::ProbePods<'s>,
    /// The check of a name, for controls.
    pub check: &'s (dyn Fn(&str) -> Option<crate::lab::course::LabCheck> + Sync),
}

impl CheckContext<'_> {
    /// The real name of a namespace.
    pub fn namespace(&self, alias: &str) -> Option<&str> {
        self.names.ns.get(alias).map(String::as_str)
    }
}
