//! The apps and spaces of a spec as files in their layouts.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::audit::{self, Requirement};
use super::error::RenderError;
use super::options::Options;
use super::{app, layout, space};
use crate::k8s::verify;
use crate::render::comments;
use crate::render::plan::{Manifest, Plan, PlannedFile};
use crate::spec::app::Layout;
use crate::spec::{App, Space, Specs};

/// What one document becomes.
struct Rendered {
    files: Vec<PlannedFile>,
    stream: Vec<Manifest>,
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
    for part in spaces.into_iter().chain(apps) {
        plan.files.extend(part.files);
        stream.extend(part.stream);
    }
    plan.files.extend(everything(specs, options)?);
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
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
    let files = match options.layout.unwrap_or(space.output.layout) {
        Layout::Plain => layout::plain::files(&folder, &manifests, options.spec),
        Layout::Kustomize => layout::kustomize::base(&folder, &manifests, options.spec)?,
    };
    Ok(Rendered { files, stream: manifests })
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
    let files = match options.layout.unwrap_or(app.output.layout) {
        Layout::Plain => layout::plain::files(&folder, &stream, options.spec),
        Layout::Kustomize => {
            let (api_version, kind) = app::type_of(app);
            let workload = [
                ("api_version", api_version),
                ("kind", kind),
                ("name", app.name.as_str()),
                ("namespace", app.namespace()),
            ];
            let mut files = layout::kustomize::app(&folder, &base, options.spec, workload)?;
            for (name, environment) in &app.environments {
                let changed = render(&app.in_environment(environment))?;
                files.extend(layout::kustomize::overlay(&folder, name, &base, &changed, options.spec)?);
            }
            files
        }
    };
    Ok(Rendered { files, stream })
}

/// Strips comments where they are not wanted, reads every manifest again, and holds it against the rules.
fn finish(
    mut manifests: Vec<Manifest>,
    folder: &str,
    requirement: Requirement,
    keep: bool,
) -> Result<Vec<Manifest>, RenderError> {
    for manifest in &mut manifests {
        if !keep {
            manifest.text = comments::strip(&manifest.text);
        }
        verify::manifests(&manifest.text, requirement.release)
            .map_err(|reason| RenderError::Invalid { what: format!("{folder}/{}", manifest.name), reason })?;
    }
    audit::audit(&manifests, folder, requirement)?;
    Ok(manifests)
}

/// A kustomization over all spaces and apps of the kustomize layout, so that one command applies them.
fn everything(specs: &Specs, options: Options<'_>) -> Result<Option<PlannedFile>, RenderError> {
    let kustomize = |layout: Layout| options.layout.unwrap_or(layout) == Layout::Kustomize;
    let spaces = specs.spaces.iter().filter(|space| kustomize(space.output.layout));
    let spaces = spaces.map(|space| format!("platform/{}", space.name.as_str()));
    let apps = specs.apps.iter().filter(|app| kustomize(app.output.layout));
    let apps = apps.map(|app| layout::app_folder(specs, &app.name, app.namespace()));
    let resources: Vec<String> = spaces.chain(apps).collect();
    if resources.is_empty() {
        return Ok(None);
    }
    Ok(Some(layout::kustomize::kustomization("", options.spec, &resources, &[], &[])?))
}
