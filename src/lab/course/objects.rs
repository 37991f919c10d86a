//! The objects of manifests. They are read first and filled in then, value by value, so that no name can change what a text is:
//! what is told of a course before it runs and what is applied are read here alike.

use serde_json::{Map, Value};

use super::faults::Faults;
use super::placeholders::{Part, each};
use crate::diagnostic::Diagnostic;
use crate::lab::check_context::Names;
use crate::yaml::{self, Source, Span};

/// The objects of a text, placeholders as they are. Members of lists stand for themselves.
pub fn read(source: &Source) -> Result<Vec<Value>, Faults> {
    let mut objects = Vec::new();
    for document in documents(source)? {
        if !document.is_object() {
            return Err(Faults::of_file(source, "this is not an object of Kubernetes"));
        }
        flatten(document, &mut objects);
    }
    Ok(objects)
}

/// The objects of a text with the names of a run.
pub fn filled(source: &Source, names: &Names) -> Result<Vec<Value>, Faults> {
    // it knows the places of what is wrong
    names.render(source.name(), source.text())?;
    let mut objects = read(source)?;
    objects.iter_mut().try_for_each(|object| fill(object, names)).map_err(|reason| Faults::of_file(source, reason))?;
    Ok(objects)
}

/// Fails if a text means something else once its placeholders are filled in: then a name has changed its form. A text that is
/// no YAML, or only words, has none.
pub fn keeps_form(source: &Source, names: &Names, filled: &str) -> Result<(), Faults> {
    if !source.text().contains('{') {
        return Ok(());
    }
    let Ok(mut before) = documents(source) else { return Ok(()) };
    if !before.iter().any(|document| document.is_object() || document.is_array()) {
        return Ok(());
    }
    let is_filled = before.iter_mut().try_for_each(|document| fill(document, names));
    if is_filled.is_ok() && documents(&Source::new(source.name(), filled)).is_ok_and(|after| after == before) {
        return Ok(());
    }
    Err(Faults::of_file(source, "a placeholder stands for something that changes the form of this file"))
}

/// Whether a value waits for what a step saves.
pub fn waits(value: &Value) -> bool {
    match value {
        Value::String(text) => is_saved(text),
        Value::Array(items) => items.iter().any(waits),
        Value::Object(fields) => fields.iter().any(|(key, value)| is_saved(key) || waits(value)),
        _ => false,
    }
}

fn is_saved(text: &str) -> bool {
    let mut found = false;
    let read = each(text, |part| {
        found |= matches!(part, Part::Name(name, _) if name.starts_with("saved."));
        Ok(())
    });
    // what cannot be read is refused when it is filled in
    read.is_ok() && found
}

