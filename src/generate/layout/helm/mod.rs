//! A chart: its templates are the manifests with few holes, so that what Helm makes of it is what is rendered.

mod holes;
mod values;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::header;
use crate::k8s::object::Object;
use crate::render::plan::{Manifest, Owner, PlannedFile};
use crate::spec::App;
use crate::yaml;
use values::Values;

/// An app in an environment; the base has no name.
#[derive(Debug)]
pub struct Variant {
    /// The environment.
    pub name: String,
    /// What is rendered for it.
    pub manifests: Vec<Manifest>,
}

/// An object of a manifest as a template, in one environment.
struct Part {
    kind: String,
    name: String,
    text: String,
}

/// The files of a chart.
pub fn files(app: &App, title: &str, variants: &[Variant], spec: &str) -> Vec<PlannedFile> {
    let folder = format!("charts/{title}");
    let file = |path: &str, text: String| PlannedFile {
        path: Utf8PathBuf::from(format!("{folder}/{path}")),
        text,
        owner: Owner::Tool,
    };
    let head = header(spec);
    let environments: Vec<String> =
        variants.iter().map(|variant| variant.name.clone()).filter(|name| !name.is_empty()).collect();
    let names = variable_names(app);
    let mut values: Vec<Values> = variants.iter().map(|_| Values::default()).collect();
    let mut templates: BTreeMap<&str, Vec<Vec<Part>>> = BTreeMap::new();
    for (at, (variant, values)) in variants.iter().zip(&mut values).enumerate() {
        for manifest in &variant.manifests {
            let parts = templates.entry(manifest.name).or_default();
            parts.resize_with(at, Vec::new);
            parts.push(manifest.text.split("---\n").map(|text| part(text, &names, values)).collect());
        }
    }
    let mut files = Vec::new();
    for (name, mut parts) in templates {
        parts.resize_with(variants.len(), Vec::new);
        let text = format!("{}{}", escape(&head), template(&parts, variants));
        files.push(file(&format!("templates/{name}.yaml"), text));
    }
    let base = values::whole(&values);
    files.push(file("values.yaml", format!("{head}{}", values::text(&base, &environments))));
    for (variant, own) in variants.iter().zip(&values).skip(1) {
        let text = format!("{head}{}", values::difference(&base, own, &variant.name));
        files.push(file(&format!("values-{}.yaml", variant.name), text));
    }
    files.push(file("values.schema.json", values::schema(&base, &environments)));
    files.push(file("Chart.yaml", format!("{head}{}", chart(app, title))));
    files.push(file(".helmignore", format!("{head}tests/\n")));
    files.push(file("README.md", readme(app, title, &environments)));
    files.push(file("tests/hardening_test.yaml", format!("{head}{}", tests(app, title))));
    files
}

