//! From a text to its documents.

use std::ops::Range;

use super::build::Builder;
use super::scalar::Style;
use super::scan::{Kind, Problem, Scanner};
use super::tree::{Data, Document, NodeData, Span, Stream, SyntaxError};

/// Longer texts than this are refused: spans are 32 bits wide.
const MAX_BYTES: usize = u32::MAX as usize;
/// What ends every part but the last.
const MARKER: &str = "---";

/// Reads all documents of a text. Broken ones become errors, and reading goes on after them.
pub fn parse(text: &str) -> Stream<'_> {
    parse_part(text, 0..text.len())
}

/// Cuts a text into parts of about `target` bytes, each of whole documents, for [`parse_part`]. Together they are the
/// text.
pub fn split(text: &str, target: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    while text.len() - start > target && !is_utf16(text) {
        let Some(end) = boundary(text, start + target.max(1)) else { break };
        parts.push(start..end);
        start = end;
    }
    parts.push(start..text.len());
    parts
}

/// The first place at or after `from` where a document begins for sure.
fn boundary(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = (from..text.len()).find(|at| text.is_char_boundary(*at))?;
    loop {
        let at = from + text.get(from..)?.find(MARKER)?;
        let begins_line = at > 0 && matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
        let is_word = matches!(bytes.get(at + MARKER.len()), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
        if begins_line && is_word && !follows_directive(text, at) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Whether a directive (`%YAML 1.1`) may belong to the document that begins at `at`. One inside the document before, where
/// it is an error, counts too: both documents are given up then.
fn follows_directive(text: &str, at: usize) -> bool {
    let mut lines = text.get(..at).unwrap_or_default().rsplit(['\n', '\r']).take_while(|line| !is_marker(line));
    lines.any(|line| line.trim_start_matches('\u{feff}').starts_with('%'))
}

fn is_marker(line: &str) -> bool {
    matches!(line.split([' ', '\t']).next(), Some("---" | "..."))
}

/// Whether a document begins or ends between two places.
fn has_marker(text: &str, from: usize, to: usize) -> bool {
    let first = usize::from(!text.get(..from).is_none_or(|before| before.is_empty() || before.ends_with(['\n', '\r'])));
    let between = text.get(from..to.max(from)).unwrap_or_default();
    between.split(['\n', '\r']).skip(first).any(is_marker)
}

/// Reads the documents of one part that [`split`] made, just as [`parse`] would: spans are those in the whole text.
pub fn parse_part(text: &str, part: Range<usize>) -> Stream<'_> {
    let mut stream = Stream::default();
    let refuse = |message: &str| SyntaxError { span: Span::default(), message: message.to_owned() };
    if text.len() >= MAX_BYTES {
        stream.errors.push(refuse("the text is larger than 4 GiB"));
    } else if is_utf16(text) {
        stream.errors.push(refuse("this is UTF-16 or binary data, not UTF-8 text"));
    } else {
        let start = json_objects(text, &part, &mut stream);
        // the scanner sees the marker behind the part, so that it says the same of an open quote as it would in the whole
        let behind = if part.end < text.len() { MARKER.len() } else { 0 };
        read(text, start..part.end, behind, &mut stream);
    }
    stream
}

/// Letters of UTF-16, read as bytes, have a zero byte before or behind them.
fn is_utf16(text: &str) -> bool {
    text.bytes().take(2).any(|byte| byte == 0)
}

/// Reads JSON objects that follow each other without any marker, all but the last. That is no YAML, but kubectl reads a
/// text that begins with `{` as JSON. Gives back where the rest begins.
fn json_objects<'s>(text: &'s str, part: &Range<usize>, stream: &mut Stream<'s>) -> usize {
    let mut start = part.start;
    while part.start == 0
        && let Some(rest) = text.get(start..part.end)
        && let Some(end) = json_object(rest).map(|length| start + length)
        && text.get(end..part.end).is_some_and(|rest| rest.trim_start().starts_with('{'))
    {
        read(text, start..end, 0, stream);
        start = end;
    }
    start
}

/// The length of the JSON object that the text begins with.
fn json_object(text: &str) -> Option<usize> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b' '.. if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            ..b' ' if in_string => return None,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => match depth.checked_sub(1)? {
                0 => return Some(at + 1),
                less => depth = less,
            },
            // of numbers and of true, false, null
            _ if byte.is_ascii_whitespace() || byte.is_ascii_digit() || b",:+-.truefalsnE".contains(&byte) => {}
            _ => return None,
        }
    }
    None
}

