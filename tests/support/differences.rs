// Where the scanner of YAML and another parser may differ, each time because kubectl decides so or because a message is better.

/// Whether a text has something of the list.
pub fn may_differ(text: &str) -> bool {
    // of a character that no text may hold, only the refusal is the same
    let odd = |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}');
    let lines = || text.split(['\n', '\r']);
    text.contains(odd)
        || text.contains(['\u{fffe}', '\u{ffff}'])
        // an escape that kubectl takes
        || text.contains("\\'")
        || lines().any(|line| is_tab_comment(line) || is_joined_handle(line))
        || has_late_directive(text)
        || has_odd_name(text)
        || text.find(['[', '{']).is_some_and(|bracket| is_odd_flow(&text[bracket..]))
}

/// A tab before a comment inside of a scalar over several lines: kubectl refuses it, as we do.
fn is_tab_comment(line: &str) -> bool {
    line.trim_start_matches([' ', '\t']).starts_with('#') && line.contains('\t')
}

/// A `%TAG` without a blank before the prefix: kubectl refuses it, as we do.
fn is_joined_handle(line: &str) -> bool {
    let rest = line.trim_start_matches('\u{feff}').strip_prefix("%TAG");
    rest.and_then(|rest| rest.split_whitespace().next()).is_some_and(|handle| {
        handle.len() > 1 && !handle.ends_with('!') || handle.get(1..).is_some_and(|rest| rest.matches('!').count() > 1)
    })
}

/// A line with `%` inside of a document: which documents are given up with it. kubectl cuts a text at `---` before it reads.
fn has_late_directive(text: &str) -> bool {
    let mut is_inside = false;
    text.split(['\n', '\r']).any(|line| {
        let line = line.trim_start_matches('\u{feff}');
        let is_late = is_inside && line.starts_with('%');
        let word = line.split([' ', '\t']).next().unwrap_or_default();
        is_inside = match line.trim_start().chars().next() {
            _ if word == "---" => true,
            _ if word == "..." => false,
            None | Some('#' | '%') => is_inside,
            _ => true,
        };
        is_late
    })
}

/// Names of anchors with other characters than letters, digits, `-` and `_`, which kubectl refuses or reads otherwise.
fn has_odd_name(text: &str) -> bool {
    let is_start = |before: &str| {
        before.chars().next_back().is_none_or(|last| last.is_whitespace() || "[{,:?-\u{feff}".contains(last))
    };
    text.match_indices(['&', '*']).any(|(at, _)| {
        let name = text[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        is_start(&text[..at]) && !name.is_empty() && !name.starts_with([' ', '\t', '\n', '\r', ',', ']', '}'])
    })
}

/// In brackets kubectl takes each `?` for the begin of a key, a `:` for the begin of a value, and a `:` in a text for a part of
/// it unless white space follows.
fn is_odd_flow(text: &str) -> bool {
    let is_odd = |at: usize| {
        let next = text[at + 1..].chars().next();
        let begins = text[..at].ends_with([' ', '\t', '\n', '\r', ',', '[', '{', ':']);
        next.is_some_and(|next| ",[]{}".contains(next) || begins && !next.is_whitespace())
    };
    text.contains('?') || text.match_indices(':').any(|(at, _)| is_odd(at))
}
