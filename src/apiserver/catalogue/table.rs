//! What is looked up in the catalogue.

use super::types::{Catalogue, Component, ConfigApi, Flag, Gate, Lookup, Plugin, Ranged, Removed};
use crate::k8s::version::Version;

/// The name of a flag as the tables have it: `anonymous-auth` for `--anonymous_auth=false`.
///
/// The components of Kubernetes read `_` as `-`; a field of a configuration file has neither.
pub fn flag_name(text: &str) -> String {
    let text = text.trim_start_matches('-');
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    name.trim().replace('_', "-")
}

impl Catalogue {
    /// Looks a flag up, or a field of the kubelet's or kube-proxy's configuration by its path (`authorization.mode`) or by
    /// the flag that sets the same. `--` before the name, `=` after it, and `_` for `-` do no harm.
    pub fn flag(&'static self, component: Component, name: &str, version: Version) -> Lookup<Flag> {
        let name = flag_name(name);
        let rows = || self.flags.iter().filter(|flag| flag.component == component);
        let named = rows().filter(|flag| flag.is_called(&name));
        let removed = self.removed.iter().find(|old| old.component == Some(component) && old.name == name);
        let nearest = || nearest(&name, rows().filter(|flag| flag.in_release(version)).map(|flag| flag.name));
        look_up(named, removed, version, nearest)
    }

    /// Looks an admission plugin up.
    pub fn plugin(&'static self, name: &str, version: Version) -> Lookup<Plugin> {
        let removed = self.removed.iter().find(|old| old.component.is_none() && old.name == name);
        let nearest = || nearest(name, self.plugins(version).map(|plugin| plugin.name));
        look_up(self.plugins.iter().filter(|plugin| plugin.name == name), removed, version, nearest)
    }

    /// Looks a feature gate up. One that is gone stops the API server that is told of it.
    pub fn gate(&'static self, name: &str, version: Version) -> Lookup<Gate> {
        if let Some((_, since)) = self.gone.iter().find(|(gone, _)| *gone == name) {
            return Lookup::Removed { since: *since, replacement: None, note: None };
        }
        let nearest = || nearest(name, self.gates(version).map(|gate| gate.name));
        look_up(self.gates.iter().filter(|gate| gate.name == name), None, version, nearest)
    }

    /// Looks up which API version of a kind of configuration file is the preferred one.
    ///
    /// Several plugins call theirs `Configuration`; the name of the plugin finds it as well.
    pub fn config_api(&'static self, kind: &str, version: Version) -> Lookup<ConfigApi> {
        let nearest = || nearest(kind, self.configs(version).map(|config| config.kind));
        look_up(self.configs.iter().filter(|config| config.is_for(kind)), None, version, nearest)
    }

