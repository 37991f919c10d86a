//! Who answers: a person at a terminal, or nobody.

use std::io::{self, Write as _};

use console::{Term, style};
use dialoguer::Input;

use super::questions::Question;
use crate::diagnostic::text;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Answer(String),
    /// `<`: the question before this one, please.
    Back,
    /// `?`: what does this mean?
    Explain,
}

impl Reply {
    fn from_text(text: String) -> Self {
        match text.trim() {
            "<" => Self::Back,
            "?" => Self::Explain,
            _ => Self::Answer(text),
        }
    }
}

pub trait Prompter {
    fn ask(&mut self, question: &Question, default: Option<&str>) -> io::Result<Reply>;
    /// Puts a question that is no part of the spec.
    fn confirm(&mut self, prompt: &str, default: &str) -> io::Result<Reply>;
    fn say(&mut self, text: &str) -> io::Result<()>;
}

/// Terminals with fewer columns than this break lines themselves.
const NARROWEST: usize = 20;
/// What stands before a text that is no question.
const INDENT: &str = "  ";

/// A person at the terminal. Questions go to standard error, so that standard output stays free for results.
#[derive(Debug)]
pub struct Terminal {
    term: Term,
}

impl Terminal {
    /// The terminal, if there is a person at it.
    pub fn new() -> Option<Self> {
        let term = Term::stderr();
        (term.is_term() && console::user_attended()).then_some(Self { term })
    }

    /// How many columns there are for a text.
    fn width(&self) -> usize {
        usize::from(self.term.size().1).max(NARROWEST)
    }

    fn read(&mut self, prompt: &str, default: Option<&str>) -> io::Result<Reply> {
        // what is typed stands behind the last line; a prompt over several lines could not be drawn again
        let room = self.width().saturating_sub(default.map_or(2, |default| default.chars().count() + 5));
        let lines = textwrap::wrap(prompt, room.max(NARROWEST));
        let (last, before) = lines.split_last().map_or(("", &[][..]), |(last, before)| (&**last, before));
        for line in before {
            writeln!(self.term, "{line}")?;
        }
        let mut input = Input::<String>::new().with_prompt(last);
        // what cannot be shown as it is is not offered
        let is_plain = |default: &&str| !default.is_empty() && text::line(default) == *default;
        if let Some(default) = default.filter(is_plain) {
            input = input.default(default.to_owned());
        }
        let text = input.interact_text_on(&self.term).map_err(|dialoguer::Error::IO(error)| error)?;
        Ok(Reply::from_text(text))
    }
}

impl Prompter for Terminal {
    fn ask(&mut self, question: &Question, default: Option<&str>) -> io::Result<Reply> {
        let prompt = if question.words.is_empty() {
            question.prompt.to_owned()
        } else {
            format!("{} ({})", question.prompt, question.words.join(", "))
        };
        self.read(&prompt, default)
    }

    fn confirm(&mut self, prompt: &str, default: &str) -> io::Result<Reply> {
        self.read(prompt, Some(default))
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        let width = self.width().saturating_sub(INDENT.len());
        for line in text::lines(text).lines().flat_map(|line| textwrap::wrap(line, width)) {
            writeln!(self.term, "{INDENT}{}", style(line).for_stderr().dim())?;
        }
        Ok(())
    }
}

/// Takes the default of every question: nobody is at a terminal.
#[derive(Debug)]
pub struct Defaults;

impl Defaults {
    fn reply(default: Option<&str>) -> io::Result<Reply> {
        let missing = || io::Error::new(io::ErrorKind::UnexpectedEof, "this question has no default");
        default.map(|text| Reply::from_text(text.to_owned())).ok_or_else(missing)
    }
}

impl Prompter for Defaults {
    fn ask(&mut self, _: &Question, default: Option<&str>) -> io::Result<Reply> {
        Self::reply(default)
    }

    fn confirm(&mut self, _: &str, default: &str) -> io::Result<Reply> {
        Self::reply(Some(default))
    }

    fn say(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}
