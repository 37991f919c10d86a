//! The tree of a YAML stream: nodes in one arena per document, each with its byte span in the source.

use std::fmt;
use std::sync::OnceLock;

use super::fingerprint::Fingerprint;
use super::resolve::{self, ResolveError, Value};
use super::scalar::{Style, Tag};
use super::scan::{Form, decode};
pub use super::span::{Comment, Span};

/// Where the text of a scalar is: in the source if it stands there as it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text {
    Source(Span),
    /// One of the document's own texts.
    Own(u32),
}

/// A text that does not stand in the source as it is.
pub(super) enum Own {
    Made(String),
    /// Made when somebody asks for it first, which happens to few.
    Written {
        span: Span,
        form: Form,
        text: OnceLock<String>,
    },
}

impl Own {
    pub(super) fn written(span: Span, form: Form) -> Self {
        Self::Written { span, form, text: OnceLock::new() }
    }

    fn text(&self, source: &str) -> &str {
        match self {
            Self::Made(text) => text,
            Self::Written { span, form, text } => {
                text.get_or_init(|| decode(source.get(span.range()).unwrap_or_default(), *form))
            }
        }
    }
}

/// The same whether somebody has asked for the text or not.
impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(text) => write!(f, "{text:?}"),
            Self::Written { span, form, .. } => write!(f, "{form:?} {span:?}"),
        }
    }
}

/// `properties`: an anchor or a tag stands before the node. `first` and `count` point into the document's child list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Data {
    Scalar {
        text: Text,
        /// That of the text, where it stands in the source.
        print: Fingerprint,
        style: Style,
        tag: Tag,
        properties: bool,
    },
    Sequence {
        first: u32,
        count: u32,
        flow: bool,
        properties: bool,
    },
    /// As a sequence, with keys and values in turn.
    Mapping {
        first: u32,
        count: u32,
        flow: bool,
        properties: bool,
        /// Whether the entries are not just what they stand there as: a key merges others, or is there twice.
        layered: bool,
    },
    /// The node that the alias stands for.
    Alias(u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct NodeData {
    pub(super) span: Span,
    pub(super) data: Data,
}

/// One document of a stream. Its aliases expand to a tree of bounded size and depth, so whoever walks it needs no budget.
#[derive(Debug, Default)]
pub struct Document<'s> {
    pub(super) source: &'s str,
    /// Every node before its members.
    pub(super) nodes: Vec<NodeData>,
    pub(super) children: Vec<u32>,
    pub(super) root: Option<u32>,
    /// Texts that do not stand in the source as they are: with escapes, or over several lines.
    pub(super) texts: Vec<Own>,
    /// The nodes that aliases stand for.
    pub(super) aliased: Vec<u32>,
    /// From the document's first byte to its last.
    pub span: Span,
}

/// A document that is no YAML. The documents after it are still read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where the scanner gave up.
    pub span: Span,
    /// What the scanner says.
    pub message: String,
}

/// Everything that a text holds.
#[derive(Debug, Default)]
pub struct Stream<'s> {
    /// The documents that could be read, in order.
    pub documents: Vec<Document<'s>>,
    /// The comments of all documents, in order.
    pub comments: Vec<Comment>,
    /// One for each document that could not be read.
    pub errors: Vec<SyntaxError>,
}

/// The form of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A single value.
    Scalar,
    /// A list.
    Sequence,
    /// Keys with values.
    Mapping,
}

/// A node of a document. Aliases are followed, so that a node is never one; [`Node::span`] is then the alias itself.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d, 's> {
    pub(super) document: &'d Document<'s>,
    pub(super) id: u32,
    pub(super) span: Span,
}

impl<'s> Document<'s> {
    /// The outermost node; `None` for an empty document.
    pub fn root(&self) -> Option<Node<'_, 's>> {
        self.root.and_then(|id| self.node(id))
    }

    pub(super) fn node(&self, id: u32) -> Option<Node<'_, 's>> {
        let outer = self.nodes.get(id as usize)?;
        let id = if let Data::Alias(target) = outer.data { target } else { id };
        Some(Node { document: self, id, span: outer.span })
    }

    /// What an alias stands for; another node itself. An alias has no anchor, so it is never the target of one.
    fn target(&self, id: u32) -> u32 {
        match self.nodes.get(id as usize).map(|node| &node.data) {
            Some(Data::Alias(target)) => *target,
            _ => id,
        }
    }

    /// What the node is, aliases followed.
    pub(super) fn data(&self, id: u32) -> Option<&Data> {
        self.nodes.get(self.target(id) as usize).map(|node| &node.data)
    }

    pub(super) fn children(&self, first: u32, count: u32) -> &[u32] {
        let first = first as usize;
        self.children.get(first..first + count as usize).unwrap_or_default()
    }

    pub(super) fn text(&self, text: Text) -> &str {
        match text {
            Text::Source(span) => self.source.get(span.range()).unwrap_or_default(),
            Text::Own(at) => self.texts.get(at as usize).map_or("", |own| own.text(self.source)),
        }
    }

