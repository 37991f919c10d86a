//! Records and sums: mappings whose keys, defaults and documentation stand in one place, from which their decoder, their
//! JSON Schema and their page in `tightship explain` are made.

use std::fmt::Write as _;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};

use super::{Decode, Decoder, mapping, misfit, missing_keys, unknown_key};
use crate::diagnostic::{Diagnostic, nearest};
use crate::yaml::{Kind, Node};

/// A key with its value.
type Entry<'d, 's> = (Node<'d, 's>, Node<'d, 's>);

/// A record: a mapping of keys that are known, some of them required.
pub trait Keys: Default {
    /// What a message calls it.
    const WHAT: &'static str;
    /// Its own keys.
    const KEYS: &'static [&'static str];

    /// Those of its own keys that are required.
    fn required() -> Vec<&'static str>;

    /// Its own keys, and those of the sum that is part of it.
    fn all() -> Vec<&'static str> {
        Self::KEYS.to_vec()
    }

    /// Reads the value of one of its own keys; `false` if there is no such key.
    fn set(&mut self, key: &str, value: Node<'_, '_>, decoder: &mut Decoder<'_>) -> bool;

    /// Reads the sum that is part of it, and gives the other entries back.
    fn choose<'d, 's>(
        &mut self,
        _record: Node<'d, 's>,
        entries: Vec<Entry<'d, 's>>,
        _decoder: &mut Decoder<'_>,
    ) -> Vec<Entry<'d, 's>> {
        entries
    }

    /// The schemas of its own keys.
    fn properties(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)>;
}

/// Reads a record.
pub fn read_record<T: Keys>(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<T> {
    read_record_over(node, None, |_| false, decoder)
}

/// Reads a record that leaves some keys to another mapping: those that it does not have itself are read from there.
pub fn read_record_over<T: Keys>(
    node: Node<'_, '_>,
    shared: Option<Node<'_, '_>>,
    is_shared: impl Fn(&str) -> bool,
    decoder: &mut Decoder<'_>,
) -> Option<T> {
    let mut entries = entries(node, T::all, decoder)?;
    for (key, value) in shared.into_iter().flat_map(Node::entries) {
        let Some(name) = key.text().filter(|name| T::KEYS.contains(name) && is_shared(name)) else { continue };
        if !entries.iter().any(|(own, _)| own.text() == Some(name)) {
            entries.push((key, value));
        }
    }
    let mut record = T::default();
    let entries = record.choose(node, entries, decoder);
    fill(&mut record, node, &entries, decoder);
    Some(record)
}

/// Reads the keys of a record out of some entries of a mapping.
fn fill<T: Keys>(record: &mut T, node: Node<'_, '_>, entries: &[Entry<'_, '_>], decoder: &mut Decoder<'_>) {
    let mut missing = T::required();
    for (key, value) in entries {
        let name = key.text().unwrap_or_default();
        missing.retain(|other| *other != name);
        if !record.set(name, *value, decoder) {
            unknown_key(*key, &T::all(), decoder);
        }
    }
    missing_keys(node, T::WHAT, &missing, decoder);
}

/// Keys and values of a mapping that has these keys.
fn entries<'d, 's>(
    node: Node<'d, 's>,
    keys: fn() -> Vec<&'static str>,
    decoder: &mut Decoder<'_>,
) -> Option<Vec<Entry<'d, 's>>> {
    if node.kind() != Kind::Mapping {
        let problem = misfit(node, "a mapping", decoder);
        decoder.report(problem.help(format!("the keys here are {}", keys().join(", "))));
        return None;
    }
    mapping(node, decoder)
}

/// The keys that may stand beside a key of a sum.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// All of them.
    pub keys: Vec<&'static str>,
    /// Those that must.
    pub required: Vec<&'static str>,
}

impl Beside {
    /// The keys of a record.
    pub fn of<T: Keys>() -> Self {
        Self { keys: T::KEYS.to_vec(), required: T::required() }
    }
}

