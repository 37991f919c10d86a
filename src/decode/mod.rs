//! From YAML nodes to typed values, collecting every problem on the way.
//!
//! Decoding never stops at a problem: what could not be read is reported and becomes a default without a place, so that
//! the checks across fields still run over the rest. A value that nobody wrote has an empty [`Span`], and problems with
//! an empty span are dropped: they would repeat what was already said.

use std::borrow::Cow;
use std::ops::Deref;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::diagnostic::{Diagnostic, nearest};
use crate::yaml::{Kind, Node, Span, Value};

/// Collects the problems of one text.
#[derive(Debug)]
pub struct Decoder<'t> {
    text: &'t str,
    problems: Vec<Diagnostic>,
}

impl<'t> Decoder<'t> {
    /// A decoder of nodes of this text.
    pub fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
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
        if !is_of_default && !self.problems.contains(&problem) {
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

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
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

fn misfit(node: Node<'_, '_>, expected: &str, decoder: &Decoder<'_>) -> Diagnostic {
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

/// Keys and values of a record, which has these keys.
pub fn entries<'d, 's>(
    node: Node<'d, 's>,
    keys: &[&str],
    decoder: &mut Decoder<'_>,
) -> Option<Vec<(Node<'d, 's>, Node<'d, 's>)>> {
    if node.kind() != Kind::Mapping {
        let problem = misfit(node, "a mapping", decoder);
        decoder.report(problem.help(format!("the keys here are {}", keys.join(", "))));
        return None;
    }
    mapping(node, decoder)
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

/// Declares a record: its keys, their types and defaults, and their documentation, from which its decoder and its JSON
/// Schema are made. A key without a default is required; in a broken text it falls back to its type's default.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $name:ident $what:literal {
            $( $(#[doc = $field_doc:literal])* $field:ident $key:literal : $type:ty $(= $default:expr)? ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl $name {
            /// The keys without a default.
            const REQUIRED: &[Option<&str>] = &[$( $crate::decode::record!(@required $key $($default)?) ),*];
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $crate::decode::record!(@default $($default)?), )* }
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode(
                node: $crate::yaml::Node<'_, '_>,
                decoder: &mut $crate::decode::Decoder<'_>,
            ) -> Option<Self> {
                use $crate::decode;
                const KEYS: &[&str] = &[$($key),*];
                let mut record = Self::default();
                let mut missing: Vec<&str> = Self::REQUIRED.iter().flatten().copied().collect();
                for (key, value) in decode::entries(node, KEYS, decoder)? {
                    let name = key.text().unwrap_or_default();
                    missing.retain(|other| *other != name);
                    match name {
                        $( $key => if let Some(value) = decode::Decode::decode_or_recover(value, decoder) { record.$field = value; }, )*
                        _ => decode::unknown_key(key, KEYS, decoder),
                    }
                }
                decode::missing_keys(node, $what, &missing, decoder);
                Some(record)
            }

            fn recover() -> Option<Self> {
                Some(Self::default())
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let required: Vec<&str> = Self::REQUIRED.iter().flatten().copied().collect();
                let properties = [
                    $( ($key, $crate::decode::property(generator.subschema_for::<$type>(), &[$($field_doc),*])), )*
                ];
                $crate::decode::object(&[$($doc),*], properties, &required)
            }
        }
    };
    (@default $default:expr) => { $default };
    (@default) => { Default::default() };
    (@required $key:literal $default:expr) => { None };
    (@required $key:literal) => { Some($key) };
}
pub(crate) use record;

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
            #[allow(dead_code, reason = "not every choice is printed")]
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

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// The schema of a key with its documentation.
pub fn property(mut schema: Schema, doc: &[&str]) -> Schema {
    schema.insert("description".to_owned(), joined(doc).into());
    schema
}

/// The schema of a record: no other keys than these.
pub fn object<const N: usize>(doc: &[&str], properties: [(&str, Schema); N], required: &[&str]) -> Schema {
    let properties: serde_json::Map<String, serde_json::Value> =
        properties.into_iter().map(|(key, schema)| (key.to_owned(), schema.into())).collect();
    let mut schema = schemars::json_schema!({
        "description": joined(doc),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}
