//! From the parser's events to trees.

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, options};

use super::tree::{Comment, Data, Document, NodeData, Span, Stream, Style, SyntaxError, Tag};

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
    let limit = u16::try_from(MAX_DEPTH).unwrap_or(u16::MAX);
    let options = options! {
        flow_nesting_limit: limit.into(),
        block_nesting_limit: limit.into(),
        // as libyaml, which kubectl's decoder follows
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::default();
    while let Some(next) = parser.next_event() {
        let problem = match next {
            Ok((event, span)) => match builder.event(text, event, span_of(text, span), &mut stream) {
                Ok(()) => continue,
                Err(problem) => problem,
            },
            Err(error) => {
                let at = offset(text, error.marker());
                SyntaxError { span: Span { start: at, end: at }, message: error.info() }
            }
        };
        stream.errors.push(problem);
        builder = Builder::default();
        if !matches!(parser.proceed_next_document(), Ok(true)) {
            break;
        }
    }
    stream
}

#[derive(Default)]
struct Builder<'s> {
    nodes: Vec<NodeData<'s>>,
    children: Vec<u32>,
    /// Open sequences and mappings, each with where its children begin in `pending`.
    open: Vec<(u32, usize)>,
    pending: Vec<u32>,
    /// Anchor numbers of this document with their nodes.
    anchors: Vec<(usize, u32)>,
    root: Option<u32>,
    start: u32,
}

impl<'s> Builder<'s> {
    fn event(
        &mut self,
        text: &'s str,
        event: Event<'s>,
        span: Span,
        stream: &mut Stream<'s>,
    ) -> Result<(), SyntaxError> {
        match event {
            Event::DocumentStart(..) => *self = Self { start: span.start, ..Self::default() },
            Event::DocumentEnd => {
                let document = std::mem::take(self);
                stream.documents.push(Document {
                    nodes: document.nodes,
                    children: document.children,
                    root: document.root,
                    span: Span { start: document.start, end: span.end.max(document.start) },
                });
            }
            Event::Comment(..) => {
                let line =
                    text.get(..span.start as usize).map_or("", |before| before.rsplit('\n').next().unwrap_or(""));
                stream.comments.push(Comment { span, trailing: !line.trim().is_empty() });
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.map_or(Tag::None, |tag| known_tag(&tag));
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                self.add(Data::Scalar { text: value, style, tag }, span, anchor);
            }
            Event::SequenceStart(style, anchor, _) => {
                let flow = style == StructureStyle::Flow;
                let id = self.add(Data::Sequence { first: 0, count: 0, flow }, span, anchor);
                self.open.push((id, self.pending.len()));
            }
            Event::MappingStart(style, anchor, _) => {
                let flow = style == StructureStyle::Flow;
                let id = self.add(Data::Mapping { first: 0, count: 0, flow }, span, anchor);
                self.open.push((id, self.pending.len()));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(text, span),
            Event::Alias(anchor) => {
                let Some(&(_, target)) = self.anchors.iter().rev().find(|(number, _)| *number == anchor) else {
                    return Err(SyntaxError { span, message: "unknown anchor".to_owned() });
                };
                if self.open.iter().any(|(id, _)| *id == target) {
                    return Err(SyntaxError { span, message: "an anchor contains itself".to_owned() });
                }
                self.add(Data::Alias(target), span, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, data: Data<'s>, span: Span, anchor: usize) -> u32 {
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(NodeData { span, data });
        if anchor != 0 {
            self.anchors.push((anchor, id));
        }
        if self.open.is_empty() {
            self.root = Some(id);
        } else {
            self.pending.push(id);
        }
        id
    }

    fn close(&mut self, text: &str, span: Span) {
        let Some((id, begin)) = self.open.pop() else { return };
        let first = u32::try_from(self.children.len()).unwrap_or(u32::MAX);
        let count = u32::try_from(self.pending.len() - begin).unwrap_or(0);
        self.children.extend(self.pending.drain(begin..));
        let last = self.children.last().filter(|_| count > 0).copied();
        let last_end = last.and_then(|id| self.nodes.get(id as usize)).map(|node| node.span.end);
        let Some(node) = self.nodes.get_mut(id as usize) else { return };
        let flow = match &mut node.data {
            Data::Sequence { first: f, count: c, flow } | Data::Mapping { first: f, count: c, flow } => {
                (*f, *c) = (first, count);
                *flow
            }
            _ => return,
        };
        // a block collection ends with its last member, not where the parser noticed that it has ended
        let end = if flow { span.end } else { last_end.unwrap_or(span.start) };
        node.span.end = end.max(node.span.start).min(u32::try_from(text.len()).unwrap_or(u32::MAX));
    }
}

fn known_tag(tag: &granit_parser::Tag) -> Tag {
    match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
        Some("str") => Tag::Str,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("bool") => Tag::Bool,
        Some("null") => Tag::Null,
        Some("binary") => Tag::Binary,
        // `! no` is the non-specific tag: a string
        _ if tag.handle().is_empty() && tag.suffix() == "!" => Tag::Str,
        _ => Tag::Other,
    }
}

fn offset(text: &str, mark: &granit_parser::Marker) -> u32 {
    u32::try_from(mark.byte_offset().unwrap_or(0).min(text.len())).unwrap_or(u32::MAX)
}

fn span_of(text: &str, span: granit_parser::Span) -> Span {
    Span { start: offset(text, &span.start), end: offset(text, &span.end) }
}