    /// Every API version of a kind that the release reads, the preferred one first.
    pub fn config_apis(&'static self, kind: &str, version: Version) -> impl Iterator<Item = &'static ConfigApi> {
        self.configs(version).filter(move |config| config.is_for(kind))
    }

    /// Every API version of a kind in the supported releases, the preferred one first.
    pub fn config_shapes(&'static self, kind: &str) -> impl Iterator<Item = &'static ConfigApi> {
        self.configs.iter().filter(move |config| config.is_for(kind))
    }

    /// Every flag of a component in a release, by name.
    pub fn flags(&'static self, component: Component, version: Version) -> impl Iterator<Item = &'static Flag> {
        self.flags.iter().filter(move |flag| flag.component == component && flag.in_release(version))
    }

    /// Every admission plugin of a release, by name.
    pub fn plugins(&'static self, version: Version) -> impl Iterator<Item = &'static Plugin> {
        self.plugins.iter().filter(move |plugin| plugin.in_release(version))
    }

    /// Every feature gate that a release takes, by name.
    pub fn gates(&'static self, version: Version) -> impl Iterator<Item = &'static Gate> {
        self.gates.iter().filter(move |gate| gate.in_release(version))
    }

    /// Every kind of configuration file of a release, by kind, the preferred API version first.
    pub fn configs(&'static self, version: Version) -> impl Iterator<Item = &'static ConfigApi> {
        self.configs.iter().filter(move |config| config.in_release(version))
    }

    /// The shapes that a flag or field has had in the supported releases, the oldest first.
    pub fn flag_shapes(&'static self, component: Component, name: &str) -> impl Iterator<Item = &'static Flag> {
        let name = flag_name(name);
        self.flags.iter().filter(move |flag| flag.component == component && flag.is_called(&name))
    }

    /// The shapes that a plugin has had in the supported releases, the oldest first.
    pub fn plugin_shapes(&'static self, name: &str) -> impl Iterator<Item = &'static Plugin> {
        self.plugins.iter().filter(move |plugin| plugin.name == name)
    }

    /// The stages of a gate in the supported releases, the oldest first.
    pub fn gate_stages(&'static self, name: &str) -> impl Iterator<Item = &'static Gate> {
        self.gates.iter().filter(move |gate| gate.name == name)
    }

    /// What has the name in any release, gone or not; upper and lower case are the same.
    pub(crate) fn named(&self, name: &str) -> Names {
        let same = |known: &&'static str| known.eq_ignore_ascii_case(name);
        let plugins = self.plugins.iter().map(|plugin| plugin.name);
        let gates = self.gates.iter().map(|gate| gate.name);
        let kinds = self.configs.iter().map(|config| config.kind);
        let old = |plugin: bool| self.removed.iter().filter(move |old| old.component.is_none() == plugin);
        let mut flags: Vec<(Component, &'static str)> = self
            .flags
            .iter()
            .filter(|flag| flag.name.eq_ignore_ascii_case(name) || flag.is_called(name))
            .map(|flag| (flag.component, flag.name))
            .chain(old(false).filter_map(|old| Some((old.component?, old.name))).filter(|(_, known)| same(known)))
            .collect();
        flags.sort_unstable();
        flags.dedup();
        Names {
            flags,
            plugin: plugins.chain(old(true).map(|old| old.name)).find(same),
            gate: gates.chain(self.gone.iter().map(|(name, _)| *name)).find(same),
            kind: kinds.clone().find(same),
        }
    }

    /// The name that was probably meant, of anything in any release.
    pub(crate) fn nearest(&self, name: &str) -> Option<&'static str> {
        let flags = self.flags.iter().flat_map(|flag| [Some(flag.name), flag.flag]).flatten();
        let plugins = self.plugins.iter().map(|plugin| plugin.name);
        let gates = self.gates.iter().map(|gate| gate.name);
        let kinds = self.configs.iter().map(|config| config.kind);
        nearest(name, flags.chain(self.removed.iter().map(|old| old.name)).chain(plugins).chain(gates).chain(kinds))
    }
}

/// What has one name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The components with a flag or field of the name, and how they spell it.
    pub(crate) flags: Vec<(Component, &'static str)>,
    pub(crate) plugin: Option<&'static str>,
    pub(crate) gate: Option<&'static str>,
    /// The kind of a configuration file.
    pub(crate) kind: Option<&'static str>,
}

/// The row of the release; or else what became, or will become, of it.
fn look_up<T: Ranged>(
    rows: impl Iterator<Item = &'static T>,
    removed: Option<&Removed>,
    version: Version,
    nearest: impl FnOnce() -> Option<&'static str>,
) -> Lookup<T> {
    let rows: Vec<&'static T> = rows.collect();
    if let Some(row) = rows.iter().find(|row| row.in_release(version)) {
        return Lookup::Found(row);
    }
    let last = rows.iter().map(|row| row.range().1).filter(|until| *until < version).max();
    let next = rows.iter().map(|row| row.range().0).filter(|since| *since > version).min();
    let since = last.map(|until| until.minor() + 1).or(removed.map(|old| old.since));
    match (since, next) {
        (Some(since), _) => Lookup::Removed {
            since,
            replacement: removed.and_then(|old| old.replacement),
            note: removed.map(|old| old.note),
        },
        (None, Some(since)) => Lookup::NotYet { since },
        (None, None) => Lookup::Unknown { nearest: nearest() },
    }
}

/// The known name that differs least, if it differs little.
fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let wanted = name.to_ascii_lowercase();
    let most = (wanted.len() / 4).max(1);
    known
        .map(|known| (strsim::osa_distance(&known.to_ascii_lowercase(), &wanted), known))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, known)| known)
}
