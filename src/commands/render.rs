//! `tightship render`: spec → plan → folder.

use std::io::Read as _;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::{DRIFT, OK, Shown, drift, interrupt, output, schema};
use crate::check::Against;
use crate::cli::RenderArgs;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::text::line;
use crate::generate::{self, Options, RenderError};
use crate::render::around;
use crate::render::plan::{Owner, Plan, PlannedFile};
use crate::render::writer::{self, Action, Change, Comparison};
use crate::rules::Settings;
use crate::spec::app::Layout;
use crate::spec::{self, App, Specs, validate};
use crate::yaml::{self, Document, Node, Source, Span};

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
    let mut plan = rendered(&source, &specs, options)?;
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
        if args.file != "-" {
            let root = beside(&args.file);
            for folder in around::patches(&root) {
                output::say(&drift::not_applied(&root, &folder))?;
            }
        }
        output::print(&plan.stream)?;
        return Ok(OK);
    }
    let root = folder(&args.file, args.out.as_deref())?;
    if is_beside(&args.file, &root) {
        plan.files.extend(schema_beside(&source)?);
    }
    let mut comparison = writer::compare(&root, &plan, &source, args.force)?;
    if args.prune_list {
        for object in around::left_behind(&comparison, &plan) {
            output::show(&format!("{}\n", line(&drift::delete(&object))))?;
        }
        return Ok(OK);
    }
    say_refused(&comparison, &specs)?;
    if args.check || args.diff {
        return show(&comparison, args.diff);
    }
    if args.force {
        comparison.force();
    }
    write(&comparison)?;
    drift::surroundings(&root, &plan, &comparison)?;
    report(&root, &comparison)
}

/// Whether an app that has the environment is rendered for one.
fn changes_files(specs: &Specs, options: Options<'_>, name: &str) -> bool {
    let here = |app: &&App| app.environments.keys().any(|key| key.as_str() == name);
    specs.apps.iter().filter(here).any(|app| options.layout.unwrap_or(app.output.layout.value) == Layout::Plain)
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
            output::show(&format!("{}: {}\n", line(change.path.as_str()), drift::word(change.action)))?;
        }
    }
    if drifted.is_empty() {
        output::say(&format!("{} as the spec says", output::count(comparison.changes.len(), "file")))?;
    }
    Ok(if drifted.is_empty() { OK } else { DRIFT })
}

/// Says what was written, and what was not.
pub(super) fn report(root: &Utf8Path, comparison: &Comparison) -> anyhow::Result<u8> {
    drift::decisions(root, comparison)?;
    let number = |action: Action| comparison.changes.iter().filter(|change| change.action == action).count();
    let parts = [
        (number(Action::Create), "new"),
        (number(Action::Update) + number(Action::Protect), "changed"),
        (number(Action::Keep), "unchanged"),
        (number(Action::Remove), "removed"),
        (number(Action::Merge), "merged"),
        (number(Action::Edited) + number(Action::Conflict), "edited by hand"),
        (number(Action::Foreign), "not ours"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    output::say(&format!(
        "{root}: {}",
        if parts.is_empty() { "nothing to write".to_owned() } else { parts.join(", ") }
    ))?;
    platform_first(comparison)?;
    if comparison.conflicts().next().is_none() {
        return Ok(OK);
    }
    output::say(
        "take over the new text, move the edit to `patches` or the spec, or overwrite it with --force; \
         an edit that is to stay is decided once the file beside it is deleted",
    )?;
    Ok(DRIFT)
}

/// Says when an account that deploys gets other rights. What needs new ones is refused until an administrator applied them;
/// what they were for has to be gone before old ones are.
fn platform_first(comparison: &Comparison) -> anyhow::Result<()> {
    let is_deployer = |change: &&Change| change.action == Action::Update && is_deployer(&change.path);
    for change in comparison.changes.iter().filter(is_deployer) {
        let (before, after) = (generate::rights(&change.before), generate::rights(&change.after));
        let path = line(change.path.as_str());
        if !after.is_subset(&before) {
            output::say(&format!(
                "{path}: the account that deploys gets more rights: an administrator applies `platform` before the rest is deployed"
            ))?;
        }
        if !before.is_subset(&after) {
            output::say(&format!(
                "{path}: the account that deploys loses rights: an administrator applies `platform` again once the rest is deployed"
            ))?;
        }
    }
    Ok(())
}

/// Whether a file holds an account that deploys.
pub(super) fn is_deployer(path: &Utf8Path) -> bool {
    path.starts_with("platform") && path.as_str().contains("/deployers/app-")
}

/// A plan of specs that are known to be good, under the name of their file.
pub(super) fn plan(source: &Source, specs: &Specs) -> anyhow::Result<Plan> {
    rendered(source, specs, Options { spec: source.name(), layout: None, comments: None, environment: None })
}

/// The plan. What a rule finds in it stands in the spec somewhere, and is shown there: no file of the plan exists yet.
fn rendered(source: &Source, specs: &Specs, options: Options<'_>) -> anyhow::Result<Plan> {
    let error = match generate::plan(specs, options) {
        Err(RenderError::Finding { what, finding, words }) => (what, finding, words),
        other => return Ok(other?),
    };
    let (what, finding, words) = error;
    let (place, value) = place_of(source, &words);
    let problem = Diagnostic::error(place, format!("{} [{}]", finding.message, finding.id))
        .label(format!("a rule finds this in what becomes of it, {what}"))
        .help(format!("`tightship explain {}` says what to write instead", finding.id));
    // what a rule finds may be a secret
    output::problems(source, &[problem], &[value])?;
    Err(Shown.into())
}

/// The first place of the spec that one of the words stands at, as a value or as a key, with its value; the beginning if there
/// is none.
fn place_of(source: &Source, words: &[String]) -> (Span, Span) {
    fn find(node: Node<'_, '_>, word: &str) -> Option<(Span, Span)> {
        if node.text() == Some(word) {
            return Some((node.span(), node.span()));
        }
        // a file is named by its path here, and by the end of it in a ConfigMap
        let is_path = |text: &str| text.strip_suffix(word).is_some_and(|folder| folder.ends_with('/'));
        let in_entries = node.entries().find_map(|(key, value)| {
            if key.text() == Some(word) {
                Some((key.span(), value.span()))
            } else if value.text().is_some_and(is_path) {
                Some((value.span(), node.get("content").map_or(value.span(), Node::span)))
            } else {
                find(value, word)
            }
        });
        in_entries.or_else(|| node.items().find_map(|item| find(item, word)))
    }
    let stream = yaml::parse(source.text());
    let roots = || stream.documents.iter().filter_map(Document::root);
    let found = words.iter().find_map(|word| roots().find_map(|root| find(root, word)));
    found.unwrap_or((Span { start: 0, end: 1 }, Span { start: 0, end: 0 }))
}
