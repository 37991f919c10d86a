//! How long rendering takes, for one app and for many: throughput in apps, so that linear growth can be read off.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::AtomicBool;

use camino::Utf8Path;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
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

fn rendering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("render");
    group.sample_size(10);
    for count in [1, 10, 100, 1000] {
        let source = apps(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("plan", count), &source, |bencher, source| {
            bencher.iter(|| plan(black_box(source)));
        });
    }
    let source = apps(1000);
    let plan = plan(&source);
    group.throughput(Throughput::Elements(1000));
    group.bench_function("write/1000", |bencher| {
        bencher.iter_batched(
            || tempfile::TempDir::new().unwrap(),
            |folder| {
                let root = Utf8Path::from_path(folder.path()).unwrap();
                writer::compare(root, &plan, &source, false).unwrap().write(&AtomicBool::new(false)).unwrap();
                folder
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, rendering);
criterion_main!(benches);
