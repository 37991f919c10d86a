//! From a text to its documents.

use granit_parser::{Event, Marker, Parser, options};

use super::build::Builder;
use super::tree::{Span, Stream, SyntaxError};

/// Nesting deeper than this is refused: no manifest comes near it, and a bomb does.
const MAX_DEPTH: usize = 200;
/// Longer texts than this are refused: spans are 32 bits wide.
const MAX_BYTES: usize = u32::MAX as usize;

/// Reads all documents of a text. Broken ones become errors, and reading goes on after them.
pub fn parse(text: &str) -> Stream<'_> {
    let mut stream = Stream::default();
    if text.len() >= MAX_BYTES {
        stream.errors.push(SyntaxError { span: Span::default(), message: "the text is larger than 4 GiB".to_owned() });
        return stream;
    }
    let options = options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // as many as there are: they are kept anyway
        max_buffered_comment_events: usize::MAX,
        // as libyaml, which kubectl's decoder follows
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(text);
    while let Some(next) = parser.next_event() {
        let problem = match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => match builder.event(event, span_of(text, span), &mut stream) {
                Ok(()) => continue,
                Err(problem) => problem,
            },
            Err(error) => {
                let at = offset(text, error.marker());
                SyntaxError { span: Span { start: at, end: at }, message: error.info() }
            }
        };
        stream.errors.push(problem);
        builder = Builder::new(text);
        if !matches!(parser.proceed_next_document(), Ok(true)) {
            break;
        }
    }
    stream
}

fn offset(text: &str, mark: &Marker) -> u32 {
    u32::try_from(mark.byte_offset().unwrap_or(0).min(text.len())).unwrap_or(u32::MAX)
}

fn span_of(text: &str, span: granit_parser::Span) -> Span {
    Span { start: offset(text, &span.start), end: offset(text, &span.end) }
}
