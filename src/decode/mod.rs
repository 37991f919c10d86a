//! From YAML nodes to typed values, collecting every problem on the way.
//!
//! Decoding never stops at a problem: what could not be read is reported and becomes a default without a place, so that
//! the checks across fields still run over the rest. A value that nobody wrote has an empty [`Span`], and problems with
//! an empty span are dropped: they would repeat what was already said.

mod record;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, nearest};
use crate::yaml::{Kind, Node, Span, Value};

pub use record::{
    Beside, Keys, OneOf, Unwritten, branches, choose, differences, object, one_of_schema, property, read_beside,
    read_one_of, read_record, read_record_over,
};
pub(crate) use record::{one_of, record};

/// Collects the problems of one text.
#[derive(Debug)]
pub struct Decoder<'t> {
    text: &'t str,
    problems: Vec<Diagnostic>,
    /// Where in `problems` those of a place are.
    by_place: HashMap<Span, Vec<usize>>,
    /// Where a key belongs that no record has here.
    elsewhere: HashMap<Span, String>,
}

impl<'t> Decoder<'t> {
    /// A decoder of nodes of this text.
    pub fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new(), by_place: HashMap::new(), elsewhere: HashMap::new() }
    }

    /// Says where the key at a place belongs, for the case that no record has it there.
    pub fn belongs(&mut self, key: Span, help: String) {
        self.elsewhere.insert(key, help);
    }

    /// Whether nothing is wrong within a place so far, so that what it lacks is worth saying.
    pub fn is_sound(&self, place: Span) -> bool {
        !self.problems.iter().any(|problem| place.start <= problem.span().start && problem.span().end <= place.end)
    }

    /// A place that can be shown for a node, which may be nothing at all: then the colon or character before it.
    pub fn place(&self, span: Span) -> Span {
        if !span.is_empty() {
            return span;
        }
        let at = span.range().start;
        let width = |rest: &str| rest.chars().next().map_or(1, char::len_utf8);
        let start = match self.text.get(at..) {
            Some(rest) if rest.starts_with(':') => at,
            _ => self.text.get(..at).and_then(|before| before.char_indices().last()).map_or(0, |(start, _)| start),
        };
        let end = start + self.text.get(start..).map_or(1, width);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(start), end: offset(end) }
    }

    /// Adds a problem, unless it is about a value that nobody wrote, or was reported already.
    pub fn report(&mut self, problem: Diagnostic) {
        let is_of_default = problem.locations().any(|location| location.span.is_empty());
        let known = self.by_place.entry(problem.span()).or_default();
        if !is_of_default && !known.iter().any(|at| self.problems.get(*at) == Some(&problem)) {
            known.push(self.problems.len());
            self.problems.push(problem);
        }
    }

    /// Everything reported so far.
    pub fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }
}

/// A value that can be read from a node.
pub trait Decode: Sized {
    /// Reads the node, or reports what is wrong with it.
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self>;

    /// What stands for a value that was written but could not be read, so that nothing reports it as missing.
    fn recover() -> Option<Self> {
        None
    }

    /// What a person would write for the value: schemas and pages show defaults by it.
    fn written(&self) -> Option<Json> {
        None
    }

    /// Reads the node, or stands in for it.
    fn decode_or_recover(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::decode(node, decoder).or_else(Self::recover)
    }
}

/// A value with its place in the text; an empty place if it is a default. Two are equal if their values are.
#[derive(Debug, Clone, Default)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Located<T> {
    /// Where it stands; `None` for a default, and for what stands in for a text that could not be read.
    pub fn place(&self) -> Option<Span> {
        Some(self.span).filter(|span| !span.is_empty())
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Located<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(formatter)
    }
}

impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Located<T> {}

impl<T: std::hash::Hash> std::hash::Hash for Located<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T> From<T> for Located<T> {
    fn from(value: T) -> Self {
        Self { value, span: Span::default() }
    }
}

