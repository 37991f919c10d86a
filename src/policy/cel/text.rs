//! Texts and lists in CEL.

use std::fmt::Write as _;

/// How long lines of a list may get.
const WIDTH: usize = 90;

/// A text as a CEL string.
pub(in crate::policy) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for character in text.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            _ if character.is_control() => {
                // writing to a string cannot fail
                let _ = write!(out, "\\U{:08x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('\'');
    out
}

/// Texts as a CEL list, over several lines if it is long.
pub(super) fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let (mut out, mut width) = (String::from("["), 1);
    for item in items {
        let item = text(item);
        if out.len() > 1 {
            out.push(',');
            let breaks = width + item.len() > WIDTH;
            out.push_str(if breaks { "\n  " } else { " " });
            width = if breaks { 2 } else { width + 2 };
        }
        width += item.len();
        out.push_str(&item);
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::{list, text};

    #[test]
    fn nothing_ends_a_text() {
        assert_eq!(text("ghcr.io/acme"), "'ghcr.io/acme'");
        assert_eq!(text("it's \\ \"so\"\n"), r#"'it\'s \\ "so"\U0000000a'"#);
    }

    #[test]
    fn long_lists_break() {
        assert_eq!(list([]), "[]");
        assert_eq!(list(["a", "b"]), "['a', 'b']");
        let long = list(std::iter::repeat_n("0123456789", 20));
        assert_eq!(long.lines().count(), 4);
        assert!(long.lines().all(|line| line.len() <= 100), "{long}");
    }
}
