//! From a spec to a plan of files, and from there to the disk.

mod app;
mod audit;
pub(crate) mod comments;
pub mod engine;
mod layout;
pub mod lock;
mod patch;
pub mod plan;
pub mod sealed;
mod space;
pub(crate) mod verify;
mod view;
pub mod writer;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::spec::app::Layout;
use crate::spec::{App, Space, Specs};
use audit::Bar;
pub(crate) use layout::header;
use plan::{Piece, Plan, PlannedFile};

/// How to render.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// What the files call the spec.
    pub spec: &'a str,
    /// The layout, instead of those that the documents name.
    pub layout: Option<Layout>,
    /// Whether comments explain the output, instead of what the documents say.
    pub comments: Option<bool>,
    /// The environment that the plain layout and the stream are rendered for.
    pub environment: Option<&'a str>,
}

/// Why nothing could be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("template: {0}")]
    Template(#[from] minijinja::Error),
    /// A template made something that Kubernetes does not take.
    #[error("{what}: {reason} (a defect in tightship, please report it)")]
    Invalid {
        /// The file.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A rule finds fault with what a template made, and no exception lets it pass.
    #[error("{what}: {message} [{rule}] at `{path}`; nothing was written")]
    Finding {
        /// The file.
        what: String,
        /// The rule.
        rule: &'static str,
        /// The field.
        path: String,
        /// What the rule says.
        message: String,
    },
    /// No document has this environment.
    #[error("there is no environment `{0}`{1}")]
    UnknownEnvironment(String, String),
}

/// What one document becomes.
struct Part {
    files: Vec<PlannedFile>,
    stream: Vec<Piece>,
}

/// Renders all documents.
pub fn plan(specs: &Specs, options: Options<'_>) -> Result<Plan, RenderError> {
    check_environment(specs, options)?;
    let spaces: Vec<Part> =
        specs.spaces.par_iter().map(|space| space_part(space, options)).collect::<Result<_, RenderError>>()?;
    let apps: Vec<Part> =
        specs.apps.par_iter().map(|app| app_part(specs, app, options)).collect::<Result<_, RenderError>>()?;
    let mut plan = Plan::default();
    let mut stream: Vec<Piece> = Vec::new();
    for part in spaces.into_iter().chain(apps) {
        plan.files.extend(part.files);
        stream.extend(part.stream);
    }
    plan.files.extend(everything(specs, options)?);
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
    // spaces come before apps already
    for piece in &stream {
        plan.stream.push_str("---\n");
        plan.stream.push_str(&piece.text);
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

fn space_part(space: &Space, options: Options<'_>) -> Result<Part, RenderError> {
    let folder = format!("platform/{}", space.name.as_str());
    let bar = Bar { release: space.target.kubernetes.0, level: space.level.value };
    let pieces = finish(space::pieces(space)?, &folder, bar, options.comments.unwrap_or(space.output.comments))?;
    let files = match options.layout.unwrap_or(space.output.layout) {
        Layout::Plain => layout::plain::files(&folder, &pieces, options.spec),
        Layout::Kustomize => layout::kustomize::base(&folder, &pieces, options.spec)?,
    };
    Ok(Part { files, stream: pieces })
}

fn app_part(specs: &Specs, app: &App, options: Options<'_>) -> Result<Part, RenderError> {
    let folder = layout::app_folder(specs, &app.name, app.namespace());
    let bar = Bar { release: app.target.kubernetes.0, level: app.level.value };
    let render = |app: &App| finish(app::pieces(app)?, &folder, bar, options.comments.unwrap_or(app.output.comments));
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
            let mut files = layout::kustomize::app(&folder, &base, options.spec, (api_version, kind, &app.name))?;
            for (name, environment) in &app.environments {
                let changed = render(&app.in_environment(environment))?;
                files.extend(layout::kustomize::overlay(&folder, name, &base, &changed, options.spec)?);
            }
            files
        }
    };
    Ok(Part { files, stream })
}

/// Strips comments where they are not wanted, reads every piece again, and holds it against the rules.
fn finish(mut pieces: Vec<Piece>, folder: &str, bar: Bar, keep: bool) -> Result<Vec<Piece>, RenderError> {
    for piece in &mut pieces {
        if !keep {
            piece.text = comments::strip(&piece.text);
        }
        verify::manifests(&piece.text, bar.release)
            .map_err(|reason| RenderError::Invalid { what: format!("{folder}/{}", piece.name), reason })?;
    }
    audit::audit(&pieces, folder, bar)?;
    Ok(pieces)
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
