//! What stands between two scalars of a text: white space, comments, indicators, anchors and tags.

/// The first of the `wanted` indicators at or after `from`, with nothing but white space, comments, properties and other
/// indicators before it.
pub(super) fn find(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at)? {
            byte if wanted.contains(byte) => return Some(at),
            b'#' | b'%' => at = line_end(text, at),
            b'&' | b'!' => at = word_end(bytes, at),
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b'?' | b'.' | b'[' | b']' | b'{' | b'}' | b',' => at += 1,
            0xef if text.get(at..)?.starts_with('\u{feff}') => at += '\u{feff}'.len_utf8(),
            _ => return None,
        }
    }
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())
}

/// The first byte of the line that holds `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |found| found + 1)
}

/// The line break that ends the line that holds `at`, or the end of the text.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |found| at + found)
}

/// The line break that begins at `at`; empty where none does.
pub(super) fn line_break(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let length = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) };
    rest.get(..length).unwrap_or_default()
}

/// The first byte at or after `at` that is neither a space nor a tab.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
}
