//! `tightship new`: answers → spec → plan → folder.

use std::fmt::Write as _;
use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};

use super::{OK, Shown, interrupt, output, render};
use crate::cli::NewArgs;
use crate::diagnostic::text::line;
use crate::render::plan::{Owner, Plan, PlannedFile};
use crate::render::writer;
use crate::spec::Specs;
use crate::wizard::answers::{Answers, Origin};
use crate::wizard::folder::{self, Folder};
use crate::wizard::prompter::{Defaults, Prompter, Reply, Terminal};
use crate::wizard::{self, Mode, WizardError};
use crate::yaml::Source;

/// The name of the spec that is made.
const SPEC: &str = "tightship.yaml";

/// Asks, renders, shows, writes.
pub(super) fn run(args: &NewArgs) -> anyhow::Result<u8> {
    let root = args.dir.clone().unwrap_or_else(|| Utf8PathBuf::from("."));
    let path = root.join(SPEC);
    anyhow::ensure!(
        !path.exists(),
        "{path} is there already: edit it and run `tightship render`, or make another folder"
    );
    anyhow::ensure!(!root.exists() || root.is_dir(), "{root} is not a folder");
    let given = given(args)?;
    let folder = look_around(&root, args.dir.is_none())?;
    let terminal = if args.yes { None } else { Terminal::new() };
    let (mode, mut prompter): (Mode, Box<dyn Prompter>) = match terminal {
        Some(terminal) => (if args.full { Mode::Full } else { Mode::Express }, Box::new(terminal)),
        None => (Mode::Silent, Box::new(Defaults)),
    };
    if mode != Mode::Silent {
        interrupt::install();
        prompter.say("? explains a question, < goes back, Ctrl-C leaves without writing")?;
    }
    let mut answers = given;
    loop {
        answers = match wizard::ask(answers, &folder, mode, prompter.as_mut()) {
            Err(WizardError::Io(error)) if error.kind() == ErrorKind::Interrupted => return Ok(interrupt::restore()),
            other => other?,
        };
        let (source, plan) = match plan(&answers) {
            // the problems were shown; whoever gave the answers can change them
            Err(error) if error.is::<Shown>() && answers.were_asked() => {
                prompter.say("these answers do not go together: back to the last question, < goes further back")?;
                answers = wizard::back(answers);
                continue;
            }
            other => other?,
        };
        if mode == Mode::Silent {
            return write(&root, &source, &plan);
        }
        match review(&root, &source, &plan, prompter.as_mut())? {
            Review::Write => return write(&root, &source, &plan),
            Review::Leave => {
                output::say("nothing was written")?;
                return Ok(OK);
            }
            Review::Back => answers = wizard::back(answers),
            Review::Interrupted => return Ok(interrupt::restore()),
        }
    }
}

/// Flags and environment variables first, then the answers file.
fn given(args: &NewArgs) -> anyhow::Result<Answers> {
    let mut answers = Answers::default();
    for (key, value) in args.given.by_key() {
        answers.set(key, value.trim().to_owned(), Origin::Flag);
    }
    if let Some(file) = &args.answers {
        let source = render::read(file)?;
        if let Err(problems) = answers.add_file(&source) {
            output::problems(&source, &problems, &[])?;
            return Err(Shown.into());
        }
    }
    Ok(answers)
}

/// What the folder says, or the current one where that does not exist yet; a name only from the folder itself.
fn look_around(root: &Utf8Path, here: bool) -> anyhow::Result<Folder> {
    let mut found = if root.exists() { folder::read(root) } else { Folder::default() };
    if !here && found.notes.is_empty() {
        let around = folder::read(Utf8Path::new("."));
        found = Folder { name: None, ..around };
    }
    if !here {
        found.name = root.file_name().and_then(crate::k8s::names::suggest_label).or(found.name);
    }
    for note in &found.notes {
        output::say(note)?;
    }
    Ok(found)
}

/// The spec of the answers, and its plan with the spec itself in it.
fn plan(answers: &Answers) -> anyhow::Result<(Source, Plan)> {
    let source = Source::new(SPEC, wizard::spec_text(answers)?);
    let specs: Specs = render::load(&source)?;
    let mut plan = render::plan(&specs, SPEC)?;
    plan.files.extend(render::schema_beside(&source)?);
    plan.files.push(PlannedFile { path: SPEC.into(), text: source.text().to_owned(), owner: Owner::User });
    Ok((source, plan))
}

enum Review {
    Write,
    Leave,
    Back,
    Interrupted,
}

fn review(root: &Utf8Path, source: &Source, plan: &Plan, prompter: &mut dyn Prompter) -> anyhow::Result<Review> {
    let mut text = format!(
        "\n{}\n{} to write to {}:\n",
        source.text(),
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

fn write(root: &Utf8Path, source: &Source, plan: &Plan) -> anyhow::Result<u8> {
    let comparison = writer::compare(root, plan, source, false)?;
    render::write(&comparison)?;
    let code = render::report(root, &comparison)?;
    if code == OK {
        output::say(&format!("next: {}", next(root, plan)))?;
    }
    Ok(code)
}

/// What to do with what was written.
fn next(root: &Utf8Path, plan: &Plan) -> String {
    let is_readme = |path: &&Utf8PathBuf| path.starts_with("control-plane") && path.file_name() == Some("README.md");
    match plan.files.iter().map(|file| &file.path).find(is_readme) {
        Some(readme) => format!("read {}", root.join(readme)),
        None => format!("kubectl apply --server-side {}", what_to_apply(root, plan)),
    }
}

/// The arguments by which kubectl takes all that was written.
fn what_to_apply(root: &Utf8Path, plan: &Plan) -> String {
    if plan.files.iter().any(|file| file.path == "kustomization.yaml") {
        return format!("-k {}", output::shell_word(root.as_str()));
    }
    let folders =
        ["platform", "apps"].into_iter().filter(|folder| plan.files.iter().any(|it| it.path.starts_with(folder)));
    let arguments: Vec<String> =
        folders.map(|folder| format!("-f {}", output::shell_word(root.join(folder).as_str()))).collect();
    format!("-R {}", arguments.join(" "))
}