    /// The members of a sequence, or the keys and values of a mapping.
    pub(super) fn members(&self, id: u32) -> &[u32] {
        match self.data(id) {
            Some(Data::Sequence { first, count, .. } | Data::Mapping { first, count, .. }) => {
                self.children(*first, *count)
            }
            _ => &[],
        }
    }
}

impl<'d, 's> Node<'d, 's> {
    pub(super) fn data(self) -> Option<&'d Data> {
        // aliases were followed
        self.document.nodes.get(self.id as usize).map(|node| &node.data)
    }

    /// The bytes of the node; of an alias, those of the alias.
    pub fn span(self) -> Span {
        self.span
    }

    /// The bytes where the node itself is written; of an alias, those of what it stands for.
    pub fn origin(self) -> Span {
        self.document.nodes.get(self.id as usize).map_or(self.span, |node| node.span)
    }

    /// Scalar, sequence or mapping.
    pub fn kind(self) -> Kind {
        match self.data() {
            Some(Data::Sequence { .. }) => Kind::Sequence,
            Some(Data::Mapping { .. }) => Kind::Mapping,
            _ => Kind::Scalar,
        }
    }

    /// Whether a sequence or mapping is written with brackets.
    pub fn is_flow(self) -> bool {
        matches!(self.data(), Some(Data::Sequence { flow: true, .. } | Data::Mapping { flow: true, .. }))
    }

    /// The text of a scalar, with escapes resolved, whatever its type.
    pub fn text(self) -> Option<&'d str> {
        match self.data() {
            Some(Data::Scalar { text, .. }) => Some(self.document.text(*text)),
            _ => None,
        }
    }

    /// The fingerprint of [`Node::text`].
    #[inline]
    pub fn fingerprint(self) -> Option<Fingerprint> {
        match self.data() {
            Some(Data::Scalar { text, print: Fingerprint::UNKNOWN, .. }) => {
                Some(Fingerprint::of(self.document.text(*text)))
            }
            Some(Data::Scalar { print, .. }) => Some(*print),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn style(self) -> Option<Style> {
        match self.data() {
            Some(Data::Scalar { style, .. }) => Some(*style),
            _ => None,
        }
    }

    /// The value of a scalar as kubectl reads it; `None` for sequences and mappings.
    pub fn value(self) -> Option<Result<Value<'d>, ResolveError>> {
        match self.data() {
            Some(Data::Scalar { text, style, tag, .. }) => {
                Some(resolve::resolve(self.document.text(*text), *style, *tag))
            }
            _ => None,
        }
    }

    /// Whether the node is written elsewhere and only named here.
    pub fn is_alias(self) -> bool {
        self.origin() != self.span
    }

    /// The ids of the members of a sequence.
    fn sequence(self) -> &'d [u32] {
        match self.data() {
            Some(Data::Sequence { first, count, .. }) => self.document.children(*first, *count),
            _ => &[],
        }
    }

    /// The ids of the keys and values of a mapping, in turn.
    pub(super) fn mapping(self) -> &'d [u32] {
        match self.data() {
            Some(Data::Mapping { first, count, .. }) => self.document.children(*first, *count),
            _ => &[],
        }
    }

    /// The members of a sequence; nothing for other kinds.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Node<'d, 's>> + ExactSizeIterator {
        let ids = self.sequence();
        ids.iter().map(move |&id| self.member(id))
    }

    /// Keys and values of a mapping as they stand there: in their order, duplicates and merge keys included; nothing for
    /// other kinds. What they amount to is [`Node::fields`].
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Node<'d, 's>, Node<'d, 's>)> + ExactSizeIterator {
        let ids = self.mapping();
        ids.chunks_exact(2).map(move |pair| match pair {
            [key, value] => (self.member(*key), self.member(*value)),
            _ => (self, self),
        })
    }

    /// A member of a sequence, by its place.
    pub fn item(self, index: usize) -> Option<Node<'d, 's>> {
        let ids = self.sequence();
        ids.get(index).map(|&id| self.member(id))
    }

    /// A key with its value, by the place of the entry.
    pub fn entry(self, index: usize) -> Option<(Node<'d, 's>, Node<'d, 's>)> {
        let ids = self.mapping();
        let key = index.checked_mul(2)?;
        Some((self.member(*ids.get(key)?), self.member(*ids.get(key + 1)?)))
    }

    /// How many members of a sequence, or entries of a mapping, begin before a byte of the text. They stand in their order, so
    /// whoever looks for a place need not look at all of them.
    pub fn members_before(self, at: u32) -> usize {
        let begins = |id: u32| self.document.nodes.get(id as usize).is_some_and(|node| node.span.start < at);
        let ids = self.document.members(self.id);
        match self.kind() {
            Kind::Scalar => 0,
            Kind::Sequence => ids.partition_point(|&id| begins(id)),
            Kind::Mapping => {
                // of each entry the key
                let (mut low, mut high) = (0, ids.len() / 2);
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if ids.get(middle * 2).is_some_and(|&id| begins(id)) { low = middle + 1 } else { high = middle }
                }
                low
            }
        }
    }

    /// Every id of a child list names a node; a dangling one could only read as an empty scalar.
    #[inline]
    pub(super) fn member(self, id: u32) -> Node<'d, 's> {
        self.document.node(id).unwrap_or(Node { document: self.document, id, span: Span::default() })
    }
}