impl<T: Decode> Decode for Located<T> {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { value: T::decode(node, decoder)?, span: node.span() })
    }

    fn recover() -> Option<Self> {
        T::recover().map(Self::from)
    }

    fn written(&self) -> Option<Json> {
        self.value.written()
    }
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        T::decode(node, decoder).map(Some)
    }

    fn recover() -> Option<Self> {
        T::recover().map(Some)
    }

    fn written(&self) -> Option<Json> {
        self.as_ref().and_then(T::written)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() != Kind::Sequence {
            wrong_form(node, "a list", decoder);
            return None;
        }
        Some(node.items().filter_map(|item| T::decode_or_recover(item, decoder)).collect())
    }

    /// One member: what was meant is not an empty list.
    fn recover() -> Option<Self> {
        Some(T::recover().into_iter().collect())
    }

    fn written(&self) -> Option<Json> {
        self.iter().map(T::written).collect()
    }
}

/// Values by key, in the order of the text.
pub type Map<K, V> = IndexMap<K, V>;

impl<K: Decode + std::hash::Hash + Eq, V: Decode> Decode for Map<K, V> {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entries = mapping(node, decoder)?;
        let both = entries.into_iter().filter_map(|(key, value)| {
            let value = V::decode(value, decoder);
            K::decode(key, decoder).zip(value)
        });
        Some(both.collect())
    }
}

impl Decode for bool {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Some(Ok(Value::Bool(value))) = node.value() {
            return Some(value);
        }
        wrong_form(node, "true or false", decoder);
        None
    }

    fn recover() -> Option<Self> {
        Some(false)
    }

    fn written(&self) -> Option<Json> {
        Some((*self).into())
    }
}

impl Decode for String {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let text = text(node, "text", decoder)?;
        if text.contains('\0') {
            decoder.report(
                Diagnostic::error(decoder.place(node.span()), "a NUL character").label("no program can receive this"),
            );
            return None;
        }
        Some(text.to_owned())
    }

    fn recover() -> Option<Self> {
        Some(Self::new())
    }

    fn written(&self) -> Option<Json> {
        Some(self.as_str().into())
    }
}

/// `true`, where the key alone says what is meant: `false` would have no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Yes;

impl Decode for Yes {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Some(Ok(Value::Bool(false))) = node.value() {
            let problem = Diagnostic::error(decoder.place(node.span()), "`false` has no effect here");
            decoder.report(problem.label("expected `true`, or not this key"));
            return None;
        }
        bool::decode(node, decoder).map(|_| Self)
    }

    fn recover() -> Option<Self> {
        Some(Self)
    }
}

impl JsonSchema for Yes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Yes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "const": true })
    }
}

/// A whole number within bounds, with what it counts for the message.
pub fn integer(node: Node<'_, '_>, range: std::ops::RangeInclusive<i64>, decoder: &mut Decoder<'_>) -> Option<i64> {
    let (low, high) = (range.start(), range.end());
    let Some(Ok(Value::Int(value))) = node.value() else {
        wrong_form(node, &format!("a whole number from {low} to {high}"), decoder);
        return None;
    };
    let number = i64::try_from(value).ok().filter(|value| range.contains(value));
    if number.is_none() {
        let label = format!("expected {low} to {high}");
        decoder.report(Diagnostic::error(decoder.place(node.span()), format!("{value} is out of range")).label(label));
    }
    number
}

/// The text of a scalar that kubectl, too, reads as text.
pub fn text<'d>(node: Node<'d, '_>, expected: &str, decoder: &mut Decoder<'_>) -> Option<&'d str> {
    match node.value() {
        Some(Ok(Value::Str(_))) => node.text(),
        Some(Ok(value)) if value != Value::Null => {
            let written = node.text().unwrap_or_default();
            decoder.report(
                Diagnostic::error(
                    decoder.place(node.span()),
                    format!("expected {expected}, found {}", value.type_name()),
                )
                .label(format!("YAML reads `{written}` as {}", value.type_name()))
                .help(format!("put it in quotes: \"{written}\"")),
            );
            None
        }
        _ => {
            wrong_form(node, expected, decoder);
            None
        }
    }
}

/// Reports that a node has another form than expected.
pub fn wrong_form(node: Node<'_, '_>, expected: &str, decoder: &mut Decoder<'_>) {
    let problem = misfit(node, expected, decoder);
    decoder.report(problem);
}

/// What is wrong with a node of another form than expected.
pub fn misfit(node: Node<'_, '_>, expected: &str, decoder: &Decoder<'_>) -> Diagnostic {
    let found = match node.kind() {
        Kind::Sequence => "a list".to_owned(),
        Kind::Mapping => "a mapping".to_owned(),
        Kind::Scalar => match node.value() {
            Some(Ok(Value::Null)) | None => "nothing".to_owned(),
            _ => format!("`{}`", node.text().unwrap_or_default()),
        },
    };
    let span = decoder.place(node.span());
    Diagnostic::error(span, format!("expected {expected}, found {found}")).label(format!("expected {expected}"))
}

