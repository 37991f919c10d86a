//! How fast manifests are checked, against reading them alone, and how the time grows.
#![allow(
    clippy::pedantic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark is for people"
)]

mod timing;

use std::hint::black_box;
use std::sync::Arc;

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

fn main() {
    for count in [100, 1_000, 10_000] {
        let text = deployments(count);
        timing::measure(&format!("read/{count}"), text.len(), "bytes", || {
            black_box(yaml::parse(&text)).documents.len()
        });
        let inputs = [Input { name: "all.yaml".to_owned(), text: Text::Here(Arc::clone(&text)) }];
        timing::measure(&format!("check/{count}"), text.len(), "bytes", || check(&inputs));
    }
    let inputs: Vec<Input> =
        (0..5_000).map(|at| Input { name: format!("{at}.yaml"), text: Text::Here(deployments(1)) }).collect();
    timing::measure("check/5000 files", inputs.len(), "files", || check(&inputs));
}
