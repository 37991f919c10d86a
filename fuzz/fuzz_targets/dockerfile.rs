//! Any Dockerfile is read; what is taken from one fits a spec, and is one line for people.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::wizard::of_dockerfile;

fuzz_target!(|text: &str| {
    let found = of_dockerfile(text);
    assert!(found.port != Some(0) && found.user.is_none_or(|user| user >= 10_000));
    assert!(found.health.is_none_or(|path| path.starts_with('/') && !path.contains(char::is_whitespace)));
    assert!(found.notes.iter().all(|note| note.lines().count() == 1), "{:?}", found.notes);
});
