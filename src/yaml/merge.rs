//! What the entries of a mapping amount to: merge keys as go-yaml v2 applies them, and of duplicate keys the last.
//!
//! go-yaml v2 goes through the entries in their order, and each overwrites what came before it, a merge key too: in
//! `{x: 1, <<: {x: 2}}` the merged `x` wins. Of several mappings in one merge key the first wins.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, hash_map::Entry};
use std::hash::Hash;
use std::slice::ChunksExact;

use indexmap::IndexMap;
use indexmap::map::IntoValues;

use super::fingerprint::Fingerprint;
use super::resolve::{self, ResolveError, Value};
use super::scalar::{Style, Tag};
use super::tree::{Data, Document, Kind, Node, SyntaxError, Text};

/// Mappings with no more keys than this are searched without a hash table.
const FEW: usize = 12;
const MERGE: &str = "<<";

type Identity<'d> = (Cow<'d, str>, u32);
type Pair<'d, 's> = (Node<'d, 's>, Node<'d, 's>);

/// What a mapping amounts to: mostly what stands there.
enum Fields<'d, 's> {
    Plain(Node<'d, 's>, ChunksExact<'d, u32>),
    Layered(IntoValues<Identity<'d>, Pair<'d, 's>>),
}

impl<'d, 's> Iterator for Fields<'d, 's> {
    type Item = Pair<'d, 's>;

    #[inline]
    fn next(&mut self) -> Option<Pair<'d, 's>> {
        match self {
            Self::Plain(node, pairs) => match pairs.next()? {
                [key, value] => Some((node.member(*key), node.member(*value))),
                _ => None,
            },
            Self::Layered(fields) => fields.next(),
        }
    }
}

/// Whether a mapping with these keys and values has merge keys or duplicates; `Err` where a merge key has a value that
/// cannot be merged.
pub(super) fn is_layered(document: &Document<'_>, members: &[u32]) -> Result<bool, SyntaxError> {
    let mut layered = false;
    let mut odd = false;
    for pair in members.chunks_exact(2) {
        let [key, value] = pair else { continue };
        if document.is_merge_key(*key) {
            if document.merged(*value).is_none() {
                let span = document.nodes.get(*value as usize).map(|node| node.span).unwrap_or_default();
                let message = "map merge requires map or sequence of maps as the value".to_owned();
                return Err(SyntaxError { span, message });
            }
            layered = true;
        }
        odd |= document.is_odd_key(*key);
    }
    let keys = || members.iter().step_by(2);
    let duplicates = || {
        if odd {
            has_duplicates(keys().len(), || keys().filter_map(|key| document.node(*key).map(Node::identity)))
        } else {
            may_have_duplicates(document, keys())
                && has_duplicates(keys().len(), || keys().filter_map(|key| document.scalar_text(*key)))
        }
    };
    Ok(layered || duplicates())
}

/// Whether some of the keys cannot be told apart by their fingerprints.
fn may_have_duplicates<'a>(document: &Document<'_>, keys: impl ExactSizeIterator<Item = &'a u32>) -> bool {
    let count = keys.len();
    let prints = keys.filter_map(|key| document.fingerprint(*key));
    if count <= FEW {
        let mut known = [Fingerprint::UNKNOWN; FEW];
        // places that are not used yet are like texts that have to be made: those are looked at
        return prints.zip(0..).any(|(print, at)| {
            let (before, rest) = known.split_at_mut_checked(at).unwrap_or_default();
            let is_known = print == Fingerprint::UNKNOWN || before.contains(&print);
            rest.first_mut().into_iter().for_each(|place| *place = print);
            is_known
        });
    }
    let mut known: Vec<Fingerprint> = prints.collect();
    known.sort_unstable();
    known.last() == Some(&Fingerprint::UNKNOWN) || known.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

fn has_duplicates<K: Eq + Hash, I: Iterator<Item = K>>(count: usize, keys: impl Fn() -> I) -> bool {
    if count <= FEW {
        return keys().enumerate().any(|(at, key)| keys().take(at).any(|other| other == key));
    }
    let mut seen = HashSet::with_capacity(count);
    keys().any(|key| !seen.insert(key))
}

impl<'s> Document<'s> {
    /// Whether the scalar has this text, which has that fingerprint.
    #[inline]
    fn is_text(&self, id: u32, text: &str, wanted: Fingerprint) -> bool {
        match self.data(id) {
            Some(Data::Scalar { text: Text::Source(span), print, .. }) => {
                *print == wanted && self.source.as_bytes().get(span.range()) == Some(text.as_bytes())
            }
            Some(Data::Scalar { text: own, .. }) => self.text(*own) == text,
            _ => false,
        }
    }

    fn fingerprint(&self, id: u32) -> Option<Fingerprint> {
        match self.data(id) {
            Some(Data::Scalar { print, .. }) => Some(*print),
            _ => None,
        }
    }

    /// Whether the key may be the same as one with another text.
    fn is_odd_key(&self, id: u32) -> bool {
        match self.data(id) {
            Some(Data::Scalar { text, print, style: Style::Plain, .. }) => {
                (*print == Fingerprint::UNKNOWN || resolve::may_be_odd(*print)) && resolve::is_odd(self.text(*text))
            }
            _ => false,
        }
    }

    fn scalar_text(&self, id: u32) -> Option<&str> {
        match self.data(id) {
            Some(Data::Scalar { text, .. }) => Some(self.text(*text)),
            _ => None,
        }
    }

    /// Whether the scalar, as a key, merges: `<<` without quotes and tag, or tagged `!!merge`.
    pub(super) fn is_merge_key(&self, id: u32) -> bool {
        // the key itself: an alias of one does not merge
        match self.nodes.get(id as usize).map(|node| &node.data) {
            Some(Data::Scalar { style, tag, .. }) => {
                (*tag == Tag::Merge || (*tag == Tag::None && *style == Style::Plain))
                    && self.is_text(id, MERGE, const { Fingerprint::of(MERGE) })
            }
            _ => false,
        }
    }

    /// The mappings that the value of a merge key stands for, in their order; `None` if it is anything else.
    fn merged(&self, value: u32) -> Option<impl DoubleEndedIterator<Item = u32>> {
        let is_mapping = |id: &u32| matches!(self.data(*id), Some(Data::Mapping { .. }));
        let is_list = matches!(self.nodes.get(value as usize).map(|node| &node.data), Some(Data::Sequence { .. }));
        let (one, several) = if is_list { (None, self.members(value)) } else { (Some(value), &[][..]) };
        let fits = one.as_ref().is_none_or(is_mapping) && several.iter().all(is_mapping);
        fits.then(|| one.into_iter().chain(several.iter().copied()))
    }

    /// The key nodes that are there twice in one mapping: the first with each later one. Keys are the same when kubectl
    /// makes the same JSON key of them, as of `1`, `"1"` and `0x1`; merge keys are no duplicates. In the order of the later ones.
    pub fn duplicates(&self) -> Vec<(Node<'_, 's>, Node<'_, 's>)> {
        let mut found = Vec::new();
        for (id, node) in (0..).zip(&self.nodes) {
            let Data::Mapping { layered: true, .. } = node.data else { continue };
            let mut first: HashMap<Identity<'_>, Node<'_, 's>> = HashMap::new();
            let keys = self.members(id).iter().step_by(2).filter(|key| !self.is_merge_key(**key));
            for key in keys.filter_map(|key| self.node(*key)) {
                match first.entry(key.identity()) {
                    Entry::Occupied(entry) => found.push((*entry.get(), key)),
                    Entry::Vacant(entry) => {
                        entry.insert(key);
                    }
                }
            }
        }
        found.sort_by_key(|(_, later)| later.span().start);
        found
    }
}

impl<'d, 's> Node<'d, 's> {
    /// The JSON key that kubectl makes of the scalar: `true` of `yes`, `16` of `0x10`. `Err` of what it refuses as a key.
    pub fn name(self) -> Result<Cow<'d, str>, ResolveError> {
        match self.value() {
            Some(Ok(Value::Str(text))) => Ok(text),
            Some(Ok(Value::Bool(value))) => Ok(value.to_string().into()),
            Some(Ok(Value::Int(value))) if i64::try_from(value).is_ok() => Ok(value.to_string().into()),
            Some(Ok(Value::Float(value))) => Ok(go_float(value).into()),
            Some(Ok(_)) => Err(ResolveError::Key(self.text().unwrap_or_default().to_owned())),
            Some(Err(ResolveError::NotFinite(text))) => Ok(match text.to_ascii_lowercase().as_str() {
                ".nan" => ".nan".into(),
                "-.inf" => "-.inf".into(),
                _ => ".inf".into(),
            }),
            Some(Err(error)) => Err(error),
            None => {
                Err(ResolveError::CollectionKey(if self.kind() == Kind::Sequence { "a list" } else { "a mapping" }))
            }
        }
    }

    /// What makes a key the same as another: its name, or its text if it has none. A list or mapping is only itself.
    fn identity(self) -> Identity<'d> {
        match (self.name(), self.text()) {
            (Ok(name), _) => (name, 0),
            (Err(_), Some(text)) => (text.into(), 0),
            (Err(_), None) => (Cow::default(), self.id),
        }
    }

