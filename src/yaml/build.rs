//! From the parser's events to trees.

use std::borrow::Cow;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use super::alias;
use super::merge;
use super::resolve;
use super::scalar::{Style, Tag};
use super::tree::{Comment, Data, Document, NodeData, Span, Stream, SyntaxError, Text};
use super::trivia;

/// The first scalar of a document without a byte order mark, which kubectl takes after a document marker, too.
fn without_mark(text: Cow<'_, str>, span: Span) -> (Cow<'_, str>, Span) {
    const MARK: char = '\u{feff}';
    let text = match text {
        Cow::Borrowed(text) => text.strip_prefix(MARK).map(Cow::Borrowed).ok_or(Cow::Borrowed(text)),
        Cow::Owned(text) => text.strip_prefix(MARK).map(|rest| Cow::Owned(rest.to_owned())).ok_or(Cow::Owned(text)),
    };
    match text {
        Ok(text) => (text, Span { start: span.start + 3, end: span.end }),
        Err(text) => (text, span),
    }
}

/// The tree of the document that is being read.
pub(super) struct Builder<'s> {
    text: &'s str,
    document: Document<'s>,
    /// Open sequences and mappings, each with where its children begin in `pending`.
    open: Vec<(u32, usize)>,
    pending: Vec<u32>,
    /// Anchor numbers of this document with their nodes, in ascending order.
    anchors: Vec<(usize, u32)>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        let document = Document { source: text, ..Document::default() };
        Self { text, document, open: Vec::new(), pending: Vec::new(), anchors: Vec::new() }
    }

    pub(super) fn event(&mut self, event: Event<'s>, span: Span, stream: &mut Stream<'s>) -> Result<(), SyntaxError> {
        match event {
            Event::DocumentStart(..) => self.document.span.start = span.start,
            Event::DocumentEnd => {
                self.document.span.end = span.end.max(self.document.span.start);
                alias::check(&self.document)?;
                stream.documents.push(self.take());
            }
            Event::Comment(..) => stream.comments.push(Comment { span, trailing: self.has_text_before(span) }),
            Event::Scalar(text, style, anchor, tag) => {
                let properties = anchor != 0 || tag.is_some();
                let tag = tag.map_or(Tag::None, |tag| known_tag(&tag));
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                let span = match style {
                    Style::Block => self.block_span(span, &text),
                    Style::Plain if span.is_empty() => self.after_colon(span),
                    _ => span,
                };
                let (text, style, tag) = match tag {
                    // every reader sees what kubectl sees: keys, kinds and values
                    Tag::Binary => match resolve::binary(&text) {
                        Ok(decoded) => (Cow::Owned(decoded), style, Tag::Str),
                        // an error wherever somebody asks for the value
                        Err(_) => (text, style, tag),
                    },
                    _ => (text, style, tag),
                };
                let (text, span) = if self.document.nodes.len() <= 1 { without_mark(text, span) } else { (text, span) };
                let text = self.keep(text, span);
                self.add(Data::Scalar { text, style, tag, properties }, span, anchor);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let span = if flow { span } else { self.with_dash(span) };
                let properties = anchor != 0 || tag.is_some();
                self.open(Data::Sequence { first: 0, count: 0, flow, properties }, span, anchor);
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let properties = anchor != 0 || tag.is_some();
                self.open(Data::Mapping { first: 0, count: 0, flow, properties, layered: false }, span, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => {}
        }
        Ok(())
    }

    /// The document as it is, in no more memory than it needs; the builder is ready for the next one.
    fn take(&mut self) -> Document<'s> {
        let building = &mut self.document;
        let document = Document {
            source: building.source,
            nodes: building.nodes.clone(),
            children: building.children.clone(),
            texts: std::mem::take(&mut building.texts),
            root: building.root.take(),
            aliased: std::mem::take(&mut building.aliased),
            span: building.span,
        };
        building.nodes.clear();
        building.children.clear();
        self.anchors.clear();
        document
    }

    fn keep(&mut self, text: Cow<'s, str>, span: Span) -> Text {
        // the parser names an empty value `~`
        if span.is_empty() {
            return Text::Source(span);
        }
        if let Cow::Borrowed(text) = text {
            let at = (text.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
            if self.text.get(at..at.saturating_add(text.len())).is_some_and(|found| std::ptr::eq(found, text))
                && let (Ok(start), Ok(end)) = (u32::try_from(at), u32::try_from(at + text.len()))
            {
                return Text::Source(Span { start, end });
            }
        }
        self.document.texts.push(text.into_owned());
        Text::Own(u32::try_from(self.document.texts.len() - 1).unwrap_or(u32::MAX))
    }

    fn add(&mut self, data: Data, span: Span, anchor: usize) -> u32 {
        let id = u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX);
        self.document.nodes.push(NodeData { span, data });
        if anchor != 0 {
            self.anchors.push((anchor, id));
        }
        if self.open.is_empty() {
            self.document.root = Some(id);
        } else {
            self.pending.push(id);
        }
        id
    }

    fn open(&mut self, data: Data, span: Span, anchor: usize) {
        let id = self.add(data, span, anchor);
        self.open.push((id, self.pending.len()));
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), SyntaxError> {
        let found = self.anchors.binary_search_by_key(&anchor, |(number, _)| *number);
        let Some(&(_, target)) = found.ok().and_then(|at| self.anchors.get(at)) else {
            return Err(SyntaxError { span, message: "unknown anchor".to_owned() });
        };
        if self.open.iter().any(|(id, _)| *id == target) {
            return Err(SyntaxError { span, message: "an anchor contains itself".to_owned() });
        }
        self.document.aliased.push(target);
        self.add(Data::Alias(target), span, 0);
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), SyntaxError> {
        let Some((id, begin)) = self.open.pop() else { return Ok(()) };
        let first = u32::try_from(self.document.children.len()).unwrap_or(u32::MAX);
        let count = u32::try_from(self.pending.len() - begin).unwrap_or(0);
        self.document.children.extend(self.pending.drain(begin..));
        let children = self.document.children(first, count);
        let last_end = children.last().and_then(|id| self.document.nodes.get(*id as usize)).map(|node| node.span.end);
        let is_mapping = matches!(self.document.data(id), Some(Data::Mapping { .. }));
        let is_layered = is_mapping && merge::is_layered(&self.document, children)?;
        let Some(node) = self.document.nodes.get_mut(id as usize) else { return Ok(()) };
        let in_brackets = match &mut node.data {
            Data::Sequence { first: f, count: c, flow, .. } => {
                (*f, *c) = (first, count);
                *flow
            }
            Data::Mapping { first: f, count: c, flow, layered, .. } => {
                (*f, *c, *layered) = (first, count, is_layered);
                *flow
            }
            _ => return Ok(()),
        };
        // a block collection ends with its last member, not where the parser noticed that it has ended
        let end = if in_brackets { span.end } else { last_end.unwrap_or(span.start) };
        node.span.end = end.max(node.span.start);
        Ok(())
    }

    /// The number of keys and values so far, if a mapping is open.
    fn in_mapping(&self) -> Option<usize> {
        let &(id, begin) = self.open.last()?;
        let is_mapping = matches!(self.document.data(id), Some(Data::Mapping { .. }));
        is_mapping.then(|| self.pending.len() - begin)
    }

    /// Where the node before the next one ends, or begins if the next one is its first member.
    fn before(&self) -> usize {
        let last = self.document.nodes.last();
        let at = last.map_or(self.document.span.start, |node| match node.data {
            Data::Scalar { .. } | Data::Alias(_) => node.span.end,
            Data::Sequence { .. } | Data::Mapping { .. } => node.span.start,
        });
        at as usize
    }

    /// The parser's span of a block scalar begins after its header and ends after the empty lines below it; ours begins
    /// with the `|` and ends with the last line that counts, without its line break.
    fn block_span(&self, span: Span, text: &str) -> Span {
        let range = span.range();
        let Some(header) = trivia::find(self.text, self.before(), b"|>") else { return span };
        let rest = self.text.get(header + 1..).unwrap_or_default();
        let indicators = rest.bytes().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
        let keeps = rest.get(..indicators).is_some_and(|indicators| indicators.contains('+'));
        let header_end = header + 1 + indicators;
        // the span may go on into the indentation of the next line
        let line = trivia::line_start(self.text, range.end);
        let is_next = self.text.get(line..range.end).is_some_and(|indent| indent.bytes().all(|byte| byte == b' '));
        let end = if is_next && range.end < self.text.len() { line } else { range.end };
        let written = self.text.get(header..end).unwrap_or_default();
        let length = if keeps {
            written.len() - usize::from(written.ends_with(['\n', '\r'])) - usize::from(written.ends_with("\r\n"))
        } else if text.bytes().all(|byte| byte == b'\n') {
            0
        } else {
            written.trim_end_matches(['\n', '\r']).len()
        };
        let start = u32::try_from(header).unwrap_or(span.start);
        Span { start, end: u32::try_from((header + length).max(header_end)).unwrap_or(span.end) }
    }

    /// The parser puts a value that is not there before the colon; it belongs after it.
    fn after_colon(&self, span: Span) -> Span {
        let is_value = self.in_mapping().is_some_and(|members| !members.is_multiple_of(2));
        if is_value && self.text.as_bytes().get(span.start as usize) == Some(&b':') {
            Span { start: span.start + 1, end: span.end + 1 }
        } else {
            span
        }
    }

    /// A sequence that is no deeper than its key begins with its first dash, which the parser leaves out.
    fn with_dash(&self, span: Span) -> Span {
        if self.in_mapping().is_none() {
            return span;
        }
        let dash = trivia::find(self.text, self.before(), b"-").and_then(|at| u32::try_from(at).ok());
        Span { start: dash.filter(|dash| *dash < span.start).unwrap_or(span.start), ..span }
    }

    fn has_text_before(&self, span: Span) -> bool {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        !matches!(before.trim_end_matches([' ', '\t', '\u{feff}']).bytes().last(), None | Some(b'\n' | b'\r'))
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
        Some("merge") => Tag::Merge,
        // `! no` is the non-specific tag: a string
        _ if tag.handle().is_empty() && tag.suffix() == "!" => Tag::Str,
        _ => Tag::Other,
    }
}
