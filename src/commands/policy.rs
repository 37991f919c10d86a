//! `tightship policy`.

use anyhow::Context as _;
use camino::Utf8PathBuf;

use super::{FINDINGS, NOTHING, OK, output};
use crate::cli::policy::{ExportArgs, PolicyCommand, VerifyStaticArgs};
use crate::diagnostic::text::line;
use crate::file;
use crate::policy::{self, Action, Options, Subject, static_set};
use crate::rules::Settings;

/// The most bytes of a file of policies.
const LARGEST: u64 = 4 << 20;

/// Runs one of its commands.
pub(super) fn run(command: &PolicyCommand) -> anyhow::Result<u8> {
    let text = match command {
        PolicyCommand::Export(args) => export(args)?,
        PolicyCommand::List => policy::table(),
        PolicyCommand::VerifyStatic(args) => return verify_static(args),
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
        is_static: args.is_static,
        may_change: args.may_change.clone(),
    };
    Ok(policy::export(&subjects, &options)?)
}

/// Looks at a folder as the API server does at its start.
fn verify_static(args: &VerifyStaticArgs) -> anyhow::Result<u8> {
    let mut paths: Vec<Utf8PathBuf> = Vec::new();
    for entry in args.folder.read_dir_utf8().with_context(|| args.folder.to_string())? {
        let path = entry?.path().to_owned();
        let is_read = path.extension().is_some_and(|it| ["yaml", "yml", "json"].contains(&it.to_lowercase().as_str()));
        if is_read && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &Utf8PathBuf| -> anyhow::Result<(String, String)> {
        Ok((path.to_string(), file::read_text(path, LARGEST).with_context(|| path.to_string())?))
    };
    let files = paths.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let problems = static_set::problems(&files, args.kubernetes.unwrap_or_default());
    for problem in &problems {
        output::error(&format!("{}:{}: {}", line(&problem.file), problem.line, problem.message))?;
    }
    if problems.is_empty() {
        output::say(&format!(
            "{}: {} that the API server takes",
            line(args.folder.as_str()),
            output::count(files.len(), "file")
        ))?;
        return Ok(if files.is_empty() { NOTHING } else { OK });
    }
    Ok(FINDINGS)
}
