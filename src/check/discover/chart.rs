//! Helm charts: what `helm template` makes of them. Their templates are no YAML before that.

use std::collections::BTreeSet;
use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::schema::Schemas;
use super::tool::{self, Tools};
use super::walk::{CHART, Walked};
use super::{Found, Input, InputError, Request, read};
use crate::process::Program;
use crate::yaml::{self, Node};

/// Renders the charts, and takes the files out of the walk that only Helm can read.
pub(super) fn render(
    walked: &mut Walked,
    request: &Request,
    named: &BTreeSet<&Utf8Path>,
    tools: &Tools,
    found: &mut Found,
) -> Result<(), InputError> {
    let charts: Vec<Utf8PathBuf> = std::mem::take(&mut walked.charts);
    if charts.is_empty() {
        return Ok(());
    }
    walked.files.retain(|file| !charts.iter().any(|chart| is_of_helm(file, chart)));
    walked.kustomizations.retain(|file| !charts.iter().any(|chart| is_of_helm(file, chart)));
    // a chart among the charts of another is rendered with it
    let is_inner =
        |chart: &Utf8Path| charts.iter().any(|outer| inside(chart, outer).is_some_and(|it| it.starts_with("charts")));
    let outer = charts.iter().filter(|chart| !is_inner(chart)).map(Utf8PathBuf::as_path);
    let (libraries, outer): (Vec<&Utf8Path>, Vec<&Utf8Path>) = outer.partition(|chart| is_library(chart));
    if !libraries.is_empty() {
        found.notes.push(not_checked(libraries.len(), "a library renders nothing alone"));
    }
    let program = if request.build { tool::find(&["helm"]) } else { None };
    if let Some((_, program)) = program {
        let helm = Renderer::new(program, request, tools)?;
        let rendered: Vec<Vec<Input>> = outer.into_par_iter().map(|chart| helm.inputs(chart)).collect();
        found.inputs.extend(rendered.into_iter().flatten());
        return Ok(());
    }
    let absent = "helm, which renders charts, is not on the PATH";
    let (asked, others): (Vec<&Utf8Path>, Vec<&Utf8Path>) =
        outer.into_iter().partition(|chart| request.build && named.contains(chart));
    found.inputs.extend(asked.iter().map(|chart| Input::made(chart, "helm template", Err(absent.to_owned()))));
    if !others.is_empty() {
        let why = if request.build { "helm, which renders them, is not on the PATH" } else { "--no-build" };
        found.notes.push(not_checked(others.len(), why));
    }
    Ok(())
}

fn not_checked(charts: usize, why: &str) -> String {
    if charts == 1 {
        format!("a chart is not checked: {why}")
    } else {
        format!("{charts} charts are not checked: {why}")
    }
}

/// What renders charts.
struct Renderer<'r> {
    program: PathBuf,
    request: &'r Request,
    tools: &'r Tools,
    values: Vec<String>,
}

impl<'r> Renderer<'r> {
    fn new(program: PathBuf, request: &'r Request, tools: &'r Tools) -> Result<Self, InputError> {
        let values = request.values.iter().map(|file| values(file, request)).collect::<Result<_, _>>()?;
        Ok(Self { program, request, tools, values })
    }

    /// What is made of a chart, or why nothing is.
    fn inputs(&self, chart: &Utf8Path) -> Vec<Input> {
        let schemas = if self.request.allow_remote { Schemas::default() } else { Schemas::of(chart) };
        if !schemas.refused.is_empty() {
            return schemas.refused.iter().map(|refused| Input::refused(chart, refused)).collect();
        }
        let args = |chart: String, values: &[String]| {
            let mut args = vec!["template".to_owned(), chart];
            args.extend(values.iter().flat_map(|file| ["--values".to_owned(), file.clone()]));
            args.extend(self.request.set.iter().flat_map(|value| ["--set".to_owned(), value.clone()]));
            args.extend(
                self.request.kubernetes.into_iter().flat_map(|it| ["--kube-version".to_owned(), format!("{it}.0")]),
            );
            // a schema in an archive may refer to an address
            args.extend(schemas.packed.then(|| "--skip-schema-validation".to_owned()));
            args
        };
        let written: Vec<String> = self.request.values.iter().map(ToString::to_string).collect();
        let line = Program::new("helm").args(args(tool::path(chart), &written)).line();
        let result = match chart.canonicalize_utf8() {
            // a folder that is named from the root on is never looked for in a repository
            Ok(folder) => self.tools.run(&self.program, &args(folder.into_string(), &self.values), &line),
            Err(error) => Err(error.to_string()),
        };
        vec![Input::made(chart, "helm template", result)]
    }
}

/// A file of values from the root on, since helm does not run in the working folder.
fn values(file: &Utf8Path, request: &Request) -> Result<String, InputError> {
    let is_address = file.as_str().split_once("://").is_some_and(|(scheme, _)| !scheme.contains(['/', '.']));
    if is_address && !request.allow_remote {
        return Err(InputError::Remote(file.to_string()));
    }
    let absolute = || camino::absolute_utf8(file).map_err(|error| InputError::Unreadable(file.to_owned(), error));
    Ok(if is_address { file.to_string() } else { absolute()?.into_string() })
}

/// A path from a folder on, if it lies below. What is below the working folder is named without it.
fn inside<'p>(path: &'p Utf8Path, folder: &Utf8Path) -> Option<&'p Utf8Path> {
    if folder == "." { path.is_relative().then_some(path) } else { path.strip_prefix(folder).ok() }
}

/// Whether a file belongs to Helm alone: templates, charts inside, and what describes the chart and its values.
fn is_of_helm(file: &Utf8Path, chart: &Utf8Path) -> bool {
    let Some(inside) = inside(file, chart) else { return false };
    let mut names = inside.components().map(|name| name.as_str());
    match (names.next(), names.next()) {
        (Some("templates" | "charts"), _) | (Some(CHART), None) => true,
        (Some(name), None) => name.starts_with("values") && !read::holds_object(file),
        _ => false,
    }
}

/// Whether the chart only serves others, and cannot be rendered alone.
fn is_library(chart: &Utf8Path) -> bool {
    let text = read::text(&chart.join(CHART)).unwrap_or_default();
    let stream = yaml::parse(&text);
    let root = stream.documents.first().and_then(yaml::Document::root);
    root.and_then(|root| root.get("type")).and_then(Node::as_str) == Some("library")
}
