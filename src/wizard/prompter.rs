//! Who answers: a person at a terminal, or a script.

use std::collections::VecDeque;
use std::io::{self, Write as _};

use console::{Term, style};
use dialoguer::Input;

use super::questions::Question;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
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

/// Puts questions.
pub trait Prompter {
    /// Puts one question.
    fn ask(&mut self, question: &Question, default: Option<&str>) -> io::Result<Reply>;
    /// Puts a question that is no part of the spec.
    fn confirm(&mut self, prompt: &str, default: &str) -> io::Result<Reply>;
    /// Says something.
    fn say(&mut self, text: &str) -> io::Result<()>;
}

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

    fn read(&mut self, prompt: &str, default: Option<&str>) -> io::Result<Reply> {
        let mut input = Input::<String>::new().with_prompt(prompt);
        if let Some(default) = default.filter(|default| !default.is_empty()) {
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
        for line in text.lines() {
            writeln!(self.term, "  {}", style(line).for_stderr().dim())?;
        }
        Ok(())
    }
}

/// Answers in a row; what is missing takes its default.
#[derive(Debug, Default)]
pub struct Script {
    replies: VecDeque<String>,
    /// What was said.
    pub said: Vec<String>,
}

impl Script {
    /// A script of these answers.
    pub fn new<'a>(replies: impl IntoIterator<Item = &'a str>) -> Self {
        Self { replies: replies.into_iter().map(str::to_owned).collect(), said: Vec::new() }
    }

    fn next(&mut self, default: Option<&str>) -> io::Result<Reply> {
        let next = self.replies.pop_front().or_else(|| default.map(str::to_owned));
        next.map(Reply::from_text)
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the script has no answer"))
    }
}

impl Prompter for Script {
    fn ask(&mut self, question: &Question, default: Option<&str>) -> io::Result<Reply> {
        self.said.push(question.key.to_owned());
        self.next(default)
    }

    fn confirm(&mut self, _: &str, default: &str) -> io::Result<Reply> {
        self.next(Some(default))
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.said.push(text.to_owned());
        Ok(())
    }
}
