//! A conversation from answers to files: asking, showing what would be written, writing it.

use std::fmt::Write as _;
use std::io::ErrorKind;

use camino::Utf8Path;

use super::{OK, Shown, drift, interrupt, output, render, written};
use crate::cli::Given;
use crate::diagnostic::text::line;
use crate::render::plan::Plan;
use crate::render::writer;
use crate::spec::Specs;
use crate::wizard::answers::{Answers, Origin};
use crate::wizard::folder::{self, Folder};
use crate::wizard::prompter::{Defaults, Prompter, Reply, Terminal};
use crate::wizard::{self, Mode, WizardError};
use crate::yaml::Source;

/// What is about to be written.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) source: Source,
    pub(super) plan: Plan,
    /// What is shown of it before: the spec, or what changes in it.
    pub(super) shown: String,
    /// The spec as it was, if it is there.
    pub(super) before: Option<String>,
}

/// How a conversation ends.
pub(super) enum Outcome {
    Write(Draft),
    /// Nothing is written, with this exit code.
    Leave(u8),
}

/// Who is asked, and how much.
pub(super) struct Conversation {
    pub(super) mode: Mode,
    pub(super) prompter: Box<dyn Prompter>,
}

impl Conversation {
    pub(super) fn new(yes: bool, full: bool) -> anyhow::Result<Self> {
        let terminal = if yes { None } else { Terminal::new() };
        let Some(terminal) = terminal else { return Ok(Self { mode: Mode::Silent, prompter: Box::new(Defaults) }) };
        let mut prompter: Box<dyn Prompter> = Box::new(terminal);
        interrupt::install();
        prompter.say("? explains a question, < goes back, Ctrl-C leaves without writing")?;
        Ok(Self { mode: if full { Mode::Full } else { Mode::Express }, prompter })
    }

    /// Asks until there are answers that go together, and somebody says yes to them.
    pub(super) fn hold(
        &mut self,
        given: Answers,
        folder: &Folder,
        root: &Utf8Path,
        compose: &dyn Fn(&Answers) -> anyhow::Result<Draft>,
    ) -> anyhow::Result<Outcome> {
        let mut answers = given;
        loop {
            answers = match wizard::ask(answers, folder, self.mode, self.prompter.as_mut()) {
                Err(WizardError::Io(error)) if error.kind() == ErrorKind::Interrupted => {
                    return Ok(Outcome::Leave(interrupt::restore()));
                }
                other => other?,
            };
            if let Some(told) = wizard::told(&answers, folder) {
                output::say(&told)?;
            }
            let draft = match compose(&answers) {
                // the problems were shown; whoever gave the answers can change them
                Err(error) if error.is::<Shown>() && answers.were_asked() => {
                    self.prompter
                        .say("these answers do not go together: back to the last question, < goes further back")?;
                    answers = wizard::back(answers);
                    continue;
                }
                other => other?,
            };
            if self.mode == Mode::Silent {
                return Ok(Outcome::Write(draft));
            }
            match review(root, &draft, self.prompter.as_mut())? {
                Review::Write => return Ok(Outcome::Write(draft)),
                Review::Leave => {
                    output::say("nothing was written")?;
                    return Ok(Outcome::Leave(OK));
                }
                Review::Back => answers = wizard::back(answers),
                Review::Interrupted => return Ok(Outcome::Leave(interrupt::restore())),
            }
        }
    }
}

/// Flags and environment variables first, then the answers file.
pub(super) fn given(given: &Given, file: Option<&Utf8Path>) -> anyhow::Result<Answers> {
    let mut answers = Answers::default();
    for (key, value) in given.by_key() {
        answers.set(key, value.trim().to_owned(), Origin::Flag);
    }
    if let Some(file) = file {
        let source = render::read(file)?;
        if let Err(problems) = answers.add_file(&source) {
            output::problems(&source, &problems, &[])?;
            return Err(Shown.into());
        }
    }
    Ok(answers)
}

/// What the folder says, or the current one where that does not exist yet; a name only from the folder itself.
pub(super) fn look_around(root: &Utf8Path, here: bool) -> anyhow::Result<Folder> {
    let mut found = if root.exists() { folder::read(root) } else { Folder::default() };
    if !here && found.notes.is_empty() {
        let around = folder::read(Utf8Path::new("."));
        found = Folder { name: None, ..around };
    }
    // `.` and `..` have a name of their own, too
    let real = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
    found.name = real.file_name().and_then(crate::k8s::names::suggest_label).or(found.name);
    for note in &found.notes {
        output::say(note)?;
    }
    Ok(found)
}

/// The plan of a spec, with what stands beside it.
pub(super) fn planned(source: &Source) -> anyhow::Result<Plan> {
    let specs: Specs = render::load(source)?;
    let mut plan = render::plan(source, &specs)?;
    plan.files.extend(render::schema_beside(source)?);
    Ok(plan)
}

enum Review {
    Write,
    Leave,
    Back,
    Interrupted,
}

fn review(root: &Utf8Path, draft: &Draft, prompter: &mut dyn Prompter) -> anyhow::Result<Review> {
    let plan = &draft.plan;
    let mut text = format!(
        "\n{}\n{} to write to {}:\n",
        draft.shown,
        output::count(plan.files.len(), "file"),
        line(root.as_str())
    );
    for file in &plan.files {
        // writing to a string cannot fail
        let _ = writeln!(text, "  {}", line(file.path.as_str()));
    }
    output::say_lines(&text)?;
    loop {
        let reply = match prompter.confirm("Write them? (yes, no, < goes back)", "yes") {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Review::Interrupted),
            other => other?,
        };
        match reply {
            Reply::Back => return Ok(Review::Back),
            Reply::Explain => prompter.say("yes writes these files, no leaves the folder as it is")?,
            Reply::Answer(answer) => match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(Review::Write),
                "n" | "no" => return Ok(Review::Leave),
                _ => prompter.say("expected yes or no")?,
            },
        }
    }
}

pub(super) fn write(root: &Utf8Path, draft: &Draft) -> anyhow::Result<u8> {
    let Draft { source, plan, before, .. } = draft;
    let mut comparison = writer::compare(root, plan, source, false)?;
    if let Some(before) = before {
        comparison.replace(source.name(), before, source.text());
    }
    render::write(&comparison)?;
    drift::surroundings(root, plan, &comparison)?;
    let code = render::report(root, &comparison)?;
    if code == OK {
        output::say_lines(&written::next(root, plan))?;
    }
    Ok(code)
}