    /// Whether the node, as a key, merges what its value holds.
    pub fn is_merge(self) -> bool {
        !self.is_alias() && self.document.is_merge_key(self.id)
    }

    /// The mappings that merge keys of the mapping bring in.
    pub(super) fn merged(self) -> impl Iterator<Item = Node<'d, 's>> {
        let values = self.entries().filter(|(key, _)| key.is_merge());
        values.flat_map(move |(_, value)| {
            let (one, several) = match value.kind() {
                Kind::Sequence => (None, Some(value.items())),
                _ => (Some(value), None),
            };
            one.into_iter().chain(several.into_iter().flatten())
        })
    }

    fn is_layered(self) -> bool {
        matches!(self.data(), Some(Data::Mapping { layered: true, .. }))
    }

    /// What the mapping amounts to: its entries with merged ones in the place of their merge key, and only the last of the
    /// same keys, at the place of the first. Nothing for other kinds.
    pub fn fields(self) -> impl Iterator<Item = (Node<'d, 's>, Node<'d, 's>)> {
        if !self.is_layered() {
            return Fields::Plain(self, self.mapping().chunks_exact(2));
        }
        let mut fields = IndexMap::new();
        self.apply(&mut fields);
        Fields::Layered(fields.into_values())
    }

    /// The key of this text, with its value; kubectl may read more keys as this one: [`Node::get`].
    pub fn field(self, name: &str) -> Option<(Node<'d, 's>, Node<'d, 's>)> {
        if self.is_layered() {
            return self.fields().filter(|(key, _)| key.text() == Some(name)).last();
        }
        let print = Fingerprint::of(name);
        self.mapping().chunks_exact(2).find_map(|pair| match pair {
            [key, value] if self.document.is_text(*key, name, print) => Some((self.member(*key), self.member(*value))),
            _ => None,
        })
    }

