//! Whatever a comment or annotation says to the program, nothing breaks, every place is in the text, and a finding is only ever
//! missing because a suppression took it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::check::{self, Input, Options, Outcome, Selection, Text};
use tightship::internals::rules;

fn run(text: &str, options: &Options) -> Outcome {
    check::run(&[Input { name: "fuzz.yaml".to_owned(), text: Text::Here(text.into()) }], options)
}

fuzz_target!(|text: &str| {
    let options = Options { selection: Selection::from_words(&["all".to_owned()], &[]).unwrap(), ..Options::default() };
    let outcome = run(text, &options);
    for place in outcome.findings.iter().flat_map(|finding| finding.locations()) {
        assert!(text.get(place.span.range()).is_some(), "{place:?}");
    }
    let strict = Options { no_suppress: rules::all().collect(), ..options };
    assert_eq!(run(text, &strict).findings.len(), outcome.findings.len() + outcome.suppressed);
});
