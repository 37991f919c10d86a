//! Finding the suppressions of a file: comments and annotations.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Collected, Suppression};
use crate::apiserver::files;
use crate::diagnostic::{Diagnostic, Location, ObjectId, nearest};
use crate::k8s::object::{self, Object};
use crate::rules::suppression::INVALID;
use crate::rules::{self, Rule, identity};
use crate::yaml::{Comment, Document, FileId, Kind, Node, Span, Stream};

/// How comments begin that speak to the program.
pub(in crate::check) const COMMENT: &str = "tightship:";
/// How annotations begin that suppress a rule.
const ANNOTATION: &str = "tightship/allow.";
const FORM: &str = "write `# tightship: allow[RULE] REASON`";

/// The suppressions of a part of a text, and those that mean nothing.
pub(in crate::check) fn collect(stream: &Stream<'_>, text: &str, part: Range<usize>, file: FileId) -> Collected {
    let mut collected = Collected::default();
    let Some(own) = text.get(part) else { return collected };
    if own.contains(COMMENT) {
        for comment in stream.comments.iter().filter(|comment| body(text, **comment).is_some()) {
            let line = target_line(text, *comment);
            let found = stream.documents.iter().find_map(|document| Some((document, target(document.root()?, line)?)));
            let object = || found.map(|(document, span)| object_at(document, span)).unwrap_or_default();
            of_comment(*comment, found.map(|(_, span)| span), object, text, file, &mut collected);
        }
        for document in &stream.documents {
            for (comment, within) in files::embedded_comments(document, text) {
                let covers = block_below(text, comment, within);
                of_comment(comment, covers, || object_at(document, comment.span), text, file, &mut collected);
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

/// The suppressions of a file of lines: a comment is about the line below it, with those that it goes on in.
pub(in crate::check) fn of_lines(text: &str, file: FileId) -> Collected {
    let mut collected = Collected::default();
    for comment in files::comments(text) {
        let mut line = target_line(text, comment);
        while text.get(line.range()).is_some_and(|line| line.trim_end().ends_with('\\')) {
            let next = Comment { span: Span { start: line.end, end: line.end }, trailing: false };
            let end = target_line(text, next).end;
            if end <= line.end {
                break;
            }
            line.end = end;
        }
        let covers = text.get(line.range()).filter(|text| !text.trim().is_empty()).map(|_| line);
        of_comment(comment, covers, Arc::default, text, file, &mut collected);
    }
    collected
}

/// The line below a comment of a text inside of a text, with the lines that are deeper.
fn block_below(text: &str, comment: Comment, within: Span) -> Option<Span> {
    let line = target_line(text, comment);
    let depth = |line: &str| line.len() - line.trim_start().len();
    let first = text.get(line.range()).filter(|line| !line.trim().is_empty())?;
    let mut end = line.end as usize;
    for next in text.get(end..within.end as usize)?.split_inclusive('\n').skip(1) {
        if !next.trim().is_empty() && depth(next) <= depth(first) {
            break;
        }
        end += next.len();
    }
    (line.start < within.end).then(|| Span { start: line.start, end: u32::try_from(end).unwrap_or(u32::MAX) })
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
        match rule(word) {
            Ok(rule) => named.push(rule),
            Err((message, help)) => refuse(message, help),
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
        expires,
        object: Arc::clone(&object),
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
        let mut refuse = |message: String, help: Option<String>| {
            collected.invalid.push(invalid(Location::new(file, span, ""), message, help, id()));
        };
        let rule = match rule(word) {
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
        collected.suppressions.push(Suppression { rule, file, span, covers, expires, object: id() });
    }
}

/// A suppression that means nothing.
fn invalid(place: Location, message: String, help: Option<String>, object: Arc<ObjectId>) -> Diagnostic {
    help.into_iter().fold(INVALID.found(place, message).about(object, ""), Diagnostic::help)
}

fn rule(word: &str) -> Result<&'static Rule, (String, Option<String>)> {
    rules::find(word).ok_or_else(|| {
        let near = nearest(word, rules::all().map(|rule| rule.id));
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

/// The bytes of the line that a comment is about: its own if it stands behind something, else the next that holds anything.
fn target_line(text: &str, comment: Comment) -> Span {
    let at = comment.span.range().start;
    let line_of = |at: usize| {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |end| at + end);
        (start, end)
    };
    let (mut start, mut end) = line_of(at);
    while !comment.trailing || start > at {
        if start > at {
            let line = text.get(start..end).unwrap_or_default().trim();
            if !line.is_empty() && !line.starts_with('#') && line != "---" {
                break;
            }
        }
        if end >= text.len() {
            break;
        }
        (start, end) = line_of(end + 1);
    }
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(start), end: offset(end) }
}

/// What begins on the line: the whole document, a member of a list, or a key with its value.
fn target(root: Node<'_, '_>, line: Span) -> Option<Span> {
    let begins = |span: Span| (line.start..line.end.max(line.start + 1)).contains(&span.start);
    if begins(root.span()) {
        return Some(root.span());
    }
    let mut node = root;
    loop {
        let holds = |span: Span| span.start <= line.end && line.start < span.end;
        let next = match node.kind() {
            Kind::Mapping => {
                let mut next = None;
                for (key, value) in node.entries() {
                    if begins(key.span()) {
                        return Some(Span { start: key.span().start, end: value.span().end.max(key.span().end) });
                    }
                    if holds(value.span()) {
                        next = Some(value);
                    }
                }
                next
            }
            Kind::Sequence => {
                let mut next = None;
                for item in node.items() {
                    if begins(item.span()) {
                        return Some(item.span());
                    }
                    if holds(item.span()) {
                        next = Some(item);
                    }
                }
                next
            }
            Kind::Scalar => None,
        };
        node = next?;
    }
}

/// The object of a document that holds a place.
fn object_at(document: &Document<'_>, span: Span) -> Arc<ObjectId> {
    let mut found = ObjectId::default();
    object::for_each(document, &mut |object| {
        let root = object.root.span();
        if root.start <= span.start && span.start <= root.end {
            found = identity(&object);
        }
    });
    Arc::new(found)
}
