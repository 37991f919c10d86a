//! Fixing any text leaves one that reads no worse, in which nothing is left to fix the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::check::{self, Input, Options, Outcome, Text, fix};
use tightship::rules::{Safety, Settings};

fn input(text: &str) -> [Input; 1] {
    [Input { name: "fuzz.yaml".to_owned(), text: Text::Here(text.into()) }]
}

fn mended(text: &str, options: &Options) -> (Outcome, Option<String>) {
    let inputs = input(text);
    let outcome = check::run(&inputs, options);
    let fixed = fix::fix(&inputs, &outcome, options, Safety::Unsafe);
    (outcome, fixed.into_iter().next().map(|fixed| fixed.after))
}

fuzz_target!(|text: &str| {
    let options = Options { settings: Settings { fixes: true, ..Settings::default() }, ..Options::default() };
    let (before, Some(after)) = mended(text, &options) else { return };
    let (left, again) = mended(&after, &options);
    assert!(left.findings.len() < before.findings.len() && left.broken.len() <= before.broken.len(), "{after}");
    assert_eq!(again, None, "a second run changes nothing");
});
