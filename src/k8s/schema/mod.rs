//! One walk over an object, held against the fields of a release: what the API server would refuse, or drop without a word.
//!
//! It visits every node of every document, so it must cost next to nothing where all is well: nothing is allocated, and
//! each field is found in a step or two.

mod scalar;
mod unique;

use crate::diagnostic::Refusal;
use crate::k8s::fields::{Field, FieldType, Index, Limit, Lookup, TypeId, index, table};
use crate::k8s::names::NameRule;
use crate::k8s::version::Version;
use crate::yaml::resolve::ResolveError;
use crate::yaml::{Kind, Node, Style};

/// The types that are containers, for [`SchemaFault::container`].
const CONTAINERS: [&str; 2] = ["core.v1.Container", "core.v1.EphemeralContainer"];
/// Deeper than any type of Kubernetes but that of schemas, which contain themselves.
const MAX_DEPTH: u16 = 150;

/// What is wrong at a place of an object.
#[derive(Debug)]
pub struct SchemaFault<'d, 's> {
    pub fault: Fault<'d, 's>,
    /// The mapping that it is in.
    pub map: Node<'d, 's>,
    /// The key in that mapping; `None` for what is wrong with the whole of a mapping without a key, as a list's item.
    pub key: Option<Node<'d, 's>>,
    /// The container around it.
    pub container: Option<Node<'d, 's>>,
}

