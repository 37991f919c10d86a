//! Taking explanations out again, for those who know.

use crate::yaml;

/// The text without its comments. Lines that held nothing else are gone. The reader finds the comments, so a `#` in a value
/// stays.
pub fn strip(text: &str) -> String {
    let comments = yaml::parse(text).comments;
    if comments.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for comment in comments {
        let range = comment.span.range();
        let before = text.get(from..range.start).unwrap_or_default();
        if comment.trailing {
            out.push_str(before.trim_end_matches([' ', '\t']));
            from = range.end;
        } else {
            let line = before.rfind('\n').map_or(0, |at| at + 1);
            out.push_str(before.get(..line).unwrap_or_default());
            let rest = text.get(range.end..).unwrap_or_default();
            from = range.end + usize::from(rest.starts_with('\n'));
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn only_comments_go() {
        let text = "# head\na: 1 # tail\n# whole\nb: \"# no\" # yes\nc: |\n  # text\n  x\n";
        assert_eq!(strip(text), "a: 1\nb: \"# no\"\nc: |\n  # text\n  x\n");
    }
}
