//! What a real cluster makes of the output: every test applies what the binary rendered, and watches what happens.
//!
//! Without `TIGHTSHIP_LIVE=1` the tests are listed as ignored. With it, a kind cluster is made from `TIGHTSHIP_NODE_IMAGE`
//! and deleted at the end; a cluster that cannot be made is a failure. `TIGHTSHIP_LIVE_KUBECONFIG` names the kubeconfig of
//! a kind cluster that is there already, for work on the tests; that one stays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]
#![allow(clippy::print_stderr, missing_docs, unreachable_pub)]

mod api;
mod cluster;
mod environments;
mod kubectl;
mod network;
mod pods;
mod quickstart;
mod round_trip;
mod space;
mod spec;
mod workloads;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use cluster::Cluster;
use kubectl::Live;

/// A test: what it is called, and what it does with the cluster.
type Test = (&'static str, fn(&Live) -> Result<(), Failed>);

fn tests() -> Vec<Test> {
    [
        workloads::TESTS,
        network::TESTS,
        pods::TESTS,
        api::TESTS,
        space::TESTS,
        quickstart::TESTS,
        round_trip::TESTS,
        environments::TESTS,
    ]
    .concat()
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    let wanted = std::env::var("TIGHTSHIP_LIVE").is_ok_and(|value| value == "1");
    if !wanted {
        let trials: Vec<Trial> =
            tests().into_iter().map(|(name, _)| Trial::test(name, || Ok(())).with_ignored_flag(true)).collect();
        eprintln!("{} live tests were left out: TIGHTSHIP_LIVE=1 runs them on a kind cluster", trials.len());
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    if arguments.list || !tests().iter().any(|(name, _)| is_selected(name, &arguments)) {
        let trials = tests().into_iter().map(|(name, _)| Trial::test(name, || Ok(()))).collect();
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    // more at once would only wait for each other on two cores
    arguments.test_threads.get_or_insert(4);
    let cluster = match Cluster::start() {
        Ok(cluster) => Arc::new(cluster),
        Err(error) => {
            eprintln!("no cluster: {error}");
            return ExitCode::FAILURE;
        }
    };
    let live = Arc::new(Live::new(cluster.kubeconfig()));
    let trials = tests()
        .into_iter()
        .map(|(name, test)| {
            let live = Arc::clone(&live);
            Trial::test(name, move || test(&live))
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(cluster);
    conclusion.exit_code()
}

/// As libtest does it: a part of the name, or the whole with `--exact`.
fn is_selected(name: &str, arguments: &Arguments) -> bool {
    let matches = |filter: &String| if arguments.exact { name == filter } else { name.contains(filter.as_str()) };
    arguments.filter.as_ref().is_none_or(matches) && !arguments.skip.iter().any(matches)
}
