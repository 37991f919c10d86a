//! What there is to say about a flag, plugin, gate, field or kind, for people to read.

mod page;

use super::advice::{self, Advice, Subject};
use super::catalogue::{
    Component, ConfigApi, Flag, FlagType, Gate, Lookup, Plugin, Reader, Stage, catalogue, flag_name,
};
use super::slides::slides;
use crate::k8s::version::Version;
use page::Page;

/// A name that the catalogue lacks.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// In any release, and anywhere.
    #[error("no flag, admission plugin, feature gate, field or kind is called `{name}`{}", did_you_mean(*nearest))]
    Name {
        /// The name, as it was asked for.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// Among the flags of a component.
    #[error("{} has no flag or field `{name}`{}", component.name(), did_you_mean(*nearest))]
    Flag {
        component: Component,
        /// The name, as it was asked for.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Everything that has the name, page by page; only that of one component, if one is given.
///
/// `--` before a name means that a flag is asked for, and what follows `=` is left out of account.
pub fn explain(asked: &str, version: Version, component: Option<Component>) -> Result<String, Unknown> {
    let name = flag_name(asked);
    let only_flags = asked.starts_with("--") || component.is_some();
    let mut found = catalogue().named(&name);
    found.flags.retain(|(theirs, _)| component.is_none_or(|ours| ours == *theirs));
    let mut page = Page::default();
    for (component, name) in &found.flags {
        flag(&mut page, *component, name, version);
    }
    if !only_flags {
        if let Some(name) = found.plugin {
            plugin(&mut page, name, version);
        }
        if let Some(name) = found.gate {
            gate(&mut page, name, version);
        }
        if let Some(kind) = found.kind {
            kind_of_file(&mut page, kind, version);
        }
    }
    let text = page.finish();
    if !text.is_empty() {
        return Ok(text);
    }
    let name = asked.to_owned();
    Err(match component {
        Some(component) => {
            let nearest = match catalogue().flag(component, &name, version) {
                Lookup::Unknown { nearest } => nearest,
                _ => None,
            };
            Unknown::Flag { component, name, nearest }
        }
        None => Unknown::Name { nearest: catalogue().nearest(&flag_name(asked)), name },
    })
}

/// The page of a flag or field.
fn flag(page: &mut Page, component: Component, name: &str, version: Version) {
    let shapes: Vec<&Flag> = catalogue().flag_shapes(component, name).collect();
    let found = catalogue().flag(component, name, version);
    let shown = match &found {
        Lookup::Found(flag) => Some(*flag),
        // of a flag that is gone, the last shape; of one to come, the first
        Lookup::Removed { .. } => shapes.last().copied(),
        _ => shapes.first().copied(),
    };
    let field = shown.filter(|flag| flag.is_field());
    match field {
        Some(field) => page.title(field.name, &format!("(field of the configuration file of {})", component.name())),
        None => page.title(&format!("--{name}"), &format!("({} flag)", component.name())),
    }
    let advice = advice::of(Subject::Setting(component), name);
    if let Some(flag) = shown {
        match flag.meaning {
            "" => page.gap(),
            meaning => page.sentence(meaning),
        }
        if let Some(flag) = field.and_then(|field| field.flag) {
            page.row("flag", &format!("--{flag}"));
        }
        page.row("type", &type_of(flag.ty));
        page.row("default", &default_of(flag, &shapes));
        page.row("since", &since(shapes.first().map(|flag| flag.since), advice));
    } else {
        page.gap();
    }
    end(page, &found, shapes.last().map(|flag| flag.until), version, "--");
    if let Lookup::Removed { .. } | Lookup::NotYet { .. } = &found {
        page.row("careful", &format!("{} {version} does not start with it.", component.name()));
    }
    if let Lookup::Found(flag) = &found {
        if let Some(reason) = flag.deprecated {
            page.row("deprecated", reason);
        }
        if flag.hidden {
            page.row("hidden", "--help does not show it.");
        }
        advise(page, advice, version);
    }
}

/// The page of an admission plugin.
fn plugin(page: &mut Page, name: &str, version: Version) {
    page.title(name, "(admission plugin)");
    let shapes: Vec<&Plugin> = catalogue().plugin_shapes(name).collect();
    let found = catalogue().plugin(name, version);
    let advice = advice::of(Subject::Plugin, name);
    match shapes.first() {
        Some(plugin) => {
            page.sentence(plugin.meaning);
            page.row("default", if plugin.on { "on" } else { "off" });
            page.row("since", &since(Some(plugin.since), advice));
        }
        None => page.gap(),
    }
    end(page, &found, shapes.last().map(|plugin| plugin.until), version, "");
    if let Lookup::Found(_) = found {
        advise(page, advice, version);
    } else {
        page.row("careful", &format!("kube-apiserver {version} does not start with it."));
    }
}

/// The page of a feature gate.
fn gate(page: &mut Page, name: &str, version: Version) {
    page.title(name, "(feature gate)");
    page.gap();
    let stages: Vec<&Gate> = catalogue().gate_stages(name).collect();
    let found = catalogue().gate(name, version);
    let advice = advice::of(Subject::Gate, name);
    for gate in &stages {
        let when = releases(gate.since, gate.until);
        let locked = if gate.locked { ", and cannot be set otherwise" } else { "" };
        let word = if gate.on { "on" } else { "off" };
        page.row(&when, &format!("{}; {word} by default{locked}", gate.stage.word()));
    }
    end(page, &found, stages.last().map(|gate| gate.until), version, "");
    match found {
        Lookup::Found(gate) => {
            if gate.stage == Stage::Stable {
                page.row("careful", "Leave it out: the gate of a stable feature goes some releases later.");
            }
            advise(page, advice, version);
        }
        _ => page.row("careful", &format!("Leave it out: kube-apiserver {version} does not start with it.")),
    }
}

/// The page of a kind of configuration file.
fn kind_of_file(page: &mut Page, kind: &str, version: Version) {
    page.title(kind, "(kind of a configuration file)");
    page.gap();
    let here: Vec<&ConfigApi> = catalogue().config_apis(kind, version).collect();
    if here.is_empty() {
        page.row("careful", &format!("Kubernetes {version} does not read it."));
    }
    let mut readers: Vec<String> = Vec::new();
    for config in &here {
        page.row("apiVersion", config.api_version);
        let reader = match config.reader {
            Reader::Flag(flag) => format!("kube-apiserver --{flag}"),
            Reader::Plugin(plugin) => format!("the plugin {plugin}"),
            Reader::Program { name, flag } => format!("{name} --{flag}"),
        };
        if !readers.contains(&reader) {
            readers.push(reader);
        }
    }
    if !readers.is_empty() {
        page.row("read by", &readers.join(", "));
    }
    for config in
        catalogue().config_shapes(kind).filter(|config| !here.iter().any(|known| std::ptr::eq(*known, *config)))
    {
        page.row("otherwise", &format!("{} in {}", config.api_version, releases(config.since, config.until)));
    }
    page.row("release", &format!("{version}; the API version to prefer comes first"));
}

fn type_of(ty: FlagType) -> String {
    let more = match ty {
        FlagType::StringArray | FlagType::NamedCertKey => "; may be given more than once",
        ty if ty.splits_at_commas() => "; with commas, or given more than once",
        _ => "",
    };
    format!("{}{more}", ty.word())
}

/// The default, and what it is in other releases if it is not the same.
fn default_of(shown: &Flag, shapes: &[&Flag]) -> String {
    let value = |flag: &Flag| flag.default.unwrap_or("none").to_owned();
    let others: Vec<String> = shapes
        .iter()
        .filter(|flag| flag.default != shown.default)
        .map(|flag| format!("{}: {}", releases(flag.since, flag.until), value(flag)))
        .collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    format!("{}{others}", value(shown))
}

/// `1.33-1.36`, or `1.37`.
fn releases(since: Version, until: Version) -> String {
    if since == until { since.to_string() } else { format!("{since}-{until}") }
}

fn since(first: Option<Version>, advice: Option<&Advice>) -> String {
    match (advice.and_then(|advice| advice.since), first) {
        (Some(since), _) => since.to_owned(),
        (None, Some(first)) if first > Version::OLDEST => first.to_string(),
        _ => format!("{} or earlier", Version::OLDEST),
    }
}

/// Until when it is there, and what comes instead.
fn end<T>(page: &mut Page, found: &Lookup<T>, until: Option<Version>, version: Version, dashes: &str) {
    match found {
        Lookup::Found(_) => match until {
            Some(until) if until < Version::NEWEST => page.row("until", &format!("{until}; later releases lack it")),
            _ => page.row("until", &format!("still in {}", Version::NEWEST)),
        },
        Lookup::Removed { since, replacement, note } => {
            page.row("until", &format!("removed in 1.{since}; {version} does not have it"));
            page.row("instead", &replacement.map_or("nothing".to_owned(), |name| instead(name, dashes)));
            if let Some(note) = note {
                page.row("why", note);
            }
        }
        Lookup::NotYet { since } => page.row("release", &format!("{version} does not have it; it comes with {since}")),
        Lookup::Unknown { .. } => {}
    }
}

/// A flag with its dashes; the field of a configuration file has none.
fn instead(name: &str, dashes: &str) -> String {
    let field = name.contains(|c: char| c.is_ascii_uppercase());
    format!("{}{name}", if field { "" } else { dashes })
}

/// What is safe, and why.
fn advise(page: &mut Page, advice: Option<&Advice>, version: Version) {
    let Some(advice) = advice else { return };
    let list =
        |benchmark: &str, items: &[&str]| (!items.is_empty()).then(|| format!("{benchmark} {}", items.join(", ")));
    let controls: Vec<String> =
        [list("CIS 1.12:", &advice.cis), list("STIG:", &advice.stig)].into_iter().flatten().collect();
    if !controls.is_empty() {
        page.row("controls", &controls.join("; "));
    }
    page.gap();
    page.row("safe", &advice.safe);
    page.row("why", &advice.why);
    page.row("breaks", &advice.breaks);
    page.gap();
    page.block("write today", &advice.write(version));
    page.gap();
    // in one piece, so that it can be copied
    page.block("source", &advice.source);
}

/// The tables of the slides of 2019, then and now.
pub fn explain_slides(version: Version) -> String {
    const FLAGS: [usize; 3] = [30, 15, 31];
    const PORTS: [usize; 3] = [5, 20, 51];
    let mut page = Page::default();
    page.title("Flags", &format!("of the slides of 2019 (Kubernetes 1.11), and of {version}"));
    page.gap();
    let [slide, fate, today] = FLAGS;
    page.heads(&[("slide", slide), ("fate", fate), ("today", today)]);
    for row in &slides().flags {
        page.columns(&[(&row.slide, slide), (&row.fate(version), fate), (&row.today, today)]);
    }
    page.title("Ports", "of a node, corrected");
    page.gap();
    let [port, slide, today] = PORTS;
    page.heads(&[("port", port), ("slide", slide), ("today", today)]);
    for row in &slides().ports {
        let said = row.slide.as_deref().unwrap_or("-");
        page.columns(&[(&row.port.to_string(), port), (said, slide), (&row.today, today)]);
    }
    page.finish()
}
