//! Texts for a terminal of 80 columns.

use std::fmt::Write as _;

use crate::diagnostic::style::{FAILURE, GOOD, HEADING, OPEN, UNKNOWN, styled};
use crate::diagnostic::text;
use crate::lab::course::Entry;
use crate::lab::run::{Checked, Report};
use crate::lab::verdict::Verdict;

/// The columns of a terminal that everybody has.
const WIDTH: usize = 80;

/// A text in lines, each with the same beginning.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(indent)
        .subsequent_indent(indent)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    text::lines(text).trim().lines().fold(String::new(), |mut lines, line| {
        lines.push_str(textwrap::fill(line, &options).trim_end());
        lines.push('\n');
        lines
    })
}

pub(super) fn bold(text: &str) -> String {
    styled(HEADING, text::line(text))
}

/// A verdict as a word of seven columns.
fn word(verdict: Verdict) -> String {
    match verdict {
        Verdict::Pass => styled(GOOD, "pass   "),
        Verdict::Fail => styled(FAILURE, "FAIL   "),
        Verdict::Blocked => styled(OPEN, "blocked"),
        Verdict::Error => styled(UNKNOWN, "error  "),
    }
}

/// What all checks said: a line each, the first that is wrong with all that is known of it.
pub(super) fn report(entry: &Entry, report: &Report, rules: &[&str]) -> String {
    let mut text = format!("{}\n", bold(&format!("{} {}", entry.folder, entry.lab.title)));
    let mut is_expanded = false;
    for (number, task) in entry.lab.tasks.iter().enumerate() {
        let checks: Vec<&Checked> = of_task(report, Some(&task.id.value));
        if checks.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", first_line(&format!("{}. {}", number + 1, task.text)));
        for (at, check) in checks.into_iter().enumerate() {
            text.push_str(&line(&format!("{}.{}", number + 1, at + 1), check, rules, &mut is_expanded));
        }
    }
    let kept = of_task(report, None);
    if !kept.is_empty() {
        text.push_str("\nand what worked still works\n");
        for check in kept {
            text.push_str(&line("   ", check, rules, &mut is_expanded));
        }
    }
    text
}

fn of_task<'r>(report: &'r Report, task: Option<&str>) -> Vec<&'r Checked> {
    report.checks.iter().filter(|check| check.task.as_deref() == task).collect()
}

/// A text in one line of the terminal.
fn first_line(text: &str) -> String {
    let line = text::line(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned();
    if line.chars().count() <= WIDTH {
        return line;
    }
    let cut: String = line.chars().take(WIDTH - 4).collect();
    format!("{} ...", cut.rsplit_once(' ').map_or(cut.as_str(), |(start, _)| start))
}

/// The beginning of the lines below a check.
const INDENT: &str = "              ";

fn line(number: &str, check: &Checked, rules: &[&str], is_expanded: &mut bool) -> String {
    let mut text = format!("  {} {number} {}\n", word(check.status), text::line(&check.text));
    let is_wrong = matches!(check.status, Verdict::Fail | Verdict::Error);
    if is_wrong && !*is_expanded {
        *is_expanded = true;
        if let Some(why) = &check.why {
            text.push_str(&wrapped(why, INDENT));
        }
        if !check.observed.is_empty() && !check.why.as_ref().is_some_and(|why| why.contains(&check.observed)) {
            text.push_str(&wrapped(&format!("seen: {}", check.observed), INDENT));
        }
        if check.status == Verdict::Fail && check.task.is_some() {
            for rule in rules {
                let _ = writeln!(text, "{INDENT}tightship explain {rule}");
            }
        }
    }
    text
}

/// How many are right, after how long.
pub(super) fn tally(report: &Report) -> String {
    let right = report.checks.iter().filter(|check| check.status == Verdict::Pass).count();
    format!("{right} of {} right, after {:.1} s", report.checks.len(), report.seconds)
}
