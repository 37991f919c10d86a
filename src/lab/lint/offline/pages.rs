//! The pages of a lab: they are there, what they tell the learner to type can be typed, and the files that they name are there.

use super::Linter;
use super::steps::PAGES;
use crate::diagnostic::Diagnostic;
use crate::lab::course::Faults;
use crate::yaml::{Source, Span};

/// The programs and words of the shell that a learner is told to type.
const PROGRAMS: &str = "\
    tightship kubectl cat ls openssl base64 curl echo printf diff grep sed awk cut head tail wc sort \
    tr docker kind cd cp mv rm mkdir chmod export unset sleep timeout date watch true test less tee \
    for while until do done if then } else fi";

/// A line that the learner types.
struct Command<'t> {
    text: &'t str,
    at: usize,
}

pub(super) fn check(linter: &mut Linter<'_>) {
    let entry = linter.entry;
    for page in PAGES {
        let Some(source) = entry.files.get(page) else {
            let path = entry.source.name().strip_suffix("lab.yaml").unwrap_or_default();
            linter.faults.append(Faults::of_path(&format!("{path}{page}"), format!("this lab has no `{page}`")));
            continue;
        };
        if page == "README.md" {
            named(linter, source);
        }
        let commands = commands(linter, source);
        if page == "README.md" && !commands.iter().any(|command| program(command.text) == Some("kubectl")) {
            let problem = Diagnostic::error(Span::default(), "there is nothing to type here");
            linter.say_of(source, problem.label("expected a block ```console or ```sh with kubectl"));
        }
        let mut own = Vec::new();
        for command in commands {
            let program = program(command.text).unwrap_or_default();
            if program == "alias" {
                own.extend(command.text.split_whitespace().nth(1).and_then(|alias| alias.split('=').next()));
            } else if let Some(function) = program.strip_suffix("()") {
                own.push(function);
            } else if !PROGRAMS.split_whitespace().any(|known| known == program) && !own.contains(&program) {
                let message = format!("`{program}` is not a program that a learner has");
                let problem = Diagnostic::error(span(command.at, command.text), message);
                linter
                    .say_of(source, problem.label("commands begin with kubectl, tightship or a tool of every system"));
            }
        }
    }
}

/// Files of the lab that a page names: the learner finds those of the start in their own folder, and has no other.
fn named(linter: &mut Linter<'_>, source: &Source) {
    let entry = linter.entry;
    for path in entry.files.keys().filter(|path| path.contains('/')) {
        for (at, _) in source.text().match_indices(path.as_str()) {
            let is_part = |character: char| character.is_alphanumeric() || "/._-".contains(character);
            let before = source.text().get(..at).and_then(|text| text.chars().next_back());
            let after = source.text().get(at + path.len()..).and_then(|text| text.chars().next());
            if before.is_some_and(is_part) || after.is_some_and(|after| after != '.' && is_part(after)) {
                continue;
            }
            let (message, label) = match path.strip_prefix("start/") {
                Some(own) => (
                    format!("the learner has no `{path}`"),
                    format!("expected `{own}`, its name in the learner's folder"),
                ),
                None => (format!("the learner does not get `{path}`"), "expected a file of the start".to_owned()),
            };
            linter.say_of(source, Diagnostic::error(span(at, path), message).label(label));
        }
    }
}

fn span(at: usize, text: &str) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(at), end: offset(at + text.len()) }
}

/// The program of a command, behind what is set for it, or the one whose output is set.
fn program(command: &str) -> Option<&str> {
    command.split_whitespace().find_map(|word| {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let is_setting = word.contains('=') && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let output = value.trim_start_matches('"').strip_prefix("$(");
        if is_setting { output } else { Some(word) }
    })
}

/// What is to be typed in the blocks of a page: those between fences, and those that are indented.
fn commands<'t>(linter: &mut Linter<'_>, source: &'t Source) -> Vec<Command<'t>> {
    let mut commands = Vec::new();
    let mut block: Option<Block<'_>> = None;
    let mut at = 0;
    for line in source.text().split_inclusive('\n') {
        let text = line.trim_end();
        let inner = text.trim_start();
        let place = at + text.len() - inner.len();
        let is_indented = text.starts_with("    ");
        if !is_indented && !inner.is_empty() {
            block = block.filter(|open| open.is_fenced);
        }
        match (inner.strip_prefix("```"), &mut block) {
            (Some(language), None) => block = Some(Block { language, at: place, is_fenced: true, ..Block::default() }),
            (Some(_), Some(open)) => {
                if open.language == "console" && !open.has_command {
                    let problem = Diagnostic::error(span(open.at, "```console"), "nothing is typed in this block");
                    linter.say_of(source, problem.label("a command begins with `$ `"));
                }
                block = None;
            }
            (None, None) if is_indented => block = Some(Block { language: "console", at: place, ..Block::default() }),
            _ => {}
        }
        if let Some(open) = block.as_mut().filter(|open| !open.is_fenced || open.at != place) {
            let command = open.command(inner);
            commands.extend(command.map(|text| Command { text, at: place + inner.len() - text.len() }));
        }
        at += line.len();
    }
    if let Some(open) = block.filter(|block| block.is_fenced) {
        linter.say_of(source, Diagnostic::error(span(open.at, "```"), "this block does not end"));
    }
    commands
}

/// A block of a page that is being read.
#[derive(Default)]
struct Block<'t> {
    language: &'t str,
    at: usize,
    /// Whether it is between fences, and not just indented.
    is_fenced: bool,
    has_command: bool,
    /// Whether the next line still belongs to the command: it ended in a backslash, or within quotes.
    continues: bool,
    /// Whether a quotation is open, by its mark.
    quote: Option<char>,
    /// What ends the text that is given to a program.
    end: Option<&'t str>,
}

impl<'t> Block<'t> {
    /// The command that begins in a line.
    fn command(&mut self, line: &'t str) -> Option<&'t str> {
        if let Some(end) = self.end {
            let line = line.strip_prefix("> ").unwrap_or(line);
            self.end = Some(end).filter(|end| *end != line.trim());
            return None;
        }
        let is_new = !self.continues;
        let command = match self.language {
            "console" if is_new => line.strip_prefix("$ ")?,
            "console" | "sh" | "bash" | "shell" => line,
            _ => return None,
        };
        self.has_command = true;
        for character in command.chars() {
            match self.quote {
                Some(quote) if quote == character => self.quote = None,
                None if matches!(character, '"' | '\'') => self.quote = Some(character),
                _ => {}
            }
        }
        self.continues = self.quote.is_some() || command.ends_with('\\') || command.ends_with('|');
        self.end = command.split_once("<<").map(|(_, end)| end.trim_start_matches('-').trim_matches(['\'', '"', ' ']));
        (is_new && !command.trim().is_empty() && !command.starts_with('#')).then_some(command)
    }
}