/// A sum: a mapping with exactly one of several keys, some of which have others beside them.
pub trait OneOf: Default {
    /// What a message calls what is chosen.
    const WHAT: &'static str;
    /// The keys, one of which is there.
    const WAYS: &'static [&'static str];

    /// What may stand beside one of them.
    fn beside(way: &str) -> Beside;

    /// Reads the value of the key, and the entries that stand beside it.
    fn read(
        way: Entry<'_, '_>,
        beside: &[Entry<'_, '_>],
        record: Node<'_, '_>,
        decoder: &mut Decoder<'_>,
    ) -> Option<Self>;

    /// The schemas of all its keys.
    fn properties(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)>;

    /// All its keys.
    fn all() -> Vec<&'static str> {
        let mut keys = Self::WAYS.to_vec();
        keys.extend(beside_any::<Self>());
        keys
    }
}

/// The keys that stand beside others, each once.
fn beside_any<T: OneOf>() -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = Vec::new();
    for key in T::WAYS.iter().flat_map(|way| T::beside(way).keys) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Reads a sum that is a mapping by itself.
pub fn read_one_of<T: OneOf>(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<T> {
    let entries = entries(node, T::all, decoder)?;
    let (sum, rest) = choose(node, &[], entries, decoder);
    for (key, _) in rest {
        unknown_key(key, &T::all(), decoder);
    }
    sum
}

/// Reads a sum out of the entries of a mapping, whose other keys are known, and gives the rest back.
pub fn choose<'d, 's, T: OneOf>(
    record: Node<'d, 's>,
    others: &[&str],
    entries: Vec<Entry<'d, 's>>,
    decoder: &mut Decoder<'_>,
) -> (Option<T>, Vec<Entry<'d, 's>>) {
    let is_in = |keys: &[&str], entry: &Entry<'_, '_>| entry.0.text().is_some_and(|name| keys.contains(&name));
    let (ways, rest): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| is_in(T::WAYS, entry));
    let beside = beside_any::<T>();
    let (beside, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|entry| is_in(&beside, entry));
    match ways.as_slice() {
        [way] => {
            let name = way.0.text().unwrap_or_default();
            let own = T::beside(name).keys;
            let (own, foreign): (Vec<_>, Vec<_>) = beside.into_iter().partition(|entry| is_in(&own, entry));
            for (key, _) in foreign {
                belongs_elsewhere::<T>(key, name, decoder);
            }
            (T::read(*way, &own, record, decoder), rest)
        }
        [] => {
            let is_meant = |entry: &Entry<'_, '_>| {
                !is_in(others, entry) && nearest(entry.0.text().unwrap_or_default(), T::WAYS.iter().copied()).is_some()
            };
            // a key that is misspelt is said as such
            if !rest.iter().any(is_meant) {
                let place = record.entries().next().map_or(record.span(), |(key, _)| key.span());
                let problem = Diagnostic::error(decoder.place(place), format!("the {} is missing", T::WHAT));
                decoder.report(problem.label(expected::<T>()));
            }
            (None, rest)
        }
        [(first, _), (second, _), ..] => {
            let names = (first.text().unwrap_or_default(), second.text().unwrap_or_default());
            let problem = Diagnostic::error(
                decoder.place(second.span()),
                format!("`{}` and `{}` exclude each other", names.0, names.1),
            );
            decoder.report(problem.label(expected::<T>()).related(first.span(), "the other one"));
            (None, rest)
        }
    }
}

fn expected<T: OneOf>() -> String {
    format!("expected one of {}", T::WAYS.join(", "))
}

fn belongs_elsewhere<T: OneOf>(key: Node<'_, '_>, way: &str, decoder: &mut Decoder<'_>) {
    let name = key.text().unwrap_or_default();
    let owners: Vec<String> =
        T::WAYS.iter().filter(|way| T::beside(way).keys.contains(&name)).map(|way| format!("`{way}`")).collect();
    let problem = Diagnostic::error(decoder.place(key.span()), format!("`{name}` belongs to {}", owners.join(" or ")));
    decoder.report(problem.label(format!("it means nothing beside `{way}`")));
}

