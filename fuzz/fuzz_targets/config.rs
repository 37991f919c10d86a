//! Any configuration of the check is read, with what is wrong at places in the text, and can be used; so can any baseline.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::check::{self, Baseline, Input, Options, Text, config};
use tightship::internals::{diagnostic, yaml};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {containers: [{name: c, image: d}]}\n";

fuzz_target!(|text: &str| {
    let source = yaml::Source::new(".tightship.yaml", text);
    let read = config::read(&source);
    let _ = diagnostic::render(&source, &read.problems, &[]);
    let baseline = Baseline::parse(text);
    let suppressions = read.config.as_ref().map(config::Config::object_suppressions).unwrap_or_default();
    if let Some(config) = &read.config {
        for path in ["a.yaml", "a/b/c.yaml", "../a.yaml", "ä"] {
            let _ = config.excludes(path.into());
        }
    }
    let options = Options { suppressions, config: Some(source), ..Options::default() };
    let mut outcome = check::run(&[Input { name: "a.yaml".to_owned(), text: Text::Here(POD.into()) }], &options);
    if let Ok(baseline) = baseline {
        baseline.apply(&mut outcome);
    }
});
