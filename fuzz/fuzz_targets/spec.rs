//! Any spec is read, with what is wrong at places in the text; what is rendered of a good one stays in its folder and can be
//! read; any lock and any file with a key is read without a crash.
#![no_main]

use camino::{Utf8Component, Utf8Path};
use libfuzzer_sys::fuzz_target;
use tightship::internals::generate::{self, Options};
use tightship::internals::render::{Lock, redact};
use tightship::internals::spec::{Layout, load, today};
use tightship::internals::{diagnostic, yaml};

fn is_inside(path: &Utf8Path) -> bool {
    path.components().all(|part| matches!(part, Utf8Component::Normal(_)))
}

fuzz_target!(|text: &str| {
    if let Ok(lock) = Lock::parse(text) {
        // of two sides one is written
        assert!(!lock.other.is_empty() || Lock::parse(&lock.to_text()).as_ref() == Ok(&lock));
        assert!(lock.files.keys().all(|path| is_inside(path)));
    }
    let _ = redact(text);
    let source = yaml::Source::new("tightship.yaml", text);
    let outcome = load(&source, today());
    let _ = diagnostic::render(&source, &outcome.problems, &outcome.hidden);
    let Some(specs) = outcome.specs else { return };
    for layout in [None, Some(Layout::Plain)] {
        let options = Options { spec: "tightship.yaml", layout, comments: None, environment: None };
        let plan = match generate::plan(&specs, options) {
            Ok(plan) => plan,
            Err(error) => panic!("{error}\n{text}"),
        };
        for file in &plan.files {
            assert!(is_inside(&file.path), "{}", file.path);
            if file.path.extension() == Some("yaml") {
                let stream = yaml::parse(&file.text);
                assert!(stream.errors.is_empty(), "{}: {:?}\n{}", file.path, stream.errors, file.text);
            }
        }
    }
});
