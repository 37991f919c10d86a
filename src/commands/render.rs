//! `tightship render`: spec → plan → folder.

use std::io::Read as _;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::{DRIFT, OK, Shown, interrupt, output, schema};
use crate::check::Against;
use crate::cli::RenderArgs;
use crate::diagnostic::text::line;
use crate::generate::{self, Options};
use crate::render::plan::{Owner, Plan, PlannedFile};
use crate::render::writer::{self, Action, Change, Comparison};
use crate::rules::Settings;
use crate::spec::app::Layout;
use crate::spec::{self, App, Specs, validate};
use crate::yaml::Source;

/// A spec larger than this is no spec.
const MAX_SPEC: u64 = 64 * 1024 * 1024;

/// Writes, checks or shows the manifests of a spec.
pub(super) fn run(args: &RenderArgs) -> anyhow::Result<u8> {
    let source = read(&args.file)?;
    let specs = load(&source)?;
    let options = Options {
        spec: source.name(),
        layout: args.layout,
        comments: args.no_comments.then_some(false),
        environment: args.environment.as_deref(),
    };
    let mut plan = generate::plan(&specs, options)?;
    if let Some(name) = options.environment.filter(|name| !args.stdout && !changes_files(&specs, options, name)) {
        anyhow::bail!(
            "`--env {name}` changes no file of the kustomize layout, which has an overlay for each environment; \
             it is for `--stdout` and `--layout plain`"
        );
    }
    if args.stdout {
        let manifests = !specs.apps.is_empty() || !specs.spaces.is_empty();
        if manifests && !specs.api_servers.is_empty() {
            output::say("control planes are left out: kubectl could not apply them")?;
        }
        output::print(&plan.stream)?;
        return Ok(OK);
    }
    let root = folder(&args.file, args.out.as_deref())?;
    if is_beside(&args.file, &root) {
        plan.files.extend(schema_beside(&source)?);
    }
    let mut comparison = writer::compare(&root, &plan, &source, args.force)?;
    say_refused(&comparison, &specs)?;
    if args.check || args.diff {
        return show(&comparison, args.diff);
    }
    if args.force {
        comparison.force();
    }
    write(&comparison)?;
    report(&root, &comparison)
}

/// Whether an app that has the environment is rendered for one.
fn changes_files(specs: &Specs, options: Options<'_>, name: &str) -> bool {
    let here = |app: &&App| app.environments.keys().any(|key| key.as_str() == name);
    specs.apps.iter().filter(here).any(|app| options.layout.unwrap_or(app.output.layout) == Layout::Plain)
}

/// The folder to write to: the one that was named, or that of the spec.
pub(super) fn folder(file: &Utf8Path, out: Option<&Utf8Path>) -> anyhow::Result<Utf8PathBuf> {
    if let Some(out) = out {
        anyhow::ensure!(!out.as_str().is_empty(), "--out is empty: `--out .` is the current folder");
        return Ok(out.to_owned());
    }
    anyhow::ensure!(
        file != "-",
        "the spec comes from standard input: say where to write with --out DIR, or use --stdout"
    );
    Ok(beside(file))
}

/// Whether the output goes into the folder of the spec.
fn is_beside(file: &Utf8Path, root: &Utf8Path) -> bool {
    let own = beside(file).canonicalize_utf8();
    file != "-" && own.is_ok_and(|own| root.canonicalize_utf8().is_ok_and(|root| root == own))
}

/// The folder of a file.
fn beside(file: &Utf8Path) -> Utf8PathBuf {
    let parent = file.parent().unwrap_or(Utf8Path::new(""));
    if parent.as_str().is_empty() { Utf8PathBuf::from(".") } else { parent.to_owned() }
}

/// The schema beside a spec that names it, for editors: it is written anew with each release of tightship.
pub(super) fn schema_beside(spec: &Source) -> anyhow::Result<Option<PlannedFile>> {
    if !schema::is_named_by(spec.text()) {
        return Ok(None);
    }
    Ok(Some(PlannedFile { path: schema::BESIDE.into(), text: schema::spec_text()?, owner: Owner::Tool }))
}

