//! Two parsers say the same of any text: the same events, and the same documents refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/support/events.rs"]
mod events;

fuzz_target!(|text: &str| {
    if !events::may_differ(text) {
        assert_eq!(events::ours(text), events::theirs(text));
    }
});
