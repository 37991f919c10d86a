//! The fields of one release, arranged so that a walk over many objects finds each in a step or two.

use std::sync::LazyLock;

use super::table;
use super::types::{Field, Fields, TypeId};
use crate::k8s::version::Version;
use crate::yaml::Fingerprint;

/// The most fields of one type, over all releases: their places are bytes.
#[cfg(test)]
const MOST_FIELDS: usize = 250;
/// Those of them that may have to be there are counted in the bits of a number.
const MOST_REQUIRED: usize = 64;
/// Of the mixed fingerprints: as many as the largest table needs.
const BITS: u32 = 12;

static INDEXES: [LazyLock<Index>; 5] = [
    LazyLock::new(|| Index::new(table(), 0)),
    LazyLock::new(|| Index::new(table(), 1)),
    LazyLock::new(|| Index::new(table(), 2)),
    LazyLock::new(|| Index::new(table(), 3)),
    LazyLock::new(|| Index::new(table(), 4)),
];

/// The index of a release, made at its first use.
pub fn index(version: Version) -> &'static Index {
    let at = usize::from(version.minor().saturating_sub(Version::OLDEST.minor()));
    let [oldest, ..] = &INDEXES;
    INDEXES.get(at).unwrap_or(oldest)
}

/// For each type a small hash table from the names of its fields in one release to their places.
#[derive(Debug)]
pub struct Index {
    types: Vec<Indexed>,
    /// The places of fields in their type, plus one; 0 for an empty slot.
    slots: Vec<u8>,
}

#[derive(Debug)]
struct Indexed {
    fields: &'static [Field],
    first: u32,
    mask: u32,
    required: u64,
}

impl Index {
    /// `at` is the place of the release among those supported.
    fn new(table: &'static Fields, at: usize) -> Self {
        let version = Version::all().nth(at).unwrap_or_default();
        let mut index = Self { types: Vec::with_capacity(table.types.len()), slots: Vec::new() };
        for ty in &table.types {
            let fields = table.rows.get(ty.start..ty.end).unwrap_or_default();
            let first = index.slots.len();
            let size = (fields.len() * 2).next_power_of_two().max(2);
            index.slots.resize(first + size, 0);
            let mut indexed = Indexed {
                fields,
                first: u32::try_from(first).unwrap_or(u32::MAX),
                mask: u32::try_from(size - 1).unwrap_or(u32::MAX),
                required: 0,
            };
            for (place, field) in fields.iter().enumerate().filter(|(_, field)| field.in_release(version)) {
                index.insert(&indexed, place, Fingerprint::of(field.name));
                indexed.required |= u64::from(field.required && place < MOST_REQUIRED) << (place % MOST_REQUIRED);
            }
            index.types.push(indexed);
        }
        index
    }

    fn insert(&mut self, ty: &Indexed, place: usize, print: Fingerprint) {
        let mut at = print.hash(BITS) & ty.mask;
        while let Some(slot) = self.slots.get_mut((ty.first + at) as usize) {
            if *slot == 0 {
                *slot = u8::try_from(place + 1).unwrap_or(0);
                return;
            }
            at = (at + 1) & ty.mask;
        }
    }

    /// A field of a type, by its name and the fingerprint of that, and its place among the fields of all releases.
    #[inline]
    pub fn find(&self, id: TypeId, name: &str, print: Fingerprint) -> Option<(u8, &'static Field)> {
        let ty = self.types.get(usize::from(id.0))?;
        let mut at = print.hash(BITS) & ty.mask;
        loop {
            let place = self.slots.get((ty.first + at) as usize)?.checked_sub(1)?;
            let field = ty.fields.get(usize::from(place))?;
            if field.name == name {
                return Some((place, field));
            }
            at = (at + 1) & ty.mask;
        }
    }

    /// The places of the fields that must be there, as bits.
    #[inline]
    pub fn required(&self, id: TypeId) -> u64 {
        self.types.get(usize::from(id.0)).map_or(0, |ty| ty.required)
    }

    /// The field at a place.
    pub fn at(&self, id: TypeId, place: u32) -> Option<&'static Field> {
        self.types.get(usize::from(id.0))?.fields.get(place as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, MOST_FIELDS, index};
    use crate::k8s::fields::{Lookup, TypeId, table};
    use crate::k8s::version::Version;

    #[test]
    fn finds_what_the_table_finds() {
        for version in Version::all() {
            for (at, ty) in table().types.iter().enumerate() {
                let id = TypeId(u16::try_from(at).unwrap());
                let fields = &table().rows[ty.start..ty.end];
                assert!(fields.len() <= MOST_FIELDS, "{}", ty.name);
                for (place, field) in fields.iter().enumerate() {
                    let found = index(version).find(id, field.name, Fingerprint::of(field.name));
                    match table().field(id, field.name, version) {
                        Lookup::Found(known) => assert_eq!(found.map(|(_, field)| field), Some(known), "{}", ty.name),
                        _ => assert_eq!(found, None, "{} {}", ty.name, field.name),
                    }
                    let required =
                        index(version).required(id).checked_shr(u32::try_from(place).unwrap()).unwrap_or(0) & 1 == 1;
                    assert_eq!(required, field.required && field.in_release(version));
                }
                assert_eq!(index(version).find(id, "nonsense", Fingerprint::of("nonsense")), None);
                assert_eq!(index(version).find(id, "", Fingerprint::of("")), None);
            }
        }
    }
}
