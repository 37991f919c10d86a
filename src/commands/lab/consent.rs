//! What a course does, and whether it may: asked before anything of it runs.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};

use super::show::bold;
use crate::commands::output;
use crate::diagnostic::style::{BAD, styled as coloured};
use crate::diagnostic::text::line;
use crate::lab::consent::{CourseProgram, Known, LabProgram, Ledger};
use crate::lab::course::Course;
use crate::lab::course::source::LAB;

/// The width of the words for what a line is about.
const WIDTH: usize = "privileged".len();

/// A course that is not built in.
#[derive(Debug)]
pub(super) struct Stranger {
    dir: Utf8PathBuf,
    /// Whether the user has said so already.
    trust: bool,
    is_agreed: Cell<bool>,
}

impl Stranger {
    pub(super) fn new(dir: &Utf8Path, trust: bool) -> Self {
        Self { dir: dir.to_owned(), trust, is_agreed: Cell::new(false) }
    }

    /// Fails unless the user agrees, or has agreed before to just what the course does now.
    pub(super) fn agree(&self, course: &Course) -> anyhow::Result<()> {
        if !self.trust && !self.is_agreed.get() {
            self.ask(&CourseProgram::of(course))?;
            self.is_agreed.set(true);
        }
        Ok(())
    }

    fn ask(&self, program: &CourseProgram) -> anyhow::Result<()> {
        // a copy of the built-in course is no stranger
        if Course::embedded().is_ok_and(|built_in| CourseProgram::of(&built_in).hash == program.hash) {
            return Ok(());
        }
        let dir = self.dir.canonicalize_utf8().with_context(|| self.dir.to_string())?;
        let known = known(&dir, program);
        if known == Known::Agreed {
            return Ok(());
        }
        tell(&dir, program, &known)?;
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            bail!(
                "nobody has agreed to run the course in {dir}, and nothing of it was run: look at what it does, above; then run the command at a terminal, or with --trust"
            );
        }
        if !is_yes()? {
            bail!("nothing of the course was run");
        }
        if let Some(Err(error)) = Ledger::of_user().map(|ledger| ledger.remember(&dir, program)) {
            output::say(&format!("it could not be written down that you agreed, so you are asked again: {error}"))?;
        }
        Ok(())
    }
}

/// Whether a course is the user's own: there is no lab in the folder yet, or they have agreed to all that it does.
pub(super) fn is_own(dir: &Utf8Path) -> bool {
    let is_no_lab = |entry: io::Result<Utf8DirEntry>| entry.is_ok_and(|entry| !entry.path().join(LAB).exists());
    match dir.read_dir_utf8() {
        Ok(mut entries) => entries.all(is_no_lab) || is_agreed(dir).unwrap_or_default(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn is_agreed(dir: &Utf8Path) -> anyhow::Result<bool> {
    let program = CourseProgram::of(&Course::open(dir)?);
    Ok(known(&dir.canonicalize_utf8()?, &program) == Known::Agreed)
}

/// What the user has agreed to of a course in a folder.
fn known(dir: &Utf8Path, program: &CourseProgram) -> Known {
    Ledger::of_user().map_or(Known::Nothing, |ledger| ledger.known(dir, program))
}

/// Writes down that nobody has to be asked about a course as it is now. Where that fails, they are asked.
pub(super) fn agree_to_own(dir: &Utf8Path) {
    let (Ok(course), Some(ledger), Ok(dir)) = (Course::open(dir), Ledger::of_user(), dir.canonicalize_utf8()) else {
        return;
    };
    let _ = ledger.remember(&dir, &CourseProgram::of(&course));
}

/// Says what the course does, or what of it is new.
fn tell(dir: &Utf8Path, program: &CourseProgram, known: &Known) -> anyhow::Result<()> {
    let is_changed = matches!(known, Known::Changed(_));
    let mut text = if is_changed {
        format!("The course in {} is not what you agreed to. What is new:\n", line(dir.as_str()))
    } else {
        format!("The course in {} is a program. What it does:\n", line(dir.as_str()))
    };
    let labs: Vec<String> = program.labs.iter().filter_map(|lab| of_lab(lab, known)).collect();
    if labs.is_empty() {
        text.push_str("\n  nothing; something was left out, or comes in another order\n");
    }
    text.push_str(&labs.concat());
    text.push_str(ADVICE);
    Ok(output::styled(text.trim_end())?)
}

const ADVICE: &str = "\nIt may do all of this on the cluster that the labs run on, as its administrator. A privileged pod, or one with\n\
    a path of the node, can reach this machine where the node is a container of it, as with kind. What it writes\n\
    and reads on this machine lies in the folders of its labs, in your working folder.\n";

/// The lines of a lab; none if nobody has to see one.
fn of_lab(lab: &LabProgram, known: &Known) -> Option<String> {
    let mut text = String::new();
    for deed in lab.deeds.iter().filter(|deed| known.is_new(deed)) {
        let word = format!("{:<WIDTH$}", deed.kind);
        let word = if ["privileged", "node"].contains(&deed.kind) { coloured(BAD, &word) } else { word };
        let _ = writeln!(text, "  {word}  {}", line(&deed.text));
    }
    (!text.is_empty()).then(|| format!("\n{}\n{text}", bold(&lab.folder)))
}

/// Asks; everything but a yes is a no.
fn is_yes() -> anyhow::Result<bool> {
    let mut err = anstream::stderr().lock();
    write!(err, "\nRun it? [y/N] ")?;
    err.flush()?;
    drop(err);
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if answer.is_empty() {
        // the end of the input leaves the line as it is
        output::say("")?;
    }
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
