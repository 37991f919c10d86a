//! What is left in the walk of the files of charts: what Helm made objects of is checked there and nowhere else.

use std::collections::{BTreeMap, HashMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::family::Charts;
use crate::check::discover::kustomize::contents::{Contents, Id};
use crate::check::discover::left_out::Cause;
use crate::check::discover::read;
use crate::check::discover::walk::{CHART, Walked};
use crate::check::discover::{Found, Input};
use crate::k8s::object;
use crate::k8s::version::Version;
use crate::yaml;

/// What Helm writes above each object: the file that it made it of.
const SOURCE: &str = "# Source: ";
/// What begins an action of a template.
const ACTION: &str = "{{";

/// The objects that Helm made, by the file that it made each of.
type Sources = HashMap<String, HashSet<(String, String)>>;

/// What became of the charts that are not rendered with others.
pub(super) type Made<'c> = BTreeMap<&'c Utf8Path, Option<String>>;

/// Takes the files out of the walk that Helm alone can read, and counts those that nobody did. `made` has the charts that Helm
/// was asked for, and what it said if it could.
pub(super) fn leave_out(charts: &Charts, made: &Made<'_>, walked: &mut Walked, found: &mut Found) {
    let sources = made.iter().map(|(chart, text)| (*chart, text.as_deref().map(sources))).collect();
    let mut rest = Rest { charts, sources, names: BTreeMap::new(), claims: HashMap::new() };
    let files = std::mem::take(&mut walked.files);
    let kustomizations = std::mem::take(&mut walked.kustomizations);
    files.iter().chain(&kustomizations).for_each(|file| rest.claim(file));
    let fates = |files: Vec<Utf8PathBuf>, walked: &mut Walked, found: &mut Found| {
        let mut kept = Vec::new();
        for file in files {
            let fate = rest.fate(&file);
            found.inputs.extend(fate.part.map(|text| Input::part(&file, text)));
            if fate.is_counted {
                walked.left_out.add(file, Cause::Template);
            } else if fate.stays {
                kept.push(file);
            }
        }
        kept
    };
    walked.files = fates(files, walked, found);
    walked.kustomizations = fates(kustomizations, walked, found);
}

/// What becomes of a file.
#[derive(Default)]
struct Fate {
    stays: bool,
    /// Something in it is a template that nobody rendered.
    is_counted: bool,
    /// What of it is checked alone.
    part: Option<String>,
}

impl Fate {
    const STAYS: Self = Self { stays: true, is_counted: false, part: None };
}

struct Rest<'c> {
    charts: &'c Charts,
    /// Of charts that Helm could not render, which is an error of its own, there are none.
    sources: BTreeMap<&'c Utf8Path, Option<Sources>>,
    /// What Helm calls the folders of charts.
    names: BTreeMap<Utf8PathBuf, Vec<String>>,
    /// How many files Helm would call by a name.
    claims: HashMap<String, usize>,
}

