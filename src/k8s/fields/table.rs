//! What is looked up in the table of fields.

use std::cmp::Reverse;

use super::types::{Field, FieldType, Fields, KindInfo, Lookup, Removed, Scope, TypeId};
use crate::k8s::resources::{self, group_of};
use crate::k8s::version::Version;

/// The most paths that [`Fields::owners_of`] gives.
const MOST_OWNERS: usize = 5;

impl Fields {
    /// The kind, in whichever releases have it.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<&KindInfo> {
        let at = self.kinds.binary_search_by(|known| (known.api_version, known.kind).cmp(&(api_version, kind)));
        self.kinds.get(at.ok()?)
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
            || !resources::table().is_custom(group)
                && (self.kinds().any(|known| ours(known.api_version))
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
        self.kinds()
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

/// 0 for a stable API version, 1 for a beta, 2 for an alpha.
fn stability(api_version: &str) -> u8 {
    let version = api_version.rsplit('/').next().unwrap_or_default();
    if version.contains("alpha") { 2 } else { u8::from(version.contains("beta")) }
}
