//! Patterns that checks look for, and what they show of long texts.

use regex::{Regex, RegexBuilder};

use crate::decode::Located;
use crate::lab::hex::hex;
use crate::lab::verdict::CheckResult;

/// The most characters that are shown of a line.
const SHOWN: usize = 120;

/// Reads a regular expression; `^` and `$` are the ends of a line. That it cannot be read is the fault of the lab.
pub(super) fn pattern(text: &str) -> Result<Regex, CheckResult> {
    let pattern = RegexBuilder::new(text).multi_line(true).build();
    pattern.map_err(|_| CheckResult::error(format!("`{text}` is not a regular expression")))
}

/// The same of what may be missing.
pub(super) fn optional(text: Option<&Located<String>>) -> Result<Option<Regex>, CheckResult> {
    text.map(|text| pattern(text)).transpose()
}

/// A text in a line, cut where it is long.
pub(super) fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// A message of an error: where it is long, the end of it, which has the cause, and as much of its beginning.
pub(super) fn ends(message: &str) -> String {
    let line: Vec<char> = message.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    if line.len() <= 2 * SHOWN {
        return line.into_iter().collect();
    }
    let (begin, end) = (line.iter().take(SHOWN), line.iter().skip(line.len() - SHOWN));
    begin.chain(&['…']).chain(end).collect()
}

/// Why a program does not run, without the names of all who have passed it on.
pub(super) fn cause(message: &str) -> String {
    ends(message.rsplit("unable to start container process: ").next().unwrap_or(message))
}

/// What was printed, for people: the first line that is not empty.
pub(super) fn quoted(text: &str) -> String {
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("`{}`", short(line)),
        None => "nothing".to_owned(),
    }
}

/// The line in which a pattern is found.
pub(super) fn line_of<'t>(pattern: &Regex, text: &'t str) -> Option<&'t str> {
    let found = pattern.find(text)?;
    text.lines().find(|line| pattern.is_match(line)).or(Some(found.as_str()))
}

/// A word that nobody else has.
pub(super) fn nonce() -> Result<String, CheckResult> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| CheckResult::error("there are no random numbers"))?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::{cause, ends, line_of, pattern, quoted, short};

    #[test]
    fn what_is_shown_is_a_short_line() {
        assert_eq!(quoted("\n  uid=0(root)  gid=0\nmore"), "`uid=0(root) gid=0`");
        assert_eq!(quoted(" \n"), "nothing");
        let long = short(&"ä".repeat(500));
        assert_eq!(long.chars().count(), 120);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn the_cause_is_at_the_end_of_a_message() {
        let message = format!("Get \"https://{}\": tls: it has no IP SANs", "long/".repeat(99));
        let shown = ends(&message);
        assert!(shown.starts_with("Get \"https://long/") && shown.ends_with("tls: it has no IP SANs"), "{shown}");
        assert_eq!(shown.chars().count(), 241);
        assert_eq!(ends("short\none"), "short one");
    }

    #[test]
    fn what_has_no_program_says_so_first() {
        let message = "Internal error occurred: error executing command in container: failed to exec in container: failed \
                       to start exec \"e57\": OCI runtime exec failed: exec failed: unable to start container process: \
                       exec: \"nc\": executable file not found in $PATH";
        assert_eq!(cause(message), "exec: \"nc\": executable file not found in $PATH");
        assert_eq!(cause("pods \"a\" not found"), "pods \"a\" not found");
    }

    #[test]
    fn a_pattern_sees_lines() {
        let zero = pattern("^Seccomp:\\s+0$").unwrap();
        assert_eq!(line_of(&zero, "Name: sh\nSeccomp:\t0\n"), Some("Seccomp:\t0"));
        assert_eq!(line_of(&zero, "Name: sh\nSeccomp:\t02\n"), None);
        assert_eq!(pattern("(").unwrap_err().observed, "`(` is not a regular expression");
    }
}
