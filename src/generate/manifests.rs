//! The apps and spaces of a spec as files in their layouts.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::audit::{self, Requirement};
use super::error::RenderError;
use super::layout::helm::Variant;
use super::layout::unit::Unit;
use super::options::Options;
use super::{app, layout, space};
use crate::k8s::verify;
use crate::render::comments;
use crate::render::plan::{Manifest, Owner, Plan, PlannedFile};
use crate::spec::app::Layout;
use crate::spec::{App, Space, Specs};

/// What one document becomes.
struct Rendered {
    files: Vec<PlannedFile>,
    stream: Vec<Manifest>,
    /// What a reconciler deploys.
    unit: Option<Unit>,
}

/// Renders the apps and spaces of a spec.
pub(super) fn plan(specs: &Specs, options: Options<'_>) -> Result<Plan, RenderError> {
    check_environment(specs, options)?;
    let spaces: Vec<Rendered> =
        specs.spaces.par_iter().map(|space| space_part(space, options)).collect::<Result<_, RenderError>>()?;
    let apps: Vec<Rendered> =
        specs.apps.par_iter().map(|app| app_part(specs, app, options)).collect::<Result<_, RenderError>>()?;
    let mut plan = Plan::default();
    let mut stream: Vec<Manifest> = Vec::new();
    let mut units = Vec::new();
    for part in spaces.into_iter().chain(apps) {
        plan.files.extend(part.files);
        stream.extend(part.stream);
        units.extend(part.unit);
    }
    plan.files.extend(everything(specs, options)?);
    plan.files.extend(reconciled(specs, &units, options)?);
    plan.sort();
    // spaces come before apps already
    for manifest in &stream {
        plan.stream.push_str("---\n");
        plan.stream.push_str(&manifest.text);
    }
    Ok(plan)
}

