//! From tokens to events.

use std::collections::HashMap;
use std::ops::Range;

use super::super::scalar::Tag;
use super::super::span::{Comment, Span};
use super::cursor::Cursor;
use super::directive;
use super::event::{Event, Kind, Properties, Style, Text};
use super::open::{Json, MAX_DEPTH};
use super::problem::{Problem, Reason, Result};
use super::property;
use super::token::{self, Token};
use super::tokens::Tokens;
use token::Kind as T;

/// What is read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// An error that was found behind the document before.
    Broken(Problem),
    /// `true`: without `---`, if need be.
    Start(bool),
    Content,
    DocumentEnd,
    End,
    Item,
    /// Of a list that is no deeper than its key.
    ShallowItem,
    Key,
    Value,
    /// After the `:` at this place.
    Colon(u32),
    /// In brackets that hold JSON.
    Json(Json),
    FlowItem(bool),
    FlowKey(bool),
    FlowValue,
    FlowNoValue,
    PairKey,
    PairValue,
    PairEnd,
}

/// Where a node stands, which says what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A document or an item in block style.
    Block,
    /// A key or value in block style: a list is as deep as the key.
    Entry,
    Flow,
}

/// A text, read event by event. Comments are no events: they are collected.
pub struct Scanner<'s> {
    text: &'s str,
    pub(super) tokens: Tokens<'s>,
    pub(super) state: State,
    states: Vec<State>,
    anchors: HashMap<&'s str, u32>,
    /// Numbers are not used again by another document.
    last_anchor: u32,
    handles: HashMap<String, String>,
    tag: String,
    /// Open lists and mappings in block style.
    pub(super) depth: usize,
    /// Where the last event ended.
    end: u32,
    pub(super) has_failed: bool,
    pub(super) at_document_end: bool,
}

impl<'s> Scanner<'s> {
    /// Reads a part of a text; spans are those in the whole text.
    pub fn new(text: &'s str, part: Range<usize>) -> Self {
        let tokens = Tokens::new(Cursor::new(text, part.start, part.end));
        Self {
            text,
            tokens,
            state: State::Start(true),
            states: Vec::new(),
            anchors: HashMap::new(),
            last_anchor: 0,
            handles: HashMap::new(),
            tag: String::new(),
            depth: 0,
            end: token::offset(part.start),
            has_failed: false,
            at_document_end: false,
        }
    }

    /// Whether each character of the text is a byte.
    pub fn is_ascii(&self) -> bool {
        self.tokens.cursor.is_ascii
    }

    /// The comments so far.
    pub fn take_comments(&mut self) -> Vec<Comment> {
        std::mem::take(&mut self.tokens.comments)
    }

    /// The whole name of the last tag, when an event says that there is one.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The next event.
    pub fn next_event(&mut self) -> std::result::Result<Event, Problem> {
        let event = match self.state {
            State::Key => self.key(),
            State::Colon(at) => self.colon(at),
            State::Value => self.value(),
            State::Item => self.item(),
            State::Broken(problem) => Err(problem),
            State::ShallowItem => self.shallow_item(),
            State::Start(implicit) => self.document_start(implicit),
            State::Content => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::End => Ok(event(Kind::StreamEnd, empty(self.end))),
            State::FlowItem(is_first) => self.flow_item(is_first),
            State::FlowKey(is_first) => self.flow_key(is_first),
            State::FlowValue => self.flow_value(),
            State::Json(json) => Ok(self.json(json)),
            State::FlowNoValue => self.nothing_here(State::FlowKey(false)),
            State::PairKey => self.pair_key(),
            State::PairValue => self.pair_value(),
            State::PairEnd => self.pair_end(),
        };
        match &event {
            Ok(event) => {
                // the empty lines after a text block belong to the document
                let written = if let Kind::Scalar(_, Text::Written(span, _)) = event.kind { span.end } else { 0 };
                self.end = event.span.end.max(written);
                self.at_document_end = event.kind == Kind::DocumentEnd;
            }
            Err(_) => self.has_failed = true,
        }
        event
    }

