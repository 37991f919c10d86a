//! How fast manifests are checked, against reading them alone, and how the time grows.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may stop at the first surprise")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tightship::internals::check::{self, Input, Options, Text};
use tightship::internals::yaml;

const DEPLOYMENT: &str = include_str!("data/deployment.yaml");

/// One text of hardened Deployments, which no rule has anything to say about.
fn deployments(count: usize) -> Arc<str> {
    let one = |at: usize| DEPLOYMENT.replace("@N@", &at.to_string()).replace("@M@", &(at % 50).to_string());
    (0..count).map(one).collect::<Vec<_>>().join("---\n").into()
}

fn check(inputs: &[Input]) -> usize {
    let outcome = check::run(inputs, &Options::default());
    assert!(outcome.findings.is_empty() && outcome.errors.is_empty(), "the corpus is clean");
    outcome.counts.objects
}

fn one_file(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one file");
    for count in [100, 1_000, 10_000] {
        let text = deployments(count);
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
        group.bench_with_input(BenchmarkId::new("read", count), &text, |bencher, text| {
            bencher.iter(|| black_box(yaml::parse(text)).documents.len());
        });
        let inputs = [Input { name: "all.yaml".to_owned(), text: Text::Here(Arc::clone(&text)) }];
        group.bench_with_input(BenchmarkId::new("check", count), &inputs, |bencher, inputs| {
            bencher.iter(|| check(inputs));
        });
    }
    group.finish();
}

fn many_files(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("many files");
    let inputs: Vec<Input> =
        (0..5_000).map(|at| Input { name: format!("{at}.yaml"), text: Text::Here(deployments(1)) }).collect();
    group.throughput(Throughput::Elements(5_000)).sample_size(10);
    group.bench_function("check", |bencher| bencher.iter(|| check(&inputs)));
    group.finish();
}

criterion_group!(benches, one_file, many_files);
criterion_main!(benches);