fn check_environment(specs: &Specs, options: Options<'_>) -> Result<(), RenderError> {
    let Some(wanted) = options.environment else { return Ok(()) };
    let mut known: Vec<&str> =
        specs.apps.iter().flat_map(|app| app.environments.keys()).map(|name| name.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    if known.contains(&wanted) {
        return Ok(());
    }
    let help = if known.is_empty() {
        ": the spec has none".to_owned()
    } else {
        format!(": the spec has {}", known.join(", "))
    };
    Err(RenderError::UnknownEnvironment(wanted.to_owned(), help))
}

fn space_part(space: &Space, options: Options<'_>) -> Result<Rendered, RenderError> {
    let folder = format!("platform/{}", space.name.as_str());
    let requirement = Requirement { release: space.target.kubernetes.0, level: space.level.value };
    let manifests =
        finish(space::manifests(space)?, &folder, requirement, options.comments.unwrap_or(space.output.comments))?;
    let files = match options.layout.unwrap_or(space.output.layout.value) {
        Layout::Plain => layout::plain::files(&folder, &manifests, options.spec),
        _ => layout::kustomize::base(&folder, &manifests, options.spec)?,
    };
    Ok(Rendered { files, stream: manifests, unit: None })
}

fn app_part(specs: &Specs, app: &App, options: Options<'_>) -> Result<Rendered, RenderError> {
    let folder = layout::app_folder(specs, &app.name, app.namespace());
    let requirement = Requirement { release: app.target.kubernetes.0, level: app.level.value };
    let render =
        |app: &App| finish(app::manifests(app)?, &folder, requirement, options.comments.unwrap_or(app.output.comments));
    let chosen = options.environment.and_then(|name| {
        app.environments.iter().find(|(key, _)| key.as_str() == name).map(|(_, environment)| environment)
    });
    let base = render(app)?;
    let stream = match chosen {
        Some(environment) => render(&app.in_environment(environment))?,
        None => base.clone(),
    };
    let layout = options.layout.unwrap_or(app.output.layout.value);
    if layout == Layout::Plain {
        return Ok(Rendered { files: layout::plain::files(&folder, &stream, options.spec), stream, unit: None });
    }
    let mut variants = vec![base];
    for environment in app.environments.values() {
        variants.push(render(&app.in_environment(environment))?);
    }
    if layout == Layout::Helm {
        let names = std::iter::once(String::new()).chain(app.environments.keys().map(|name| name.to_string()));
        let variants: Vec<Variant> = names.zip(variants).map(|(name, manifests)| Variant { name, manifests }).collect();
        let title = layout::app_title(specs, &app.name, app.namespace());
        let files = layout::helm::files(app, &title, &variants, options.spec);
        return Ok(Rendered { files, stream, unit: None });
    }
    let mut files = Vec::new();
    let mut unit = None;
    if layout.is_reconciled() {
        let grants = take_grants(&mut variants);
        let found = unit_of(specs, app, layout, &variants)?;
        files.push(deployer_file(app, &found, &grants, requirement, options)?);
        unit = Some(found);
    }
    files.extend(kustomize_files(app, &folder, &variants, options)?);
    Ok(Rendered { files, stream, unit })
}

/// The files of the base and of the environments, which come after it.
fn kustomize_files(
    app: &App,
    folder: &str,
    variants: &[Vec<Manifest>],
    options: Options<'_>,
) -> Result<Vec<PlannedFile>, RenderError> {
    let Some((base, changed)) = variants.split_first() else { return Ok(Vec::new()) };
    let (api_version, kind) = app::type_of(app);
    let workload =
        [("api_version", api_version), ("kind", kind), ("name", app.name.as_str()), ("namespace", app.namespace())];
    let mut files = layout::kustomize::app(folder, base, options.spec, workload)?;
    for (name, changed) in app.environments.keys().zip(changed) {
        files.extend(layout::kustomize::overlay(folder, name, base, changed, options.spec)?);
    }
    Ok(files)
}

/// Takes out what is the platform's to give: the app's own rights, and what is fetched for it. No environment has others.
fn take_grants(variants: &mut [Vec<Manifest>]) -> Vec<Manifest> {
    let mut grants = Vec::new();
    for (at, manifests) in variants.iter_mut().enumerate() {
        let (own, rest) = std::mem::take(manifests).into_iter().partition(|it| app::GRANTS.contains(&it.name));
        *manifests = rest;
        if at == 0 {
            grants = own;
        }
    }
    grants
}

fn unit_of(specs: &Specs, app: &App, layout: Layout, variants: &[Vec<Manifest>]) -> Result<Unit, RenderError> {
    let no_repository = || RenderError::NoRepository(layout.as_str(), app.name.to_string());
    let repository = app.output.repository.as_ref().map(|it| it.value.clone()).ok_or_else(no_repository)?;
    let mut unit = Unit::new(app, layout, &layout::app_title(specs, &app.name, app.namespace()), repository);
    for manifests in variants {
        unit.add(manifests);
    }
    let account = unit.deployer();
    let is_taken = |other: &&App| other.name.as_str() == account && other.namespace() == app.namespace();
    if specs.apps.iter().any(|other| is_taken(&other)) {
        let what = format!("as ServiceAccount {account}");
        let why = "which is the account of another app: call that one something else".to_owned();
        return Err(RenderError::Deployer { app: app.name.to_string(), what, why });
    }
    Ok(unit)
}

/// The account that deploys an app, and the rights of the app itself.
fn deployer_file(
    app: &App,
    unit: &Unit,
    grants: &[Manifest],
    requirement: Requirement,
    options: Options<'_>,
) -> Result<PlannedFile, RenderError> {
    let folder = format!("platform/{}/deployers", unit.namespace);
    let keep = options.comments.unwrap_or(app.output.comments);
    let deployer = finish(vec![layout::deployer::manifest(unit)?], &folder, requirement, keep)?;
    let texts: Vec<&str> = deployer.iter().chain(grants).map(|manifest| manifest.text.as_str()).collect();
    Ok(PlannedFile {
        path: format!("{folder}/app-{}.yaml", unit.title).into(),
        text: format!("{}{}", layout::header(options.spec), texts.join("---\n")),
        owner: Owner::Tool,
    })
}

/// What deploys the apps, and the kustomizations of their accounts.
fn reconciled(specs: &Specs, units: &[Unit], options: Options<'_>) -> Result<Vec<PlannedFile>, RenderError> {
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    let mut accounts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for unit in units {
        accounts.entry(&unit.namespace).or_default().push(format!("app-{}.yaml", unit.title));
    }
    for (namespace, names) in &accounts {
        let folder = format!("platform/{namespace}/deployers/");
        files.push(layout::kustomize::kustomization(&folder, options.spec, names, &[], &[])?);
    }
    let mut spaces = Vec::new();
    for space in &specs.spaces {
        let name = space.name.as_str();
        let app = units.iter().find(|unit| unit.namespace == name);
        match (options.layout.unwrap_or(space.output.layout.value), app) {
            (Layout::Plain, Some(unit)) => return Err(RenderError::Layouts(name.to_owned(), unit.app.clone())),
            (Layout::Plain, None) => {}
            _ => spaces.push(name.to_owned()),
        }
    }
    files.extend(layout::gitops::files(units, &spaces, options.spec)?);
    Ok(files)
}

/// Strips comments where they are not wanted, reads every manifest again, and holds it against the rules.
fn finish(
    mut manifests: Vec<Manifest>,
    folder: &str,
    requirement: Requirement,
    keep: bool,
) -> Result<Vec<Manifest>, RenderError> {
    if !keep {
        for manifest in &mut manifests {
            manifest.text = comments::strip(&manifest.text);
        }
    }
    // the rules read every object and hold it against the same fields: that they miss nothing is what tests show, where both do
    if cfg!(debug_assertions) {
        verify(&manifests, folder, requirement)?;
    }
    if !audit::audit(&manifests, folder, requirement)? {
        verify(&manifests, folder, requirement)?;
    }
    Ok(manifests)
}

/// Reads every manifest again, and holds it against the fields of the release.
fn verify(manifests: &[Manifest], folder: &str, requirement: Requirement) -> Result<(), RenderError> {
    for manifest in manifests {
        // External Secrets is no part of Kubernetes, whose fields are known
        let verified = match manifest.name {
            app::EXTERNAL_SECRETS => verify::documents(&manifest.text),
            _ => verify::manifests(&manifest.text, requirement.release),
        };
        verified.map_err(|reason| RenderError::Invalid { what: format!("{folder}/{}", manifest.name), reason })?;
    }
    Ok(())
}

/// A kustomization over all spaces and apps of the kustomize layout, so that one command applies them.
fn everything(specs: &Specs, options: Options<'_>) -> Result<Option<PlannedFile>, RenderError> {
    let chosen = |layout: Layout| options.layout.unwrap_or(layout);
    // the namespace of a chart is no part of it
    let is_here = |space: &&Space| matches!(chosen(space.output.layout.value), Layout::Kustomize | Layout::Helm);
    let spaces = specs.spaces.iter().filter(is_here).map(|space| format!("platform/{}", space.name.as_str()));
    let apps = specs.apps.iter().filter(|app| chosen(app.output.layout.value) == Layout::Kustomize);
    let apps = apps.map(|app| layout::app_folder(specs, &app.name, app.namespace()));
    let resources: Vec<String> = spaces.chain(apps).collect();
    if resources.is_empty() {
        return Ok(None);
    }
    Ok(Some(layout::kustomize::kustomization("", options.spec, &resources, &[], &[])?))
}
