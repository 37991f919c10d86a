//! Finding the suppressions of a file: comments and annotations.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::place::{Blocks, Places, TargetLines, target_line};
use super::{Collected, Suppression};
use crate::apiserver::files;
use crate::diagnostic::{Diagnostic, Location, ObjectId, nearest};
use crate::k8s::object::{self, Object};
use crate::rules::suppression::INVALID;
use crate::rules::{self, Rule, identity};
use crate::yaml::{Comment, FileId, Node, Span, Stream};

/// How comments begin that speak to the program.
const COMMENT: &str = "tightship:";
/// How annotations begin that suppress a rule.
const ANNOTATION: &str = "tightship/allow.";
const FORM: &str = "write `# tightship: allow[RULE] REASON`";

/// The suppressions of a part of a text, and those that mean nothing.
pub(in crate::check) fn collect(stream: &Stream<'_>, text: &str, part: Range<usize>, file: FileId) -> Collected {
    let mut collected = Collected::default();
    let Some(own) = text.get(part) else { return collected };
    if own.contains(COMMENT) {
        let mut lines = TargetLines::new(text);
        let mut places = Places::new(stream);
        for comment in stream.comments.iter().filter(|comment| body(text, **comment).is_some()) {
            let found = places.target(lines.of(*comment));
            let object = || found.map(|(document, span)| places.object_at(document, span)).unwrap_or_default();
            of_comment(*comment, found.map(|(_, span)| span), object, text, file, &mut collected);
        }
        for (at, document) in stream.documents.iter().enumerate() {
            let mut blocks = Blocks::default();
            for (comment, within) in files::embedded_comments(document, text) {
                let covers = blocks.within(text, within).below(lines.of(comment));
                of_comment(comment, covers, || places.object_at(at, comment.span), text, file, &mut collected);
            }
        }
    }
    if own.contains(ANNOTATION) {
        for document in &stream.documents {
            object::for_each(document, &mut |object| of_object(&object, file, &mut collected));
        }
    }
    collected
}

/// Whether a part of a text ends in comments that may be about what comes behind it: a suppression may stand above the `---`
/// of the document that it is about.
pub(in crate::check) fn goes_on(text: &str, part: Range<usize>) -> bool {
    let lines = text.get(part).unwrap_or_default().lines().rev().map(str::trim);
    let mut comments = lines.take_while(|line| line.is_empty() || line.starts_with('#') || *line == "---");
    comments.any(|line| line.contains(COMMENT))
}

/// The suppressions of a file of lines: a comment is about the line below it, with those that it goes on in.
pub(in crate::check) fn of_lines(text: &str, file: FileId) -> Collected {
    let mut collected = Collected::default();
    let mut lines = TargetLines::new(text);
    let mut whole = Span::default();
    for comment in files::comments(text) {
        let mut line = lines.of(comment);
        // a comment within lines that go on is about the rest of them
        let end = if (whole.start..whole.end).contains(&line.start) { whole.end } else { end_of_line(text, line) };
        line.end = end;
        whole = line;
        let covers = text.get(line.range()).filter(|text| !text.trim().is_empty()).map(|_| line);
        of_comment(comment, covers, Arc::default, text, file, &mut collected);
    }
    collected
}

/// The end of a line with those that it goes on in.
fn end_of_line(text: &str, mut line: Span) -> u32 {
    while text.get(line.range()).is_some_and(|line| line.trim_end().ends_with('\\')) {
        let next = Comment { span: Span { start: line.end, end: line.end }, trailing: false };
        let next = target_line(text, next);
        if next.end <= line.end {
            break;
        }
        line = next;
    }
    line.end
}

/// What a comment says to the program; `None` for those that are for people.
fn body(text: &str, comment: Comment) -> Option<&str> {
    text.get(comment.span.range())?.trim_start_matches('#').trim().strip_prefix(COMMENT)
}

