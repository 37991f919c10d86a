//! `tightship add`: one more app, space, environment or route in a spec that is there.

use camino::{Utf8Path, Utf8PathBuf};

use super::conversation::{Conversation, Draft, Outcome, given, look_around, planned, write};
use super::{output, render};
use crate::cli::add::{AddAppArgs, AddCiArgs, AddCommand, AddEnvironmentArgs, AddRouteArgs, AddSpaceArgs, SpecFile};
use crate::cli::{Given, NewArgs};
use crate::generate::pipeline;
use crate::spec::Specs;
use crate::wizard::answers::{Answers, Origin};
use crate::wizard::folder::Folder;
use crate::wizard::{self, existing};
use crate::yaml::Source;

pub(super) fn run(command: &AddCommand) -> anyhow::Result<u8> {
    match command {
        AddCommand::App(args) | AddCommand::Job(args) => app(command, args),
        AddCommand::Space(args) => space(args),
        AddCommand::Environment(args) => environment(args),
        AddCommand::Route(args) => route(args),
        AddCommand::Ci(args) => ci(args),
    }
}

/// What `tightship new` is to do, if there is no spec that an app could be added to.
pub(super) fn first(command: &AddCommand) -> anyhow::Result<Option<NewArgs>> {
    let (AddCommand::App(args) | AddCommand::Job(args)) = command else { return Ok(None) };
    if args.spec.file.exists() {
        return Ok(None);
    }
    anyhow::ensure!(
        args.spec.file.file_name() == Some("tightship.yaml"),
        "{} is not there: `tightship new` makes a spec",
        args.spec.file
    );
    anyhow::ensure!(args.space.is_none(), "there is no spec yet, and the first app has a space of its name");
    let dir = Some(folder_of(&args.spec)).filter(|folder| folder != ".");
    let given = Given { goal: Some("app".to_owned()), ..given_of(command, args)? };
    Ok(Some(NewArgs { dir, yes: args.yes, full: args.full, from_cluster: None, answers: args.answers.clone(), given }))
}

/// The answers of the flags, with those that the command itself gives.
fn given_of(command: &AddCommand, args: &AddAppArgs) -> anyhow::Result<Given> {
    let mut given = args.given.clone();
    if args.app.is_some() {
        given.name.clone_from(&args.app);
    }
    if matches!(command, AddCommand::Job(_)) && given.workload.is_none() {
        let kind = if given.schedule.is_some() { "cronjob" } else { "job" };
        given.workload = Some(kind.to_owned());
    }
    anyhow::ensure!(
        given.goal.as_deref().is_none_or(|goal| goal == "app"),
        "--goal is for `tightship new`: `tightship add app` adds an app, `tightship add space` a space"
    );
    Ok(given)
}

fn app(command: &AddCommand, args: &AddAppArgs) -> anyhow::Result<u8> {
    let flags = given_of(command, args)?;
    for (key, is_given) in [("team", flags.team.is_some()), ("quota", flags.quota.is_some())] {
        anyhow::ensure!(!is_given, "--{key} belongs to the space: `tightship add space` takes it, or the spec");
    }
    let answers = given(&flags, args.answers.as_deref())?;
    to_spec(&args.spec.file, args.space.as_deref(), answers, &mut Conversation::new(args.yes, args.full)?)
}

/// Adds an app to a spec.
pub(super) fn to_spec(
    file: &Utf8Path,
    wanted: Option<&str>,
    mut answers: Answers,
    conversation: &mut Conversation,
) -> anyhow::Result<u8> {
    let root = folder_of(&SpecFile { file: file.to_owned() });
    let source = render::read(file)?;
    let specs = render::load(&source)?;
    let space = existing::space(&specs, wanted)?;
    existing::answer(&mut answers, &specs, space.as_deref());
    for (key, value) in [("goal", "app"), ("team", "none"), ("quota", "s")] {
        answers.set(key, value.to_owned(), Origin::Spec);
    }
    let found = look_around(&root, true)?;
    // the folder has given its name to the first app
    let folder = if specs.apps.is_empty() { found } else { Folder { name: None, ..found } };
    let compose = |answers: &Answers| {
        let space = space.clone().unwrap_or_else(|| answers.get("name").to_owned());
        let (text, told) = existing::connect(&source, &specs, answers, &space);
        for told in told {
            output::say(&told)?;
        }
        let document = existing::without_shared(&source, wizard::app_text(answers, &space)?);
        changed(&source, existing::with_document(&text, &document))
    };
    match conversation.hold(answers, &folder, &root, &compose)? {
        Outcome::Write(draft) => write(&root, &draft),
        Outcome::Leave(code) => Ok(code),
    }
}

