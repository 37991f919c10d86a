//! The events of a text, of the scanner and of another parser, as the YAML test suite writes them.

#[path = "differences.rs"]
mod differences;

pub use differences::may_differ;
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, options};
use tightship::internals::yaml::scan::{self, Kind, Scanner, Style, decode};

/// A value as the suite writes it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            _ => out.push(character),
        }
    }
    out
}

/// What stands before a node: the number of its anchor, and the whole name of its tag.
fn properties(anchor: u64, tag: Option<&str>) -> String {
    let anchor = if anchor == 0 { String::new() } else { format!(" &{anchor}") };
    anchor + &tag.map_or(String::new(), |tag| format!(" <{tag}>"))
}

/// One event of the scanner, as the suite writes it.
fn line(scanner: &Scanner<'_>, text: &str, event: scan::Event) -> String {
    let tag = event.properties.has_tag().then(|| scanner.tag());
    let properties = properties(event.properties.anchor.into(), tag);
    match event.kind {
        Kind::StreamEnd => "-STR".to_owned(),
        Kind::DocumentStart(marker) => if marker { "+DOC ---" } else { "+DOC" }.to_owned(),
        Kind::DocumentEnd => "-DOC".to_owned(),
        Kind::Alias(anchor) => format!("=ALI *{anchor}"),
        Kind::SequenceStart(flow) => format!("+SEQ{}{properties}", if flow { " []" } else { "" }),
        Kind::MappingStart(flow) => format!("+MAP{}{properties}", if flow { " {}" } else { "" }),
        Kind::SequenceEnd => "-SEQ".to_owned(),
        Kind::MappingEnd => "-MAP".to_owned(),
        Kind::Scalar(style, value) => {
            let sign = match style {
                Style::Plain => ':',
                Style::Single => '\'',
                Style::Double => '"',
                Style::Literal => '|',
                Style::Folded => '>',
            };
            let value = match value {
                scan::Text::Source(span) => text[span.range()].to_owned(),
                scan::Text::Written(span, form) => decode(&text[span.range()], form),
            };
            format!("=VAL{properties} {sign}{}", escaped(&value))
        }
    }
}

/// A document is refused as a whole, whether the parser saw the mistake in it or when it looked for the next one.
fn refuse(lines: &mut Vec<String>) {
    let begin = lines.iter().rposition(|line| line.starts_with("+DOC") || line == "refused");
    match begin {
        Some(begin) if lines[begin] == "refused" => lines.truncate(begin + 1),
        begin => {
            lines.truncate(begin.unwrap_or(0));
            lines.push("refused".to_owned());
        }
    }
}

/// The events of a text; none of a document that is refused.
pub fn ours(text: &str) -> Vec<String> {
    let mut scanner = Scanner::new(text, 0..text.len());
    let mut lines = Vec::new();
    loop {
        match scanner.next_event() {
            Ok(event) if event.kind == Kind::StreamEnd => return lines,
            Ok(event) => lines.push(line(&scanner, text, event)),
            Err(problem) => {
                assert!(problem.at <= text.len() && !problem.reason.to_string().is_empty());
                refuse(&mut lines);
                if !scanner.next_document() {
                    return lines;
                }
            }
        }
    }
}

/// The same of the other parser.
pub fn theirs(text: &str) -> Vec<String> {
    let options = options! {
        flow_nesting_limit: 200,
        block_nesting_limit: 200,
        max_buffered_comment_events: usize::MAX,
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut lines = Vec::new();
    while let Some(next) = parser.next_event() {
        match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((Event::StreamStart | Event::Comment(..), _)) => {}
            Ok((event, span)) => lines.push(their_line(&event, span.is_empty())),
            Err(_) => {
                refuse(&mut lines);
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    lines
}

fn their_line(event: &Event<'_>, is_empty: bool) -> String {
    let tag = event.tag().map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
    let properties = properties(event.anchor_id().unwrap_or(0) as u64, tag.as_deref());
    match event {
        Event::DocumentStart(marker, _) => if *marker { "+DOC ---" } else { "+DOC" }.to_owned(),
        Event::DocumentEnd => "-DOC".to_owned(),
        Event::Alias(anchor) => format!("=ALI *{anchor}"),
        Event::SequenceStart(style, ..) => {
            format!("+SEQ{}{properties}", if *style == StructureStyle::Flow { " []" } else { "" })
        }
        Event::MappingStart(style, ..) => {
            format!("+MAP{}{properties}", if *style == StructureStyle::Flow { " {}" } else { "" })
        }
        Event::SequenceEnd => "-SEQ".to_owned(),
        Event::MappingEnd => "-MAP".to_owned(),
        Event::Scalar(value, style, ..) => {
            // it writes `~` for a value that nobody wrote
            let value = if *style == ScalarStyle::Plain && is_empty { "" } else { value.as_ref() };
            let sign = match style {
                ScalarStyle::Plain => ':',
                ScalarStyle::SingleQuoted => '\'',
                ScalarStyle::DoubleQuoted => '"',
                ScalarStyle::Literal => '|',
                ScalarStyle::Folded => '>',
            };
            format!("=VAL{properties} {sign}{}", escaped(value))
        }
        other => format!("{other:?}"),
    }
}
