//! Any lab is read, linted and filled in: its `lab.yaml`, a page and a manifest, with NUL between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::lab;

const FILES: [&str; 3] = ["lab.yaml", "README.md", "start/app.yaml"];

fuzz_target!(|text: &str| {
    let _ = lab::of_files(FILES.into_iter().zip(text.split('\0')));
});
