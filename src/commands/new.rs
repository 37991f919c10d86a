//! `tightship new`: answers → spec → plan → folder.

use std::io::ErrorKind;

use camino::Utf8PathBuf;

use super::conversation::{Conversation, Draft, Outcome, given, look_around, planned, write};
use super::{OK, add, interrupt, output};
use crate::cli::NewArgs;
use crate::diagnostic::text::line;
use crate::render::plan::{Owner, PlannedFile};
use crate::wizard::answers::Answers;
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
        return offer(args, path, &mut conversation);
    }
    let given = given(&args.given, args.answers.as_deref())?;
    let folder = look_around(&root, args.dir.is_none())?;
    let done = conversation.hold(given, &folder, &root, &|answers| draft(answers))?;
    match done {
        Outcome::Write(draft) => write(&root, &draft),
        Outcome::Leave(code) => Ok(code),
    }
}

/// There is a spec: an app may be added to it.
fn offer(args: &NewArgs, path: Utf8PathBuf, conversation: &mut Conversation) -> anyhow::Result<u8> {
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
            add::to_spec(&path, None, given, conversation)
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
    plan.files.push(PlannedFile { path: SPEC.into(), text: source.text().to_owned(), owner: Owner::User });
    Ok(Draft { source, plan, shown, before: None })
}
