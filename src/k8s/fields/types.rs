//! What the table of fields holds.

use super::limit::Limit;
use crate::k8s::version::Version;

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

/// A type, and where its fields are among the rows.
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
    Namespaced,
    Cluster,
    /// Nowhere: a list only carries the objects in `items`.
    List,
    /// In a file that a program reads when it starts; no API server knows the kind.
    Config,
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
    /// A duration of Go, as `1m30s`.
    Duration,
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
    /// The type of a name such as `core.v1.PodSpec`.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        let at = self.types.binary_search_by(|known| known.name.cmp(name)).ok()?;
        u16::try_from(at).ok().map(TypeId)
    }

    /// Every kind of objects, in the order of API version and kind.
    pub fn kinds(&self) -> impl Iterator<Item = &KindInfo> {
        self.kinds.iter().filter(|kind| kind.scope != Scope::Config)
    }
}