fn space(args: &AddSpaceArgs) -> anyhow::Result<u8> {
    let (root, source, specs) = open(&args.spec)?;
    let mut answers = given(&args.given, None)?;
    existing::answer(&mut answers, &specs, None);
    for (key, value) in [("goal", "space"), ("name", args.space.as_str())] {
        answers.set(key, value.to_owned(), Origin::Flag);
    }
    let answers = wizard::ask(answers, &Folder::default(), wizard::Mode::Silent, &mut wizard::prompter::Defaults)?;
    let document = existing::without_shared(&source, wizard::spec_text(&answers)?);
    let draft = changed(&source, existing::with_document(source.text(), &document))?;
    write(&root, &draft)
}

fn environment(args: &AddEnvironmentArgs) -> anyhow::Result<u8> {
    let (root, source, specs) = open(&args.spec)?;
    let apps = match &args.app {
        Some(name) => vec![existing::find(&specs, Some(name))?],
        None if specs.apps.is_empty() => vec![existing::find(&specs, None)?],
        None => specs.apps.iter().collect(),
    };
    let mut text = source.text().to_owned();
    for app in apps {
        text = existing::add_environment(&Source::new(source.name(), text), app, &args.environment)?;
    }
    write(&root, &changed(&source, text)?)
}

fn route(args: &AddRouteArgs) -> anyhow::Result<u8> {
    let (root, source, specs) = open(&args.spec)?;
    let app = existing::find(&specs, args.app.as_deref())?;
    let text = existing::add_route(&source, app, &args.host, &args.gateway)?;
    write(&root, &changed(&source, text)?)
}

fn ci(args: &AddCiArgs) -> anyhow::Result<u8> {
    let (root, source, _) = open(&args.spec)?;
    // the spec stays as it is
    let mut draft = Draft { before: None, ..changed(&source, source.text().to_owned())? };
    for file in pipeline::files(&args.system)? {
        let is_there = root.join(&file.path).symlink_metadata().is_ok();
        if is_there && file.path == pipeline::RENOVATE {
            output::say(&format!("{} is there already, and stays as it is", file.path))?;
            continue;
        }
        anyhow::ensure!(
            !is_there,
            "{} is there already, and is yours: move it away to have a new one, or write `tightship render --check` and `tightship check` into it",
            file.path
        );
        draft.plan.files.push(file);
    }
    write(&root, &draft)
}

/// The folder of a spec, the spec and its documents.
fn open(spec: &SpecFile) -> anyhow::Result<(Utf8PathBuf, Source, Specs)> {
    anyhow::ensure!(spec.file != "-", "standard input cannot be added to: name a file with --file");
    let source = render::read(&spec.file)?;
    let specs = render::load(&source)?;
    Ok((folder_of(spec), source, specs))
}

fn folder_of(spec: &SpecFile) -> Utf8PathBuf {
    let parent = spec.file.parent().filter(|parent| !parent.as_str().is_empty());
    parent.unwrap_or(Utf8Path::new(".")).to_owned()
}

/// The spec with another text, checked, with its plan.
fn changed(before: &Source, text: String) -> anyhow::Result<Draft> {
    let source = Source::new(before.name(), text);
    let mut plan = planned(&source)?;
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
    let shown = output::unified(before.name(), before.name(), before.text(), source.text());
    Ok(Draft { source, plan, shown, before: Some(before.text().to_owned()) })
}
