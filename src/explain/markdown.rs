//! Texts of the program as Markdown.

/// A text as a cell of a table: in one line, and nothing in it is markup but for code in backticks.
pub fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_code = false;
    for character in text.trim().chars() {
        match character {
            '\n' => out.push(' '),
            '|' => out.push_str("\\|"),
            '<' if !is_code => out.push_str("&lt;"),
            '*' | '_' | '[' | ']' if !is_code => {
                out.push('\\');
                out.push(character);
            }
            other => {
                is_code ^= other == '`';
                out.push(other);
            }
        }
    }
    out
}

/// The anchor that a heading gets.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|character| character.is_alphanumeric() || "-_ ".contains(*character));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
