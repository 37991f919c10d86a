//! Writing a string so that every YAML reader gives back the same string: 1.1 or 1.2, kubectl's or another.

use std::fmt::Write as _;

/// The string as a scalar: plain where nothing could misread it, in double quotes otherwise.
pub fn scalar(text: &str) -> String {
    if is_plain_safe(text) { text.to_owned() } else { double_quoted(text) }
}

/// The string in double quotes, on one line. The escapes are those that JSON and YAML share, so it is valid in both.
pub fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if needs_escape(character) => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    // writing to a string cannot fail
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// What YAML readers refuse or normalise when it is not escaped, and what would mislead a human reader (bidirectional
/// controls and invisible marks).
fn needs_escape(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a character cannot stand in YAML as it is, not even in a comment.
pub fn is_odd(character: char) -> bool {
    needs_escape(character)
}

/// Whether the string can stand without quotes in any block or flow position and stay a string for every reader.
fn is_plain_safe(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    let Some(last) = text.bytes().last() else { return false };
    if first.is_ascii_digit() {
        return is_binary_quantity(text);
    }
    let starts = first.is_ascii_alphabetic() || first == b'/' || text.starts_with("../");
    let ends = last.is_ascii_alphanumeric() || last == b'/';
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-' | b':' | b'@');
    starts && ends && text.bytes().all(inner) && !is_word(text)
}

/// `128Mi`, `100m`: what Kubernetes manifests hold most, and no reader takes for a number.
fn is_binary_quantity(text: &str) -> bool {
    let suffix = text.trim_start_matches(|character: char| character.is_ascii_digit());
    matches!(suffix, "m" | "Ki" | "Mi" | "Gi" | "Ti")
}

/// The words that some YAML version reads as a boolean or as nothing, in any mixture of cases.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The text as a literal block (`|`) whose lines stand `indent` spaces deep, for values that people read as text; `None`
/// where only quotes keep it as it is.
pub fn literal_block(text: &str, indent: usize) -> Option<String> {
    let body = text.strip_suffix('\n');
    let chomping = if body.is_some() { "" } else { "-" };
    let body = body.unwrap_or(text);
    let plain_line =
        |line: &str| !line.starts_with([' ', '\t']) && !line.ends_with([' ', '\t']) && !line.chars().any(needs_escape);
    // several line ends at the end, or a lone line, are clearer in quotes
    if body.ends_with('\n') || !body.contains('\n') || !body.starts_with(|c: char| !c.is_whitespace()) {
        return None;
    }
    if !body.split('\n').all(|line| plain_line(line.trim_start_matches(' '))) {
        return None;
    }
    let mut out = format!("|{chomping}");
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{literal_block, scalar};
    use crate::yaml::{Value, parse};

    fn read(text: &str) -> Value<'static> {
        let stream = parse(text);
        assert!(stream.errors.is_empty(), "{text:?}: {:?}", stream.errors);
        let value = stream.documents[0].root().unwrap().get("a").unwrap().value().unwrap().unwrap();
        match value {
            Value::Str(text) => Value::Str(text.into_owned().into()),
            other => panic!("{text:?} reads as {other:?}"),
        }
    }

    #[test]
    fn harmless_strings_stay_plain() {
        for text in ["shop", "busybox:1.37", "ghcr.io/acme/shop:1.2.3@sha256:ab", "128Mi", "100m", "/tmp", "a/b"] {
            assert_eq!(scalar(text), text);
        }
    }

    #[test]
    fn ambiguous_strings_are_quoted() {
        for text in [
            "", "no", "Y", "oFF", "1", "1e3", "0644", ".5", "~", "a: b", "a #b", "- a", "*a", "a:", "12:30:45", "1_000",
        ] {
            assert_eq!(scalar(text), format!("{text:?}"));
            assert_eq!(read(&format!("a: {}", scalar(text))), Value::Str(text.into()));
        }
    }

    #[test]
    fn controls_are_escaped() {
        let text = "\u{0}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{202e}\u{1f600}";
        assert_eq!(scalar(text), "\"\\u0000\\u007f\\u0085\\u00a0\\u2028\\ufeff\\u202e\u{1f600}\"");
        assert_eq!(read(&format!("a: {}", scalar(text))), Value::Str(text.into()));
    }

    #[test]
    fn blocks_give_the_text_back_or_are_declined() {
        for text in ["a\nb\n", "a\nb", "a\n\nb\n", "a\n  b\n"] {
            let block = literal_block(text, 2).unwrap();
            assert_eq!(read(&format!("a: {block}\n")), Value::Str(text.into()));
        }
        for text in ["", "a", "a\n", " a\nb", "a \nb", "a\nb\n\n", "\na\n", "a\r\nb", "a\n\u{2028}b", "a\n\t\nb"] {
            assert_eq!(literal_block(text, 2), None, "{text:?}");
        }
    }
}
