//! Placeholders in texts: names between `{{` and `}}`, and nothing else, so that who reads a text knows what is in it in every run.

use crate::diagnostic::Diagnostic;
use crate::yaml::Span;

/// What helps who writes something else.
pub(super) const RAW: &str = "braces that are not a placeholder go between `{% raw %}` and `{% endraw %}`";

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Text that stays as it is.
    Text(&'t str),
    /// The name in a placeholder, and where it stands.
    Name(&'t str, Span),
}

/// Goes through the parts of a text. It looks at each character once, whatever the text holds.
pub(super) fn each<'t>(
    text: &'t str,
    mut take: impl FnMut(Part<'t>) -> Result<(), Box<Diagnostic>>,
) -> Result<(), Box<Diagnostic>> {
    let mut rest = text;
    while let Some((at, marks)) = next(rest) {
        let (before, from) = rest.split_at(at);
        let start = text.len() - from.len();
        let inner = from.get(marks.len()..).unwrap_or_default();
        take(Part::Text(before))?;
        rest = match marks {
            "{#" => inner.split_once("#}").ok_or_else(|| Box::new(endless(start, "comment")))?.1,
            "{%" => {
                let raw = behind(inner, "raw").ok_or_else(|| Box::new(no_name(start, from, "%}")))?;
                let (raw, after) = until_end(raw).ok_or_else(|| Box::new(endless(start, "`raw`")))?;
                take(Part::Text(raw))?;
                after
            }
            _ => {
                let (written, after) = inner.split_once("}}").ok_or_else(|| Box::new(endless(start, "placeholder")))?;
                let name = written.trim();
                if name.is_empty() || !name.chars().all(|one| one.is_alphanumeric() || "._".contains(one)) {
                    return Err(Box::new(no_name(start, from, "}}")));
                }
                let place = start + marks.len() + written.len() - written.trim_start().len();
                take(Part::Name(name, span(place, name.len())))?;
                after
            }
        };
    }
    take(Part::Text(rest))
}

/// The next place at which something else than text begins.
fn next(text: &str) -> Option<(usize, &'static str)> {
    let marks = |behind: &str| ["{{", "{%", "{#"].into_iter().find(|marks| behind.starts_with(*marks));
    text.match_indices('{').find_map(|(at, _)| Some((at, marks(text.get(at..)?)?)))
}

/// What stands behind a word and `%}`.
fn behind<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.trim_start().strip_prefix(word)?.trim_start().strip_prefix("%}")
}

/// What stands before `{% endraw %}`, and behind it.
fn until_end(text: &str) -> Option<(&str, &str)> {
    let mut ends = text.match_indices("{%");
    ends.find_map(|(at, marks)| Some((text.get(..at)?, behind(text.get(at + marks.len()..)?, "endraw")?)))
}

fn span(start: usize, length: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(start), end: offset(start + length) }
}

fn endless(start: usize, what: &str) -> Diagnostic {
    Diagnostic::error(span(start, 2), format!("this {what} does not end")).help(RAW)
}

fn no_name(start: usize, from: &str, end: &str) -> Diagnostic {
    let length = from.find(end).map_or(2, |at| at + end.len());
    let problem = Diagnostic::error(span(start, length), "this placeholder is not a name");
    problem.label("expected a name alone: no conditions, no expressions").help(RAW)
}

#[cfg(test)]
mod tests {
    use super::{Part, each};

    fn read(text: &str) -> Result<String, String> {
        let mut read = String::new();
        let parts = each(text, |part| {
            match part {
                Part::Text(text) => read.push_str(text),
                Part::Name(name, place) => read.extend(["<", name, &format!(" {}-{}>", place.start, place.end)]),
            }
            Ok(())
        });
        parts.map(|()| read).map_err(|problem| problem.message.to_string())
    }

    #[test]
    fn names_are_read_and_all_else_stays() {
        for (text, expected) in [
            ("", ""),
            ("a { b } {c {", "a { b } {c {"),
            ("é{{ run }}{{ns.a}}{", "é<run 5-8><ns.a 13-17>{"),
            ("{{{ run }}}", ""),
            ("{{{{ run", ""),
            ("a{# {{ x #}b", "ab"),
            ("{% raw %}{{ .a }}{% if %}{% endraw%}{{ b }}", "{{ .a }}{% if %}<b 39-40>"),
            ("{%raw%}{%endraw%}\n", "\n"),
        ] {
            assert_eq!(read(text).unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_or_does_not_end_is_a_problem() {
        for (text, expected) in [
            ("{{ a b }}", "is not a name"),
            ("{{}}", "is not a name"),
            ("{{- run -}}", "is not a name"),
            ("{{ not not a }}", "is not a name"),
            ("{% if a %}", "is not a name"),
            ("{%", "is not a name"),
            ("{{ run }", "does not end"),
            ("{# a", "does not end"),
            ("{% raw %}{{ a }}", "does not end"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