    /// As before the first document.
    pub(super) fn restart(&mut self) {
        self.state = State::Start(true);
        self.states.clear();
        self.handles.clear();
        self.depth = 0;
        self.end = token::offset(self.tokens.cursor.at);
        (self.has_failed, self.at_document_end) = (false, false);
    }

    pub(super) fn peek(&mut self) -> Result<Token> {
        self.tokens.peek()
    }

    pub(super) fn skip(&mut self) {
        self.tokens.skip();
    }

    pub(super) fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    pub(super) fn problem<T>(&self, token: Token, reason: Reason) -> Result<T> {
        self.tokens.problem_at(token.span.start as usize, reason)
    }

    /// A value that nobody wrote.
    #[expect(clippy::unnecessary_wraps, reason = "as all that make an event")]
    pub(super) fn nothing(&mut self, at: u32, next: State) -> Result<Event> {
        self.state = next;
        Ok(event(Kind::Scalar(Style::Plain, Text::Source(empty(at))), empty(at)))
    }

    pub(super) fn nothing_here(&mut self, next: State) -> Result<Event> {
        let at = self.peek()?.span.start;
        self.nothing(at, next)
    }

    fn document_start(&mut self, implicit: bool) -> Result<Event> {
        while self.peek()?.kind == T::DocumentEnd {
            self.skip();
        }
        self.anchors.clear();
        let token = self.peek()?;
        match token.kind {
            T::StreamEnd => {
                self.state = State::End;
                self.skip();
                Ok(event(Kind::StreamEnd, token.span))
            }
            kind if kind.is_directive() || kind == T::DocumentStart || !implicit => self.explicit_start(),
            _ => {
                self.handles.clear();
                self.states.push(State::DocumentEnd);
                // the content may be anything but another marker
                self.state = State::Content;
                Ok(event(Kind::DocumentStart(false), token.span))
            }
        }
    }

    fn explicit_start(&mut self) -> Result<Event> {
        self.handles.clear();
        let mut has_version = false;
        loop {
            let token = self.peek()?;
            match token.kind {
                T::VersionDirective if has_version => return self.problem(token, Reason::SecondDirective),
                T::VersionDirective => has_version = self.version(token)?,
                T::TagDirective => self.tag_directive(token)?,
                T::OtherDirective => {}
                T::DocumentStart => {
                    self.skip();
                    self.states.push(State::DocumentEnd);
                    self.state = State::Content;
                    return Ok(event(Kind::DocumentStart(true), token.span));
                }
                _ => return self.problem(token, Reason::DocumentStart),
            }
            self.skip();
        }
    }

