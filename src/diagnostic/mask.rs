//! What of a text is not shown.

use std::borrow::Cow;
use std::ops::Range;

use crate::yaml::Span;

/// What of a text is replaced by asterisks.
#[derive(Debug, Clone, Copy)]
pub enum Mask<'a> {
    Spans(&'a [Span]),
    /// Everything but keys, and these places: nobody knows where in these lines a secret stands.
    Values(&'a [Span]),
}

/// A text without what `spans` hide of it, as long as before.
pub fn masked<'t>(text: &'t str, spans: &[Span]) -> Cow<'t, str> {
    Mask::Spans(spans).masked(text, 0)
}

impl Mask<'_> {
    /// `part` of a text, which begins at the byte `start` of it.
    pub(super) fn masked<'t>(&self, part: &'t str, start: usize) -> Cow<'t, str> {
        match self {
            Mask::Spans(spans) => {
                let end = start + part.len();
                let ranges = spans.iter().map(|span| span.range());
                let mut near: Vec<Range<usize>> = ranges.filter(|span| span.start < end && span.end > start).collect();
                if near.is_empty() {
                    return Cow::Borrowed(part);
                }
                near.sort_unstable_by_key(|span| span.start);
                // those that begin up to a byte reach as far as the farthest
                let mut begun = near.into_iter().peekable();
                let mut reach = 0;
                Cow::Owned(stars(part, |at| {
                    while let Some(span) = begun.next_if(|span| span.start <= start + at) {
                        reach = reach.max(span.end);
                    }
                    start + at < reach
                }))
            }
            Mask::Values(spans) => {
                let part = &*Mask::Spans(spans).masked(part, start);
                let masked = part.split_inclusive('\n').flat_map(|line| {
                    let (key, value) = line.split_at(key_length(line));
                    [key.to_owned(), stars(value, |_| true)]
                });
                Cow::Owned(masked.collect())
            }
        }
    }
}

/// The length of the key that a line begins with, with its indentation and colon.
fn key_length(line: &str) -> usize {
    let is_plain = |key: &str| {
        let key = key.trim_start().trim_start_matches("- ");
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./\"'".contains(&byte))
    };
    match line.split_once(':') {
        Some((key, rest)) if is_plain(key) && (rest.is_empty() || rest.starts_with([' ', '\r', '\n'])) => key.len() + 1,
        _ => 0,
    }
}

/// `is_hidden` is asked for the bytes at which characters begin, in their order.
fn stars(text: &str, mut is_hidden: impl FnMut(usize) -> bool) -> String {
    text.char_indices()
        .flat_map(|(at, character)| {
            let masked = is_hidden(at) && !character.is_whitespace();
            let (character, count) = if masked { ('*', character.len_utf8()) } else { (character, 1) };
            std::iter::repeat_n(character, count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Mask;
    use crate::yaml::Span;

    #[test]
    fn masks_bytes_or_all_values() {
        let text = "a: bß\n- key: |\n  secret:1\n  x: y\n";
        let secret = [Span { start: 3, end: 6 }];
        let spans = Mask::Spans(&secret);
        assert_eq!(spans.masked("a: bß", 0), "a: ***");
        assert_eq!(spans.masked("- key: |", 7), "- key: |");
        assert_eq!(Mask::Values(&[]).masked(text, 0), "a: ***\n- key: *\n  ********\n  x: *\n");
    }
}
