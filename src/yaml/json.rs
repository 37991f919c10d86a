//! Nodes as JSON.

use super::resolve::{ResolveError, Value};
use super::tree::{Document, Kind, Node, Span};

impl Node<'_, '_> {
    /// The node as JSON, as kubectl would send it: aliases and merge keys expanded, keys by their [`Node::name`], the last
    /// of duplicate keys. `Err` names what kubectl could not read either.
    pub fn to_json(self) -> Result<serde_json::Value, ResolveError> {
        Ok(match self.kind() {
            Kind::Sequence => self.items().map(Node::to_json).collect::<Result<_, _>>()?,
            Kind::Mapping => {
                let fields = self.fields().map(|(key, value)| Ok((key.name()?.into_owned(), value.to_json()?)));
                fields.collect::<Result<serde_json::Map<_, _>, _>>()?.into()
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

impl Document<'_> {
    /// The places that kubectl cannot read, each with why: a value that contradicts its tag, an infinite number, a list as
    /// a key. [`Node::to_json`] fails on a document that has one.
    pub fn unreadable(&self) -> Vec<(Span, ResolveError)> {
        let mut found = Vec::new();
        let ids = 0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let mut value = |node: Node<'_, '_>| {
            if let Some(Err(error)) = node.value().filter(|_| !node.is_alias()) {
                found.push((node.span(), error));
            }
        };
        self.root().into_iter().for_each(&mut value);
        let mut keys = Vec::new();
        // an alias stands for a node that has an id of its own
        for node in ids.filter_map(|id| self.node(id)).filter(|node| !node.is_alias()) {
            node.items().for_each(&mut value);
            for (key, entry) in node.entries() {
                value(entry);
                keys.extend(key.name().err().filter(|_| !key.is_merge()).map(|error| (key.span(), error)));
            }
        }
        found.extend(keys);
        found.sort_by_key(|(span, _)| *span);
        found
    }
}

/// A float without fraction is an integer in JSON, as Go writes it.
fn whole_or_float(value: f64) -> serde_json::Value {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
    if value.fract() == 0.0 && value.abs() < 9e15 { (value as i64).into() } else { value.into() }
}
