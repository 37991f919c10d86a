//! Reads the two tables; `data/fields/README.md` has their format. An error is the number of the first bad line.

use super::limit::Limit;
use super::limits;
use super::table::{Field, FieldType, Fields, KindInfo, Removed, Scope, Type, type_id};
use crate::k8s::version::Version;

/// Reads `kubernetes.txt`.
pub(super) fn fields(text: &'static str) -> Result<Fields, usize> {
    let names = text.lines().filter_map(|line| line.strip_prefix("type ")?.split(' ').next());
    let mut table = Fields { types: names.map(|name| Type { name, start: 0, end: 0 }).collect(), ..Fields::default() };
    let mut next_type = 0;
    let mut outer = (Version::OLDEST, Version::NEWEST);
    for (at, line) in text.lines().enumerate() {
        let read = if let Some(line) = line.strip_prefix(' ') {
            field(line, &table.types, outer).map(|field| table.rows.push(field))
        } else if let Some(line) = line.strip_prefix("kind ") {
            kind(line, &table.types).map(|kind| table.kinds.push(kind))
        } else if let Some(line) = line.strip_prefix("type ") {
            close(&mut table, next_type);
            next_type += 1;
            type_range(line).map(|range| outer = range)
        } else {
            line.starts_with('#').then_some(())
        };
        read.ok_or(at + 1)?;
    }
    close(&mut table, next_type);
    limits::apply(&mut table);
    Ok(table)
}

/// Ends the fields of the type before `next`, and begins those of `next`.
fn close(table: &mut Fields, next: usize) {
    let end = table.rows.len();
    if let Some(last) = next.checked_sub(1).and_then(|last| table.types.get_mut(last)) {
        last.end = end;
    }
    if let Some(opened) = table.types.get_mut(next) {
        (opened.start, opened.end) = (end, end);
    }
}

/// `core.v1.PodOS`, with a range if it is not in every release.
fn type_range(line: &str) -> Option<(Version, Version)> {
    match line.split_once(' ') {
        Some((_, words)) => range(words),
        None => Some((Version::OLDEST, Version::NEWEST)),
    }
}

/// `apps/v1 Deployment apps.v1.Deployment namespaced`.
fn kind(line: &'static str, types: &[Type]) -> Option<KindInfo> {
    let mut words = line.split(' ');
    let (api_version, kind, ty) = (words.next()?, words.next()?, type_id(types, words.next()?)?);
    let scope = match words.next()? {
        "namespaced" => Scope::Namespaced,
        "cluster" => Scope::Cluster,
        "list" => Scope::List,
        _ => return None,
    };
    let (since, until) = words.next().map_or(Some((Version::OLDEST, Version::NEWEST)), range)?;
    words.next().is_none().then_some(KindInfo { api_version, kind, ty, scope, since, until })
}

/// `containers list:core.v1.Container required merge=name keys=name 33-37 enum=a,b c`, of which all but two are optional.
fn field(line: &'static str, types: &[Type], outer: (Version, Version)) -> Option<Field> {
    let (line, enum_values) = line.split_once(" enum=").map_or((line, None), |(line, values)| (line, Some(values)));
    let mut words = line.split(' ');
    let mut field = Field {
        name: words.next()?,
        ty: field_type(words.next()?, types)?,
        required: false,
        limit: Limit::None,
        since: outer.0,
        until: outer.1,
        merge_key: None,
        map_keys: None,
        enum_values,
    };
    for word in words {
        if word == "required" {
            field.required = true;
        } else if let Some(key) = word.strip_prefix("merge=") {
            field.merge_key = Some(key);
        } else if let Some(keys) = word.strip_prefix("keys=") {
            field.map_keys = Some(keys);
        } else {
            (field.since, field.until) = range(word)?;
        }
    }
    Some(field)
}

fn field_type(word: &str, types: &[Type]) -> Option<FieldType> {
    if let Some(inner) = word.strip_prefix("list:") {
        return Some(FieldType::List(Box::new(field_type(inner, types)?)));
    }
    if let Some(inner) = word.strip_prefix("map:") {
        return Some(FieldType::Map(Box::new(field_type(inner, types)?)));
    }
    Some(match word {
        "string" => FieldType::String,
        "integer" => FieldType::Integer,
        "number" => FieldType::Number,
        "boolean" => FieldType::Boolean,
        "int-or-string" => FieldType::IntOrString,
        "quantity" => FieldType::Quantity,
        "time" => FieldType::Time,
        "bytes" => FieldType::Bytes,
        "object" => FieldType::Object,
        "any" => FieldType::Any,
        name => FieldType::Type(type_id(types, name)?),
    })
}

/// `34-37`.
fn range(word: &str) -> Option<(Version, Version)> {
    let (since, until) = word.split_once('-')?;
    Some((release(since)?, release(until)?))
}

/// A supported release, of the number after `1.`.
fn release(minor: &str) -> Option<Version> {
    let minor: u8 = minor.parse().ok()?;
    Version::all().find(|version| version.minor() == minor)
}

/// Reads `removed.txt`.
pub(super) fn removed(text: &'static str) -> Result<Vec<Removed>, usize> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#'))
        .map(|(at, line)| removed_line(line).ok_or(at + 1))
        .collect()
}

/// `policy/v1beta1 PodSecurityPolicy 1.25 - and a note`.
fn removed_line(line: &'static str) -> Option<Removed> {
    let mut words = line.splitn(5, ' ');
    Some(Removed {
        api_version: words.next()?,
        kind: words.next()?,
        minor: words.next()?.strip_prefix("1.")?.parse().ok()?,
        replacement: Some(words.next()?).filter(|word| *word != "-"),
        note: words.next(),
    })
}
