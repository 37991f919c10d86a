//! `tightship new`: answers → spec → plan → folder.

use std::io::ErrorKind;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::conversation::{Conversation, Draft, Outcome, given, look_around, planned, write};
use super::{OK, add, interrupt, output};
use crate::cli::NewArgs;
use crate::diagnostic::text::line;
use crate::generate::pipeline;
use crate::process::Program;
use crate::render::plan::{Owner, PlannedFile};
use crate::wizard::answers::{Answers, Origin};
use crate::wizard::prompter::Reply;
use crate::wizard::{self, Mode};
use crate::yaml::Source;

/// The name of the spec that is made.
const SPEC: &str = "tightship.yaml";

/// Asks, renders, shows, writes.
pub(super) fn run(args: &NewArgs) -> anyhow::Result<u8> {
    let root = args.dir.clone().unwrap_or_else(|| Utf8PathBuf::from("."));
    let path = root.join(SPEC);
    anyhow::ensure!(!root.exists() || root.is_dir(), "{root} is not a folder");
    let mut conversation = Conversation::new(args.yes, args.full)?;
    if path.exists() {
        return offer(args, &path, &mut conversation);
    }
    let mut given = given(&args.given, args.answers.as_deref())?;
    if let Some(context) = &args.from_cluster {
        let release = release_of(context)?;
        output::say(&format!("the cluster runs Kubernetes {release}"))?;
        given.set("kubernetes", release, Origin::Flag);
    }
    let folder = look_around(&root, args.dir.is_none())?;
    let done = conversation.hold(given, &folder, &root, &|answers| draft(answers))?;
    match done {
        Outcome::Write(draft) => write(&root, &draft),
        Outcome::Leave(code) => Ok(code),
    }
}

/// The release of the cluster of a context, or of the current one, as `1.36`.
fn release_of(context: &str) -> anyhow::Result<String> {
    let mut args = vec!["version", "--output=json", "--request-timeout=10s"];
    if !context.is_empty() {
        args.extend(["--context", context]);
    }
    let output = Program::new("kubectl").args(args).limit(Duration::from_secs(30)).run();
    let output = output.map_err(|error| anyhow::anyhow!("--from-cluster asks kubectl: {error}"))?;
    let version: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let part = |key: &str| version.pointer(&format!("/serverVersion/{key}")).and_then(serde_json::Value::as_str);
    // some platforms write `36+`
    let minor = part("minor").map(|minor| minor.trim_end_matches('+'));
    match part("major").zip(minor) {
        Some((major, minor)) if output.is_success() => Ok(format!("{major}.{minor}")),
        _ => anyhow::bail!(
            "--from-cluster: kubectl cannot tell the version of the cluster: {}",
            output.stderr.lines().last().unwrap_or("it names none")
        ),
    }
}

/// There is a spec: an app may be added to it.
fn offer(args: &NewArgs, path: &Utf8Path, conversation: &mut Conversation) -> anyhow::Result<u8> {
    let there = format!("{} is there already", line(path.as_str()));
    let file =
        if args.dir.is_some() { format!(" --file {}", output::shell_word(path.as_str())) } else { String::new() };
    anyhow::ensure!(
        conversation.mode != Mode::Silent,
        "{there}: `tightship add app{file}` adds an app to it, `tightship render` writes its manifests, another folder starts anew"
    );
    conversation.prompter.say(&there)?;
    let reply = match conversation.prompter.confirm("Add an app to it? (yes, no)", "yes") {
        Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(interrupt::restore()),
        other => other?,
    };
    match reply {
        Reply::Answer(answer) if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") => {
            let given = given(&args.given, args.answers.as_deref())?;
            add::to_spec(path, None, given, conversation)
        }
        _ => {
            output::say("nothing was written")?;
            Ok(OK)
        }
    }
}

/// The spec of the answers, and its plan with the spec itself in it.
fn draft(answers: &Answers) -> anyhow::Result<Draft> {
    let source = Source::new(SPEC, wizard::spec_text(answers)?);
    let shown = source.text().to_owned();
    let mut plan = planned(&source)?;
    plan.files.extend(pipeline::files(answers.get("ci"))?);
    plan.files.push(PlannedFile { path: SPEC.into(), text: source.text().to_owned(), owner: Owner::User });
    Ok(Draft { source, plan, shown, before: None })
}
