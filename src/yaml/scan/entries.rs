//! From tokens to events, in block style.

use super::super::span::Span;
use super::event::{Event, Kind};
use super::grammar::{Place, Scanner, State, empty, event};
use super::problem::{Reason, Result};
use super::token::Kind as T;

impl Scanner<'_> {
    pub(super) fn close_block(&mut self, kind: Kind, span: Span) -> Event {
        self.depth = self.depth.saturating_sub(1);
        self.pop();
        event(kind, span)
    }

    pub(super) fn key(&mut self) -> Result<Event> {
        if self.tokens.is_settled()
            && let Some(event) = self.line_key()?
        {
            return Ok(event);
        }
        let token = self.peek()?;
        match token.kind {
            T::Key => {
                self.skip();
                match self.peek()?.kind {
                    T::Key | T::Value | T::BlockEnd => self.nothing_here(State::Value),
                    _ => {
                        self.state = State::Value;
                        self.node(Place::Entry)
                    }
                }
            }
            T::Value => self.nothing(token.span.start, State::Value),
            T::BlockEnd => {
                self.skip();
                Ok(self.close_block(Kind::MappingEnd, token.span))
            }
            _ => self.problem(token, Reason::Key),
        }
    }

    pub(super) fn value(&mut self) -> Result<Event> {
        let token = self.peek()?;
        if token.kind != T::Value {
            return self.nothing(token.span.start, State::Key);
        }
        self.skip();
        self.value_of(token.span.start)
    }

    /// What follows the `:` that was read last.
    pub(super) fn colon(&mut self, colon: u32) -> Result<Event> {
        if self.tokens.is_settled()
            && let Some(event) = self.line_value()?
        {
            return Ok(event);
        }
        self.value_of(colon)
    }

    fn value_of(&mut self, colon: u32) -> Result<Event> {
        match self.peek()?.kind {
            T::Key | T::Value | T::BlockEnd => self.nothing(colon, State::Key),
            _ => {
                self.state = State::Key;
                self.node(Place::Entry)
            }
        }
    }

    pub(super) fn item(&mut self) -> Result<Event> {
        if self.tokens.is_settled()
            && let Some(event) = self.line_item(false)?
        {
            return Ok(event);
        }
        let token = self.peek()?;
        match token.kind {
            T::Entry => {
                self.skip();
                match self.peek()?.kind {
                    T::Entry | T::BlockEnd => self.nothing(token.span.end, State::Item),
                    _ => {
                        self.state = State::Item;
                        self.node(Place::Block)
                    }
                }
            }
            T::BlockEnd => {
                self.skip();
                Ok(self.close_block(Kind::SequenceEnd, token.span))
            }
            _ => self.problem(token, Reason::Dash),
        }
    }

    pub(super) fn shallow_item(&mut self) -> Result<Event> {
        if self.tokens.is_settled()
            && let Some(event) = self.line_item(true)?
        {
            return Ok(event);
        }
        let token = self.peek()?;
        if token.kind != T::Entry {
            return Ok(self.close_block(Kind::SequenceEnd, empty(token.span.start)));
        }
        self.skip();
        match self.peek()?.kind {
            T::Entry | T::Key | T::Value | T::BlockEnd => self.nothing(token.span.end, State::ShallowItem),
            _ => {
                self.state = State::ShallowItem;
                self.node(Place::Block)
            }
        }
    }
}