/// `covers` is what the comment is about, if there is anything below it.
fn of_comment(
    comment: Comment,
    covers: Option<Span>,
    object: impl FnOnce() -> Arc<ObjectId>,
    text: &str,
    file: FileId,
    collected: &mut Collected,
) {
    let Some(body) = body(text, comment) else { return };
    let object = object();
    let place = Location::new(file, comment.span, "");
    let mut guesses = GUESSES.saturating_sub(collected.invalid.len());
    let mut refuse = |message: String, help: Option<String>| {
        collected.invalid.push(invalid(place.clone(), message, help, Arc::clone(&object)));
    };
    let Some((words, reason)) = body.trim().strip_prefix("allow[").and_then(|rest| rest.split_once(']')) else {
        return refuse("a comment to tightship that it does not understand".to_owned(), Some(FORM.to_owned()));
    };
    let Some(covers) = covers else {
        return refuse("a suppression with nothing below it".to_owned(), None);
    };
    let (reason, expires) = split_reason(reason.trim());
    let mut named = Vec::new();
    for word in words.split(',').map(str::trim) {
        match rule(word, guesses > 0) {
            Ok(rule) => named.push(rule),
            Err((message, help)) => {
                guesses = guesses.saturating_sub(1);
                refuse(message, help);
            }
        }
    }
    if reason.is_empty() {
        return refuse("a suppression without a reason suppresses nothing".to_owned(), Some(FORM.to_owned()));
    }
    let span = comment.span;
    collected.suppressions.extend(named.into_iter().map(|rule| Suppression {
        rule,
        file,
        span,
        covers,
        reason: reason.to_owned(),
        expires,
        object: Arc::clone(&object),
        is_annotation: false,
    }));
}

fn of_object(object: &Object<'_, '_>, file: FileId, collected: &mut Collected) {
    let pods = object.kind.pod_path().map(|path| path.metadata).filter(|path| path.len() > 1);
    let pods = pods.and_then(|path| object.root.path(path));
    let id = || Arc::new(identity(object));
    for (key, value) in
        object.metadata.into_iter().chain(pods).filter_map(|node| node.get("annotations")).flat_map(Node::fields)
    {
        let Some(word) = key.text().and_then(|key| key.strip_prefix(ANNOTATION)) else { continue };
        let span = key.span();
        let guesses = collected.invalid.len() < GUESSES;
        let mut refuse = |message: String, help: Option<String>| {
            collected.invalid.push(invalid(Location::new(file, span, ""), message, help, id()));
        };
        let rule = match rule(word, guesses) {
            Ok(rule) => rule,
            Err((message, help)) => {
                refuse(message, help);
                continue;
            }
        };
        let (reason, expires) = split_reason(value.text().unwrap_or_default().trim());
        if reason.is_empty() {
            refuse(
                "a suppression without a reason suppresses nothing".to_owned(),
                Some(format!("write `{ANNOTATION}{word}: REASON`")),
            );
            continue;
        }
        let covers = object.root.origin();
        collected.suppressions.push(Suppression {
            rule,
            file,
            span,
            covers,
            reason: reason.to_owned(),
            expires,
            object: id(),
            is_annotation: true,
        });
    }
}

/// A suppression that means nothing.
fn invalid(place: Location, message: String, help: Option<String>, object: Arc<ObjectId>) -> Diagnostic {
    help.into_iter().fold(INVALID.found(place, message).about(object, ""), Diagnostic::help)
}

/// For so many words of a part of a file it is guessed what they may mean: each is compared with every rule.
const GUESSES: usize = 20;

fn rule(word: &str, guess: bool) -> Result<&'static Rule, (String, Option<String>)> {
    rules::find(word).ok_or_else(|| {
        let near = guess.then(|| nearest(word, rules::all().map(|rule| rule.id))).flatten();
        (format!("a suppression of `{word}`, which is not a rule"), near.map(|near| format!("did you mean `{near}`?")))
    })
}

/// A reason may end in `until 2027-03-31`, in brackets or not, as the annotations of the generator do.
fn split_reason(text: &str) -> (&str, Option<Date>) {
    let bare = text.trim_end_matches(')');
    let expires = bare.rsplit_once("until ").and_then(|(_, day)| day.trim().parse().ok());
    // a day alone is no reason
    let reason = if expires.is_some() { bare.rsplit_once("until ").map_or(text, |(reason, _)| reason) } else { text };
    (reason.trim_matches([' ', '(', ',', ';']), expires)
}
