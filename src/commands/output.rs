//! Results go to standard output, everything else to standard error.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};

use anstream::{ColorChoice, StripStream, stderr, stdout};
use anyhow::Context as _;
use camino::Utf8Path;
use serde::Serialize;

use crate::diagnostic::style::{self, BAD, ERROR, GOOD, HEADING, NAME};
use crate::diagnostic::text::{self, line, lines};
use crate::diagnostic::{self, Diagnostic, Location, Mask, Sources};
use crate::k8s::secret;
use crate::render::key_file::PLACEHOLDER;
use crate::render::writer::{Action, Change};
use crate::yaml::{Source, Span};

/// Prints a text for people, which may have colours of its own.
pub(super) fn show(text: &str) -> io::Result<()> {
    print(&text::styled(text))
}

pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(print(&format!("{}\n", text::json(&serde_json::to_string_pretty(value)?)))?)
}

/// Whether something holds for all bytes of a text, which is looked at in pieces without a branch for each byte.
fn is_all(text: &str, is_so: impl Fn(u8) -> bool) -> bool {
    text.as_bytes().chunks(4096).all(|piece| piece.iter().fold(true, |all, byte| all & is_so(*byte)))
}

/// Prints results for programs, such as manifests, as they are.
pub(super) fn print(text: &str) -> io::Result<()> {
    // nothing in it that would have to be taken out, or put into words, for whoever reads it
    let is_plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b' '..=b'~' | 0x80..=0xc1 | 0xc3..);
    if !io::stdout().is_terminal() && is_all(text, is_plain) {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        return out.flush();
    }
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a report to a file, all of it or nothing, or else prints it; to standard error if it must stand aside.
pub(super) fn report(
    file: Option<&Utf8Path>,
    aside: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(path) = file else {
        if aside {
            let mut out = BufWriter::new(stderr().lock());
            write(&mut out)?;
            return Ok(out.flush()?);
        }
        let mut out = BufWriter::new(stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let failed = || path.to_string();
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        // a pipe or a device cannot be replaced
        let file = File::options().write(true).open(path).with_context(failed)?;
        return into_file(file, write).with_context(failed);
    }
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let mut builder = tempfile::Builder::new();
    // what it makes is private unless told otherwise; the umask still counts
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder).with_context(failed)?;
    into_file(file.as_file().try_clone()?, write).with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// Without colours, unless they are asked for.
fn into_file(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if ColorChoice::global() == ColorChoice::Always {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        return out.flush();
    }
    let mut out = BufWriter::new(StripStream::new(file));
    write(&mut out)?;
    out.flush()
}

/// Prints a message of one line.
pub(super) fn say(text: &str) -> io::Result<()> {
    writeln!(stderr().lock(), "{}", line(text))
}

/// Prints a message of several lines. What an input says in it has to be one line before.
pub(super) fn say_lines(text: &str) -> io::Result<()> {
    writeln!(stderr().lock(), "{}", lines(text))
}

/// Prints what the parser of the arguments answers.
pub(super) fn answer(text: &str, is_error: bool) -> io::Result<()> {
    if is_error { write!(stderr().lock(), "{}", text::styled(text)) } else { show(text) }
}

/// Prints a message with colours of its own.
pub(super) fn styled(text: &str) -> io::Result<()> {
    writeln!(stderr().lock(), "{}", text::styled(text))
}

/// Prints an error without a place, in one line.
pub(super) fn error(text: &str) -> io::Result<()> {
    error_lines(&line(text))
}

/// Prints an error that has several lines, as another program said them.
pub(super) fn error_lines(text: &str) -> io::Result<()> {
    writeln!(stderr().lock(), "{ERROR}error{ERROR:#}{HEADING}:{HEADING:#} {}", lines(text))
}

/// Prints the problems of a text, without a word on what follows from them.
pub(super) fn located(source: &Source, problems: &[Diagnostic], hidden: &[Span]) -> io::Result<()> {
    write!(stderr().lock(), "{}", diagnostic::render(source, problems, hidden))
}

/// Prints the problems of a text of which no line may be shown.
pub(super) fn without_lines(source: &Source, problems: &[Diagnostic]) -> io::Result<()> {
    for problem in problems {
        let (number, column) = source.position(problem.span().range().start);
        let place = format!("in {}:{number}:{column}", source.name());
        write!(stderr().lock(), "{}", diagnostic::draw(problem, &Unseen, Some(&place)))?;
    }
    Ok(())
}

/// No text to show.
struct Unseen;

impl Sources for Unseen {
    fn source(&self, _: &Location) -> Option<(&Source, Mask<'_>)> {
        None
    }
}

/// Prints the problems of a text.
pub(super) fn problems(source: &Source, problems: &[Diagnostic], hidden: &[Span]) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let errors = problems.iter().filter(|problem| problem.severity == diagnostic::Severity::Error).count();
    let mut err = stderr().lock();
    write!(err, "{}", diagnostic::render(source, problems, hidden))?;
    if errors > 0 {
        writeln!(err, "{} in {}; nothing was written", count(errors, "error"), line(source.name()))?;
    }
    Ok(())
}