/// All documents of a text; an error if there is one that cannot be read.
fn documents(source: &Source) -> Result<Vec<Value>, Faults> {
    let stream = yaml::parse(source.text());
    let mut faults = Faults::default();
    let wrong = |span: Span, reason: String| Diagnostic::error(span, "this is not YAML").label(reason);
    faults.add(source, stream.errors.iter().map(|error| wrong(error.span, error.message.clone())));
    let mut values = Vec::new();
    for document in &stream.documents {
        let unreadable = document.unreadable();
        faults.add(source, unreadable.into_iter().map(|(span, error)| wrong(span, error.to_string())));
        let Some(root) = document.root().filter(|root| !root.is_null()) else { continue };
        match root.to_json() {
            Ok(value) => values.push(value),
            Err(error) if faults.is_empty() => faults.add(source, [wrong(root.span(), error.to_string())]),
            Err(_) => {}
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// Takes an object, or what it lists: for kubectl, any object with a list `items` is one, whatever its kind. A member without
/// a kind has that of the list.
fn flatten(object: Value, objects: &mut Vec<Value>) {
    let Value::Object(mut fields) = object else {
        objects.push(object);
        return;
    };
    let Some(items) = fields.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take) else {
        objects.push(Value::Object(fields));
        return;
    };
    let kind = fields.get("kind").and_then(Value::as_str).and_then(|kind| kind.strip_suffix("List"));
    let kind = kind.filter(|kind| !kind.is_empty());
    for mut item in items {
        if let (Some(kind), Some(member)) = (kind, item.as_object_mut())
            && member.get("kind").and_then(Value::as_str).is_none_or(str::is_empty)
        {
            member.insert("kind".to_owned(), kind.into());
            member.extend(fields.get("apiVersion").map(|version| ("apiVersion".to_owned(), version.clone())));
        }
        flatten(item, objects);
    }
}

/// Fills in each text of a value.
fn fill(value: &mut Value, names: &Names) -> Result<(), String> {
    match value {
        Value::String(text) if text.contains('{') => *text = filled_text(text, names)?,
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill(item, names))?,
        Value::Object(fields) => {
            let mut filled = Map::with_capacity(fields.len());
            for (key, mut value) in std::mem::take(fields) {
                fill(&mut value, names)?;
                let key = if key.contains('{') { filled_text(&key, names)? } else { key };
                if filled.contains_key(&key) {
                    return Err(format!("the key `{key}` is there twice once placeholders are filled in"));
                }
                filled.insert(key, value);
            }
            *fields = filled;
        }
        _ => {}
    }
    Ok(())
}

fn filled_text(text: &str, names: &Names) -> Result<String, String> {
    names.filled(text).map_err(|problem| problem.message.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{filled, keeps_form, read, waits};
    use crate::lab::check_context::Names;
    use crate::lab::course::read::is_yaml;
    use crate::lab::course::{Course, source};
    use crate::yaml::Source;

    fn names(saved: &str) -> Names {
        let saved = [("x".to_owned(), saved.to_owned())].into();
        Names { run: "abcd".to_owned(), saved, ..Names::default() }
    }

    fn of(text: &str) -> Source {
        Source::new("a.yaml", text)
    }

    #[test]
    fn members_of_lists_stand_for_themselves() {
        let text = "kind: PodList\napiVersion: v1\nitems: [{metadata: {name: a}}, {kind: X, items: [{kind: W}, {kind: ZList, \
                    apiVersion: z/v1, items: [{a: 1}]}]}]\n---\nkind: ConfigMap\nitems: x\n---\n# nothing\n";
        assert_eq!(
            read(&of(text)).unwrap(),
            [
                json!({"metadata": {"name": "a"}, "kind": "Pod", "apiVersion": "v1"}),
                json!({"kind": "W"}),
                json!({"a": 1, "kind": "Z", "apiVersion": "z/v1"}),
                json!({"kind": "ConfigMap", "items": "x"}),
            ]
        );
    }

    #[test]
    fn what_kubectl_may_read_otherwise_is_refused() {
        for text in [
            "a: 1\n---# x\nb: 2\n",
            "a: [[[\n---\nb: 2\n",
            "a: \"x\"#c\n",
            "a: !!int x\n",
            "a: {\n\tb: 1}\n",
            "- a\n",
            "word\n",
            "a: 1\n---\u{a0}\nb: 2\n",
        ] {
            assert!(read(&of(text)).is_err(), "{text:?}: {:?}", read(&of(text)));
        }
    }

    #[test]
    fn a_name_is_a_value_whatever_it_is() {
        let evil = "x\"}\n---\nkind: Pod\nhostNetwork: true # &a *a";
        let text = "kind: A\nx: \"{{ saved.x }}\"\nw: {\"{{ run }}\": '{{ run }}'}\nz: |\n  {{ saved.x }}\n";
        let objects = filled(&of(text), &names(evil)).unwrap();
        assert_eq!(objects, [json!({"kind": "A", "x": evil, "w": {"abcd": "abcd"}, "z": format!("{evil}\n")})]);
        assert!(objects.iter().all(|object| !waits(object)) && read(&of(text)).unwrap().iter().any(waits));
        assert!(filled(&of("{\"{{ run }}\": 1, abcd: 2}\n"), &names("a")).is_err());
        // an anchor is none of the run
        for text in ["a: &{{ run }} b\nc: &abcd d\ne: *abcd\n", "{a: &abcd true, b: &{{ run }} false, c: *abcd}\n"] {
            let of_run = |run: &str| filled(&of(text), &Names { run: run.to_owned(), ..names("a") }).ok();
            assert_eq!(of_run("abcd"), of_run("wxyz"), "{text}");
        }
        // a placeholder that shows only once escapes are read
        let hidden = read(&of("a: \"\\x7b{ sav\\x65d.x }}\"\n")).unwrap();
        assert!(hidden.iter().any(waits), "{hidden:?}");
    }

    #[test]
    fn a_file_keeps_its_form_or_is_refused() {
        let text = "a: \"{{ saved.x }}\" # {{ run }}\nb: [c]\n";
        let keeps = |text: &str, saved: &str| {
            let names = names(saved);
            keeps_form(&of(text), &names, &names.filled(text).unwrap()).is_ok()
        };
        assert!(keeps(text, "word") && keeps(text, "a=b/c:d.e"));
        for evil in ["x\", privileged: true, c: \"", "x\"\nb: d\n#", "a\nb", "\\u0041", "a\"#"] {
            assert!(!keeps(text, evil), "{evil:?}");
        }
        assert!(!keeps("a: \"\\x7b{ saved.x }}\"\n", "b"));
        // words, and what is no YAML
        assert!(keeps("# A page\n\nSee {{ saved.x }}.\n", "a: b") && keeps("{{ saved.x }}\n\t- [", "a\nb"));
    }

    #[test]
    fn the_files_of_all_labs_keep_their_form() {
        let (course, _) = Course::read(source::embedded());
        for entry in &course.labs {
            let names = Names::sample(&entry.lab);
            for (path, source) in entry.files.iter().filter(|(path, _)| is_yaml(path) && *path != "lab.yaml") {
                let text = names.filled(source.text()).unwrap();
                keeps_form(source, &names, &text).unwrap_or_else(|faults| panic!("{}/{path}: {faults}", entry.folder));
                super::documents(source).unwrap_or_else(|faults| panic!("{}/{path}: {faults}", entry.folder));
            }
        }
    }
}
