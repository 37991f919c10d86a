//! The table: kinds, the types of their fields, and what is gone.

use std::cmp::Reverse;

use super::limit::Limit;
use crate::k8s::version::Version;

/// The most paths that [`Fields::owners_of`] gives.
const MOST_OWNERS: usize = 5;

/// The group of which the table has some kinds only; every other group of the table is whole.
const PARTIAL_GROUP: &str = "gateway.networking.k8s.io";

/// The kinds of Kubernetes, the types of their fields, and the API versions that are gone.
#[derive(Debug, Default)]
pub struct Fields {
    /// In the order of `(api_version, kind)`.
    pub(super) kinds: Vec<KindInfo>,
    /// In the order of their names; a [`TypeId`] is a place in here.
    pub(super) types: Vec<Type>,
    /// Type by type, each in the order of `(name, since)`.
    pub(super) rows: Vec<Field>,
    /// In the order of `(api_version, kind)`.
    pub(super) removed: Vec<Removed>,
}

#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A type with fields, for example `core.v1.PodSpec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(super) u16);

/// Where an object lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// Beside the namespaces.
    Cluster,
    /// Nowhere: a list only carries the objects in `items`.
    List,
}

/// A kind in one API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindInfo {
    /// `apps/v1`, or `v1` for the core group.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// The type of the whole object.
    pub ty: TypeId,
    /// Whether it needs a namespace.
    pub scope: Scope,
    /// The first supported release that has it.
    pub since: Version,
    /// The last supported release that has it.
    pub until: Version,
}

impl KindInfo {
    /// Whether the release has this kind in this API version, switched on or not.
    pub fn in_release(&self, version: Version) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `IntOrString`: a whole number, or text such as `25%` or the name of a port.
    IntOrString,
    /// `Quantity`: text such as `100Mi`, or a number.
    Quantity,
    /// A time of RFC 3339.
    Time,
    /// Text in base64.
    Bytes,
    /// A mapping with any fields.
    Object,
    /// Anything at all.
    Any,
    /// A mapping with the fields of a type.
    Type(TypeId),
    /// A sequence.
    List(Box<FieldType>),
    /// A mapping from any text.
    Map(Box<FieldType>),
}

impl FieldType {
    /// The type whose fields come next: its own, or that of its items or values.
    pub fn inner(&self) -> Option<TypeId> {
        match self {
            Self::Type(id) => Some(*id),
            Self::List(inner) | Self::Map(inner) => inner.inner(),
            _ => None,
        }
    }
}

/// A field of a type, as it is from one release to another. A field that changes has one of these for each shape.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub ty: FieldType,
    /// Whether the server refuses an object without it.
    pub required: bool,
    /// What the server asks of its value beyond the type, as far as it is known.
    pub limit: Limit,
    /// The first supported release in which it is so.
    pub since: Version,
    /// The last supported release in which it is so.
    pub until: Version,
    /// For a list, the field by which a strategic merge patch tells its items apart.
    pub merge_key: Option<&'static str>,
    pub(super) map_keys: Option<&'static str>,
    pub(super) enum_values: Option<&'static str>,
}

impl Field {
    /// For a list, the fields that together name an item; no two items may agree in all of them.
    pub fn map_keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.map_keys.into_iter().flat_map(|keys| keys.split(','))
    }

    /// The values that the field, or its items or values, may have; none of them where any will do.
    pub fn enum_values(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.enum_values.into_iter().flat_map(|values| values.split(','))
    }

    /// Whether the enum of the field, if it has one, knows the value. An empty text often passes for no value at all.
    pub fn allows(&self, value: &str) -> bool {
        self.enum_values.is_none() || self.enum_values().any(|known| known == value)
    }

    /// Whether the field is so in the release.
    pub fn in_release(&self, version: Version) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

/// What the table knows about a name in a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// The release has the field.
    Found(&'a Field),
    /// Another supported release has it; this is the nearest shape of it, an earlier one if there is one.
    OtherVersion(&'a Field),
    /// No supported release has it.
    Unknown,
}

/// A kind in an API version that Kubernetes has stopped to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// `extensions/v1beta1`.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// The number after `1.` of the first release without it, from 16 on.
    pub minor: u8,
    /// The API version to write instead; `None` if the kind is gone too.
    pub replacement: Option<&'static str>,
    /// What else changes, as a clause in English.
    pub note: Option<&'static str>,
}

