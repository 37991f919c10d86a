//! A spec that is there: what it answers for the next app, and how documents and keys are added to it. What a person wrote
//! stays, with its comments and its order.

use serde_json::{Value, json};

use super::answers::{Answers, Origin};
use super::members::{app_peer, called_peer, members};
use crate::spec::defaults::OWN;
use crate::spec::network::{Called, Caller};
use crate::spec::{App, Specs, is_defaults};
use crate::yaml::{self, Document, Node, Source, edit};

/// What cannot be added, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AddError(String);

fn refuse<T>(message: impl Into<String>) -> Result<T, AddError> {
    Err(AddError(message.into()))
}

/// Answers what the documents of the spec answer for one more: release, platform, level, layout. Nobody is asked for those.
pub fn answer(answers: &mut Answers, specs: &Specs, space: Option<&str>) {
    let mut set = |key: &'static str, value: String| {
        if !answers.is_settled(key) {
            answers.set(key, value, Origin::Spec);
        }
    };
    let space = specs.spaces.iter().find(|it| space.is_none_or(|name| it.name.as_str() == name));
    let app = specs.apps.first();
    let shared = specs.defaults.as_ref();
    let target = space.map(|space| &space.target).or(app.map(|app| &app.target));
    let target = target.or(shared.and_then(|shared| shared.target.as_ref()));
    if let Some(target) = target {
        set("kubernetes", target.kubernetes.0.to_string());
        set("platform", target.platform.as_str().to_owned());
    }
    let level = space.map(|space| &space.level).or(app.map(|app| &app.level));
    if let Some(level) = level.or(shared.and_then(|shared| shared.level.as_ref())) {
        set("level", level.value.as_str().to_owned());
    }
    let output = space.map(|space| &space.output).or(app.map(|app| &app.output));
    if let Some(output) = output.or(shared.and_then(|shared| shared.output.as_ref())) {
        set("layout", output.layout.as_str().to_owned());
    }
}

/// The namespace of one more app: the one that is asked for, or the only one of the spec.
pub fn space(specs: &Specs, wanted: Option<&str>) -> Result<Option<String>, AddError> {
    let mut known: Vec<&str> = specs.spaces.iter().map(|space| space.name.as_str()).collect();
    if let Some(wanted) = wanted {
        if !known.is_empty() && !known.contains(&wanted) {
            return refuse(format!("there is no space `{wanted}`: the spec has {}", known.join(", ")));
        }
        return Ok(Some(wanted.to_owned()));
    }
    if known.is_empty() {
        known.extend(specs.apps.iter().map(App::namespace));
        known.dedup();
    }
    match known.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).to_owned())),
        several => refuse(format!("the spec has the spaces {}: say which with --space", several.join(", "))),
    }
}

/// The text with one more document.
pub fn with_document(text: &str, document: &str) -> String {
    let mut out = text.to_owned();
    let ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(ends);
    }
    let is_empty = yaml::parse(text).documents.iter().all(|document| document.root().is_none());
    if !is_empty {
        out.push_str("---");
        out.push_str(ends);
    }
    for line in document.lines() {
        out.push_str(line);
        out.push_str(ends);
    }
    out
}

/// A new document without what the defaults of the spec say in the same words.
pub fn without_shared(spec: &Source, document: String) -> String {
    let stream = yaml::parse(spec.text());
    let shared = stream.documents.iter().filter_map(Document::root).find(is_defaults);
    let Some(shared) = shared else { return document };
    let own = yaml::parse(&document);
    let Some(root) = own.documents.first().and_then(Document::root) else { return document };
    let says_the_same = |key: &str| {
        let both = [root, shared].map(|node| node.get(key).and_then(|value| value.to_json().ok()));
        matches!(both, [Some(own), Some(all)] if is_part(&own, &all))
    };
    let keys = root.entries().filter_map(|(key, _)| key.text()).filter(|key| !OWN.contains(key));
    let edits = keys.filter(|key| says_the_same(key)).filter_map(|key| edit::remove(&document, root, key));
    let edits: Vec<edit::Edit> = edits.collect();
    edit::apply(&document, &edits).unwrap_or_else(|_| document.clone())
}

/// Whether a value says nothing that another does not say.
fn is_part(own: &Value, all: &Value) -> bool {
    match (own, all) {
        (Value::Object(own), Value::Object(all)) => {
            own.iter().all(|(key, value)| all.get(key).is_some_and(|other| is_part(value, other)))
        }
        _ => own == all,
    }
}