    fn written(&self, token: Token) -> &'s str {
        self.text.get(token.span.range()).unwrap_or_default()
    }

    fn version(&self, token: Token) -> Result<bool> {
        let version = self.written(token).split_ascii_whitespace().nth(1).unwrap_or_default();
        match directive::major(version.as_bytes()) {
            Some(1) => Ok(true),
            _ => self.problem(token, Reason::Version),
        }
    }

    fn tag_directive(&mut self, token: Token) -> Result<()> {
        let mut words = self.written(token).split_ascii_whitespace().skip(1);
        let (handle, prefix) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let prefix = property::unescape(prefix.as_bytes()).unwrap_or_default();
        match self.handles.insert(handle.to_owned(), prefix) {
            Some(_) => self.problem(token, Reason::SecondDirective),
            None => Ok(()),
        }
    }

    fn document_content(&mut self) -> Result<Event> {
        let kind = self.peek()?.kind;
        if kind.is_directive() || matches!(kind, T::DocumentStart | T::DocumentEnd | T::StreamEnd) {
            let end = self.end;
            let next = self.states.pop().unwrap_or(State::End);
            return self.nothing(end, next);
        }
        self.pop();
        self.node(Place::Block)
    }

    fn document_end(&mut self) -> Result<Event> {
        let token = self.peek()?;
        self.handles.clear();
        if token.kind == T::DocumentEnd {
            self.skip();
            self.state = State::Start(true);
            return Ok(event(Kind::DocumentEnd, token.span));
        }
        if token.kind.is_directive() {
            return self.problem(token, Reason::LateDirective);
        }
        self.state = State::Start(false);
        Ok(event(Kind::DocumentEnd, empty(self.end)))
    }

    /// A node; the state is what follows it.
    pub(super) fn node(&mut self, place: Place) -> Result<Event> {
        let mut token = self.peek()?;
        if let T::Scalar(style, text) = token.kind {
            self.skip();
            return Ok(event(Kind::Scalar(style, text), token.span));
        }
        let mut properties = Properties::NONE;
        let mut end = None;
        loop {
            match token.kind {
                T::Alias if end.is_none() => return self.alias(token),
                T::Anchor if properties.anchor == 0 => properties.anchor = self.anchor(token),
                T::Tag if properties.tag == Tag::None => properties.tag = self.read_tag(token)?,
                _ => break,
            }
            end = Some(token.span.end);
            self.skip();
            token = self.peek()?;
        }
        let kind = match token.kind {
            T::Scalar(style, text) => Kind::Scalar(style, text),
            T::FlowSequence => self.open_flow(token, State::FlowItem(true), Kind::SequenceStart(true)),
            T::FlowMapping => self.open_flow(token, State::FlowKey(true), Kind::MappingStart(true)),
            T::BlockSequence if place != Place::Flow => {
                self.open_block(token, State::Item, Kind::SequenceStart(false))?
            }
            T::BlockMapping if place != Place::Flow => self.open_block(token, State::Key, Kind::MappingStart(false))?,
            T::Entry if place == Place::Entry => {
                let kind = self.open_block(token, State::ShallowItem, Kind::SequenceStart(false))?;
                let span = empty(token.span.start);
                return Ok(Event { kind, span, properties });
            }
            _ => match end {
                Some(end) => {
                    let span = empty(end);
                    return Ok(Event { kind: Kind::Scalar(Style::Plain, Text::Source(span)), span, properties });
                }
                None => return self.problem(token, Reason::Value),
            },
        };
        self.skip();
        Ok(Event { kind, span: token.span, properties })
    }

    fn open_flow(&mut self, token: Token, state: State, kind: Kind) -> Kind {
        let json = self.tokens.json.take_if(|json| json.start == token.span.start);
        self.open(json.map_or(state, State::Json), kind)
    }

    /// What the state was follows the collection.
    pub(super) fn open(&mut self, state: State, kind: Kind) -> Kind {
        self.states.push(std::mem::replace(&mut self.state, state));
        kind
    }

    fn open_block(&mut self, token: Token, state: State, kind: Kind) -> Result<Kind> {
        if self.depth >= MAX_DEPTH {
            return self.problem(token, Reason::Depth);
        }
        self.depth += 1;
        Ok(self.open(state, kind))
    }

    fn name(&self, token: Token) -> &'s str {
        self.written(token).get(1..).unwrap_or_default()
    }

    fn alias(&mut self, token: Token) -> Result<Event> {
        self.skip();
        match self.anchors.get(self.name(token)) {
            Some(&anchor) => Ok(event(Kind::Alias(anchor), token.span)),
            None => self.problem(token, Reason::Anchor),
        }
    }

    fn anchor(&mut self, token: Token) -> u32 {
        self.last_anchor = self.last_anchor.saturating_add(1);
        self.anchors.insert(self.name(token), self.last_anchor);
        self.last_anchor
    }

    fn read_tag(&mut self, token: Token) -> Result<Tag> {
        match property::name(self.written(token), &self.handles) {
            Ok(name) => {
                self.tag = name;
                Ok(property::known(&self.tag))
            }
            Err(reason) => self.problem(token, reason),
        }
    }
}

pub(super) fn event(kind: Kind, span: Span) -> Event {
    Event { kind, span, properties: Properties::NONE }
}

pub(super) fn empty(at: u32) -> Span {
    Span { start: at, end: at }
}