/// A word as a shell reads it.
pub(super) fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-./".contains(character);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// `1 error`, `2 errors`.
pub(super) fn count(number: usize, what: &str) -> String {
    let end = match number {
        1 => "",
        _ if what.ends_with('x') => "es",
        _ => "s",
    };
    format!("{number} {what}{end}")
}

/// The difference that a change makes, as `diff -u` shows it.
pub(super) fn diff(change: &Change) -> String {
    let (old, new) = (format!("a/{}", change.path), format!("b/{}", change.path));
    let (old, new) = match change.action {
        Action::Create => ("/dev/null".to_owned(), new),
        Action::Remove | Action::Abandon => (old, "/dev/null".to_owned()),
        _ => (old, new),
    };
    // a page is our own prose but for what was edited
    let is_page = change.path.extension() == Some("md");
    let known: HashSet<&str> = change.after.lines().filter(|_| is_page).collect();
    let is_ours = |line: &str| is_page && known.contains(line.trim_end()) || line.contains(PLACEHOLDER);
    let (before, after) = (hidden_but(&change.before, is_ours), hidden_but(&change.after, is_ours));
    if before == after && change.before != change.after {
        return format!("--- {}\n+++ {}\nonly values that are not shown differ\n", line(&old), line(&new));
    }
    unified(&old, &new, &before, &after)
}

/// A text without the secrets in it, but for some lines.
fn hidden_but(text: &str, is_shown: impl Fn(&str) -> bool) -> String {
    let masked = hidden(text);
    let lines = text.split_inclusive('\n').zip(masked.split_inclusive('\n'));
    lines.map(|(line, masked)| if is_shown(line) { line } else { masked }).collect()
}

/// A text without the secrets in it, as long as before.
pub(super) fn hidden(text: &str) -> Cow<'_, str> {
    diagnostic::masked(text, &secret::places(text, 0..text.len()))
}

/// The difference of two texts under their names, as `diff -u` shows it.
pub(super) fn unified(old: &str, new: &str, before: &str, after: &str) -> String {
    let text = similar::TextDiff::from_lines(before, after).unified_diff().header(&line(old), &line(new)).to_string();
    coloured(&text)
}

/// Puts a file in the place of another in one step, with the permissions of that one; through a link, that which it names.
pub(super) fn replace(path: &Utf8Path, bytes: &[u8]) -> anyhow::Result<()> {
    let target = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|parent| !parent.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let write = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        if let Ok(metadata) = std::fs::metadata(&target) {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        file.persist(&target)?;
        Ok(())
    };
    write().with_context(|| path.to_string())
}

fn coloured(diff: &str) -> String {
    diff.lines()
        .map(lines)
        .map(|line| match line.as_bytes().first() {
            Some(b'+') => style::styled(GOOD, line) + "\n",
            Some(b'-') => style::styled(BAD, line) + "\n",
            Some(b'@') => style::styled(NAME, line) + "\n",
            _ => format!("{line}\n"),
        })
        .collect()
}
