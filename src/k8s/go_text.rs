//! Texts as programs written in Go print them.

use std::fmt::Write as _;

/// A text as Go's `%q` prints it.
pub fn quoted(text: &str) -> String {
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
    use super::quoted;

    #[test]
    fn quotes_as_go_does() {
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
            assert_eq!(quoted(text), expected);
        }
    }
}
