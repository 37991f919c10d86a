//! The feature gates that a program is given.

use crate::apiserver::files::{ProgramView, Setting};
use crate::yaml::Span;

/// A gate that is set.
#[derive(Debug)]
pub(super) struct Gate<'v> {
    /// Where it is set.
    pub(super) setting: &'v Setting,
    pub(super) name: &'v str,
    /// What it is set to.
    pub(super) value: &'v str,
    /// The bytes of both.
    pub(super) span: Span,
}

/// The gates that a program is given: by the flag, or by the field of a configuration file.
pub(super) fn gates(view: &ProgramView) -> Vec<Gate<'_>> {
    let is_list = |setting: &&Setting| matches!(setting.name.as_str(), "feature-gates" | "featureGates");
    let mut gates = Vec::new();
    for setting in view.settings.iter().filter(is_list) {
        for (item, span) in setting.items() {
            let Some((name, value)) = item.split_once('=') else { continue };
            // `kube:Gate=true` since 1.31
            let name = name.rsplit(':').next().unwrap_or(name);
            gates.push(Gate { setting, name, value, span });
        }
    }
    gates
}