impl Fields {
    /// The kind, in whichever releases have it.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<&KindInfo> {
        let at = self.kinds.binary_search_by(|known| (known.api_version, known.kind).cmp(&(api_version, kind)));
        self.kinds.get(at.ok()?)
    }

    /// Every kind, in the order of API version and kind.
    pub fn kinds(&self) -> impl Iterator<Item = &KindInfo> {
        self.kinds.iter()
    }

    /// The type of a name such as `core.v1.PodSpec`.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        type_id(&self.types, name)
    }

    /// The name of a type; that of a type without a name of its own tells where it stands first.
    pub fn type_name(&self, id: TypeId) -> &'static str {
        self.types.get(usize::from(id.0)).map_or("", |found| found.name)
    }

    pub(super) fn rows(&self, id: TypeId) -> &[Field] {
        self.types.get(usize::from(id.0)).and_then(|found| self.rows.get(found.start..found.end)).unwrap_or_default()
    }

    /// Looks a name up in a type.
    pub fn field(&self, id: TypeId, name: &str, version: Version) -> Lookup<'_> {
        let rows = self.rows(id);
        let start = rows.partition_point(|field| field.name < name);
        let mut nearest = Lookup::Unknown;
        for field in rows.get(start..).unwrap_or_default().iter().take_while(|field| field.name == name) {
            if field.in_release(version) {
                return Lookup::Found(field);
            }
            if field.until < version || nearest == Lookup::Unknown {
                nearest = Lookup::OtherVersion(field);
            }
        }
        nearest
    }

    /// The fields that a type has in the release, in the order of their names.
    pub fn fields_of(&self, id: TypeId, version: Version) -> impl Iterator<Item = &Field> {
        self.rows(id).iter().filter(move |field| field.in_release(version))
    }

    /// The names of all fields of the release; most are there several times.
    pub fn field_names(&self, version: Version) -> impl Iterator<Item = &'static str> {
        self.rows.iter().filter(move |field| field.in_release(version)).map(|field| field.name)
    }

    /// What has become of an API version that once was; the release that lacks it may be newer than the one asked for.
    pub fn removed(&self, api_version: &str, kind: &str) -> Option<&Removed> {
        let at = self.removed.binary_search_by(|known| (known.api_version, known.kind).cmp(&(api_version, kind)));
        self.removed.get(at.ok()?)
    }

    /// Whether the table knows every kind of the group, so that one it lacks is a mistake and not a custom resource.
    ///
    /// Kubernetes refuses a custom resource whose group has no dot.
    pub fn is_whole_group(&self, api_version: &str) -> bool {
        let group = group_of(api_version);
        let ours = |known: &str| group_of(known) == group;
        !group.contains('.')
            || group != PARTIAL_GROUP
                && (self.kinds.iter().any(|known| ours(known.api_version))
                    || self.removed.iter().any(|known| ours(known.api_version)))
    }

    /// The kind of the release that was probably meant, for "did you mean".
    ///
    /// The same kind in another API version wins, then the least misspelt one; among equals the same group wins, then
    /// the most stable API version.
    pub fn nearest_kind(&self, api_version: &str, kind: &str, version: Version) -> Option<&KindInfo> {
        let wanted = kind.to_ascii_lowercase();
        let most = (wanted.len() / 3).max(1);
        let list = wanted.ends_with("list");
        self.kinds
            .iter()
            .filter(|known| known.in_release(version) && (known.scope == Scope::List) == list)
            .filter_map(|known| {
                let distance = if known.kind == kind {
                    0
                } else {
                    1 + strsim::osa_distance(&known.kind.to_ascii_lowercase(), &wanted)
                };
                (distance <= most + 1).then_some((distance, known))
            })
            .min_by_key(|(distance, known)| {
                let near = (known.api_version == api_version, group_of(known.api_version) == group_of(api_version));
                (*distance, Reverse(near), stability(known.api_version), Reverse(known.api_version))
            })
            .map(|(_, known)| known)
    }

    /// Where in objects of the type `root` a field of this name may stand: at most five dotted paths to its owner, such
    /// as `spec.template.spec.containers[].securityContext`, shortest first. The empty path is the object itself.
    ///
    /// The `status` of the root is left out, as nobody writes it.
    pub fn owners_of(&self, root: TypeId, field: &str, version: Version) -> Vec<String> {
        let mut owners = Vec::new();
        if !self.rows.iter().any(|known| known.name == field && known.in_release(version)) {
            return owners;
        }
        let mut steps = vec![Step { id: root, from: None }];
        let mut at = 0;
        while let Some(step) = steps.get(at)
            && owners.len() < MOST_OWNERS
        {
            let id = step.id;
            if matches!(self.field(id, field, version), Lookup::Found(_)) {
                owners.push(path_to(&steps, at));
            }
            for next in self.fields_of(id, version) {
                let Some(inner) = next.ty.inner() else { continue };
                // a type inside of itself, as in JSONSchemaProps, has no shorter path to offer
                let inside = ancestors(&steps, at).any(|step| step.id == inner);
                let status = at == 0 && next.name == "status";
                if !inside && !status {
                    steps.push(Step { id: inner, from: Some((at, next)) });
                }
            }
            at += 1;
        }
        owners
    }
}

/// The place of a type among all of them.
pub(super) fn type_id(types: &[Type], name: &str) -> Option<TypeId> {
    let at = types.binary_search_by(|known| known.name.cmp(name)).ok()?;
    u16::try_from(at).ok().map(TypeId)
}

/// One place in an object: its type, and the step and field that lead to it.
struct Step<'a> {
    id: TypeId,
    from: Option<(usize, &'a Field)>,
}

/// The step at a place, then the one that led to it, and so on to the root.
fn ancestors<'a, 'f>(steps: &'a [Step<'f>], at: usize) -> impl Iterator<Item = &'a Step<'f>> {
    std::iter::successors(steps.get(at), |step| step.from.and_then(|(parent, _)| steps.get(parent)))
}

fn path_to(steps: &[Step<'_>], at: usize) -> String {
    let mut names: Vec<String> = ancestors(steps, at)
        .filter_map(|step| step.from)
        .map(|(_, field)| {
            let mut name = field.name.to_owned();
            let mut ty = &field.ty;
            while let FieldType::List(inner) | FieldType::Map(inner) = ty {
                name.push_str(if matches!(ty, FieldType::List(_)) { "[]" } else { ".*" });
                ty = inner;
            }
            name
        })
        .collect();
    names.reverse();
    names.join(".")
}

/// `apps` of `apps/v1`; empty for the core group.
fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// 0 for a stable API version, 1 for a beta, 2 for an alpha.
fn stability(api_version: &str) -> u8 {
    let version = api_version.rsplit('/').next().unwrap_or_default();
    if version.contains("alpha") { 2 } else { u8::from(version.contains("beta")) }
}
