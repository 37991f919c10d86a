//! The page of a field: by its path in a kind, or by its name alone.

use std::collections::BTreeMap;

use super::layout::{definitions, heading, spaced};
use super::lookup::{self, releases};
use super::unknown::{Unknown, unknown_word};
use crate::diagnostic::nearest;
use crate::k8s::fields::{self, Field, FieldType, Fields, KindInfo, Lookup, Scope, TypeId};
use crate::k8s::version::Version;
use crate::rules::{self, Rule};

/// Kinds in which a path without a kind is looked up first.
const USUAL: [&str; 4] = ["Pod", "Deployment", "CronJob", "Service"];

/// The most owners that are listed for a name.
const MOST: usize = 8;

/// The names of a path, without what tells list members apart.
pub(super) fn steps(path: &str) -> Vec<String> {
    let bare = path.split('.').map(|step| step.split('[').next().unwrap_or_default());
    bare.filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// A field of a kind.
struct Place<'t> {
    kind: &'t KindInfo,
    path: String,
    owner: TypeId,
    field: &'t Field,
}

/// Explains the field at the end of a path.
pub(super) fn by_path(steps: &[String], release: Version) -> Result<String, Unknown> {
    let table = fields::table();
    let whole = steps.join(".");
    let Some((first, rest)) = steps.split_first() else { return Err(unknown_word(&whole, release)) };
    if let Some(kind) = lookup::find(table, first, release) {
        let place = walk(table, kind, rest, release).map_err(|lost| lost.unknown(&whole))?;
        return Ok(page(table, &place, release));
    }
    let usual = USUAL.into_iter().filter_map(|name| lookup::find(table, name, release));
    let mut best: Option<Lost<'_>> = None;
    for kind in usual.chain(living(table, release)) {
        match walk(table, kind, steps, release) {
            Ok(place) => return Ok(page(table, &place, release)),
            Err(lost) if best.as_ref().is_none_or(|best| lost.depth > best.depth) => best = Some(lost),
            Err(_) => {}
        }
    }
    // the first name may be the kind's, misspelt
    let kinds = living(table, release).map(|kind| kind.kind);
    let is_kind = first.starts_with(char::is_uppercase);
    Err(match (nearest(first, kinds), best) {
        (Some(near), _) if is_kind => Unknown { word: whole, help: format!("; did you mean the kind `{near}`?") },
        (_, Some(lost)) if lost.depth > 0 => lost.unknown(&whole),
        _ => unknown_word(&whole, release),
    })
}

/// Explains all fields of a name.
pub(super) fn by_name(name: &str, release: Version) -> Option<String> {
    let table = fields::table();
    let usual = USUAL.into_iter().filter_map(|name| lookup::find(table, name, release));
    let mut owners: BTreeMap<TypeId, Vec<Place<'_>>> = BTreeMap::new();
    let mut order = Vec::new();
    for kind in usual.chain(living(table, release)) {
        for path in table.owners_of(kind.ty, name, release) {
            let mut steps = steps(&path.replace(".*", ".key"));
            steps.push(name.to_owned());
            let Ok(place) = walk(table, kind, &steps, release) else { continue };
            let places = owners.entry(place.owner).or_default();
            if places.is_empty() {
                order.push(place.owner);
            }
            let is_new = !places.iter().any(|known| std::ptr::eq(known.kind, place.kind) && known.path == place.path);
            if is_new && places.len() < 3 {
                places.push(place);
            }
        }
    }
    let mut page = String::new();
    for owner in order.iter().take(MOST) {
        let Some(places) = owners.get(owner) else { continue };
        let Some(first) = places.first() else { continue };
        page += &heading(&format!("{name}: a field of {}", table.type_name(*owner)));
        let mut facts = facts(table, first.field);
        facts.push(("at", places.iter().map(|place| format!("{}.{}", place.kind.kind, place.path)).collect()));
        page += &spaced(&definitions(&facts));
    }
    if order.len() > MOST {
        let more = format!("{} more types have such a field.\n\n", order.len() - MOST);
        page += &more;
    }
    page += &speaking(name);
    (!order.is_empty()).then(|| page.trim_end().to_owned() + "\n")
}

fn living(table: &Fields, release: Version) -> impl Iterator<Item = &KindInfo> {
    table.kinds().filter(move |kind| kind.scope != Scope::List && kind.in_release(release))
}

/// Where a path led to nowhere.
struct Lost<'t> {
    depth: usize,
    step: String,
    at: String,
    known: Vec<&'t str>,
    elsewhere: Option<String>,
}

impl Lost<'_> {
    fn unknown(self, whole: &str) -> Unknown {
        let near = nearest(&self.step, self.known.iter().copied());
        let help = match (near, self.elsewhere) {
            (Some(near), _) => format!(": {} has no `{}`; did you mean `{near}`?", self.at, self.step),
            (None, Some(place)) => format!(": {} has no `{}`; it belongs to {place}", self.at, self.step),
            (None, None) => format!(": {} has no `{}`", self.at, self.step),
        };
        Unknown { word: whole.to_owned(), help }
    }
}

