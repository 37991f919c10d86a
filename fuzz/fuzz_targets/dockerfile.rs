//! Any Dockerfile is read; what is taken from one fits a spec, and is one line for people.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::wizard::of_dockerfile;

fuzz_target!(|text: &str| {
    let found = of_dockerfile(text);
    assert!(found.port != Some(0) && found.user.is_none_or(|user| user >= 10_000));
    assert!(found.health.is_none_or(|health| ["/", "https:/", "exec: "].iter().any(|way| health.starts_with(way))));
    assert!(found.notes.iter().all(|note| note.lines().count() == 1), "{:?}", found.notes);
});