/// The variables that some environment sets, in the order of the spec.
fn variable_names(app: &App) -> Vec<String> {
    let own = app.env.keys();
    let others = app.environments.values().flat_map(|environment| environment.env.keys());
    let mut names: Vec<String> = Vec::new();
    for name in own.chain(others).map(|name| name.to_string()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A document with actions in its holes. All else that Helm would take for an action stays what it is.
fn part(text: &str, names: &[String], values: &mut Values) -> Part {
    let stream = yaml::parse(text);
    let mut part = Part { kind: String::new(), name: String::new(), text: String::new() };
    let mut done = 0;
    if let Some(object) = stream.documents.first().and_then(crate::yaml::tree::Document::root).and_then(Object::new) {
        object.kind_name.clone_into(&mut part.kind);
        object.name().clone_into(&mut part.name);
        for hole in holes::of(&object, text, names) {
            part.text.push_str(&escape(text.get(done..hole.range.start).unwrap_or_default()));
            part.text.push_str(&hole.action);
            done = hole.range.end;
            for (path, value) in hole.values {
                values.set(&path, value);
            }
        }
    }
    part.text.push_str(&escape(text.get(done..).unwrap_or_default()));
    part
}

/// Text that Helm prints as it is.
fn escape(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// The template of all objects of a manifest; where environments differ in more than values, one or the other.
fn template(parts: &[Vec<Part>], variants: &[Variant]) -> String {
    let mut keys: Vec<(&str, &str)> = Vec::new();
    for part in parts.iter().flatten() {
        if !keys.contains(&(part.kind.as_str(), part.name.as_str())) {
            keys.push((&part.kind, &part.name));
        }
    }
    let mut out = String::new();
    for (kind, name) in keys {
        let texts: Vec<Option<&str>> = parts
            .iter()
            .map(|parts| parts.iter().find(|part| (part.kind.as_str(), part.name.as_str()) == (kind, name)))
            .map(|part| part.map(|part| part.text.as_str()))
            .collect();
        let mut distinct: Vec<Option<&str>> = Vec::new();
        for text in &texts {
            if !distinct.contains(text) {
                distinct.push(*text);
            }
        }
        if let [Some(text)] = distinct.as_slice() {
            out.push_str("---\n");
            out.push_str(text);
            continue;
        }
        for text in distinct.into_iter().flatten() {
            let here = texts.iter().zip(variants).filter(|(other, _)| **other == Some(text));
            let words: Vec<String> = here.map(|(_, variant)| format!(" \"{}\"", variant.name)).collect();
            out.push_str("{{- if has .Values.environment (list");
            out.push_str(&words.concat());
            out.push_str(") }}\n---\n");
            out.push_str(text);
            out.push_str("{{- end }}\n");
        }
    }
    out
}

fn chart(app: &App, title: &str) -> String {
    let image = &app.image;
    let version = image.tag().or(image.digest()).unwrap_or("latest");
    let fields = serde_json::json!({
        "apiVersion": "v2",
        "name": title,
        "description": format!("{title}, hardened by tightship"),
        "type": "application",
        "version": "0.1.0",
        "appVersion": version,
        "kubeVersion": format!(">={}.0-0", app.target.kubernetes.0),
    });
    yaml::emit::block(&fields)
}

fn readme(app: &App, title: &str, environments: &[String]) -> String {
    let namespace = app.namespace();
    let example = environments.first().map_or(String::new(), |name| format!(" -f values-{name}.yaml"));
    format!(
        "# {title}\n\nThis chart is made by tightship: edit the spec and run `tightship render`, not these files.\n\n\
         ```\nhelm upgrade --install {title} . --namespace {namespace}{example} --wait\n```\n\n\
         The namespace `{namespace}` and its guard rails are the platform's: the chart does not make them.\n\n\
         `values.yaml` explains each value, and `values.schema.json` refuses all others. What hardens the pods is no value: it is in the \
         templates, which are the manifests that `tightship render --stdout` prints.\n\n\
         `version` in `Chart.yaml` is for `helm package --version`. The chart is for Helm 4 and Helm 3.\n"
    )
}

fn tests(app: &App, title: &str) -> String {
    let (_, kind) = crate::generate::app::type_of(app);
    let name = match kind {
        "StatefulSet" => "stateful-set",
        "DaemonSet" => "daemon-set",
        "CronJob" => "cron-job",
        "Job" => "job",
        _ => "deployment",
    };
    let pod = if kind == "CronJob" { "spec.jobTemplate.spec.template.spec" } else { "spec.template.spec" };
    let equal = |path: &str, value: serde_json::Value| serde_json::json!({ "equal": { "path": format!("{pod}.{path}"), "value": value } });
    let suite = serde_json::json!({
        "suite": format!("{title} is hardened"),
        "templates": [format!("templates/{name}.yaml")],
        "tests": [{
            "it": "gains nothing and has no token that it does not use",
            "asserts": [
                { "isKind": { "of": kind } },
                equal("containers[0].securityContext.allowPrivilegeEscalation", false.into()),
                equal("containers[0].securityContext.capabilities.drop", serde_json::json!(["ALL"])),
            ],
        }],
    });
    yaml::emit::block(&suite)
}
