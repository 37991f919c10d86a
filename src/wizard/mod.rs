//! From questions to a spec. Every answer can also come from a flag, an environment variable, a file, or what lies in the
//! folder; what is still open is asked, or takes its default.

pub mod answers;
mod answers_file;
mod checks;
mod dockerfile;
mod draft;
pub mod existing;
pub mod folder;
mod image;
mod images;
mod members;
mod ports;
pub mod prompter;
pub mod questions;

use std::io;

use crate::diagnostic::Text;
use answers::{Answers, Origin};
use folder::Folder;
use prompter::{Prompter, Reply};
use questions::{QUESTIONS, Question};

pub use draft::{app_text, spec_text};
pub use image::told;

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing: defaults, or an error that names what is missing.
    Silent,
    /// The seven questions that matter most, and those without a default.
    Express,
    Full,
}

/// Why there is no spec.
#[derive(Debug, thiserror::Error)]
pub enum WizardError {
    /// The terminal failed, or the user interrupted.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A given answer cannot be used.
    #[error("{place}: {message}")]
    Answer {
        /// The flag, or the line of the file.
        place: Text,
        message: Text,
    },
    /// Nobody can be asked, and these flags are missing.
    #[error("no terminal to ask on: use {}", .0.join(", "))]
    Missing(Vec<String>),
}

/// Asks what is open, and gives back all answers.
pub fn ask(
    mut answers: Answers,
    folder: &Folder,
    mode: Mode,
    prompter: &mut dyn Prompter,
) -> Result<Answers, WizardError> {
    check_given(&answers)?;
    // after the review one can go back further than to the last question
    let was_asked = |(_, question): &(usize, &Question)| answers.origin(question.key) == Some(Origin::Asked);
    let mut asked: Vec<usize> = QUESTIONS.iter().enumerate().filter(was_asked).map(|(at, _)| at).collect();
    let mut missing = Vec::new();
    let mut at = 0;
    while let Some(question) = QUESTIONS.get(at) {
        if answers.is_settled(question.key) || !(question.applies)(&answers) {
            at += 1;
            continue;
        }
        // what a folder says may not be usable, such as the name of a folder `kube-system`
        let usable = |default: &String| (question.check)(default, &answers).is_ok();
        let typed = answers.typed(question.key).map(str::to_owned).filter(usable);
        let default = typed.or_else(|| (question.default)(&answers, folder).filter(usable));
        let wanted = mode == Mode::Full || (mode == Mode::Express && (question.express || default.is_none()));
        if !wanted {
            match default {
                Some(default) => answers.set(question.key, default, Origin::Default),
                None => missing.push(format!("--{} {}", question.key, question.example)),
            }
            at += 1;
            continue;
        }
        match one(question, &answers, default.as_deref(), prompter)? {
            Some(answer) => {
                answers.set(question.key, answer, Origin::Asked);
                asked.push(at);
                at += 1;
            }
            None => match asked.pop() {
                Some(before) => {
                    at = before;
                    answers.forget_from(QUESTIONS.iter().skip(before).map(|question| question.key));
                }
                None => prompter.say("this is the first question")?,
            },
        }
    }
    if !missing.is_empty() {
        return Err(WizardError::Missing(missing));
    }
    all_apply(&answers)?;
    Ok(answers)
}

/// An answer to a question that was never put is a misunderstanding, not something to pass over.
fn all_apply(answers: &Answers) -> Result<(), WizardError> {
    for question in QUESTIONS.iter().filter(|question| !(question.applies)(answers)) {
        if let Some((_, place)) = answers.given(question.key).filter(|(answer, _)| *answer != "none") {
            return Err(WizardError::Answer {
                place: place.into(),
                message: format!("this needs {}", question.needs).into(),
            });
        }
    }
    Ok(())
}

/// Asks again from the last question that was asked: the way back from the review.
pub fn back(mut answers: Answers) -> Answers {
    let last = QUESTIONS.iter().rposition(|question| answers.origin(question.key) == Some(Origin::Asked));
    if let Some(last) = last {
        answers.forget_from(QUESTIONS.iter().skip(last).map(|question| question.key));
    }
    answers
}

/// One question, until its answer can be used; `None` goes back.
fn one(
    question: &Question,
    answers: &Answers,
    default: Option<&str>,
    prompter: &mut dyn Prompter,
) -> Result<Option<String>, WizardError> {
    loop {
        match prompter.ask(question, default)? {
            Reply::Back => return Ok(None),
            Reply::Explain => prompter.say(question.help)?,
            Reply::Answer(answer) => match (question.check)(answer.trim(), answers) {
                Ok(()) => return Ok(Some(answer.trim().to_owned())),
                Err(message) => prompter.say(&format!("`{}` {message}", answer.trim()))?,
            },
        }
    }
}

/// Given answers are checked before anything is asked, in the order of the questions.
fn check_given(answers: &Answers) -> Result<(), WizardError> {
    for question in QUESTIONS {
        let Some((answer, place)) = answers.given(question.key) else { continue };
        if let Err(message) = (question.check)(answer, answers) {
            return Err(WizardError::Answer { place: place.into(), message: format!("`{answer}` {message}").into() });
        }
    }
    Ok(())
}
