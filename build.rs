//! Reads every table of `data/` with the functions of the program, so that a bad row ends the build; and makes cargo notice
//! new and changed files that are embedded: `include_dir!` alone does not (on stable Rust it cannot).

use std::collections::BTreeMap;

use k8s::fields::types::{Fields, Scope};
use k8s::resources::{RESOURCES, Resource, Resources};

/// The parts of the program that read tables. They need the standard library only.
#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "src/k8s"]
mod k8s {
    pub mod kind;
    pub mod names;
    pub mod rbac;
    pub mod resources;
    pub mod table;
    pub mod version;

    #[path = "fields"]
    pub mod fields {
        pub mod limit;
        mod limits;
        pub mod parse;
        pub mod types;
    }

    #[path = "secret"]
    pub mod secret {
        pub mod known;
    }
}

#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "src/apiserver"]
mod apiserver {
    #[path = "advice"]
    pub mod advice {
        pub mod parse;
    }

    #[path = "catalogue"]
    pub mod catalogue {
        pub mod parse;
        mod types;
        pub use types::Component;
    }

    #[path = "slides"]
    pub mod slides {
        pub mod parse;
    }
}

#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "src/wizard"]
mod wizard {
    #[path = "images"]
    pub mod images {
        pub mod parse;
    }
}

#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "src/diagnostic"]
mod diagnostic {
    mod refusal;
    pub use refusal::{Refusal, refuse};
}

fn main() {
    for folder in ["templates", "labs", "data"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    for problem in problems() {
        println!("cargo::error={problem}");
    }
}

/// What is wrong with the tables: of each the first bad row.
fn problems() -> Vec<String> {
    let resources = Resources::read();
    let fields = k8s::fields::parse::read();
    let mut problems = match (&resources, &fields) {
        (Ok(resources), Ok(fields)) => [differences(resources, fields), unknown_rights(resources)].concat(),
        _ => Vec::new(),
    };
    let read = [
        resources.map(drop),
        fields.map(drop),
        k8s::secret::known::Known::read().map(drop),
        apiserver::catalogue::parse::read().map(drop),
        apiserver::advice::parse::read().map(drop),
        apiserver::slides::parse::read().map(drop),
        wizard::images::parse::read().map(drop),
    ];
    problems.extend(read.into_iter().filter_map(Result::err).map(|error| error.to_string()));
    problems
}

/// What `rbac.rs` speaks of, and no API server has.
fn unknown_rights(resources: &Resources) -> Vec<String> {
    let rows = k8s::rbac::ROWS.iter().flat_map(|row| row.resources.iter().map(move |resource| (row, *resource)));
    let unknown = rows.flat_map(|(row, resource)| {
        let known = verbs(resources, row.group, resource);
        let unknown = row.verbs.iter().filter(move |verb| !known.contains(verb));
        unknown.map(move |verb| format!("{verb} {resource} of the API group `{}`", row.group))
    });
    unknown.map(|right| format!("{}: expected the right that rbac.rs names: {right}", RESOURCES.file)).collect()
}

/// What can be done with a resource, or with a part of it: `pods/log`.
fn verbs(table: &Resources, group: &str, resource: &str) -> Vec<&'static str> {
    let (plural, part) = resource.split_once('/').map_or((resource, None), |(plural, part)| (plural, Some(part)));
    let served = table.resources.iter().filter(|known| known.plural == plural && known.group() == group);
    let verbs = served.flat_map(|known| match part {
        None => known.verbs.as_slice(),
        Some(name) => {
            known.subresources.iter().find(|part| part.name == name).map_or::<&[&str], _>(&[], |part| &part.verbs)
        }
    });
    let rights =
        table.rights.iter().filter(|right| (right.group, right.resource, right.subresource) == (group, plural, part));
    verbs.chain(rights.flat_map(|right| &right.verbs)).copied().collect()
}

/// Where the two tables of `make.py` disagree about a kind: whether it is namespaced, and which releases have it.
fn differences(resources: &Resources, fields: &Fields) -> Vec<String> {
    let known: BTreeMap<_, _> = fields.kinds().map(|kind| ((kind.api_version, kind.kind), kind)).collect();
    let differs = |resource: &&Resource| {
        let kind = known.get(&(resource.api_version, resource.kind));
        kind.is_none_or(|kind| {
            let scope = if resource.namespaced { Scope::Namespaced } else { Scope::Cluster };
            (kind.scope, (kind.since, kind.until)) != (scope, resource.releases)
        })
    };
    let told = |resource: &Resource| {
        let begins = format!(" {} {} {} ", resource.api_version, resource.plural, resource.kind);
        let row = RESOURCES.rows().find_map(|mut row| row.cut(&begins));
        row.map(|row| row.bad("expected the scope and the releases that fields.txt has for the kind").to_string())
    };
    resources.resources.iter().filter(differs).filter_map(told).collect()
}
