//! Reads the tables; `data/kubernetes/README.md` has their format.

use super::limit::Limit;
use super::limits;
use super::types::{Field, FieldType, Fields, KindInfo, Removed, Scope, Type};
use crate::k8s::table::{ALL_RELEASES, Read, Releases, Row, Source, any_release, source};

const FIELDS: Source = source!("kubernetes/fields.txt");
const CONFIGS: Source = source!("apiserver/fields.txt");
const REMOVED: Source = source!("kubernetes/removed.txt");

pub fn read() -> Read<Fields> {
    let mut table = fields(&[FIELDS, CONFIGS])?;
    table.removed = removed(REMOVED)?;
    limits::apply(&mut table);
    Ok(table)
}

/// Reads tables of fields, which may name the types of each other.
pub(super) fn fields(sources: &[Source]) -> Read<Fields> {
    let mut table = Fields { types: types(sources)?, ..Fields::default() };
    for source in sources {
        rows(*source, &mut table)?;
    }
    table.kinds.sort_by_key(|kind| (kind.api_version, kind.kind));
    Ok(table)
}

fn rows(source: Source, table: &mut Fields) -> Read<()> {
    let mut open: Option<usize> = None;
    let mut outer = ALL_RELEASES;
    let mut last: Option<(&str, &str)> = None;
    for mut row in source.rows() {
        let start = row;
        if row.skip(" ") {
            let field = field(row, table, outer)?;
            let count = table.rows.len() + 1;
            let ty = open.and_then(|at| table.types.get_mut(at));
            let ty = ty.ok_or_else(|| start.bad("expected a type before its fields"))?;
            let before = table.rows.get(ty.start..).and_then(<[Field]>::last);
            in_order(start, before.map(|before| (before.name, before.since)), &(field.name, field.since))?;
            ty.end = count;
            table.rows.push(field);
        } else if row.skip("type ") {
            let name = row.word("a type")?;
            outer = row.releases(ALL_RELEASES)?;
            open = table.type_id(name).map(|id| usize::from(id.0));
            let at = table.rows.len();
            if let Some(opened) = open.and_then(|open| table.types.get_mut(open)) {
                (opened.start, opened.end) = (at, at);
            }
        } else {
            let kind = kind(row, table)?;
            in_order(start, last, &(kind.api_version, kind.kind))?;
            last = Some((kind.api_version, kind.kind));
            table.kinds.push(kind);
        }
    }
    Ok(())
}

/// The names of all types, which rows may name before they are there.
fn types(sources: &[Source]) -> Read<Vec<Type>> {
    let mut types: Vec<Type> = Vec::new();
    for source in sources {
        let first = types.len();
        for mut row in source.rows() {
            let start = row;
            if row.skip("type ") {
                let name = row.word("a type")?;
                in_order(start, types.get(first..).and_then(<[Type]>::last).map(|before| before.name), &name)?;
                types.push(Type { name, start: 0, end: 0 });
            }
        }
    }
    types.sort_by_key(|ty| ty.name);
    Ok(types)
}

/// Rows are looked up by binary search.
fn in_order<T: PartialOrd>(row: Row, before: Option<T>, now: &T) -> Read<()> {
    if before.is_some_and(|before| before >= *now) { Err(row.bad("expected rows in order, each once")) } else { Ok(()) }
}

/// `kind apps/v1 Deployment apps.v1.Deployment namespaced`.
fn kind(mut row: Row, table: &Fields) -> Read<KindInfo> {
    row.read("`kind`, `type` or a field", |word| (word == "kind").then_some(()))?;
    let (api_version, kind) = (row.word("an API version")?, row.word("a kind")?);
    let ty = row.read("a type of this table", |name| table.type_id(name))?;
    let scope = row.read("`namespaced`, `cluster`, `list` or `config`", scope)?;
    let (since, until) = row.releases(ALL_RELEASES)?;
    Ok(KindInfo { api_version, kind, ty, scope, since, until })
}

fn scope(word: &str) -> Option<Scope> {
    match word {
        "namespaced" => Some(Scope::Namespaced),
        "cluster" => Some(Scope::Cluster),
        "list" => Some(Scope::List),
        "config" => Some(Scope::Config),
        _ => None,
    }
}

/// `containers list:core.v1.Container required merge=name keys=name 33-37 enum=a,b c`, of which all but two are optional.
fn field(mut row: Row, table: &Fields, outer: Releases) -> Read<Field> {
    let enum_values = row.cut(" enum=").map(|values| values.rest());
    let mut field = Field {
        name: row.word("a field")?,
        ty: row.read("a type", |word| field_type(word, table))?,
        required: row.skip_word("required"),
        limit: Limit::None,
        since: outer.0,
        until: outer.1,
        merge_key: None,
        map_keys: None,
        enum_values,
    };
    if row.skip("merge=") {
        field.merge_key = Some(row.word("a field")?);
    }
    if row.skip("keys=") {
        field.map_keys = Some(row.word("fields with commas between them")?);
    }
    (field.since, field.until) = row.releases(outer)?;
    Ok(field)
}

fn field_type(word: &str, table: &Fields) -> Option<FieldType> {
    if let Some(inner) = word.strip_prefix("list:") {
        return Some(FieldType::List(Box::new(field_type(inner, table)?)));
    }
    if let Some(inner) = word.strip_prefix("map:") {
        return Some(FieldType::Map(Box::new(field_type(inner, table)?)));
    }
    Some(match word {
        "string" => FieldType::String,
        "integer" => FieldType::Integer,
        "number" => FieldType::Number,
        "boolean" => FieldType::Boolean,
        "int-or-string" => FieldType::IntOrString,
        "quantity" => FieldType::Quantity,
        "time" => FieldType::Time,
        "duration" => FieldType::Duration,
        "bytes" => FieldType::Bytes,
        "object" => FieldType::Object,
        "any" => FieldType::Any,
        name => FieldType::Type(table.type_id(name)?),
    })
}

/// Reads `removed.txt`.
pub(super) fn removed(source: Source) -> Read<Vec<Removed>> {
    let mut found: Vec<Removed> = Vec::new();
    for row in source.rows() {
        let removed = removed_row(row)?;
        let before = found.last().map(|before| (before.api_version, before.kind));
        in_order(row, before, &(removed.api_version, removed.kind))?;
        found.push(removed);
    }
    Ok(found)
}

/// `policy/v1beta1 PodSecurityPolicy 1.25 - and a note`.
fn removed_row(mut row: Row) -> Read<Removed> {
    Ok(Removed {
        api_version: row.word("an API version")?,
        kind: row.word("a kind")?,
        minor: row.read("a release such as `1.25`", any_release)?,
        replacement: Some(row.word("an API version, or `-`")?).filter(|word| *word != "-"),
        note: Some(row.rest()).filter(|note| !note.is_empty()),
    })
}
