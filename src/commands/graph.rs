//! `tightship graph`: files → facts → picture.

use super::check::{checked, input};
use super::{NOTHING, OK, UNUSABLE, output};
use crate::check::{Options, Selection};
use crate::cli::{GraphArgs, GraphOf};
use crate::graph;
use crate::report;
use crate::rules::Settings;
use crate::spec::validate;

/// Draws what the files say.
pub(super) fn run(args: &GraphArgs) -> anyhow::Result<u8> {
    let found = input::find(&args.paths, &args.made, false, None, None)?;
    let kubernetes = found.kubernetes.unwrap_or_default();
    let options = Options {
        settings: Settings { kubernetes, ..Settings::default() },
        selection: Selection::from_words(&[], &[])?,
        today: validate::today(),
        ..Options::default()
    };
    let outcome = checked(&found.inputs, &options);
    for broken in report::unreadable(&outcome) {
        output::error(&broken)?;
    }
    if !outcome.errors.is_empty() {
        return Ok(UNUSABLE);
    }
    let worst = outcome.worst();
    let ask = |kind: &str, namespace: Option<&str>, name: &str| worst.of(kind, namespace, name);
    let (graph, needs) = match args.of {
        GraphOf::Network => (graph::network(&outcome.facts, &ask), "pods, or what makes pods"),
        GraphOf::Rbac => (graph::rbac(&outcome.facts, &ask), "RoleBindings or ClusterRoleBindings"),
    };
    if graph.is_empty() {
        output::say(&format!("nothing to draw: the input has no {needs}"))?;
        return Ok(NOTHING);
    }
    let text = graph.write(args.format, true);
    output::report(args.output.as_deref(), false, |out| out.write_all(text.as_bytes()))?;
    for note in graph.notes() {
        output::say(&note)?;
    }
    Ok(OK)
}