    fn apply(self, fields: &mut IndexMap<Identity<'d>, (Node<'d, 's>, Node<'d, 's>)>) {
        for pair in self.document.members(self.id).chunks_exact(2) {
            let [key, value] = pair else { continue };
            if self.document.is_merge_key(*key) {
                let merged = self.document.merged(*value).into_iter().flatten();
                for mapping in merged.rev().filter_map(|id| self.document.node(id)) {
                    mapping.apply(fields);
                }
            } else if let (Some(key), Some(value)) = (self.document.node(*key), self.document.node(*value)) {
                fields.insert(key.identity(), (key, value));
            }
        }
    }

    /// The value that the key has for kubectl: merged ones are found, and of duplicates the last.
    pub fn get(self, key: &str) -> Option<Node<'d, 's>> {
        if self.kind() != Kind::Mapping {
            return None;
        }
        // only a text that is no string without quotes can be the name of a key with another text
        let is_odd = resolve::is_odd(key);
        self.find(key, Fingerprint::of(key), is_odd)
    }

    fn find(self, key: &str, print: Fingerprint, is_odd: bool) -> Option<Node<'d, 's>> {
        let is_layered = self.is_layered();
        self.document.members(self.id).rchunks_exact(2).find_map(|pair| {
            let [name, value] = pair else { return None };
            if is_layered && self.document.is_merge_key(*name) {
                let mut merged = self.document.merged(*value)?;
                return merged.find_map(|id| self.document.node(id)?.find(key, print, is_odd));
            }
            let same = if is_odd {
                self.document.node(*name)?.name().is_ok_and(|name| name == key)
            } else {
                self.document.is_text(*name, key, print)
            };
            if same { self.document.node(*value) } else { None }
        })
    }

    /// Follows keys downwards.
    pub fn path(self, keys: &[&str]) -> Option<Node<'d, 's>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}

/// A float as Go writes it with the verb `g` and 32 bits, which is what sigs.k8s.io/yaml makes a key of.
fn go_float(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "as Go does")]
    let value = value as f32;
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        -4..=5 => value.to_string(),
        exponent => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    }
}