/// Keys and values of a mapping, duplicates reported.
pub fn mapping<'d, 's>(node: Node<'d, 's>, decoder: &mut Decoder<'_>) -> Option<Vec<(Node<'d, 's>, Node<'d, 's>)>> {
    if node.kind() != Kind::Mapping {
        wrong_form(node, "a mapping", decoder);
        return None;
    }
    let mut entries: Vec<(Node<'d, 's>, Node<'d, 's>)> = Vec::with_capacity(node.entries().len());
    for (key, value) in node.entries() {
        let Some(name) = key.text() else {
            wrong_form(key, "a key", decoder);
            continue;
        };
        match entries.iter().find(|(other, _)| other.text() == Some(name)) {
            Some((first, _)) => decoder.report(
                Diagnostic::error(decoder.place(key.span()), format!("`{name}` is here twice"))
                    .label("the second time")
                    .related(first.span(), "the first time"),
            ),
            None => entries.push((key, value)),
        }
    }
    Some(entries)
}

/// Reports a key that a record does not have.
pub fn unknown_key(key: Node<'_, '_>, known: &[&str], decoder: &mut Decoder<'_>) {
    let name = key.text().unwrap_or_default();
    let problem = Diagnostic::error(decoder.place(key.span()), format!("unknown key `{name}`"));
    if let Some(help) = decoder.elsewhere.get(&key.span()).cloned() {
        decoder.report(problem.label("no key of the spec").help(help));
        return;
    }
    decoder.report(match nearest(name, known.iter().copied()) {
        Some(word) => problem.label(format!("did you mean `{word}`?")),
        None => problem.label("no such key").help(format!("the keys here are {}", known.join(", "))),
    });
}

/// Reports a word that is none of those expected.
pub fn unknown_word(span: Span, word: &str, known: &[&str], decoder: &mut Decoder<'_>) {
    let problem = Diagnostic::error(span, format!("unknown word `{word}`"));
    let expected = format!("expected {}", known.join(", "));
    decoder.report(match nearest(word, known.iter().copied()) {
        Some(near) => problem.label(format!("did you mean `{near}`?")).help(expected),
        None => problem.label(expected),
    });
}

/// Reports keys that are required and missing, at the record's first key.
pub fn missing_keys(node: Node<'_, '_>, what: &str, keys: &[&str], decoder: &mut Decoder<'_>) {
    let place = decoder.place(node.entries().next().map_or(node.span(), |(key, _)| key.span()));
    for key in keys {
        decoder.report(
            Diagnostic::error(place, format!("`{key}` is missing")).label(format!("this {what} needs `{key}:`")),
        );
    }
}

/// Declares a choice of words.
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(#[doc = $first_doc:literal])* $first_word:literal $first:ident
            $(, $(#[doc = $word_doc:literal])* $word:literal $variant:ident )* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $name {
            $(#[doc = $first_doc])*
            #[default]
            $first,
            $( $(#[doc = $word_doc])* $variant, )*
        }

        impl $name {
            /// Every word, in the order of the documentation.
            pub const WORDS: &[&str] = &[$first_word $(, $word)*];

            /// The word as it is written in a spec.
            pub fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $( Self::$variant => $word, )* }
            }

            /// The choice that a word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $first_word => Some(Self::$first), $( $word => Some(Self::$variant), )* _ => None }
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode(
                node: $crate::yaml::Node<'_, '_>,
                decoder: &mut $crate::decode::Decoder<'_>,
            ) -> Option<Self> {
                let word = $crate::decode::text(node, "a word", decoder)?;
                let choice = Self::from_word(word);
                if choice.is_none() {
                    $crate::decode::unknown_word(decoder.place(node.span()), word, Self::WORDS, decoder);
                }
                choice
            }

            fn recover() -> Option<Self> {
                Some(Self::default())
            }

            fn written(&self) -> Option<serde_json::Value> {
                Some(self.as_str().into())
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": Self::WORDS })
            }
        }
    };
}
pub(crate) use string_enum;
