//! What slides of 2019 said about the API server, and what holds today (`data/apiserver/slides.txt`).

mod parse;

use std::sync::LazyLock;

use super::catalogue::{Component, Lookup, catalogue};
use crate::k8s::table::checked;
use crate::k8s::version::Version;

use parse::CatalogueRow;
pub use parse::{SlideFlag, Slides};

static SLIDES: LazyLock<Slides> = LazyLock::new(|| checked(parse::read()));

/// The slides, read at their first use.
pub fn slides() -> &'static Slides {
    &SLIDES
}

impl SlideFlag {
    /// The flag of kube-apiserver that it is about; none for a plugin.
    pub fn flag(&self) -> Option<&'static str> {
        match self.row {
            CatalogueRow::Flag(flag) => Some(flag),
            CatalogueRow::Plugin(_) => None,
        }
    }

    /// The admission plugin that it is about.
    pub fn plugin(&self) -> Option<&'static str> {
        match self.row {
            CatalogueRow::Plugin(plugin) => Some(plugin),
            CatalogueRow::Flag(_) => None,
        }
    }

    /// What became of it by the release, in two or three words.
    pub fn fate(&self, version: Version) -> String {
        match &self.row {
            CatalogueRow::Flag(flag) => {
                let found = catalogue().flag(Component::ApiServer, flag, version);
                let deprecated = matches!(&found, Lookup::Found(flag) if flag.deprecated.is_some());
                if deprecated { "deprecated".to_owned() } else { fate(&found) }
            }
            CatalogueRow::Plugin(plugin) => fate(&catalogue().plugin(plugin, version)),
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
        for row in &slides().flags {
            assert_ne!(row.fate(Version::NEWEST), "unknown", "{}", row.slide);
        }
        let fate = |slide: &str| slides().flags.iter().find(|row| row.slide == slide).unwrap().fate(Version::NEWEST);
        assert_eq!(fate("--insecure-port=0"), "removed in 1.24");
        assert_eq!(fate("--admission-control=..."), "deprecated");
        assert_eq!(fate("--anonymous-auth=false"), "still there");
        assert_eq!(fate("SecurityContextDeny"), "removed in 1.30");
        for row in [
            "--authorization-mode=Node,RBAC",
            "--client-ca-file (x509)",
            "--tls-cert-file",
            "NodeRestriction (recommended)",
        ] {
            assert_eq!(fate(row), "still there", "{row}");
        }
        assert!(slides().ports.iter().any(|row| row.port == 4149 && row.today.contains("4194")));
    }
}
