//! The texts of `Warning` headers: `299 - "text"`, several with commas between. RFC 9111, section 5.5, and RFC 7234 before it.

/// The texts in the value of one header.
pub(super) fn texts(header: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut characters = header.chars();
    while characters.by_ref().any(|character| character == '"') {
        let mut text = String::new();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => text.extend(characters.next()),
                other => text.push(other),
            }
        }
        texts.push(text);
        // a date in quotes may follow, which is no text; the next warning begins after a comma
        let mut rest = characters.as_str();
        if let Some(date) = rest.trim_start().strip_prefix('"') {
            rest = date.split_once('"').map(|(_, rest)| rest).unwrap_or_default();
        }
        characters = rest.chars();
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn quotes_and_backslashes_belong_to_the_text() {
        let header = r#"299 - "would violate PodSecurity \"baseline:latest\": a, b (c \\ d)""#;
        assert_eq!(texts(header), [r#"would violate PodSecurity "baseline:latest": a, b (c \ d)"#]);
    }

    #[test]
    fn one_header_may_have_several() {
        let header = r#"299 - "one" "Sat, 25 Aug 2012 23:34:45 GMT", 299 agent "two", 199 - """#;
        assert_eq!(texts(header), ["one", "two", ""]);
    }

    #[test]
    fn what_is_no_warning_has_no_text() {
        assert!(texts("299 -").is_empty());
        assert_eq!(texts(r#"299 - "not closed"#), ["not closed"]);
    }
}