/// What can be wrong.
#[derive(Debug)]
pub enum Fault<'d, 's> {
    /// No release has the field.
    Unknown {
        /// The type without it.
        ty: TypeId,
    },
    /// Another release has the field.
    OtherRelease(&'static Field),
    /// The value has another type than the field.
    WrongType {
        /// The value: the field's, or an item of it.
        node: Node<'d, 's>,
        /// What it should be.
        expected: &'static FieldType,
    },
    /// The value is none of those that the field may have.
    NotInEnum { node: Node<'d, 's>, field: &'static Field },
    /// The number is too small or too large.
    OutOfRange { node: Node<'d, 's>, least: i64, most: i64 },
    /// The value does not read as what it should be, such as a time or a schedule.
    Malformed {
        node: Node<'d, 's>,
        /// Why, as the end of a sentence that begins with the value.
        reason: String,
    },
    /// The value, or a key, is no name as it should be.
    Name {
        /// The value, or the key.
        node: Node<'d, 's>,
        rule: NameRule,
        error: Refusal,
    },
    /// The value is no amount.
    Quantity { node: Node<'d, 's>, error: Refusal },
    /// The value is an amount that nobody can mean.
    Misread {
        node: Node<'d, 's>,
        /// What it says, as the end of a sentence that begins with the value.
        meaning: String,
    },
    /// A field is not there that must be.
    Missing(&'static Field),
    /// kubectl cannot read the value, or the key.
    Unreadable {
        /// The value, or the key.
        node: Node<'d, 's>,
        error: ResolveError,
    },
    /// Two items of a list have the same name.
    Twice {
        first: Node<'d, 's>,
        second: Node<'d, 's>,
        /// The field that holds the list.
        field: &'static Field,
    },
}

/// Walks over an object whose root has the type. `each` is told of every problem.
pub fn walk<'d, 's>(root: Node<'d, 's>, ty: TypeId, version: Version, each: &mut dyn FnMut(SchemaFault<'d, 's>)) {
    let mut walk = Walk::new(version, each);
    walk.root = Some(ty);
    walk.fields(root, ty, None);
}

/// Walks over an object of which nothing is known but its metadata, as a custom resource.
pub fn walk_unknown<'d, 's>(root: Node<'d, 's>, version: Version, each: &mut dyn FnMut(SchemaFault<'d, 's>)) {
    let mut walk = Walk::new(version, each);
    let metadata = table().type_id("meta.v1.ObjectMeta");
    for (key, value) in root.entries() {
        match metadata.filter(|_| key.text() == Some("metadata")) {
            Some(ty) if value.kind() == Kind::Mapping => walk.fields(value, ty, Some(key)),
            _ => walk.anything(root, key, value),
        }
    }
}

struct Walk<'a, 'd, 's> {
    index: &'static Index,
    version: Version,
    each: &'a mut dyn FnMut(SchemaFault<'d, 's>),
    containers: [Option<TypeId>; 2],
    container: Option<Node<'d, 's>>,
    /// The type of the object, until its `status` is found.
    root: Option<TypeId>,
    /// Whether what must be there is asked for. Nobody writes the `status`, and the server does not look at it.
    complete: bool,
    depth: u16,
    names: Vec<(&'d str, &'d str)>,
}

impl<'a, 'd, 's> Walk<'a, 'd, 's> {
    fn new(version: Version, each: &'a mut dyn FnMut(SchemaFault<'d, 's>)) -> Self {
        Self {
            index: index(version),
            version,
            each,
            containers: CONTAINERS.map(|name| table().type_id(name)),
            container: None,
            root: None,
            complete: true,
            depth: 0,
            names: Vec::new(),
        }
    }

    #[cold]
    fn report(&mut self, fault: Fault<'d, 's>, map: Node<'d, 's>, key: Option<Node<'d, 's>>) {
        (self.each)(SchemaFault { fault, map, key, container: self.container });
    }

    /// A mapping with the fields of a type. `key` is its own key.
    fn fields(&mut self, map: Node<'d, 's>, ty: TypeId, key: Option<Node<'d, 's>>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let outer = self.container;
        if self.containers.contains(&Some(ty)) {
            self.container = Some(map);
        }
        let mut set = 0;
        self.entries(map, ty, &mut set);
        let missing = self.index.required(ty) & !set;
        if missing != 0 && self.complete {
            self.missing(map, ty, key, missing);
        }
        self.container = outer;
        self.depth -= 1;
    }

    fn entries(&mut self, map: Node<'d, 's>, ty: TypeId, set: &mut u64) {
        for (key, value) in map.entries() {
            let known = key.fingerprint().zip(key.text());
            match known.and_then(|(print, name)| self.index.find(ty, name, print)) {
                Some((place, field)) => {
                    if self.root == Some(ty) && field.name == "status" {
                        self.status(map, key, value, field);
                    } else if self.field(map, key, value, field) {
                        *set |= 1_u64.checked_shl(u32::from(place)).unwrap_or(0);
                    }
                }
                None => self.stranger(map, key, value, ty, set),
            }
        }
    }

    fn status(&mut self, map: Node<'d, 's>, key: Node<'d, 's>, value: Node<'d, 's>, field: &'static Field) {
        self.complete = false;
        self.field(map, key, value, field);
        self.complete = true;
    }

    /// A key that the type does not have in the release.
    #[cold]
    fn stranger(&mut self, map: Node<'d, 's>, key: Node<'d, 's>, value: Node<'d, 's>, ty: TypeId, set: &mut u64) {
        if key.is_merge() {
            let (one, several) = match value.kind() {
                Kind::Sequence => (None, Some(value.items())),
                _ => (Some(value), None),
            };
            for merged in one.into_iter().chain(several.into_iter().flatten()) {
                if self.depth < MAX_DEPTH {
                    self.depth += 1;
                    self.entries(merged, ty, set);
                    self.depth -= 1;
                }
            }
            return;
        }
        let fault = match key.name() {
            Err(error) => Fault::Unreadable { node: key, error },
            Ok(name) => match table().field(ty, &name, self.version) {
                Lookup::OtherVersion(field) => Fault::OtherRelease(field),
                _ => Fault::Unknown { ty },
            },
        };
        self.report(fault, map, Some(key));
        self.scalars(map, key, value);
    }

    #[cold]
    fn missing(&mut self, map: Node<'d, 's>, ty: TypeId, key: Option<Node<'d, 's>>, missing: u64) {
        for place in (0..u64::BITS).filter(|place| missing >> place & 1 == 1) {
            let Some(field) = self.index.at(ty, place) else { continue };
            // Gateway API is checked as custom resources are, where an empty text is a value
            let is_there = || map.get(field.name).is_some_and(|value| !value.is_null());
            if !table().type_name(ty).starts_with("gateway.") || !is_there() {
                self.report(Fault::Missing(field), map, key);
            }
        }
    }

    /// The value of a field; gives whether it holds anything.
    #[inline]
    fn field(&mut self, map: Node<'d, 's>, key: Node<'d, 's>, value: Node<'d, 's>, field: &'static Field) -> bool {
        self.value(At { map, key, field }, value, &field.ty)
    }

    fn value(&mut self, at: At<'d, 's>, node: Node<'d, 's>, ty: &'static FieldType) -> bool {
        match (ty, node.kind()) {
            (FieldType::Type(id), Kind::Mapping) => {
                self.fields(node, *id, Some(at.key));
                true
            }
            (FieldType::List(inner), Kind::Sequence) => {
                let items = node.items();
                let count = items.len();
                for item in items {
                    match &**inner {
                        FieldType::Type(id) if item.kind() == Kind::Mapping => self.fields(item, *id, None),
                        inner => drop(self.value(at, item, inner)),
                    }
                }
                if count > 1 {
                    self.unique(at, node, count);
                }
                count > 0
            }
            (FieldType::Map(inner), Kind::Mapping) => {
                for (key, value) in node.entries() {
                    self.entry(at, node, key, value, inner);
                }
                true
            }
            (FieldType::Object, Kind::Mapping) | (FieldType::Any, _) => {
                self.anything(at.map, at.key, node);
                true
            }
            (_, Kind::Scalar) => self.scalar(at, node, ty),
            _ => {
                self.report(Fault::WrongType { node, expected: ty }, at.map, Some(at.key));
                true
            }
        }
    }

    /// An entry of a mapping with any keys.
    fn entry(
        &mut self,
        at: At<'d, 's>,
        map: Node<'d, 's>,
        key: Node<'d, 's>,
        value: Node<'d, 's>,
        inner: &'static FieldType,
    ) {
        if key.is_merge() {
            self.merged(at, value, inner);
            return;
        }
        match key.text().filter(|_| key.style() != Some(Style::Plain)) {
            Some(_) => {}
            None => {
                if let Err(error) = key.name() {
                    self.report(Fault::Unreadable { node: key, error }, map, Some(key));
                    return;
                }
            }
        }
        self.value(At { map, key, field: at.field }, value, inner);
        if at.field.limit != Limit::None {
            self.limited_entry(at.field.limit, map, key, value);
        }
    }

    #[cold]
    fn merged(&mut self, at: At<'d, 's>, value: Node<'d, 's>, inner: &'static FieldType) {
        let maps: Vec<Node<'d, 's>> =
            if value.kind() == Kind::Sequence { value.items().collect() } else { vec![value] };
        for map in maps {
            if self.depth < MAX_DEPTH {
                self.depth += 1;
                for (key, value) in map.entries() {
                    self.entry(at, map, key, value, inner);
                }
                self.depth -= 1;
            }
        }
    }

    /// A value of which nothing is known: its scalars must be readable all the same.
    fn anything(&mut self, map: Node<'d, 's>, key: Node<'d, 's>, value: Node<'d, 's>) {
        if let Err(error) = key.name() {
            self.report(Fault::Unreadable { node: key, error }, map, Some(key));
        }
        self.scalars(map, key, value);
    }

    fn scalars(&mut self, map: Node<'d, 's>, key: Node<'d, 's>, value: Node<'d, 's>) {
        // what an alias stands for is looked at where it is written
        if value.is_alias() || self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        match value.kind() {
            Kind::Mapping => {
                for (key, inner) in value.entries().filter(|(key, _)| !key.is_merge()) {
                    self.anything(value, key, inner);
                }
            }
            Kind::Sequence => value.items().for_each(|item| self.scalars(map, key, item)),
            Kind::Scalar => {
                if let Some(Err(error)) = value.value() {
                    self.report(Fault::Unreadable { node: value, error }, map, Some(key));
                }
            }
        }
        self.depth -= 1;
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct At<'d, 's> {
    map: Node<'d, 's>,
    key: Node<'d, 's>,
    field: &'static Field,
}
