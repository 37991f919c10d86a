//! The palette: how texts for a terminal look, by what they mean. Streams strip it where nobody wants colours.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// A heading, or a word that stands out.
pub const HEADING: Style = Style::new().bold();
/// What is less important than the text around it.
pub const FAINT: Style = Style::new().dimmed();
/// A name that can be typed, and the head of a part of a diff.
pub const NAME: Style = AnsiColor::Cyan.on_default();
/// What is as it should be, and a line that is added.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is wrong, and a line that is removed.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What is wrong and to be seen first.
pub const FAILURE: Style = AnsiColor::Red.on_default().bold();
/// What is open: it is going on, or a person must decide.
pub const OPEN: Style = AnsiColor::Yellow.on_default();
/// What could not be found out.
pub const UNKNOWN: Style = AnsiColor::Magenta.on_default();
/// The word before an error, and findings of severity critical and high.
pub const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// Findings of severity medium.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Findings of severity low.
pub const INFO: Style = AnsiColor::BrightBlue.on_default().bold();

/// A text in a style.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::{ERROR, HEADING, styled};

    #[test]
    fn a_style_ends_with_its_text() {
        assert_eq!(styled(HEADING, "rule"), "\x1b[1mrule\x1b[0m");
        assert_eq!(styled(ERROR, 1), "\x1b[1m\x1b[91m1\x1b[0m");
    }
}
