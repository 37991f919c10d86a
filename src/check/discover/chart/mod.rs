//! Helm charts: what `helm template` makes of them. Their templates are no YAML before that.

mod family;
mod rest;

use std::collections::BTreeSet;
use std::path::PathBuf;

use camino::Utf8Path;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::schema::Schemas;
use super::tool::{self, Tools};
use super::walk::Walked;
use super::{Found, Input, InputError, Request, Text};
use crate::process::Program;
use family::Charts;
use rest::Made;

/// Renders the charts, and takes the files out of the walk that only Helm can read.
pub(super) fn render(
    walked: &mut Walked,
    request: &Request,
    named: &BTreeSet<&Utf8Path>,
    tools: &Tools,
    found: &mut Found,
) -> Result<(), InputError> {
    let charts = Charts::read(std::mem::take(&mut walked.charts));
    found.charts = charts.len();
    if found.charts == 0 {
        return Ok(());
    }
    let (libraries, outer): (Vec<&Utf8Path>, Vec<&Utf8Path>) =
        charts.outer().partition(|chart| charts.is_library(chart));
    if !libraries.is_empty() {
        found.notes.push(not_checked(libraries.len(), "a library renders nothing alone"));
    }
    let mut made = Made::new();
    let program = if request.build { tool::find(&["helm"]) } else { None };
    if let Some((_, program)) = program {
        let helm = Renderer::new(program, request, tools)?;
        let rendered: Vec<(&Utf8Path, Vec<Input>)> =
            outer.into_par_iter().map(|chart| (chart, helm.inputs(chart))).collect();
        for (chart, mut inputs) in rendered {
            made.insert(chart, inputs.iter().find_map(text_of));
            found.inputs.append(&mut inputs);
        }
    } else {
        let is_asked = |chart: &&Utf8Path| request.build && named.contains(chart);
        let (asked, others): (Vec<&Utf8Path>, Vec<&Utf8Path>) = outer.into_iter().partition(is_asked);
        let absent = "helm, which renders charts, is not on the PATH";
        for chart in asked {
            found.inputs.push(Input::made(chart, "helm template", Err(absent.to_owned())));
            made.insert(chart, None);
        }
        if !others.is_empty() {
            let why = if request.build { "helm, which renders them, is not on the PATH" } else { "--no-build" };
            found.notes.push(not_checked(others.len(), why));
        }
    }
    rest::leave_out(&charts, &made, walked, found);
    Ok(())
}

fn text_of(input: &Input) -> Option<String> {
    match &input.text {
        Text::Made { text, .. } => Some(text.to_string()),
        _ => None,
    }
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
