//! How long rendering takes, for one app and for many: throughput in apps, so that linear growth can be read off.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs)]

mod timing;

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::AtomicBool;

use camino::Utf8Path;
use tightship::internals::generate::{self, Options};
use tightship::internals::render::writer;
use tightship::internals::spec;
use tightship::internals::yaml::Source;

/// A spec of many apps as people write them.
fn apps(count: usize) -> Source {
    let mut text = String::new();
    for at in 0..count {
        write!(
            text,
            "---\napiVersion: tightship/v1\nkind: App\nname: app-{at}\nimage: ghcr.io/acme/app:1.{at}\nlevel: restricted\nspace: team-{}\n\
             target: {{kubernetes: \"1.36\"}}\nports: [{{name: http, port: 8080}}]\nhealth: {{ready: {{http: /ready}}, live: {{http: /live}}}}\n\
             env: {{LOG_LEVEL: info, WORKERS: \"4\"}}\nnetwork:\n  from: [{{app: web}}]\n  to: [{{app: db, port: 5432}}, {{internet: true, port: 443}}]\n",
            at % 50
        )
        .unwrap();
    }
    Source::new("tightship.yaml", text)
}

fn plan(source: &Source) -> tightship::internals::render::Plan {
    let specs = spec::load(source, "2026-01-01".parse().unwrap()).specs.unwrap();
    generate::plan(&specs, Options { spec: "tightship.yaml", layout: None, comments: None, environment: None }).unwrap()
}

fn main() {
    for count in [1, 10, 100, 1000] {
        let source = apps(count);
        timing::measure(&format!("plan/{count}"), count, "apps", || plan(black_box(&source)));
    }
    let source = apps(1000);
    let plan = plan(&source);
    // with a new folder each time, and its removal
    timing::measure("write/1000", 1000, "apps", || {
        let folder = tempfile::TempDir::new().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        writer::compare(root, &plan, &source, false).unwrap().write(&AtomicBool::new(false)).unwrap();
    });
}
