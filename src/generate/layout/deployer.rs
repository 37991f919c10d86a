//! The account that deploys an app, with the rights that its objects ask for. What removes the platform's objects, gives
//! rights, reads Secrets or runs commands in pods is never among them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use super::unit::{ObjectKey, Unit};
use crate::generate::error::RenderError;
use crate::generate::view::RoleRule;
use crate::k8s::resources::{self, group_of};
use crate::render::plan::Manifest;
use crate::spec::app::Layout;
use crate::template;
use crate::yaml;

/// What can be known of an app's pods: a Deployment is ready when they are.
const WATCHED: [(&str, &str); 2] = [("apps", "replicasets"), ("", "pods")];
/// Kinds whose names follow their content, so that tomorrow's are not known today.
const BY_CONTENT: [(&str, &str); 2] = [("", "configmaps"), ("batch", "jobs")];
/// Kinds that give rights, or hold what is secret: nobody deploys them from a repository.
const NEVER: [&str; 5] = ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "Secret"];
/// Objects of the platform in a namespace, of kinds that apps have too.
const PLATFORM: [(&str, &str); 4] = [
    ("NetworkPolicy", "default-deny-all"),
    ("NetworkPolicy", "allow-dns"),
    ("NetworkPolicy", "allow-within"),
    ("ServiceAccount", "default"),
];

#[derive(Debug, Serialize)]
struct Deployer {
    app: String,
    name: String,
    namespace: String,
    rules: Vec<RoleRule>,
    /// Why it may make pods.
    reason: &'static str,
    /// The policy that its pods are held to.
    policy: String,
    workload: Workload,
    /// The requests of the account, in CEL.
    who: String,
    /// The Secrets that pods may name, as a list in CEL.
    secrets: String,
    /// The account that pods run as, in CEL.
    account: String,
}

#[derive(Debug, Serialize)]
struct Workload {
    group: &'static str,
    resource: &'static str,
    /// Its pod, in CEL.
    pod: String,
}

/// The manifest of the account and its rights.
pub fn manifest(unit: &Unit) -> Result<Manifest, RenderError> {
    let no_pods = || RenderError::Deployer {
        app: unit.app.clone(),
        what: "nothing that has pods".to_owned(),
        why: "which is no app".to_owned(),
    };
    let (workload, path) = unit.workload.as_ref().ok_or_else(no_pods)?;
    let (group, resource) = resource(workload).ok_or_else(no_pods)?;
    // names of Kubernetes have no character that ends a text in CEL
    let names: Vec<String> = unit.secrets.iter().map(|name| format!("'{name}'")).collect();
    let (app, namespace) = (&unit.app, &unit.namespace);
    let deployer = Deployer {
        app: app.clone(),
        name: unit.deployer(),
        namespace: namespace.clone(),
        rules: rules(unit)?,
        reason: "it deploys the app; a policy holds its pods to the account and the Secrets of the app",
        policy: format!("tightship-deployer-{namespace}.{app}"),
        workload: Workload { group, resource, pod: format!("object.{}", path.join(".")) },
        who: format!("request.userInfo.username == 'system:serviceaccount:{namespace}:{}'", unit.deployer()),
        secrets: format!("[{}]", names.join(", ")),
        account: format!("has(variables.pod.serviceAccountName) && variables.pod.serviceAccountName == '{app}'"),
    };
    let text = template::render("gitops/deployer.yaml.j2", template::context("deployer", deployer))?;
    Ok(Manifest { order: 10, name: "deployer", text })
}

/// The rights: to create by kind, as a name cannot be asked for there; all else by name, but for what is named by its content.
fn rules(unit: &Unit) -> Result<Vec<RoleRule>, RenderError> {
    let mut names: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for object in &unit.objects {
        let refused = |why: &str| RenderError::Deployer {
            app: unit.app.clone(),
            what: format!("{} {}", object.kind, object.name),
            why: why.to_owned(),
        };
        if PLATFORM.contains(&(object.kind.as_str(), object.name.as_str())) {
            return Err(refused("which belongs to the platform: call the app something else"));
        }
        if NEVER.contains(&object.kind.as_str()) {
            return Err(refused("which no deployer may write"));
        }
        let resource = resource(object).ok_or_else(|| refused("a kind whose resource is not known"))?;
        names.entry(resource).or_default().insert(&object.name);
    }
    let rule = |(group, resource): (&str, &str), names: Vec<String>, verbs: &[&str]| RoleRule {
        group: group.to_owned(),
        resource: resource.to_owned(),
        names,
        verbs: verbs.iter().map(|&verb| verb.to_owned()).collect(),
    };
    let mut rules = Vec::new();
    for (resource, names) in names {
        if BY_CONTENT.contains(&resource) {
            let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
            rules.push(rule(resource, Vec::new(), &verbs));
            continue;
        }
        let names = names.into_iter().map(str::to_owned).collect();
        // Flux leaves volumes where they are, so it needs no right to remove them
        let keeps = unit.layout == Layout::Flux && resource.1 == "persistentvolumeclaims";
        let verbs: &[&str] = if keeps { &["get", "update", "patch"] } else { &["get", "update", "patch", "delete"] };
        rules.push(rule(resource, Vec::new(), &["create", "list", "watch"]));
        rules.push(rule(resource, names, verbs));
    }
    rules.extend(WATCHED.map(|resource| rule(resource, Vec::new(), &["list", "watch"])));
    Ok(rules)
}

/// The group and plural of an object.
fn resource(object: &ObjectKey) -> Option<(&'static str, &'static str)> {
    let group = group_of(&object.api_version);
    let resources = &resources::table().resources;
    let found = resources.iter().find(|resource| resource.kind == object.kind && resource.group() == group)?;
    Some((found.group(), found.plural))
}

/// The rights in the file of a deployer, one by one: `create deployments.apps`, `patch deployments.apps/shop`.
pub fn rights(text: &str) -> BTreeSet<String> {
    let mut rights = BTreeSet::new();
    for document in &yaml::parse(text).documents {
        let Some(Ok(object)) = document.root().map(yaml::Node::to_json) else { continue };
        for rule in object.get("rules").and_then(Json::as_array).into_iter().flatten() {
            let texts = |key: &str| -> Vec<&str> {
                rule.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
            };
            let names = texts("resourceNames");
            for (resource, group) in
                texts("resources").iter().flat_map(|one| texts("apiGroups").into_iter().map(move |group| (one, group)))
            {
                for verb in texts("verbs") {
                    let right = format!("{verb} {resource}.{group}");
                    match names.as_slice() {
                        [] => drop(rights.insert(right)),
                        names => rights.extend(names.iter().map(|name| format!("{right}/{name}"))),
                    }
                }
            }
        }
    }
    rights
}
