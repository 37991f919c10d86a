//! Any text is read without a crash; spans lie in the text, members inside their parents; parts read as the whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::yaml::{self, Kind, Node, Span, Stream};

fn is_in(text: &str, span: Span) -> bool {
    text.get(span.range()).is_some()
}

fn walk(text: &str, node: Node<'_, '_>) {
    assert!(is_in(text, node.span()) && is_in(text, node.origin()), "{:?}", node.span());
    let inside = |member: Node<'_, '_>| {
        let (outer, inner) = (node.origin(), member.span());
        assert!(outer.start <= inner.start && inner.end <= outer.end, "{inner:?} in {outer:?}");
    };
    match node.kind() {
        Kind::Scalar => drop((node.text(), node.value(), node.name())),
        Kind::Sequence => node.items().for_each(|item| {
            inside(item);
            walk(text, item);
        }),
        Kind::Mapping => {
            for (key, value) in node.entries() {
                inside(key);
                inside(value);
                walk(text, key);
                walk(text, value);
            }
            assert!(node.fields().count() <= node.entries().len() || node.entries().any(|(key, _)| key.is_merge()));
            for (key, value) in node.fields() {
                if let Ok(name) = key.name() {
                    assert_eq!(node.get(&name).map(Node::origin), Some(value.origin()), "{name:?}");
                }
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((target, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let whole = yaml::parse(text);
    for document in &whole.documents {
        let unreadable = document.unreadable();
        let _ = document.duplicates();
        if let Some(root) = document.root() {
            walk(text, root);
            let json = root.to_json();
            assert!(json.is_ok() || !unreadable.is_empty());
        }
    }
    for span in whole.comments.iter().map(|comment| comment.span).chain(whole.errors.iter().map(|error| error.span)) {
        assert!(is_in(text, span), "{span:?}");
    }
    assert!(whole.comments.iter().all(|comment| text[comment.span.range()].starts_with('#')));

    let mut joined = Stream::default();
    for part in yaml::split(text, usize::from(*target)) {
        let stream = yaml::parse_part(text, part);
        joined.documents.extend(stream.documents);
        joined.comments.extend(stream.comments);
        joined.errors.extend(stream.errors);
    }
    assert_eq!(format!("{joined:?}"), format!("{whole:?}"));
});
