//! From events to trees.

use super::alias;
use super::fingerprint::Fingerprint;
use super::merge;
use super::resolve;
use super::scalar::{Style, Tag};
use super::scan::{self, Event, Kind, Properties, decode};
use super::tree::{Data, Document, NodeData, Own, Span, Stream, SyntaxError, Text};

/// The tree of the document that is being read.
pub(super) struct Builder<'s> {
    text: &'s str,
    document: Document<'s>,
    /// Open sequences and mappings, each with where its children begin in `pending`.
    open: Vec<(u32, usize)>,
    pending: Vec<u32>,
    /// Anchor numbers of this document with their nodes, in ascending order.
    anchors: Vec<(u32, u32)>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        let document = Document { source: text, ..Document::default() };
        Self { text, document, open: Vec::new(), pending: Vec::new(), anchors: Vec::new() }
    }

    pub(super) fn event(&mut self, event: Event, stream: &mut Stream<'s>) -> Result<(), SyntaxError> {
        let Event { kind, span, properties } = event;
        match kind {
            Kind::Scalar(style, text) => self.scalar(style, text, span, properties),
            Kind::MappingStart(flow) => {
                let properties_before = properties.is_some();
                let data = Data::Mapping { first: 0, count: 0, flow, properties: properties_before, layered: false };
                self.open(data, span, properties.anchor);
            }
            Kind::SequenceStart(flow) => {
                let data = Data::Sequence { first: 0, count: 0, flow, properties: properties.is_some() };
                self.open(data, span, properties.anchor);
            }
            Kind::SequenceEnd | Kind::MappingEnd => self.close(span)?,
            Kind::Alias(anchor) => self.alias(anchor, span)?,
            Kind::DocumentStart(_) => self.document.span.start = span.start,
            Kind::DocumentEnd => {
                self.document.span.end = span.end.max(self.document.span.start);
                alias::check(&self.document)?;
                stream.documents.push(self.take());
            }
            Kind::StreamEnd => {}
        }
        Ok(())
    }

    fn scalar(&mut self, style: scan::Style, text: scan::Text, span: Span, properties: Properties) {
        let style = match style {
            scan::Style::Plain => Style::Plain,
            scan::Style::Single | scan::Style::Double => Style::Quoted,
            scan::Style::Literal | scan::Style::Folded => Style::Block,
        };
        let (text, span) = match (style, self.document.nodes.len()) {
            (Style::Plain, 0 | 1) => self.without_mark(text, span),
            _ => (text, span),
        };
        let span = if style == Style::Plain && span.is_empty() { self.after_colon(span) } else { span };
        let mut tag = properties.tag;
        let text = match (tag, text) {
            // every reader sees what kubectl sees: keys, kinds and values
            (Tag::Binary, _) => match resolve::binary(&self.read(text)) {
                Ok(decoded) => {
                    tag = Tag::Str;
                    self.keep(Own::Made(decoded))
                }
                // an error wherever somebody asks for the value
                Err(_) => self.text(text),
            },
            _ => self.text(text),
        };
        let print = match text {
            Text::Source(span) => Fingerprint::of_bytes(self.text.as_bytes().get(span.range()).unwrap_or_default()),
            Text::Own(_) => Fingerprint::UNKNOWN,
        };
        let data = Data::Scalar { text, print, style, tag, properties: properties.is_some() };
        self.add(data, span, properties.anchor);
    }

    /// The first scalar of a document without a byte order mark, which kubectl takes after a document marker, too.
    fn without_mark(&self, text: scan::Text, span: Span) -> (scan::Text, Span) {
        const MARK: char = '\u{feff}';
        if !self.text.get(span.range()).is_some_and(|text| text.starts_with(MARK)) {
            return (text, span);
        }
        let behind = |span: Span| Span { start: span.start + 3, ..span };
        let text = match text {
            scan::Text::Source(source) => scan::Text::Source(behind(source)),
            scan::Text::Written(source, form) => scan::Text::Written(behind(source), form),
        };
        (text, behind(span))
    }

    fn read(&self, text: scan::Text) -> String {
        let source = |span: Span| self.text.get(span.range()).unwrap_or_default();
        match text {
            scan::Text::Source(span) => source(span).to_owned(),
            scan::Text::Written(span, form) => decode(source(span), form),
        }
    }

    fn text(&mut self, text: scan::Text) -> Text {
        match text {
            scan::Text::Source(span) => Text::Source(span),
            scan::Text::Written(span, form) => self.keep(Own::written(span, form)),
        }
    }

    fn keep(&mut self, text: Own) -> Text {
        self.document.texts.push(text);
        Text::Own(u32::try_from(self.document.texts.len() - 1).unwrap_or(u32::MAX))
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

    fn add(&mut self, data: Data, span: Span, anchor: u32) -> u32 {
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

    fn open(&mut self, data: Data, span: Span, anchor: u32) {
        let id = self.add(data, span, anchor);
        self.open.push((id, self.pending.len()));
    }

    fn alias(&mut self, anchor: u32, span: Span) -> Result<(), SyntaxError> {
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
        // a block collection ends with its last member, not where the scanner noticed that it has ended
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

    /// The scanner puts a value that is not there before the colon; it belongs after it.
    fn after_colon(&self, span: Span) -> Span {
        let is_value = self.in_mapping().is_some_and(|members| !members.is_multiple_of(2));
        if is_value && self.text.as_bytes().get(span.start as usize) == Some(&b':') {
            Span { start: span.start + 1, end: span.end + 1 }
        } else {
            span
        }
    }
}
