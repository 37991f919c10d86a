//! What slides of 2019 said about the API server, and what holds today (`data/apiserver/slides.yaml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalogue::{Component, Lookup, catalogue};
use crate::k8s::version::Version;

static SLIDES: LazyLock<Slides> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("../../data/apiserver/slides.yaml")).unwrap_or_default());

/// The slides, read at their first use.
pub fn slides() -> &'static Slides {
    &SLIDES
}

/// The two tables.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slides {
    /// Flags and plugins.
    pub flags: Vec<SlideFlag>,
    /// Ports of a node, corrected and completed.
    pub ports: Vec<SlidePort>,
}

/// A flag or plugin of the slides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlideFlag {
    /// What the slide said.
    pub slide: String,
    flag: Option<String>,
    plugin: Option<String>,
    /// What to write today.
    pub today: String,
}

/// A port of a node.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlidePort {
    /// Its number.
    pub port: u16,
    /// What the slide said it is; none if it was not on it.
    pub slide: Option<String>,
    /// What it is today.
    pub today: String,
}

impl SlideFlag {
    /// What became of it by the release, in two or three words.
    pub fn fate(&self, version: Version) -> String {
        match (&self.flag, &self.plugin) {
            (Some(flag), _) => {
                let found = catalogue().flag(Component::ApiServer, flag, version);
                let deprecated = matches!(&found, Lookup::Found(flag) if flag.deprecated.is_some());
                if deprecated { "deprecated".to_owned() } else { fate(&found) }
            }
            (_, Some(plugin)) => fate(&catalogue().plugin(plugin, version)),
            (None, None) => fate::<()>(&Lookup::Unknown { nearest: None }),
        }
    }
}

fn fate<T>(found: &Lookup<T>) -> String {
    match found {
        Lookup::Found(_) => "still there".to_owned(),
        Lookup::Removed { since, .. } => format!("removed in 1.{since}"),
        Lookup::NotYet { since } => format!("new in {since}"),
        Lookup::Unknown { .. } => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_knows_all_of_the_slides() {
        let read: Result<Slides, _> = serde_yaml::from_str(include_str!("../../data/apiserver/slides.yaml"));
        let read = read.unwrap_or_else(|error| panic!("{error}"));
        for row in &read.flags {
            assert!(row.flag.is_some() != row.plugin.is_some(), "{}: a flag or a plugin", row.slide);
            assert_ne!(row.fate(Version::NEWEST), "unknown", "{}", row.slide);
        }
        let fate = |slide: &str| slides().flags.iter().find(|row| row.slide == slide).unwrap().fate(Version::NEWEST);
        assert_eq!(fate("--insecure-port=0"), "removed in 1.24");
        assert_eq!(fate("--admission-control=..."), "deprecated");
        assert_eq!(fate("--anonymous-auth=false"), "still there");
        assert_eq!(fate("SecurityContextDeny"), "removed in 1.30");
        assert!(slides().ports.iter().any(|row| row.port == 4149 && row.today.contains("4194")));
    }
}
