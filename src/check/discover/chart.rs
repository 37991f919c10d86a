//! Helm charts: what `helm template` makes of them. Their templates are no YAML before that.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::walk::{CHART, Walked};
use super::{Found, Input, Request, tool};
use crate::yaml::{self, Node};

/// Renders the charts, and takes the files out of the walk that only Helm can read.
pub(super) fn render(walked: &mut Walked, request: &Request, named: &BTreeSet<&Utf8Path>, found: &mut Found) {
    let charts: Vec<Utf8PathBuf> = std::mem::take(&mut walked.charts);
    // a chart inside of another is rendered with it
    let is_below = |chart: &Utf8Path, outer: &Utf8Path| outer == "." || chart.starts_with(outer);
    let is_inner = |chart: &Utf8Path| charts.iter().any(|outer| outer != chart && is_below(chart, outer));
    walked.files.retain(|file| !charts.iter().any(|chart| is_of_helm(file, chart)));
    walked.kustomizations.retain(|file| !charts.iter().any(|chart| is_of_helm(file, chart)));
    let mut absent = 0;
    for chart in charts.iter().filter(|chart| !is_inner(chart)) {
        if is_library(chart) {
            continue;
        }
        let mut args = vec!["template".to_owned(), tool::path(chart)];
        args.extend(request.values.iter().flat_map(|file| ["--values".to_owned(), file.to_string()]));
        args.extend(request.set.iter().flat_map(|value| ["--set".to_owned(), value.clone()]));
        args.extend(request.kubernetes.into_iter().flat_map(|it| ["--kube-version".to_owned(), format!("{it}.0")]));
        let result = match tool::run("helm", &args, request.timeout) {
            Some(said) => said.and_then(tool::Said::result),
            None if named.contains(chart.as_path()) => Err("helm, which renders charts, is not on the PATH".to_owned()),
            None => {
                absent += 1;
                continue;
            }
        };
        found.inputs.push(Input::made(chart, "helm template", result));
    }
    if absent > 0 {
        let charts = if absent == 1 { "a chart is" } else { "charts are" };
        found.notes.push(format!("{charts} not checked: helm, which renders them, is not on the PATH"));
    }
}

/// Whether a file belongs to Helm alone: templates, charts inside, and what describes the chart and its values.
fn is_of_helm(file: &Utf8Path, chart: &Utf8Path) -> bool {
    // what is below the working folder is named without it
    let inside = if chart == "." { Ok(file) } else { file.strip_prefix(chart) };
    let Ok(inside) = inside else { return false };
    match inside.components().next().map(|first| first.as_str()) {
        Some("templates" | "charts" | CHART) => true,
        Some(name) => name.starts_with("values"),
        None => false,
    }
}

/// Whether the chart only serves others, and cannot be rendered alone.
fn is_library(chart: &Utf8Path) -> bool {
    let text = std::fs::read_to_string(chart.join(CHART)).unwrap_or_default();
    let stream = yaml::parse(&text);
    let root = stream.documents.first().and_then(yaml::Document::root);
    root.and_then(|root| root.get("type")).and_then(Node::as_str) == Some("library")
}
