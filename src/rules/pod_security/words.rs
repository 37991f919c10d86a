//! The API server's way to put things.

use std::fmt::{self, Write as _};

use super::Holder;

/// `"a", "b"`: quoted, but not escaped.
pub(super) fn quoted<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for item in items {
        let separator = if out.is_empty() { "\"" } else { ", \"" };
        out.push_str(separator);
        out.push_str(item);
        out.push('"');
    }
    out
}

/// The first for one, the second for any other number.
pub(super) fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `container "a"`, `containers "a", "b"`.
pub(super) fn containers(names: &[&str]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(names.iter().copied()))
}

/// A value of the manifest in a message of ours, with backticks around it.
pub(super) fn code(value: &str) -> String {
    if value.is_empty() { "`\"\"`".to_owned() } else { format!("`{value}`") }
}

/// Who sets what a control forbids: the pod, containers, or both.
#[derive(Debug, Default)]
pub(super) struct Setters<'d> {
    pod: bool,
    containers: Vec<&'d str>,
}

impl<'d> Setters<'d> {
    pub(super) fn add(&mut self, holder: Holder<'_, 'd, '_>) {
        match holder {
            Holder::Pod(_) => self.pod = true,
            Holder::Container(container) => self.containers.push(container.name()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }
}

impl fmt::Display for Setters<'_> {
    /// `pod and containers "a", "b"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pod {
            f.write_str("pod")?;
        }
        if self.pod && !self.containers.is_empty() {
            f.write_str(" and ")?;
        }
        if self.containers.is_empty() { Ok(()) } else { f.write_str(&containers(&self.containers)) }
    }
}

/// A text as Go's `%q` prints it.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            ' '..='~' => out.push(char),
            _ if is_printable(char) => out.push(char),
            _ => {
                // writing to a string cannot fail
                let _ = match u32::from(char) {
                    code @ ..0x80 => write!(out, "\\x{code:02x}"),
                    code @ ..0x1_0000 => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// Letters, marks, numbers, punctuation and symbols: Rust escapes the same others. Marks it escapes at the beginning of a
/// text too, hence the letter before.
fn is_printable(char: char) -> bool {
    format!("a{char}").escape_debug().nth(1) == Some(char)
}

#[cfg(test)]
mod tests {
    use super::{go_quoted, quoted};

    #[test]
    fn quotes_as_go_does() {
        assert_eq!(quoted(["a", "b\"c"]), r#""a", "b"c""#);
        let cases = [
            ("plain", r#""plain""#),
            ("it's \"so\" \\", r#""it's \"so\" \\""#),
            ("\u{7}\u{8}\u{c}\n\r\t\u{b}", r#""\a\b\f\n\r\t\v""#),
            ("\0\u{1b}\u{7f}", r#""\x00\x1b\x7f""#),
            ("ä€😀e\u{301}", "\"ä€😀e\u{301}\""),
            ("\u{85}\u{a0}\u{200b}\u{feff}\u{e000}", r#""\u0085\u00a0\u200b\ufeff\ue000""#),
            ("\u{f0000}", r#""\U000f0000""#),
        ];
        for (text, expected) in cases {
            assert_eq!(go_quoted(text), expected);
        }
    }
}