/// One app among those of a spec, as `app` or `space/app`; the only one if none is named.
pub fn find<'s>(specs: &'s Specs, wanted: Option<&str>) -> Result<&'s App, AddError> {
    let is_wanted = |app: &&App| {
        wanted.is_none_or(|wanted| match wanted.split_once('/') {
            Some((space, name)) => app.namespace() == space && app.name.as_str() == name,
            None => app.name.as_str() == wanted,
        })
    };
    let found: Vec<&App> = specs.apps.iter().filter(is_wanted).collect();
    let names = |apps: &[&App]| {
        let names: Vec<String> = apps.iter().map(|app| format!("{}/{}", app.namespace(), app.name.as_str())).collect();
        names.join(", ")
    };
    match (found.as_slice(), wanted) {
        ([app], _) => Ok(app),
        ([], Some(wanted)) => {
            let all: Vec<&App> = specs.apps.iter().collect();
            refuse(format!(
                "there is no app `{wanted}`: the spec has {}",
                if all.is_empty() { "none".to_owned() } else { names(&all) }
            ))
        }
        ([], None) => refuse("the spec has no app: `tightship add app` adds one"),
        (several, _) => refuse(format!("the spec has the apps {}: say which with --app", names(several))),
    }
}

/// Adds an environment without differences.
pub fn add_environment(source: &Source, app: &App, name: &str) -> Result<String, AddError> {
    if app.environments.keys().any(|key| key.as_str() == name) {
        return refuse(format!("`{}` has the environment `{name}` already", app.name.as_str()));
    }
    change(source.text(), app, |text, root| edit::set(text, root, &["environments", name], &json!({})))
        .ok_or_else(|| by_hand(app, &format!("environments: {{{name}: {{}}}}")))
}

/// Adds a route.
pub fn add_route(source: &Source, app: &App, host: &str, gateway: &str) -> Result<String, AddError> {
    if let Some(route) = &app.route {
        let (line, _) = source.position(route.span.range().start);
        return refuse(format!("`{}` has a route already, in line {line}", app.name.as_str()));
    }
    let route = json!({ "host": host, "gateway": gateway });
    change(source.text(), app, |text, root| edit::set(text, root, &["route"], &route))
        .ok_or_else(|| by_hand(app, &format!("route: {{host: {host}, gateway: {gateway}}}")))
}

fn by_hand(app: &App, what: &str) -> AddError {
    AddError(format!(
        "the document of `{}` cannot be changed without touching what you wrote: add `{what}` to it yourself",
        app.name.as_str()
    ))
}

/// Lets the apps that a new one is to talk to do so: a connection needs both sides. What cannot be added is told.
pub fn connect(source: &Source, specs: &Specs, answers: &Answers, space: &str) -> (String, Vec<String>) {
    let name = answers.get("name");
    let mut text = source.text().to_owned();
    let mut told = Vec::new();
    let mut add = |app: &App, side: &'static str, item: Value| match change(&text, app, |text, root| {
        edit::push(text, root, &["network", side], &item)
    }) {
        Some(changed) => {
            text = changed;
            told.push(format!("`{}` has `{name}` in `network.{side}` now", app.name.as_str()));
        }
        None => told.push(by_hand(app, &format!("network: {{{side}: [{item}]}}")).to_string()),
    };
    let peer = |(in_space, app): (Option<String>, Option<String>)| {
        let in_space = in_space.unwrap_or_else(|| space.to_owned());
        specs.apps.iter().find(|it| it.namespace() == in_space && app.as_deref() == Some(it.name.as_str()))
    };
    let beside = |app: &App, mut item: Value| {
        if let Some(fields) = item.as_object_mut().filter(|_| app.namespace() != space) {
            fields.insert("space".to_owned(), space.into());
        }
        item
    };
    let port: Option<i64> = answers.some("port").and_then(|port| port.parse().ok());
    let callers = answers.some("from").map(members).into_iter().flatten().filter_map(|member| app_peer(member).ok());
    for app in callers.filter_map(|caller| peer(caller.place())) {
        let calls =
            |to: &crate::spec::network::To| matches!(&to.peer, Called::App(called, _) if called.as_str() == name);
        if let Some(port) = port.filter(|_| !app.network.to.iter().any(|to| calls(&to.value))) {
            add(app, "to", beside(app, json!({ "app": name, "port": port })));
        }
    }
    let called = answers.some("to").map(members).into_iter().flatten().filter_map(|member| called_peer(member).ok());
    for app in called.filter_map(|called| peer(called.place())) {
        let lets_in =
            |from: &crate::spec::network::From| matches!(&from.peer, Caller::App(other, _) if other.as_str() == name);
        if !app.network.from.iter().any(|from| lets_in(&from.value)) {
            add(app, "from", beside(app, json!({ "app": name })));
        }
    }
    (text, told)
}

/// Changes the document of an app.
fn change(text: &str, app: &App, make: impl Fn(&str, Node<'_, '_>) -> Option<edit::Edit>) -> Option<String> {
    let stream = yaml::parse(text);
    let is_app = |root: &Node<'_, '_>| {
        let key = |name: &str| root.get(name).and_then(Node::text);
        let space = key("space").or(key("partOf")).or(key("name"));
        key("kind") == Some("App") && key("name") == Some(app.name.as_str()) && space == Some(app.namespace())
    };
    let root = stream.documents.iter().filter_map(Document::root).find(is_app)?;
    edit::apply(text, &[make(text, root)?]).ok()
}
