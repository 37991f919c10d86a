//! `tightship policy`.

use super::{OK, output};
use crate::cli::policy::{ExportArgs, PolicyCommand};
use crate::policy::{self, Action, Options, Subject};
use crate::rules::Settings;

/// Runs one of its commands.
pub(super) fn run(command: &PolicyCommand) -> anyhow::Result<u8> {
    let text = match command {
        PolicyCommand::Export(args) => export(args)?,
        PolicyCommand::List => policy::table(),
    };
    output::print(&text)?;
    Ok(OK)
}

fn export(args: &ExportArgs) -> anyhow::Result<String> {
    let kubernetes = args.kubernetes.unwrap_or_default();
    let mut subjects: Vec<Subject> = args.level.map(|level| Subject::of_level(level, kubernetes)).unwrap_or_default();
    for word in &args.rules {
        let subject = Subject::named(word)?;
        if subjects.iter().all(|other| other.id() != subject.id()) {
            subjects.push(subject);
        }
    }
    let mut actions: Vec<Action> = Vec::new();
    for action in args.action.iter().copied().map(Action::from) {
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    if actions.is_empty() {
        actions.push(Action::Deny);
    }
    let options = Options {
        settings: Settings { kubernetes, registries: args.registry.clone(), ..Settings::default() },
        actions,
        prefix: args.name_prefix.clone(),
        labels: args.namespace_selector.clone(),
        excluded: args.exclude_namespace.clone(),
        in_system: args.system_namespaces,
    };
    Ok(policy::export(&subjects, &options)?)
}