/// NEL, LS and PS end a line for kubectl, whose decoder reads YAML 1.1, and do not for the scanner, as in YAML 1.2: what
/// stands behind one in a comment is a field there. In quotes they are text for both. The first of each document.
fn foreign_breaks(text: &str, part: &Range<usize>, documents: &[Document<'_>]) -> Vec<SyntaxError> {
    let found = text.get(part.clone()).unwrap_or_default().match_indices(['\u{85}', '\u{2028}', '\u{2029}']);
    let mut found = found.map(|(at, character)| (part.start + at, character)).peekable();
    if found.peek().is_none() {
        return Vec::new();
    }
    let is_quoted = |node: &&NodeData| matches!(node.data, Data::Scalar { style: Style::Quoted, .. });
    let nodes = documents.iter().flat_map(|document| &document.nodes).filter(is_quoted);
    let mut quoted: Vec<Range<usize>> = nodes.map(|node| node.span.range()).collect();
    quoted.sort_by_key(|range| range.start);
    let is_text = |at: usize| {
        let before = quoted.partition_point(|range| range.start <= at);
        before.checked_sub(1).and_then(|last| quoted.get(last)).is_some_and(|range| range.contains(&at))
    };
    let mut errors = Vec::new();
    let mut last = None;
    for (at, character) in found.filter(|(at, _)| !is_text(*at)) {
        let is_first = last.replace(at).is_none_or(|last| has_marker(text, last, at));
        if is_first {
            errors.push(foreign_break(at, character));
        }
    }
    errors
}

fn foreign_break(at: usize, character: &str) -> SyntaxError {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span = Span { start: place(at), end: place(at + character.len()) };
    let code = u32::from(character.chars().next().unwrap_or_default());
    SyntaxError { span, message: format!("U+{code:04X} is a line break for kubectl, and looks like none") }
}

/// Reads documents until the end of the part; the scanner sees some bytes `behind` it, too.
fn read<'s>(text: &'s str, part: Range<usize>, behind: usize, stream: &mut Stream<'s>) {
    let mut scanner = Scanner::new(text, part.start..part.end + behind);
    let mut builder = Builder::new(text);
    let first = stream.documents.len();
    loop {
        let problem = match scanner.next_event() {
            Ok(event) => {
                // an empty block scalar begins there, too, but without a marker
                let is_behind = event.kind == Kind::DocumentStart(true) && event.span.start as usize >= part.end;
                if is_behind && behind > 0 || event.kind == Kind::StreamEnd {
                    break;
                }
                match builder.event(event, stream) {
                    Ok(()) => continue,
                    Err(problem) => problem,
                }
            }
            Err(problem) => syntax_error(problem),
        };
        // the scanner may stumble over the rest of a broken document again
        let last = stream.errors.last().map(|error| error.span.start as usize);
        if last.is_none_or(|last| last < part.start || has_marker(text, last, problem.span.start as usize)) {
            stream.errors.push(problem);
        }
        builder = Builder::new(text);
        if !scanner.next_document() {
            break;
        }
    }
    stream.comments.append(&mut scanner.take_comments());
    if !scanner.is_ascii() {
        stream.errors.extend(foreign_breaks(text, &part, stream.documents.get(first..).unwrap_or_default()));
        // as if each document were read by itself
        stream.errors.sort_by_key(|error| error.span.start);
    }
}

fn syntax_error(problem: Problem) -> SyntaxError {
    let at = u32::try_from(problem.at).unwrap_or(u32::MAX);
    SyntaxError { span: Span { start: at, end: at }, message: problem.reason.to_string() }
}
