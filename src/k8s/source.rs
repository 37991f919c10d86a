//! Texts that stand for others until something writes those in their place, before anything is applied.

/// Whether a text has a variable in braces, such as `${APP}` or `${SIZE:-1Gi}`, which Flux and `envsubst` replace.
pub fn has_variable(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let rest = text.get(at + 2..).unwrap_or_default();
        let name = rest.trim_start_matches(|character: char| character.is_ascii_alphanumeric() || character == '_');
        let starts_well = rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        starts_well
            && (name.starts_with('}')
                || name.starts_with([':', '=', '/', '-', '#', '%', ',', '^']) && name.contains('}'))
    })
}

#[cfg(test)]
mod tests {
    use super::has_variable;

    #[test]
    fn variables() {
        for text in ["${APP}", "a-${APP}.example.com", "${SIZE:-1Gi}", "${A:=b}", "${A/b/c}"] {
            assert!(has_variable(text), "{text}");
        }
        for text in ["$(APP)", "$APP", "${", "${}", "${1}", "${A", "${A b}", "${{ A }}", "$${"] {
            assert!(!has_variable(text), "{text}");
        }
    }
}
