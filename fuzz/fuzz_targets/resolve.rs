//! Any string that is written is read back as the same string; any plain scalar has a type, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::yaml::{self, Value, quote, resolve};

fn read(text: &str) -> Option<String> {
    let stream = yaml::parse(text);
    assert!(stream.errors.is_empty(), "{text:?}: {:?}", stream.errors);
    let root = stream.documents[0].root()?;
    match root.get("a")?.value()?.ok()? {
        Value::Str(text) => Some(text.into_owned()),
        _ => None,
    }
}

fuzz_target!(|text: &str| {
    let _ = resolve::plain(text);
    let quoted = quote::scalar(text);
    assert_eq!(read(&format!("a: {quoted}\n")).as_deref(), Some(text));
    assert_eq!(read(&format!("{{a: {quoted}, b: [{quoted}]}}")).as_deref(), Some(text));
    if let Some(block) = quote::literal_block(text, 2) {
        assert_eq!(read(&format!("a: {block}\nb: 1\n")).as_deref(), Some(text));
    }
    // a string in JSON is the same in YAML
    let json = quote::double_quoted(text);
    assert_eq!(serde_json::from_str::<String>(&json).ok().as_deref(), Some(text));
    // a plain text that YAML takes for a string is that string for us, whatever else stands in the document
    if let Ok(Value::Str(plain)) = resolve::plain(text) {
        assert_eq!(plain, text);
    }
});
