//! Text in 80 columns, with a little colour for those who see it.

use std::fmt::Write as _;

use crate::diagnostic::style::{FAINT, HEADING, NAME, styled};

/// The columns of a line.
const WIDTH: usize = 80;
/// The columns of a label and the space around it.
const LABEL: usize = 14;

/// A page of labelled texts.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// Begins a part of the page.
    pub(super) fn title(&mut self, name: &str, what: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        let _ = writeln!(self.text, "{gap}{} {what}", styled(HEADING, name));
    }

    /// A paragraph, written as a sentence.
    pub(super) fn sentence(&mut self, clause: &str) {
        let mut letters = clause.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        for line in wrap(&format!("{first}{}.", letters.as_str()), WIDTH - 2) {
            let _ = writeln!(self.text, "  {line}");
        }
        self.text.push('\n');
    }

    /// A label and what it stands for.
    pub(super) fn row(&mut self, label: &str, text: &str) {
        for (at, line) in wrap(text, WIDTH - LABEL).into_iter().enumerate() {
            let label = if at == 0 { format!("  {label:<12}") } else { " ".repeat(LABEL) };
            let _ = writeln!(self.text, "{}{line}", styled(FAINT, &label));
        }
    }

    /// A label, and below it what can be copied.
    pub(super) fn block(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.text, "{}", styled(FAINT, format!("  {label}")));
        for line in text.lines() {
            let _ = writeln!(self.text, "  {}", styled(NAME, line));
        }
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A row of a table: texts with their widths, and two columns between them.
    pub(super) fn columns(&mut self, cells: &[(&str, usize)]) {
        let wrapped: Vec<(Vec<String>, usize)> =
            cells.iter().map(|(text, width)| (wrap(text, *width), *width)).collect();
        let height = wrapped.iter().map(|(lines, _)| lines.len()).max().unwrap_or_default();
        for at in 0..height {
            let mut line = String::new();
            for (lines, width) in &wrapped {
                let cell = lines.get(at).map_or("", String::as_str);
                let _ = write!(line, "{cell:<width$}  ");
            }
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// The heads of a table.
    pub(super) fn heads(&mut self, cells: &[(&str, usize)]) {
        let line: Vec<String> = cells.iter().map(|(text, width)| format!("{text:<width$}")).collect();
        let _ = writeln!(self.text, "{}", styled(HEADING, line.join("  ").trim_end()));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Lines of at most `width` characters; a longer word is broken after one of its hyphens, commas or slashes, if it can be.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        while let Some((head, tail)) = broken(rest, width) {
            lines.push(head.to_owned());
            rest = tail;
        }
        line.push_str(rest);
    }
    lines.push(line);
    lines
}

/// A word that is too long, in two.
fn broken(word: &str, width: usize) -> Option<(&str, &str)> {
    if word.chars().count() <= width {
        return None;
    }
    let fits = word.char_indices().take(width);
    let after = fits.filter(|(_, c)| matches!(c, '-' | ',' | '/')).map(|(at, c)| at + c.len_utf8());
    // the two hyphens of a flag are no place to break
    let at = after.filter(|at| *at > 2).last()?;
    word.split_at_checked(at)
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_no_longer_than_asked() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a --kubelet-https=true", 10), ["a", "--kubelet-", "https=true"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
