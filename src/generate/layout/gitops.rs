//! The platform tree: what a platform team applies before anything is deployed from a repository, and what deploys it.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use minijinja::Error;
use serde::Serialize;

use super::header;
use super::kustomize::kustomization;
use super::unit::{Mark, Unit};
use crate::generate::view::Pair;
use crate::render::plan::{Owner, PlannedFile};
use crate::spec::app::Layout;
use crate::template;

/// The cluster of apps without environments.
const ONLY: &str = "main";

/// A source as its template sees it.
#[derive(Debug, Clone, Serialize)]
struct Source {
    name: String,
    namespace: String,
    kind: &'static str,
    is_artifact: bool,
    url: String,
    revision: String,
    secret: Option<String>,
    verify: Option<String>,
}

/// An app in an environment as its templates see it.
#[derive(Debug, Serialize)]
struct View<'a> {
    /// Its name among all that one Argo CD deploys.
    title: String,
    app: &'a str,
    namespace: &'a str,
    deployer: String,
    /// What selects all of its objects.
    selector: String,
    source: &'a Source,
    path: String,
    timeout: String,
    kinds: Vec<Pair>,
    marks: Vec<Mark>,
}

/// Flags for some of the controllers.
#[derive(Debug, Serialize)]
struct Lockdown {
    controllers: &'static str,
    flags: &'static [&'static str],
}

const LOCKDOWN: [Lockdown; 3] = [
    Lockdown {
        controllers: "(kustomize-controller|helm-controller|notification-controller|image-reflector-controller|image-automation-controller)",
        flags: &["--no-cross-namespace-refs=true"],
    },
    Lockdown {
        controllers: "(kustomize-controller|helm-controller)",
        flags: &[
            "--default-service-account=default",
            "--insecure-kubeconfig-exec=false",
            "--insecure-kubeconfig-tls=false",
        ],
    },
    Lockdown {
        controllers: "kustomize-controller",
        flags: &[
            "--no-remote-bases=true",
            "--default-decryption-service-account=default",
            "--default-kubeconfig-service-account=default",
        ],
    },
];

/// A folder for each cluster with what deploys the apps there; `spaces` are those of which the spec has the guard rails.
pub fn files(units: &[Unit], spaces: &[String], spec: &str) -> Result<Vec<PlannedFile>, Error> {
    let mut files = Vec::new();
    let platforms = spaces.iter().cloned();
    let deployers: BTreeSet<String> = units.iter().map(|unit| format!("{}/deployers", unit.namespace)).collect();
    let resources: Vec<String> = platforms.chain(deployers).collect();
    files.push(kustomization("platform/", spec, &resources, &[], &[])?);
    for layout in [Layout::Flux, Layout::ArgoCd] {
        let units: Vec<&Unit> = units.iter().filter(|unit| unit.layout == layout).collect();
        if units.is_empty() {
            continue;
        }
        let mut environments: BTreeSet<&str> =
            units.iter().flat_map(|unit| &unit.environments).map(String::as_str).collect();
        if environments.is_empty() {
            environments.insert(ONLY);
        }
        for environment in environments {
            files.extend(cluster(&units, layout, environment, spec)?);
        }
        files.push(settings(layout, spec)?);
    }
    Ok(files)
}

/// What is set where the reconciler itself is installed.
fn settings(layout: Layout, spec: &str) -> Result<PlannedFile, Error> {
    let (folder, text) = match layout {
        Layout::Flux => (
            "flux/lockdown",
            template::render("gitops/flux-lockdown.yaml.j2", template::context("lockdown", &LOCKDOWN))?,
        ),
        _ => ("argocd/settings", template::render("gitops/argocd-settings.yaml.j2", template::contexts(()))?),
    };
    Ok(file(format!("{folder}/kustomization.yaml"), spec, &text))
}

fn cluster(units: &[&Unit], layout: Layout, environment: &str, spec: &str) -> Result<Vec<PlannedFile>, Error> {
    let folder = format!("{}/clusters/{environment}/", layout.as_str());
    let mut files = Vec::new();
    let mut resources = vec!["../../../platform".to_owned()];
    let sources = sources(units);
    if layout == Layout::Flux {
        let distinct: BTreeMap<(&str, &str), &Source> =
            sources.iter().map(|source| ((source.namespace.as_str(), source.name.as_str()), source)).collect();
        for ((namespace, name), source) in distinct {
            let text = template::render("gitops/flux-source.yaml.j2", template::context("source", source))?;
            let path = format!("source-{namespace}.{name}.yaml");
            files.push(file(format!("{folder}{path}"), spec, &text));
            resources.push(path);
        }
    }
    for (unit, source) in units.iter().zip(&sources) {
        let path = unit.path(environment);
        let view = View {
            title: if unit.namespace == unit.app {
                unit.app.clone()
            } else {
                format!("{}.{}", unit.namespace, unit.app)
            },
            app: &unit.app,
            namespace: &unit.namespace,
            deployer: unit.deployer(),
            selector: format!("app.kubernetes.io/name={}", unit.app),
            source,
            path: if layout == Layout::Flux { format!("./{path}") } else { path },
            timeout: format!("{}s", unit.timeout),
            kinds: unit.kinds(),
            marks: unit.marks(),
        };
        let template = match layout {
            Layout::Flux => "gitops/flux-app.yaml.j2",
            _ => "gitops/argocd-app.yaml.j2",
        };
        let path = format!("app-{}.yaml", unit.title);
        let text = template::render(template, template::context("unit", &view))?;
        files.push(file(format!("{folder}{path}"), spec, &text));
        resources.push(path);
    }
    files.push(kustomization(&folder, spec, &resources, &[], &[])?);
    Ok(files)
}

/// The source of each app. Apps of one namespace that are in one repository share one, which has the name of the namespace.
fn sources(units: &[&Unit]) -> Vec<Source> {
    let made = |unit: &Unit, name: &str| {
        let repository = &unit.repository;
        let is_artifact = repository.url.as_str().starts_with("oci://");
        Source {
            name: name.to_owned(),
            namespace: unit.namespace.clone(),
            kind: if is_artifact { "OCIRepository" } else { "GitRepository" },
            is_artifact,
            url: repository.url.to_string(),
            revision: repository.revision.to_string(),
            secret: repository.access.as_ref().map(|name| name.to_string()),
            verify: repository.verify.as_ref().map(|name| name.to_string()),
        }
    };
    let same = |a: &Source, b: &Source| {
        (&a.url, &a.revision, &a.secret, &a.verify) == (&b.url, &b.revision, &b.secret, &b.verify)
    };
    let source = |unit: &&Unit| {
        let shared = made(unit, &unit.namespace);
        let beside = units.iter().filter(|other| other.namespace == unit.namespace);
        let all_same = beside.map(|other| made(other, &other.namespace)).all(|other| same(&shared, &other));
        // an app cannot be called as another, and what is shared is there only if nothing is not
        if all_same { shared } else { made(unit, &unit.app) }
    };
    units.iter().map(source).collect()
}

/// A file that tightship writes each time.
fn file(path: String, spec: &str, text: &str) -> PlannedFile {
    PlannedFile { path: Utf8PathBuf::from(path), text: format!("{}{text}", header(spec)), owner: Owner::Tool }
}