impl Rest<'_> {
    fn claim(&mut self, file: &Utf8Path) {
        let Some((chart, inside)) = self.charts.of(file).filter(|(_, inside)| is_template(inside)) else { return };
        let names = self.names.entry(chart.to_owned()).or_insert_with(|| self.charts.names(chart));
        for name in names {
            *self.claims.entry(format!("{name}{inside}")).or_default() += 1;
        }
    }

    fn fate(&self, file: &Utf8Path) -> Fate {
        let Some((chart, inside)) = self.charts.of(file) else { return Fate::STAYS };
        if !is_template(inside) {
            let is_helms =
                inside == CHART || (inside.components().count() == 1 && inside.as_str().starts_with("values"));
            return Fate { stays: !is_helms || read::holds_object(file), ..Fate::default() };
        }
        match self.sources.get(self.charts.renderer(chart).unwrap_or(chart)) {
            Some(Some(sources)) if self.is_rendered(chart, sources) => {
                self.template(file, Some((chart, inside, sources)))
            }
            Some(None) => Fate::default(),
            _ => self.template(file, None),
        }
    }

    /// Whether Helm rendered anything of a chart inside of another.
    fn is_rendered(&self, chart: &Utf8Path, sources: &Sources) -> bool {
        let is_inner = self.charts.renderer(chart).is_some();
        let has = |name: &String| {
            let templates = format!("{name}templates/");
            sources.keys().any(|source| source.starts_with(&templates))
        };
        !is_inner || self.names.get(chart).into_iter().flatten().any(has)
    }

    /// What is no object but for a template is Helm's; what could be applied as it is, and is in nothing that Helm made, is
    /// checked as it is.
    fn template(&self, file: &Utf8Path, rendered: Option<(&Utf8Path, &Utf8Path, &Sources)>) -> Fate {
        let contents = Contents::read(file, false, Version::NEWEST);
        let made: Vec<&HashSet<(String, String)>> =
            rendered.map(|(chart, inside, sources)| self.made(chart, inside, sources)).unwrap_or_default();
        let is_there = |id: &Id| {
            let key = (id.kind.clone(), id.name.clone());
            made.iter().any(|objects| id.name.contains(ACTION) || objects.contains(&key))
        };
        let mut is_counted = rendered.is_none() && contents.is_broken;
        let mut left = Vec::new();
        for (at, part) in contents.parts.iter().enumerate() {
            let is_template = contents.of(at).contains(ACTION);
            if rendered.is_none() && is_template {
                is_counted = true;
            } else if !part.objects.iter().all(is_there) {
                if is_template { is_counted = true } else { left.push(at) }
            }
        }
        let part = (!left.is_empty()).then(|| contents.only(&left));
        Fate { stays: false, is_counted, part }
    }

    /// What Helm made of a file. Of two files that have the same name for it, it takes one.
    fn made<'s>(
        &self,
        chart: &Utf8Path,
        inside: &Utf8Path,
        sources: &'s Sources,
    ) -> Vec<&'s HashSet<(String, String)>> {
        let names = self.names.get(chart).into_iter().flatten().map(|name| format!("{name}{inside}"));
        names.filter(|name| self.claims.get(name) == Some(&1)).filter_map(|name| sources.get(&name)).collect()
    }
}

fn is_template(inside: &Utf8Path) -> bool {
    let mut names = inside.components().map(|name| name.as_str());
    names.next() == Some("templates") && names.next().is_some()
}

/// Reads what Helm wrote. It writes the source behind what divides objects, where a template can write nothing.
fn sources(text: &str) -> Sources {
    let mut begins: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    let mut divider = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end_matches(['\n', '\r']);
        if let (Some(divider), Some(source)) = (divider, trimmed.strip_prefix(SOURCE)) {
            begins.push((divider, source));
        }
        divider = (trimmed == "---").then_some(at);
        at += line.len();
    }
    let mut sources = Sources::new();
    for document in &yaml::parse(text).documents {
        let before = begins.partition_point(|(begin, _)| *begin <= document.span.start as usize);
        let Some((_, source)) = before.checked_sub(1).and_then(|last| begins.get(last)) else { continue };
        let objects = sources.entry((*source).to_owned()).or_default();
        object::for_each(document, &mut |object| {
            let Id { kind, name, .. } = Id::of(&object);
            objects.insert((kind, name));
        });
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::sources;

    #[test]
    fn a_template_cannot_name_another_source() {
        let text = "---\n# Source: a/templates/a.yaml\nkind: A\napiVersion: v1\nmetadata: {name: a}\n---\n# Source: a/templates/b.yaml\n\
                    # Source: a/templates/c.yaml\nkind: B\napiVersion: v1\nmetadata: {name: b}\n";
        let found = sources(text);
        assert_eq!(found.len(), 2);
        assert!(found["a/templates/b.yaml"].contains(&("B".to_owned(), "b".to_owned())));
        assert!(sources("kind: A\napiVersion: v1\n").is_empty());
    }
}
