//! Command lines as pflag reads them: `--a=b`, `--a b`, a boolean alone, `_` for `-`.

use crate::apiserver::catalogue::{Component, FlagType, catalogue, flag_name};
use crate::k8s::version::Version;
use crate::yaml::edit::Edit;
use crate::yaml::{FileId, Span};

use super::view::{Setting, Written};

#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) text: String,
    pub(super) span: Span,
    /// The bytes that are its text, if they are just that.
    pub(super) exact: Option<Span>,
    /// The edit that removes it.
    pub(super) remove: Option<Edit>,
}

impl Argument {
    /// The bytes from `from` to `to` of the text.
    fn part(&self, from: usize, to: usize) -> Span {
        let Some(exact) = self.exact else { return self.span };
        let at = |offset: usize| exact.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        Span { start: at(from), end: at(to) }
    }
}

/// The settings that arguments make. What is no flag is left out.
pub(super) fn settings(arguments: &[Argument], program: Component, file: FileId, path: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let text = argument.text.as_str();
        let dashes = text.len() - text.trim_start_matches('-').len();
        // etcd takes a single dash as well
        let is_flag = dashes == 2 || (dashes == 1 && program == Component::Etcd);
        if dashes == 1 && !is_flag && !is_short(text) {
            settings.push(stray(argument, file, path));
            continue;
        }
        if !is_flag || text.len() == dashes {
            continue;
        }
        let called = flag_name(text);
        let name = canonical(program, &called);
        let name_end = text.find('=').unwrap_or(text.len());
        let mut setting = Setting {
            path: format!("{path}[--{called}]"),
            name,
            value: String::new(),
            file,
            span: argument.span,
            name_span: argument.part(0, name_end),
            value_span: argument.part(0, name_end),
            written: Written::Flag { exact: argument.exact.is_some() },
            remove: argument.remove.clone(),
        };
        if let Some(value) = text.get(name_end..).and_then(|rest| rest.strip_prefix('=')) {
            value.clone_into(&mut setting.value);
            setting.value_span = argument.part(name_end + 1, text.len());
            settings.push(setting);
            continue;
        }
        let next = rest.peek().filter(|next| !next.text.starts_with('-'));
        if may_stand_alone(program, &called, next.is_some()) {
            "true".clone_into(&mut setting.value);
            let is_word = next.is_some_and(|next| matches!(next.text.as_str(), "true" | "false"));
            setting.written = if is_word { Written::Detached } else { Written::Bare };
            if let (true, Some(next)) = (is_word, next) {
                setting.value_span = next.span;
            }
        } else if let Some(next) = rest.next() {
            next.text.clone_into(&mut setting.value);
            setting.value_span = next.part(0, next.text.len());
            setting.written = Written::Flag { exact: next.exact.is_some() };
            // its value would be left behind
            setting.remove = None;
        }
        settings.push(setting);
    }
    settings
}

/// Whether an argument with one dash is a short flag: `-h`, and `-v` with a number.
fn is_short(text: &str) -> bool {
    let letters = text.trim_start_matches('-');
    let number = letters.strip_prefix('v').map(|rest| rest.strip_prefix('=').unwrap_or(rest));
    letters.len() < 2 || number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A long flag with one dash.
fn stray(argument: &Argument, file: FileId, path: &str) -> Setting {
    let end = argument.text.find('=').unwrap_or(argument.text.len());
    let name = argument.text.get(..end).unwrap_or_default();
    let value = argument.text.get(end..).and_then(|rest| rest.strip_prefix('=')).unwrap_or_default();
    Setting {
        name: name.to_owned(),
        value: value.to_owned(),
        file,
        span: argument.span,
        name_span: argument.part(0, end),
        value_span: argument.part(0, end),
        path: format!("{path}[{name}]"),
        written: Written::Stray,
        remove: None,
    }
}

/// The name that the catalogue has for a flag: for those that a configuration file sets too, the path of the field.
pub(super) fn canonical(program: Component, called: &str) -> String {
    let mut shapes = catalogue().flag_shapes(program, called);
    shapes.next().map_or_else(|| called.to_owned(), |flag| flag.name.to_owned())
}

/// Whether a flag takes no value from the argument behind it. Of a flag that is not known, one is taken where one stands.
fn may_stand_alone(program: Component, called: &str, has_next: bool) -> bool {
    let ty = catalogue().flag(program, called, Version::NEWEST).found().map(|flag| flag.ty);
    let ty = ty.or_else(|| catalogue().flag_shapes(program, called).next().map(|flag| flag.ty));
    ty.map_or(!has_next, FlagType::may_stand_alone)
}

/// Cuts a line into words as systemd and shells do, with the bytes of each.
pub(super) fn words(line: &str, offset: usize) -> Vec<Argument> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut quote = None;
    let mut characters = line.char_indices().peekable();
    let mut end = 0;
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('\''), _) => word.get_or_insert((at, String::new())).1.push(character),
            (_, '\\') => {
                // a backslash before the end of a line joins it to the next
                if let Some((_, next)) = characters.next()
                    && next != '\n'
                {
                    word.get_or_insert((at, String::new())).1.push(next);
                }
            }
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert((at, String::new()));
            }
            (None, _) if character.is_whitespace() => {
                words.extend(word.take().map(|word| argument(line, offset, word, at)));
            }
            _ => word.get_or_insert((at, String::new())).1.push(character),
        }
        end = at + character.len_utf8();
    }
    words.extend(word.map(|word| argument(line, offset, word, end.max(line.trim_end().len()))));
    words
}

fn argument(line: &str, offset: usize, (start, text): (usize, String), end: usize) -> Argument {
    let span = |from: usize, to: usize| {
        let at = |at: usize| u32::try_from(offset + at).unwrap_or(u32::MAX);
        Span { start: at(from), end: at(to) }
    };
    let written = line.get(start..end).unwrap_or_default();
    let exact = if written == text {
        Some(span(start, end))
    } else {
        let inner = written.get(1..written.len().saturating_sub(1));
        (inner == Some(text.as_str())).then(|| span(start + 1, end.saturating_sub(1)))
    };
    Argument { text, span: span(start, end), exact, remove: None }
}