/// Reads the record of what stands beside a key of a sum.
pub fn read_beside<T: Keys>(record: Node<'_, '_>, entries: &[Entry<'_, '_>], decoder: &mut Decoder<'_>) -> T {
    let mut beside = T::default();
    fill(&mut beside, record, entries, decoder);
    beside
}

/// Declares a record: its keys, their types and defaults, and their documentation. A key without a default is required; in
/// a broken text it falls back to its type's default. A default that depends on other keys is said in words after `=>`. A
/// sum may be part of it: `one of field: Sum` after its keys.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $name:ident $what:literal {
            $( $(#[doc = $field_doc:literal])* $field:ident $key:literal : $type:ty $(= $default:expr $(=> $words:literal)?)? ),* $(,)?
        }
        $( $(#[doc = $sum_doc:literal])* one of $sum:ident : $sum_type:ty )?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
            $( $(#[doc = $sum_doc])* pub $sum: $sum_type, )?
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $( $field: $crate::decode::record!(@default $($default)?), )*
                    $( $sum: <$sum_type>::default(), )?
                }
            }
        }

        impl $crate::decode::Keys for $name {
            const WHAT: &'static str = $what;
            const KEYS: &'static [&'static str] = &[$($key),*];

            fn required() -> Vec<&'static str> {
                let keys: &[Option<&'static str>] = &[$( $crate::decode::record!(@required $key $($default)?) ),*];
                keys.iter().flatten().copied().collect()
            }

            $(
                fn all() -> Vec<&'static str> {
                    let mut keys = Self::KEYS.to_vec();
                    keys.extend(<$sum_type as $crate::decode::OneOf>::all());
                    keys
                }
            )?

            fn set(
                &mut self,
                key: &str,
                value: $crate::yaml::Node<'_, '_>,
                decoder: &mut $crate::decode::Decoder<'_>,
            ) -> bool {
                match key {
                    $( $key => if let Some(value) = $crate::decode::Decode::decode_or_recover(value, decoder) {
                        self.$field = value;
                    }, )*
                    _ => return false,
                }
                true
            }

            $(
                fn choose<'d, 's>(
                    &mut self,
                    record: $crate::yaml::Node<'d, 's>,
                    entries: Vec<($crate::yaml::Node<'d, 's>, $crate::yaml::Node<'d, 's>)>,
                    decoder: &mut $crate::decode::Decoder<'_>,
                ) -> Vec<($crate::yaml::Node<'d, 's>, $crate::yaml::Node<'d, 's>)> {
                    let (sum, rest) = $crate::decode::choose::<$sum_type>(record, Self::KEYS, entries, decoder);
                    self.$sum = sum.unwrap_or_default();
                    rest
                }
            )?

            fn properties(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$( {
                    let default = $crate::decode::record!(@said $field $($default $(=> $words)?)?);
                    let schema = generator.subschema_for::<$type>();
                    ($key, $crate::decode::property(schema, &[$($field_doc),*], default))
                }, )*]
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode(
                node: $crate::yaml::Node<'_, '_>,
                decoder: &mut $crate::decode::Decoder<'_>,
            ) -> Option<Self> {
                $crate::decode::read_record(node, decoder)
            }

            fn recover() -> Option<Self> {
                Some(Self::default())
            }

            fn written(&self) -> Option<serde_json::Value> {
                use $crate::decode::Decode;
                let default = Self::default();
                Some($crate::decode::differences([
                    $( ($key, Decode::written(&self.$field), Decode::written(&default.$field)), )*
                ]))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use $crate::decode::{Keys, object};
                let properties = <Self as Keys>::properties(generator);
                let schema = object(&[$($doc),*], properties, &<Self as Keys>::required());
                $( let schema = $crate::decode::branches::<$sum_type>(schema, generator); )?
                schema
            }
        }
    };
    (@default $default:expr) => { $default };
    (@default) => { Default::default() };
    (@said $field:ident $default:expr => $words:literal) => { $crate::decode::Unwritten::Words($words) };
    (@said $field:ident $default:expr) => { $crate::decode::Unwritten::of(&Self::default().$field) };
    (@said $field:ident) => { $crate::decode::Unwritten::Nothing };
    (@required $key:literal $default:expr) => { None };
    (@required $key:literal) => { Some($key) };
}
pub(crate) use record;

