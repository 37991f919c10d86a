//! Reads the tables; `data/apiserver/README.md` has their formats.

use std::collections::HashMap;

use super::types::{Catalogue, Component, ConfigApi, Flag, FlagType, Gate, Plugin, Reader, Removed, Stage};
use crate::k8s::table::{ALL_RELEASES, Read, Row, Source, any_release, source};

const FLAGS: Source = source!("apiserver/flags.txt");
const SETTINGS: Source = source!("apiserver/settings.txt");
const COMPONENTS: Source = source!("apiserver/components.txt");
const PLUGINS: Source = source!("apiserver/plugins.txt");
const GATES: Source = source!("apiserver/gates.txt");
const CONFIGS: Source = source!("apiserver/configs.txt");
const REMOVED: Source = source!("apiserver/removed.txt");
const MEANINGS: Source = source!("apiserver/meanings.txt");

/// Meanings by component, or by none for plugins, and name.
type Meanings = HashMap<(Option<Component>, &'static str), &'static str>;

pub fn read() -> Read<Catalogue> {
    let meanings = meanings()?;
    let mut table = Catalogue::default();
    for source in [FLAGS, SETTINGS, COMPONENTS] {
        // what nobody asks about has no meaning yet
        let is_explained = source.file != COMPONENTS.file;
        let mut component = Component::ApiServer;
        for mut row in source.rows() {
            if row.skip_word("component") {
                component = last(row, COMPONENT, Component::from_name)?;
            } else {
                row.expect("flag")?;
                table.flags.push(flag(row, component, is_explained.then_some(&meanings))?);
            }
        }
    }
    table.plugins = PLUGINS.rows().map(|row| plugin(row, &meanings)).collect::<Read<_>>()?;
    for mut row in GATES.rows() {
        if row.skip_word("gone") {
            table.gone.push((row.word("a gate")?, last(row, "the number after `1.`", |minor| minor.parse().ok())?));
        } else {
            table.gates.push(gate(row)?);
        }
    }
    table.configs = CONFIGS.rows().map(config).collect::<Read<_>>()?;
    table.removed = REMOVED.rows().map(removed).collect::<Read<_>>()?;
    Ok(table)
}

const COMPONENT: &str = "a program such as `kube-apiserver`";

/// The last word of a row.
fn last<T>(mut row: Row, what: &str, read: impl FnOnce(&'static str) -> Option<T>) -> Read<T> {
    let found = row.read(what, read)?;
    row.finish()?;
    Ok(found)
}

pub(super) fn meanings() -> Read<Meanings> {
    let mut component = None;
    let mut found = Meanings::new();
    for mut row in MEANINGS.rows() {
        if row.skip_word("component") {
            component = Some(last(row, COMPONENT, Component::from_name)?);
        } else if row.rest() == "plugins" {
            component = None;
        } else {
            let start = row;
            let name = row.word("a flag, field or plugin")?;
            if found.insert((component, name), row.text("what it is for")?).is_some() {
                return Err(start.bad("expected one meaning of each"));
            }
        }
    }
    Ok(found)
}

/// `audit-log-maxage int 36-37 | 366`.
fn flag(mut row: Row, component: Component, meanings: Option<&Meanings>) -> Read<Flag> {
    let (default, deprecated) = bars(&mut row);
    let name_row = row;
    let name = row.word("a flag")?;
    let ty = row.read("a type as `--help` calls it", FlagType::from_word)?;
    let hidden = row.skip_word("hidden");
    let flag = if row.skip("flag=") { Some(row.word("a flag")?) } else { None };
    let (since, until) = row.releases(ALL_RELEASES)?;
    let meaning = meanings.map_or(Ok(""), |meanings| meaning(name_row, meanings, Some(component), name))?;
    Ok(Flag { component, name, flag, ty, hidden, default, deprecated, meaning, since, until })
}

/// What a flag, field or plugin is for. The row begins with its name.
fn meaning(row: Row, meanings: &Meanings, of: Option<Component>, name: &'static str) -> Read<&'static str> {
    let missing = || row.bad(&format!("expected something that {} has a meaning of", MEANINGS.file));
    meanings.get(&(of, name)).copied().ok_or_else(missing)
}

/// `plugin JobValidation on 36-36`.
fn plugin(mut row: Row, meanings: &Meanings) -> Read<Plugin> {
    row.expect("plugin")?;
    let name_row = row;
    let (name, on) = (row.word("a plugin")?, row.read(ON, is_on)?);
    let (since, until) = row.releases(ALL_RELEASES)?;
    Ok(Plugin { name, on, meaning: meaning(name_row, meanings, None, name)?, since, until })
}

/// `gate AnonymousAuthConfigurableEndpoints stable on locked 34-36`.
fn gate(mut row: Row) -> Read<Gate> {
    row.read("`gate` or `gone`", |word| (word == "gate").then_some(()))?;
    let name = row.word("a gate")?;
    let stage = row.read("`alpha`, `beta`, `stable` or `deprecated`", Stage::from_word)?;
    let (on, locked) = (row.read(ON, is_on)?, row.skip_word("locked"));
    let (since, until) = row.releases(ALL_RELEASES)?;
    Ok(Gate { name, stage, on, locked, since, until })
}

/// `config Configuration eventratelimit.admission.k8s.io/v1alpha1 plugin:EventRateLimit`.
fn config(mut row: Row) -> Read<ConfigApi> {
    row.expect("config")?;
    let (kind, api_version) = (row.word("a kind")?, row.word("an API version")?);
    let reader = row.read("who reads it, such as `flag:authorization-config`", reader)?;
    let (since, until) = row.releases(ALL_RELEASES)?;
    Ok(ConfigApi { kind, api_version, reader, since, until })
}

fn reader(word: &'static str) -> Option<Reader> {
    Some(match word.split_once(':')? {
        ("flag", flag) => Reader::Flag(flag),
        ("plugin", plugin) => Reader::Plugin(plugin),
        (name, flag) => Reader::Program { name, flag },
    })
}

/// `flag kube-apiserver kubelet-https 1.22 | kubelet-certificate-authority | why it went`.
fn removed(mut row: Row) -> Read<Removed> {
    let whole = row;
    let (replacement, note) = bars(&mut row);
    let is_flag = row.read("`flag` or `plugin`", |word| match word {
        "flag" => Some(true),
        "plugin" => Some(false),
        _ => None,
    })?;
    let component = if is_flag { Some(row.read(COMPONENT, Component::from_name)?) } else { None };
    let (name, since) = (row.word("a flag or plugin")?, last(row, "a release such as `1.24`", any_release)?);
    let note = note.ok_or_else(|| whole.bad("expected `| instead | why` at the end of this row"))?;
    Ok(Removed { component, name, since, replacement, note })
}

/// What is after the first ` |` of a row, and after the next `|`; both may be missing or empty.
fn bars(row: &mut Row) -> (Option<&'static str>, Option<&'static str>) {
    let text = |row: Row| Some(row.rest().trim()).filter(|text| !text.is_empty());
    let Some(mut first) = row.cut(" |") else { return (None, None) };
    let second = first.cut("|");
    (text(first), second.and_then(text))
}

const ON: &str = "`on` or `off`";

fn is_on(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}