/// Reads a spec. Its name is the file's, without the folder: it stands in the output, which must not depend on where
/// that is.
pub(super) fn read(file: &Utf8Path) -> anyhow::Result<Source> {
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin().lock().take(MAX_SPEC + 1).read_to_end(&mut bytes).context("standard input")?;
    } else {
        let help = || {
            if file == "tightship.yaml" {
                "tightship.yaml (`tightship new` makes one, --file names another)".to_owned()
            } else {
                file.to_string()
            }
        };
        let opened = std::fs::File::open(file).with_context(help)?;
        opened.take(MAX_SPEC + 1).read_to_end(&mut bytes).with_context(help)?;
    }
    let name = if file == "-" { "<stdin>" } else { file.file_name().unwrap_or(file.as_str()) };
    anyhow::ensure!(bytes.len() as u64 <= MAX_SPEC, "{name}: larger than 64 MiB");
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("{name}:{line}: this is not UTF-8 text")
    })?;
    Ok(Source::new(name, text))
}

/// Reads the documents, and shows what is wrong with them.
pub(super) fn load(source: &Source) -> anyhow::Result<Specs> {
    let outcome = spec::load(source, validate::today());
    output::problems(source, &outcome.problems, &outcome.hidden)?;
    outcome.specs.ok_or_else(|| Shown.into())
}

/// Writes the changes; Ctrl-C leaves the folder as it was.
pub(super) fn write(comparison: &Comparison) -> anyhow::Result<()> {
    Ok(comparison.write(interrupt::writing())?)
}

/// Says which changes the API server would not take of objects that are there.
fn say_refused(comparison: &Comparison, specs: &Specs) -> anyhow::Result<()> {
    let Some(app) = specs.apps.first() else { return Ok(()) };
    let settings = Settings { kubernetes: app.target.kubernetes.0, ..Settings::default() };
    let changes: Vec<&Change> = comparison.changes.iter().filter(|change| !change.before.is_empty()).collect();
    let old = changes.iter().map(|change| (change.path.clone(), change.before.as_str().into()));
    let new = changes.iter().map(|change| (Some(change.path.clone()), change.after.as_str().into()));
    for found in Against::of_texts(old).refused(new, &settings) {
        let Some(change) = changes.get(found.file().0 as usize) else { continue };
        let way_out = found.help.as_deref().unwrap_or_default();
        let message = format!("the API server will not take a change: {}; {way_out}", found.message);
        output::say(&format!("{}: {message}", line(change.path.as_str())))?;
    }
    Ok(())
}

fn show(comparison: &Comparison, diff: bool) -> anyhow::Result<u8> {
    let drifted: Vec<&Change> = comparison.changes.iter().filter(|change| change.is_drift()).collect();
    for change in &drifted {
        if diff {
            output::print(&output::diff(change))?;
        } else {
            output::show(&format!("{}: {}\n", line(change.path.as_str()), drift(change.action)))?;
        }
    }
    if drifted.is_empty() {
        output::say(&format!("{} as the spec says", output::count(comparison.changes.len(), "file")))?;
    }
    Ok(if drifted.is_empty() { OK } else { DRIFT })
}

fn drift(action: Action) -> &'static str {
    match action {
        Action::Create => "is missing",
        Action::Update => "is out of date",
        Action::Conflict => "was edited by hand",
        Action::Remove => "is not generated any more",
        Action::Abandon => "is not generated any more, but was edited by hand",
        Action::Protect => "holds a key, and can be read by others",
        Action::Keep => "is as it should be",
    }
}

/// Says what was written, and what was not.
pub(super) fn report(root: &Utf8Path, comparison: &Comparison) -> anyhow::Result<u8> {
    for change in comparison.conflicts() {
        let path = root.join(&change.path);
        match change.action {
            Action::Conflict => {
                output::error(&format!("{path} was edited by hand and stays as it is; the new text is in {path}.new"))?;
                output::styled(&output::diff(change))?;
            }
            _ => output::error(&format!(
                "{path} is not generated any more, but was edited by hand; it stays, and is yours now"
            ))?,
        }
    }
    let number = |action: Action| comparison.changes.iter().filter(|change| change.action == action).count();
    let parts = [
        (number(Action::Create), "new"),
        (number(Action::Update) + number(Action::Protect), "changed"),
        (number(Action::Keep), "unchanged"),
        (number(Action::Remove), "removed"),
        (number(Action::Conflict), "edited by hand"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    output::say(&format!(
        "{root}: {}",
        if parts.is_empty() { "nothing to write".to_owned() } else { parts.join(", ") }
    ))?;
    if comparison.conflicts().next().is_none() {
        return Ok(OK);
    }
    output::say("take over the new text, move the edit to `patches` or the spec, or overwrite it with --force")?;
    Ok(DRIFT)
}

/// A plan of specs that are known to be good, under the name of their file.
pub(super) fn plan(specs: &Specs, spec: &str) -> anyhow::Result<Plan> {
    Ok(generate::plan(specs, Options { spec, layout: None, comments: None, environment: None })?)
}
