//! Headings, indented paragraphs and tables for terminals.

use crate::diagnostic::style::{HEADING, styled};

/// The columns to fill.
pub(super) const WIDTH: usize = 96;

/// A heading.
pub(super) fn heading(text: &str) -> String {
    styled(HEADING, text) + "\n"
}

/// Paragraphs and list items, indented and wrapped.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim().lines() {
        let hanging = if line.starts_with("- ") || line.starts_with("* ") { "    " } else { "  " };
        let options = textwrap::Options::new(WIDTH).initial_indent("  ").subsequent_indent(hanging);
        out.push_str(textwrap::fill(line, options).trim_end());
        out.push('\n');
    }
    out
}

/// Lines, indented as they are.
pub(super) fn verbatim(text: &str) -> String {
    textwrap::indent(text.trim_end(), "    ") + "\n"
}

/// A text between empty lines.
pub(super) fn spaced(text: &str) -> String {
    format!("\n{text}\n")
}

/// Names with what is said of them; several lines for one name stand below each other.
pub(super) fn definitions(rows: &[(&str, Vec<String>)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut out = String::new();
    for (name, lines) in rows {
        for (at, line) in lines.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            let text = format!("  {name:<width$}  {line}");
            out.push_str(text.trim_end());
            out.push('\n');
        }
    }
    out
}