/// Declares a sum: the keys exactly one of which is there, each with the type of its value, and with the record of what
/// may stand beside it.
macro_rules! one_of {
    (
        $(#[doc = $doc:literal])*
        $name:ident $what:literal {
            $(#[doc = $first_doc:literal])* $first_key:literal $first:ident($first_type:ty) $(beside $first_beside:ident)?
            $(, $(#[doc = $way_doc:literal])* $key:literal $variant:ident($type:ty) $(beside $beside:ident)? )* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub enum $name {
            $(#[doc = $first_doc])*
            $first($first_type $(, $first_beside)?),
            $( $(#[doc = $way_doc])* $variant($type $(, $beside)?), )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$first(<$first_type>::default() $(, <$first_beside>::default())?)
            }
        }

        impl $crate::decode::OneOf for $name {
            const WHAT: &'static str = $what;
            const WAYS: &'static [&'static str] = &[$first_key $(, $key)*];

            fn beside(way: &str) -> $crate::decode::Beside {
                match way {
                    $( $first_key => $crate::decode::Beside::of::<$first_beside>(), )?
                    $( $( $key => $crate::decode::Beside::of::<$beside>(), )? )*
                    _ => $crate::decode::Beside::default(),
                }
            }

            #[allow(unused_variables, reason = "not every sum has keys beside others")]
            fn read(
                way: ($crate::yaml::Node<'_, '_>, $crate::yaml::Node<'_, '_>),
                beside: &[($crate::yaml::Node<'_, '_>, $crate::yaml::Node<'_, '_>)],
                record: $crate::yaml::Node<'_, '_>,
                decoder: &mut $crate::decode::Decoder<'_>,
            ) -> Option<Self> {
                use $crate::decode::Decode;
                match way.0.text().unwrap_or_default() {
                    $first_key => {
                        let value = <$first_type as Decode>::decode(way.1, decoder);
                        let beside = ($( $crate::decode::read_beside::<$first_beside>(record, beside, decoder), )?);
                        $crate::decode::one_of!(@made $first value beside $($first_beside)?)
                    }
                    $( $key => {
                        let value = <$type as Decode>::decode(way.1, decoder);
                        let beside = ($( $crate::decode::read_beside::<$beside>(record, beside, decoder), )?);
                        $crate::decode::one_of!(@made $variant value beside $($beside)?)
                    } )*
                    _ => None,
                }
            }

            fn properties(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                use $crate::decode::{Unwritten, property};
                let ways = vec![
                    ($first_key, property(generator.subschema_for::<$first_type>(), &[$($first_doc),*], Unwritten::Nothing)),
                    $( ($key, property(generator.subschema_for::<$type>(), &[$($way_doc),*], Unwritten::Nothing)), )*
                ];
                let beside: Vec<Vec<(&'static str, schemars::Schema)>> = vec![
                    $( <$first_beside as $crate::decode::Keys>::properties(generator), )?
                    $( $( <$beside as $crate::decode::Keys>::properties(generator), )? )*
                ];
                ways.into_iter().chain(beside.into_iter().flatten()).collect()
            }
        }

        impl $crate::decode::Decode for $name {
            fn decode(
                node: $crate::yaml::Node<'_, '_>,
                decoder: &mut $crate::decode::Decoder<'_>,
            ) -> Option<Self> {
                $crate::decode::read_one_of(node, decoder)
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
                $crate::decode::one_of_schema::<Self>(&[$($doc),*], generator)
            }
        }
    };
    (@made $variant:ident $value:ident $tuple:ident $beside:ident) => { Some(Self::$variant($value?, $tuple.0)) };
    (@made $variant:ident $value:ident $tuple:ident) => { Some(Self::$variant($value?)) };
}
pub(crate) use one_of;

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// What holds for a key that is not written.
#[derive(Debug)]
pub enum Unwritten {
    /// Nothing, or the key is required.
    Nothing,
    /// This value.
    Value(Json),
    /// What the words say: it depends on other keys.
    Words(&'static str),
}

impl Unwritten {
    /// What is taken where the key is not written.
    pub fn of(default: &impl Decode) -> Self {
        default.written().map_or(Self::Nothing, Self::Value)
    }
}

/// The keys of a record whose values are others than its default.
pub fn differences<const N: usize>(keys: [(&str, Option<Json>, Option<Json>); N]) -> Json {
    let written = keys.into_iter().filter(|(_, own, default)| own != default);
    Json::Object(written.filter_map(|(key, own, _)| Some((key.to_owned(), own?))).collect())
}

/// The schema of a key with its documentation and its default.
pub fn property(mut schema: Schema, doc: &[&str], unwritten: Unwritten) -> Schema {
    without_null(&mut schema);
    let mut description = joined(doc);
    match unwritten {
        // a list or mapping without members: there is none
        Unwritten::Value(value) if !is_bare(&value) => {
            // writing to a string cannot fail
            let _ = write!(description, " Default: {}.", flow(&value));
            schema.insert("default".to_owned(), value);
        }
        Unwritten::Words(words) => {
            let _ = write!(description, " Default: {words}.");
        }
        Unwritten::Value(_) | Unwritten::Nothing => {}
    }
    schema.insert("description".to_owned(), description.into());
    schema
}

/// What an [`Option`] makes of a schema, taken back: whoever writes a key writes a value.
fn without_null(schema: &mut Schema) {
    let null = json!({ "type": "null" });
    let forms = schema.get("anyOf").and_then(Json::as_array);
    let inner = forms.filter(|forms| forms.contains(&null)).and_then(|forms| forms.iter().find(|form| **form != null));
    if let Some(inner) = inner.cloned().and_then(|inner| Schema::try_from(inner).ok()) {
        *schema = inner;
    }
    if let Some(Json::Array(types)) = schema.get_mut("type") {
        types.retain(|word| word != "null");
        if let [word] = types.as_slice() {
            let word = word.clone();
            schema.insert("type".to_owned(), word);
        }
    }
    if let Some(Json::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}

fn is_bare(value: &Json) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// A value as one would write it in a line.
fn flow(value: &Json) -> String {
    match value {
        Json::String(text) if !text.is_empty() => text.clone(),
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// The schema of a record: no other keys than these.
pub fn object(doc: &[&str], properties: Vec<(&'static str, Schema)>, required: &[&str]) -> Schema {
    let properties: serde_json::Map<String, Json> =
        properties.into_iter().map(|(key, schema)| (key.to_owned(), schema.into())).collect();
    let mut schema = json_schema!({
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

/// The schema of a sum that is a mapping by itself.
pub fn one_of_schema<T: OneOf>(doc: &[&str], generator: &mut SchemaGenerator) -> Schema {
    branches::<T>(object(doc, Vec::new(), &[]), generator)
}

/// Adds a sum to the schema of the record that it is part of: its keys, exactly one of which is there.
pub fn branches<T: OneOf>(mut schema: Schema, generator: &mut SchemaGenerator) -> Schema {
    let own = T::properties(generator);
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        for (key, schema) in own {
            properties.entry(key).or_insert_with(|| schema.into());
        }
    }
    let branches: Vec<Json> = T::WAYS.iter().map(|way| branch::<T>(way)).collect();
    schema.insert("oneOf".to_owned(), branches.into());
    schema
}

/// One key of a sum, with what belongs to it and without what belongs to others.
fn branch<T: OneOf>(way: &'static str) -> Json {
    let Beside { keys, required } = T::beside(way);
    let required: Vec<&str> = std::iter::once(way).chain(required).collect();
    let foreign: serde_json::Map<String, Json> = beside_any::<T>()
        .into_iter()
        .filter(|key| !keys.contains(key))
        .map(|key| (key.to_owned(), Json::Bool(false)))
        .collect();
    if foreign.is_empty() {
        json!({ "required": required })
    } else {
        json!({ "required": required, "properties": foreign })
    }
}
