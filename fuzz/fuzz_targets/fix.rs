//! Fixing any text leaves one that reads no worse, in which nothing is left to fix the same way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::check::{self, Input, Options, Outcome, Selection, Text, fix};
use tightship::internals::diagnostic::Safety;
use tightship::internals::rules::{RuleKind, Settings};

fn input(text: &str) -> [Input; 1] {
    [Input { name: "fuzz.yaml".to_owned(), text: Text::Here(text.into()) }]
}

fn fixed(text: &str, options: &Options) -> (Outcome, Option<String>) {
    let inputs = input(text);
    let outcome = check::run(&inputs, options);
    let fixed = fix::fix(&inputs, &outcome, options, Safety::Unsafe);
    (outcome, fixed.into_iter().next().map(|fixed| fixed.after))
}

fuzz_target!(|text: &str| {
    // rules over several objects see more of them once a misspelt key is fixed
    let mut selection = Selection::default();
    selection.retain(|rule| !matches!(rule.check, RuleKind::Set(_) | RuleKind::ControlPlane(_)));
    let settings = Settings { fixes: true, ..Settings::default() };
    let options = Options { settings, selection, ..Options::default() };
    let (before, Some(after)) = fixed(text, &options) else { return };
    let (left, again) = fixed(&after, &options);
    assert!(left.findings.len() < before.findings.len() && left.errors.len() <= before.errors.len(), "{after}");
    assert_eq!(again, None, "a second run changes nothing");
});
