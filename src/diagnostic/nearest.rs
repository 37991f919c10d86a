//! The word that somebody meant.

/// The known word nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    /// As many letters in a row are no chance.
    const PART: usize = 8;
    /// No word that anybody means is longer, and the time grows with both lengths.
    const LONG: usize = 128;
    if word.len() > LONG {
        return None;
    }
    let lower = word.to_lowercase();
    let likeness = |candidate: &str| {
        let is_part = lower.len() >= PART && candidate.contains(&lower);
        if is_part { 0.95 } else { strsim::jaro_winkler(&lower, candidate) }
    };
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONG)
        .map(|candidate| (likeness(&candidate.to_lowercase()), candidate))
        .filter(|(likeness, candidate)| {
            *likeness > 0.8 || strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()) <= 1
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn offers_only_near_words() {
        let known = ["replicas", "image", "ports"];
        assert_eq!(nearest("replcias", known), Some("replicas"));
        assert_eq!(nearest("Image", known), Some("image"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(nearest(&"replicas".repeat(100_000), known), None);
        let rules = ["privileged", "allow-privilege-escalation"];
        assert_eq!(nearest("privilege-escalation", rules), Some("allow-privilege-escalation"));
        assert_eq!(nearest("priviledged", rules), Some("privileged"));
    }
}
