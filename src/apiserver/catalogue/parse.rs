//! Reads the tables; `data/apiserver/README.md` has their formats. An error names the file and its first bad line.

use std::collections::HashMap;

use super::table::{Catalogue, Removed};
use super::types::{Component, ConfigApi, Flag, FlagType, Gate, Plugin, Reader, Stage};
use crate::k8s::version::Version;

macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../data/apiserver/", $name)))
    };
}

type Table = (&'static str, &'static str);

const FLAGS: Table = table!("flags.txt");
const SETTINGS: Table = table!("settings.txt");
const PLUGINS: Table = table!("plugins.txt");
const GATES: Table = table!("gates.txt");
const CONFIGS: Table = table!("configs.txt");
const REMOVED: Table = table!("removed.txt");
const MEANINGS: Table = table!("meanings.txt");

/// Meanings by component, or by none for plugins, and name.
type Meanings = HashMap<(Option<Component>, &'static str), &'static str>;

/// Reads all tables.
pub(super) fn catalogue() -> Result<Catalogue, String> {
    let meanings = meanings()?;
    let mut table = Catalogue::default();
    for source in [FLAGS, SETTINGS] {
        let mut component = Component::ApiServer;
        let flags = rows(source, |line| match line.strip_prefix("component ") {
            Some(name) => {
                component = Component::from_name(name)?;
                Some(None)
            }
            None => flag(component, line.strip_prefix("flag ")?, &meanings).map(Some),
        })?;
        table.flags.extend(flags.into_iter().flatten());
    }
    table.plugins = rows(PLUGINS, |line| plugin(line.strip_prefix("plugin ")?, &meanings))?;
    let (gates, gone): (Vec<_>, Vec<_>) = rows(GATES, |line| match line.strip_prefix("gone ") {
        Some(line) => gone(line).map(|gone| (None, Some(gone))),
        None => gate(line.strip_prefix("gate ")?).map(|gate| (Some(gate), None)),
    })?
    .into_iter()
    .unzip();
    table.gates = gates.into_iter().flatten().collect();
    table.gone = gone.into_iter().flatten().collect();
    table.configs = rows(CONFIGS, |line| config(line.strip_prefix("config ")?))?;
    table.removed = rows(REMOVED, removed)?;
    Ok(table)
}

/// What is read from each line that is no comment.
fn rows<T>((name, text): Table, mut read: impl FnMut(&'static str) -> Option<T>) -> Result<Vec<T>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    lines.map(|(at, line)| read(line).ok_or_else(|| format!("{name}:{}: {line}", at + 1))).collect()
}

pub(super) fn meanings() -> Result<Meanings, String> {
    let mut component = None;
    let found = rows(MEANINGS, |line| {
        if let Some(name) = line.strip_prefix("component ") {
            component = Some(Component::from_name(name)?);
        } else if line == "plugins" {
            component = None;
        } else {
            let (name, meaning) = line.split_once(' ')?;
            return Some(Some(((component, name), meaning)));
        }
        Some(None)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// `audit-log-maxage int 36-37 | 366`.
fn flag(component: Component, line: &'static str, meanings: &Meanings) -> Option<Flag> {
    let [words, default, deprecated] = parts(line)?;
    let mut words = words.split(' ');
    let name = words.next()?;
    let mut flag = Flag {
        component,
        name,
        flag: None,
        ty: FlagType::from_word(words.next()?)?,
        hidden: false,
        default: text(default),
        deprecated: text(deprecated),
        meaning: meanings.get(&(Some(component), name)).copied()?,
        since: Version::OLDEST,
        until: Version::NEWEST,
    };
    for word in words {
        if word == "hidden" {
            flag.hidden = true;
        } else if let Some(name) = word.strip_prefix("flag=") {
            flag.flag = Some(name);
        } else {
            (flag.since, flag.until) = range(word)?;
        }
    }
    Some(flag)
}

/// `JobValidation on 36-36`.
fn plugin(line: &'static str, meanings: &Meanings) -> Option<Plugin> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let on = is_on(words.next()?)?;
    let (since, until) = last_range(words)?;
    Some(Plugin { name, on, meaning: meanings.get(&(None, name)).copied()?, since, until })
}

/// `AnonymousAuthConfigurableEndpoints stable on locked 34-36`.
fn gate(line: &'static str) -> Option<Gate> {
    let mut words = line.split(' ').peekable();
    let name = words.next()?;
    let stage = Stage::from_word(words.next()?)?;
    let on = is_on(words.next()?)?;
    let locked = words.next_if_eq(&"locked").is_some();
    let (since, until) = last_range(words)?;
    Some(Gate { name, stage, on, locked, since, until })
}

/// `KMSv2 32`.
fn gone(line: &'static str) -> Option<(&'static str, u8)> {
    let (name, minor) = line.split_once(' ')?;
    Some((name, minor.parse().ok()?))
}

/// `Configuration eventratelimit.admission.k8s.io/v1alpha1 plugin:EventRateLimit`.
fn config(line: &'static str) -> Option<ConfigApi> {
    let mut words = line.split(' ');
    let (kind, api_version) = (words.next()?, words.next()?);
    let reader = match words.next()?.split_once(':')? {
        ("flag", flag) => Reader::Flag(flag),
        ("plugin", plugin) => Reader::Plugin(plugin),
        (name, flag) => Reader::Program { name, flag },
    };
    let (since, until) = last_range(words)?;
    Some(ConfigApi { kind, api_version, reader, since, until })
}

/// `flag kube-apiserver kubelet-https 1.22 | kubelet-certificate-authority | why it went`.
fn removed(line: &'static str) -> Option<Removed> {
    let [words, replacement, note] = parts(line)?;
    let mut words = words.split(' ');
    let component = match words.next()? {
        "flag" => Some(Component::from_name(words.next()?)?),
        "plugin" => None,
        _ => return None,
    };
    let name = words.next()?;
    let since = words.next()?.strip_prefix("1.")?.parse().ok()?;
    words.next().is_none().then_some(())?;
    Some(Removed { component, name, since, replacement: text(replacement), note: text(note)? })
}

/// Three texts with ` | ` between them; those at the end may be missing.
fn parts(line: &'static str) -> Option<[&'static str; 3]> {
    let mut parts = line.splitn(3, '|').map(str::trim);
    Some([parts.next()?, parts.next().unwrap_or_default(), parts.next().unwrap_or_default()])
}

fn text(part: &'static str) -> Option<&'static str> {
    (!part.is_empty()).then_some(part)
}

fn is_on(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// The range at the end of a line, which is every release if there is none.
fn last_range<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<(Version, Version)> {
    let found = words.next().map_or(Some((Version::OLDEST, Version::NEWEST)), range)?;
    words.next().is_none().then_some(found)
}

/// `34-37`.
fn range(word: &str) -> Option<(Version, Version)> {
    let (since, until) = word.split_once('-')?;
    let version = |minor: &str| Version::parse(&format!("1.{minor}"));
    let (since, until) = (version(since)?, version(until)?);
    (since <= until).then_some((since, until))
}
