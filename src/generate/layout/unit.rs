//! What a reconciler deploys: one app in all its environments, with the objects that it consists of.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use crate::generate::view::Pair;
use crate::k8s::object::Kind;
use crate::k8s::resources::group_of;
use crate::render::plan::Manifest;
use crate::spec::App;
use crate::spec::app::{Layout, Repository};
use crate::yaml;

/// An object by what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// An app to be deployed.
#[derive(Debug)]
pub struct Unit {
    /// What deploys it.
    pub layout: Layout,
    /// Its name among all apps, as in the folder.
    pub title: String,
    /// The app.
    pub app: String,
    /// Its namespace.
    pub namespace: String,
    /// Where its files are committed.
    pub repository: Repository,
    /// The environments, each with the folder that is deployed there.
    pub environments: Vec<String>,
    /// How long a deployment may take, in seconds.
    pub timeout: i64,
    /// All objects of all environments.
    pub objects: BTreeSet<ObjectKey>,
    /// The workload, as an object that has pods, with the keys down to them.
    pub workload: Option<(ObjectKey, &'static [&'static str])>,
    /// The Secrets that its pods name.
    pub secrets: BTreeSet<String>,
}

/// Annotations for an object that only what deploys it reads.
#[derive(Debug, Serialize)]
pub struct Mark {
    api_version: String,
    kind: String,
    name: String,
    /// The name as a regular expression.
    pattern: String,
    annotations: Vec<Pair>,
}

impl Unit {
    /// The unit of an app without objects so far.
    pub fn new(app: &App, layout: Layout, title: &str, repository: Repository) -> Self {
        // a Job is ready when it has ended
        let timeout = if app.workload.is_batch() { app.workload.deadline.0.saturating_add(60).max(300) } else { 300 };
        Self {
            layout,
            title: title.to_owned(),
            app: app.name.to_string(),
            namespace: app.namespace().to_owned(),
            repository,
            environments: app.environments.keys().map(|name| name.to_string()).collect(),
            timeout,
            objects: BTreeSet::new(),
            workload: None,
            secrets: BTreeSet::new(),
        }
    }

    /// Takes note of the objects of manifests.
    pub fn add(&mut self, manifests: &[Manifest]) {
        for manifest in manifests {
            for document in &yaml::parse(&manifest.text).documents {
                let Some(Ok(object)) = document.root().map(yaml::Node::to_json) else { continue };
                let text = |at: &str| object.pointer(at).and_then(Json::as_str).unwrap_or_default().to_owned();
                let key =
                    ObjectKey { api_version: text("/apiVersion"), kind: text("/kind"), name: text("/metadata/name") };
                if let Some(path) = Kind::of(&key.api_version, &key.kind).pod_path() {
                    secrets(&object, &mut self.secrets);
                    self.workload = Some((key.clone(), path.spec));
                }
                self.objects.insert(key);
            }
        }
    }

    /// The name of the account that deploys it.
    pub fn deployer(&self) -> String {
        format!("{}-deployer", self.app)
    }

    /// The groups and kinds of its objects.
    pub fn kinds(&self) -> Vec<Pair> {
        let kinds: BTreeSet<(&str, &str)> =
            self.objects.iter().map(|object| (group_of(&object.api_version), object.kind.as_str())).collect();
        kinds.into_iter().map(|(group, kind)| Pair::new(group, kind)).collect()
    }

    /// The folder that is deployed in an environment, from the top of the repository.
    pub fn path(&self, environment: &str) -> String {
        let top = match self.repository.path.as_str() {
            "." => String::new(),
            path => format!("{path}/"),
        };
        let overlay = self.environments.iter().any(|name| name == environment);
        let rest = if overlay { format!("/overlays/{environment}") } else { String::new() };
        format!("{top}apps/{}{rest}", self.title)
    }

    /// What is to be done otherwise with some objects: volumes that are not removed by a commit, and Jobs that are made anew as
    /// they cannot change.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks: BTreeMap<&ObjectKey, Vec<Pair>> = BTreeMap::new();
        for object in &self.objects {
            let own = match (self.layout, object.kind.as_str()) {
                (Layout::Flux, "PersistentVolumeClaim") => Pair::new("kustomize.toolkit.fluxcd.io/prune", "disabled"),
                (Layout::Flux, "Job") => Pair::new("kustomize.toolkit.fluxcd.io/force", "enabled"),
                (Layout::ArgoCd, "PersistentVolumeClaim") => {
                    Pair::new("argocd.argoproj.io/sync-options", "Prune=confirm,Delete=confirm")
                }
                (Layout::ArgoCd, "Job") => Pair::new("argocd.argoproj.io/sync-options", "Force=true,Replace=true"),
                _ => continue,
            };
            marks.entry(object).or_default().push(own);
        }
        let mark = |(object, annotations): (&ObjectKey, Vec<Pair>)| Mark {
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            name: object.name.clone(),
            // the names of Jobs may follow their content
            pattern: if object.kind == "Job" { ".*".to_owned() } else { object.name.replace('.', "\\.") },
            annotations,
        };
        marks.into_iter().map(mark).collect()
    }
}

/// The Secrets that a workload names, wherever it does.
fn secrets(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| secrets(item, found)),
        Json::Object(fields) => {
            for (key, value) in fields {
                let name = match key.as_str() {
                    "secretName" => value.as_str(),
                    "secretKeyRef" | "secretRef" | "secret" => value.get("name").and_then(Json::as_str),
                    _ => None,
                };
                found.extend(name.map(str::to_owned));
                secrets(value, found);
            }
        }
        _ => {}
    }
}
