//! Whatever a file holds, and whatever form its name says, it is checked; every report can be read, obeys no terminal, and a
//! baseline of it knows all of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::check::{self, Baseline, Input, Options, Selection, Text};
use tightship::internals::report::{self, Format};

const NAMES: [&str; 6] =
    ["fuzz.yaml", "fuzz.json", "kube-apiserver.service", "kubelet.service", "etcd.env", "kube-apiserver.flags"];
const FORMATS: [Format; 6] =
    [Format::Text, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Junit];

fuzz_target!(|data: &[u8]| {
    let Some((name, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let name = NAMES[usize::from(*name) % NAMES.len()].to_owned();
    let options = Options { selection: Selection::from_words(&["all".to_owned()], &[]).unwrap(), ..Options::default() };
    let mut outcome = check::run(&[Input { name, text: Text::Here(text.into()) }], &options);
    for format in FORMATS {
        let mut bytes = Vec::new();
        report::write(&outcome, format, true, &mut bytes).unwrap();
        let report = String::from_utf8(bytes).unwrap();
        // text comes with colours, for a writer that knows whether anybody wants them
        let is_odd = |character: char| {
            character.is_control() && !matches!(character, '\n' | '\u{1b}') || character == '\u{202e}'
        };
        assert!(!report.contains(is_odd), "{format:?}: {report:?}");
        assert!(format == Format::Text || !report.contains('\u{1b}'), "{format:?}: {report:?}");
        if matches!(format, Format::Json | Format::Sarif) {
            serde_json::from_str::<serde_json::Value>(&report).unwrap();
        }
    }
    let baseline = Baseline::of(&outcome);
    let read = Baseline::parse(&baseline.to_text().unwrap()).unwrap();
    assert_eq!(read, baseline);
    assert_eq!((read.apply(&mut outcome), outcome.findings.len()), (0, 0));
});
