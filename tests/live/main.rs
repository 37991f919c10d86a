//! What a real cluster makes of the output: every test applies what the binary rendered, and watches what happens.
//!
//! Without `TIGHTSHIP_LIVE=1` the tests are listed as ignored. With it, a kind cluster is made from `TIGHTSHIP_NODE_IMAGE`
//! and deleted at the end, however that comes; a cluster that cannot be made is a failure. `TIGHTSHIP_LIVE_KUBECONFIG`
//! names the kubeconfig of a kind cluster that is there already, for work on the tests; that one stays.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::print_stderr, missing_docs, unreachable_pub)]

mod admission;
mod api;
#[cfg(feature = "cluster")]
mod client;
mod cluster;
mod environments;
mod examples;
mod gitops;
mod hardened;
mod inputs;
mod kubectl;
#[cfg(feature = "cluster")]
mod labs;
mod network;
mod pods;
mod policies;
mod proxy;
mod quickstart;
mod rke2;
mod round_trip;
mod schema;
mod space;
mod spec;
mod stages;
#[path = "../support/mod.rs"]
mod support;
mod verdicts;
mod workloads;
#[cfg(feature = "cluster")]
mod workshop;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use cluster::Cluster;
use kubectl::Live;

/// A test: what it is called, and what it does with the cluster.
type Test = (&'static str, fn(&Live) -> Result<(), Failed>);

fn tests() -> Vec<Test> {
    [
        hardened::FIRST,
        workloads::TESTS,
        network::TESTS,
        pods::TESTS,
        api::TESTS,
        gitops::TESTS,
        space::TESTS,
        quickstart::TESTS,
        round_trip::TESTS,
        environments::TESTS,
        examples::TESTS,
        schema::TESTS,
        rke2::TESTS,
        verdicts::TESTS,
        inputs::TESTS,
        admission::TESTS,
        #[cfg(feature = "cluster")]
        client::TESTS,
        #[cfg(feature = "cluster")]
        labs::TESTS,
        #[cfg(feature = "cluster")]
        workshop::TESTS,
        policies::TESTS,
        hardened::LAST,
        #[cfg(feature = "cluster")]
        labs::LAST,
        stages::tests(),
    ]
    .concat()
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    if std::env::var("TIGHTSHIP_LIVE").is_ok_and(|value| value == "1") {
        // they mostly wait for pods; more at once would wait for each other on two cores
        arguments.test_threads.get_or_insert(4);
        return run(&arguments);
    }
    let trials = without_cluster(true);
    eprintln!("{} live tests were left out: TIGHTSHIP_LIVE=1 runs them on a kind cluster", trials.len());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(arguments: &Arguments) -> ExitCode {
    let trials = without_cluster(false);
    let is_selected = |trial: &Trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial);
    if arguments.list || !trials.iter().any(is_selected) {
        return libtest_mimic::run(arguments, trials).exit_code();
    }
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("no cluster: {error}");
            return ExitCode::FAILURE;
        }
    };
    let live = Arc::new(Live::new(cluster.kubeconfig(), &cluster.cache()));
    let trials = tests().into_iter().map(|(name, test)| {
        let live = Arc::clone(&live);
        Trial::test(name, move || test(&live))
    });
    libtest_mimic::run(arguments, trials.collect()).exit_code()
}

/// The tests as a list of names. `--include-ignored` alone must not make them pass.
fn without_cluster(ignored: bool) -> Vec<Trial> {
    let refuse = || Err("there is no cluster: set TIGHTSHIP_LIVE=1".into());
    tests().into_iter().map(|(name, _)| Trial::test(name, refuse).with_ignored_flag(ignored)).collect()
}