fn walk<'t>(table: &'t Fields, kind: &'t KindInfo, steps: &[String], release: Version) -> Result<Place<'t>, Lost<'t>> {
    let mut owner = kind.ty;
    let mut path = String::new();
    let mut found: Option<(TypeId, &Field)> = None;
    let mut left = steps.iter().enumerate();
    while let Some((depth, step)) = left.next() {
        let lost = |known: Vec<&'t str>| Lost {
            depth,
            step: step.clone(),
            at: format!("{}.{path}", kind.kind).trim_end_matches('.').to_owned(),
            known,
            elsewhere: table.owners_of(kind.ty, step, release).first().map(|owner| format!("`{owner}`")),
        };
        if found.is_some_and(|(_, field)| field.ty.inner().is_none()) {
            return Err(lost(Vec::new()));
        }
        let field = match table.field(owner, step, release) {
            Lookup::Found(field) | Lookup::OtherVersion(field) => field,
            Lookup::Unknown => return Err(lost(table.fields_of(owner, release).map(|field| field.name).collect())),
        };
        found = Some((owner, field));
        path = if path.is_empty() { step.clone() } else { format!("{path}.{step}") };
        let mut ty = &field.ty;
        while let FieldType::List(inner) | FieldType::Map(inner) = ty {
            if matches!(ty, FieldType::Map(_)) {
                // the next step is a key that anybody may choose
                left.next();
            } else if inner.inner().is_some() {
                path.push_str("[]");
            }
            ty = inner;
        }
        if let Some(inner) = field.ty.inner() {
            owner = inner;
        }
    }
    let nowhere =
        || Lost { depth: 0, step: String::new(), at: kind.kind.to_owned(), known: Vec::new(), elsewhere: None };
    let (owner, field) = found.ok_or_else(nowhere)?;
    Ok(Place { kind, path: path.trim_end_matches("[]").to_owned(), owner, field })
}

fn page(table: &Fields, place: &Place<'_>, release: Version) -> String {
    let mut page = heading(&format!("{}.{}", place.kind.kind, place.path));
    let mut facts = facts(table, place.field);
    facts.push(("of", vec![format!("{} in {}", table.type_name(place.owner), place.kind.api_version)]));
    page += &spaced(&definitions(&facts));
    if let Some(inner) = place.field.ty.inner() {
        page += &heading("Fields");
        page += &list(table, inner, release);
        page.push('\n');
    }
    page += &speaking(place.field.name);
    page.trim_end().to_owned() + "\n"
}

/// The fields of a type with what they hold.
pub(super) fn list(table: &Fields, owner: TypeId, release: Version) -> String {
    let rows = table.fields_of(owner, release).map(|field| {
        let mut text = words(table, &field.ty);
        if field.required {
            text += ", required";
        }
        let releases = releases(field.since, field.until);
        if !releases.is_empty() {
            text = text + ", " + &releases;
        }
        (field.name, vec![text])
    });
    definitions(&rows.collect::<Vec<_>>())
}

fn facts(table: &Fields, field: &Field) -> Vec<(&'static str, Vec<String>)> {
    let mut facts = vec![("holds", vec![words(table, &field.ty)])];
    let values: Vec<String> =
        field.enum_values().map(|value| if value.is_empty() { "\"\"".to_owned() } else { value.to_owned() }).collect();
    if !values.is_empty() {
        facts.push(("one of", vec![values.join(", ")]));
    }
    if field.required {
        facts.push(("required", vec!["yes".to_owned()]));
    }
    let releases = releases(field.since, field.until);
    if !releases.is_empty() {
        facts.push(("releases", vec![releases]));
    }
    let keys: Vec<&str> = field.map_keys().collect();
    if !keys.is_empty() {
        facts.push(("items differ in", vec![keys.join(", ")]));
    }
    facts
}

fn words(table: &Fields, ty: &FieldType) -> String {
    match ty {
        FieldType::String => "text".to_owned(),
        FieldType::Integer => "a whole number".to_owned(),
        FieldType::Number => "a number".to_owned(),
        FieldType::Boolean => "true or false".to_owned(),
        FieldType::IntOrString => "a whole number or text".to_owned(),
        FieldType::Quantity => "a quantity such as 100Mi".to_owned(),
        FieldType::Time => "a time".to_owned(),
        FieldType::Duration => "a duration such as `1m30s`".to_owned(),
        FieldType::Bytes => "text in base64".to_owned(),
        FieldType::Object => "any fields".to_owned(),
        FieldType::Any => "anything".to_owned(),
        FieldType::Type(id) => table.type_name(*id).to_owned(),
        FieldType::List(inner) => format!("a list of {}", words(table, inner)),
        FieldType::Map(inner) => format!("a map of {}", words(table, inner)),
    }
}

/// The rules that name the field in what they say of themselves, or set it where they are broken.
fn speaking(field: &str) -> String {
    let rows: Vec<(&str, Vec<String>)> = rules::all()
        .filter(|rule| speaks_of(rule, field))
        .map(|rule| (rule.id, vec![rule.summary.to_owned()]))
        .collect();
    if rows.is_empty() { String::new() } else { heading("Rules about it") + &definitions(&rows) }
}

fn speaks_of(rule: &Rule, field: &str) -> bool {
    let is_word = |text: &str| text.split(|it: char| !it.is_ascii_alphanumeric()).any(|word| word == field);
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).any(is_word);
    let sets = || {
        let own = rule.bad.lines().filter(|line| !rule.good.lines().any(|good| good == *line));
        own.filter_map(|line| line.split_once(':')).any(|(key, _)| key.trim_start_matches([' ', '-']) == field)
    };
    quoted(rule.why) || quoted(rule.summary) || quoted(rule.prevents) || sets()
}
