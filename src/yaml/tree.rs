//! The tree of a YAML stream: nodes in one arena per document, each with its byte span in the source.

use std::borrow::Cow;
use std::ops::Range;

use super::resolve::{self, ResolveError, Value};

/// Byte offsets into the source, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span as a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the span covers nothing, as that of a value nobody wrote.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: its type depends on its text.
    Plain,
    /// In single or double quotes: always a string.
    Quoted,
    /// `|` or `>`: always a string.
    Block,
}

/// An explicit tag, as far as it changes the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Binary,
    Other,
}

#[derive(Debug)]
pub(super) enum Data<'s> {
    Scalar {
        text: Cow<'s, str>,
        style: Style,
        tag: Tag,
    },
    /// `first` and `count` point into the document's child list.
    Sequence {
        first: u32,
        count: u32,
        flow: bool,
    },
    /// As a sequence, with keys and values in turn.
    Mapping {
        first: u32,
        count: u32,
        flow: bool,
    },
    /// The node that the alias stands for.
    Alias(u32),
}

#[derive(Debug)]
pub(super) struct NodeData<'s> {
    pub(super) span: Span,
    pub(super) data: Data<'s>,
}

/// One document of a stream.
#[derive(Debug)]
pub struct Document<'s> {
    pub(super) nodes: Vec<NodeData<'s>>,
    pub(super) children: Vec<u32>,
    pub(super) root: Option<u32>,
    /// From the document's first byte to its last.
    pub span: Span,
}

/// A comment, with its `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// Whether something else stands before it on its line.
    pub trailing: bool,
}

/// A document that is no YAML. The documents after it are still read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where the parser gave up.
    pub span: Span,
    /// What the parser says.
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
    document: &'d Document<'s>,
    id: u32,
    span: Span,
}

impl<'s> Document<'s> {
    /// The outermost node; `None` for an empty document.
    pub fn root(&self) -> Option<Node<'_, 's>> {
        self.root.and_then(|id| self.node(id))
    }

    fn node(&self, id: u32) -> Option<Node<'_, 's>> {
        let outer = self.nodes.get(id as usize)?;
        let mut target = id;
        // an alias may point at an alias; anchors precede their aliases, so the chain is finite
        while let Data::Alias(next) = self.nodes.get(target as usize)?.data {
            target = next;
        }
        Some(Node { document: self, id: target, span: outer.span })
    }

    fn children(&self, first: u32, count: u32) -> &[u32] {
        let first = first as usize;
        self.children.get(first..first + count as usize).unwrap_or_default()
    }
}

impl<'d, 's> Node<'d, 's> {
    fn data(self) -> Option<&'d Data<'s>> {
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
            Some(Data::Scalar { text, .. }) => Some(text),
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
            Some(Data::Scalar { text, style, tag }) => Some(resolve::resolve(text, *style, *tag)),
            _ => None,
        }
    }

    /// The members of a sequence; nothing for other kinds.
    pub fn items(self) -> impl ExactSizeIterator<Item = Node<'d, 's>> {
        let document = self.document;
        let ids = match self.data() {
            Some(Data::Sequence { first, count, .. }) => document.children(*first, *count),
            _ => &[],
        };
        // every id of a child list names a node; a dangling one could only read as an empty scalar
        ids.iter().map(move |&id| document.node(id).unwrap_or(Node { document, id, span: Span::default() }))
    }

    /// Keys and values of a mapping in their order, duplicates and merge keys included; nothing for other kinds.
    pub fn entries(self) -> impl ExactSizeIterator<Item = (Node<'d, 's>, Node<'d, 's>)> {
        let document = self.document;
        let ids = match self.data() {
            Some(Data::Mapping { first, count, .. }) => document.children(*first, *count),
            _ => &[],
        };
        let node = move |id| document.node(id).unwrap_or(Node { document, id, span: Span::default() });
        ids.chunks_exact(2).map(move |pair| match pair {
            [key, value] => (node(*key), node(*value)),
            _ => (node(0), node(0)),
        })
    }

    /// The value of the last entry with this key, as kubectl's decoder would keep it.
    pub fn get(self, key: &str) -> Option<Node<'d, 's>> {
        self.entries().filter(|(name, _)| name.text() == Some(key)).map(|(_, value)| value).last()
    }

    /// Follows keys downwards.
    pub fn path(self, keys: &[&str]) -> Option<Node<'d, 's>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}

/// Nodes that a conversion visits below aliases at most; with them a small text can stand for a huge tree.
const MAX_ALIASED: usize = 100_000;

impl Node<'_, '_> {
    /// The node as JSON, as kubectl would send it: keys as text, the last of duplicate keys, aliases expanded.
    /// `Err` names what kubectl could not read either.
    pub fn to_json(self) -> Result<serde_json::Value, ResolveError> {
        let mut budget = MAX_ALIASED;
        self.convert(&mut budget, false)
    }

    fn is_alias(self) -> bool {
        self.origin() != self.span
    }

    fn convert(self, budget: &mut usize, aliased: bool) -> Result<serde_json::Value, ResolveError> {
        let aliased = aliased || self.is_alias();
        if aliased {
            *budget = budget.checked_sub(1).ok_or(ResolveError::TooManyAliases)?;
        }
        Ok(match self.kind() {
            Kind::Sequence => self.items().map(|item| item.convert(budget, aliased)).collect::<Result<_, _>>()?,
            Kind::Mapping => {
                let mut fields = serde_json::Map::new();
                for (key, value) in self.entries() {
                    fields.insert(key.text().unwrap_or_default().to_owned(), value.convert(budget, aliased)?);
                }
                fields.into()
            }
            Kind::Scalar => match self.value().unwrap_or(Ok(Value::Null))? {
                Value::Null => serde_json::Value::Null,
                Value::Bool(value) => value.into(),
                Value::Int(value) => i64::try_from(value).map_or_else(|_| u64::try_from(value).ok().into(), Into::into),
                Value::Float(value) => whole_or_float(value),
                Value::Str(text) => text.into_owned().into(),
            },
        })
    }
}

/// A float without fraction is an integer in JSON, as Go writes it.
fn whole_or_float(value: f64) -> serde_json::Value {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
    if value.fract() == 0.0 && value.abs() < 9e15 { (value as i64).into() } else { value.into() }
}
