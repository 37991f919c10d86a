//! From tokens to events, inside of brackets and braces.

use super::event::{Event, Kind};
use super::grammar::{Place, Scanner, State, empty, event};
use super::problem::{Reason, Result};
use super::token::Kind as T;

impl Scanner<'_> {
    pub(super) fn flow_item(&mut self, is_first: bool) -> Result<Event> {
        let mut token = self.peek()?;
        if token.kind != T::FlowSequenceEnd && !is_first {
            if token.kind != T::Comma {
                return self.problem(token, Reason::Separator(']'));
            }
            self.skip();
            token = self.peek()?;
        }
        match token.kind {
            T::FlowSequenceEnd => {
                self.pop();
                self.skip();
                Ok(event(Kind::SequenceEnd, token.span))
            }
            T::Key => {
                self.skip();
                self.state = State::PairKey;
                Ok(event(Kind::MappingStart(true), token.span))
            }
            _ => {
                self.state = State::FlowItem(false);
                self.node(Place::Flow)
            }
        }
    }

    pub(super) fn flow_key(&mut self, is_first: bool) -> Result<Event> {
        let mut token = self.peek()?;
        if token.kind != T::FlowMappingEnd && !is_first {
            if token.kind != T::Comma {
                return self.problem(token, Reason::Separator('}'));
            }
            self.skip();
            token = self.peek()?;
        }
        match token.kind {
            T::FlowMappingEnd => {
                self.pop();
                self.skip();
                Ok(event(Kind::MappingEnd, token.span))
            }
            T::Key => {
                self.skip();
                match self.peek()?.kind {
                    T::Value | T::Comma | T::FlowMappingEnd => self.nothing_here(State::FlowValue),
                    _ => {
                        self.state = State::FlowValue;
                        self.node(Place::Flow)
                    }
                }
            }
            T::Value => self.nothing(token.span.start, State::FlowValue),
            _ => {
                self.state = State::FlowNoValue;
                self.node(Place::Flow)
            }
        }
    }

    pub(super) fn flow_value(&mut self) -> Result<Event> {
        let token = self.peek()?;
        if token.kind != T::Value {
            return self.nothing(token.span.start, State::FlowKey(false));
        }
        self.skip();
        match self.peek()?.kind {
            T::Comma | T::FlowMappingEnd => self.nothing(token.span.start, State::FlowKey(false)),
            _ => {
                self.state = State::FlowKey(false);
                self.node(Place::Flow)
            }
        }
    }

    pub(super) fn pair_key(&mut self) -> Result<Event> {
        match self.peek()?.kind {
            T::Comma | T::FlowSequenceEnd => self.nothing_here(State::PairValue),
            _ => {
                self.state = State::PairValue;
                self.node(Place::Flow)
            }
        }
    }

    pub(super) fn pair_value(&mut self) -> Result<Event> {
        let token = self.peek()?;
        if token.kind != T::Value {
            return self.nothing(token.span.start, State::PairEnd);
        }
        self.skip();
        match self.peek()?.kind {
            T::Comma | T::FlowSequenceEnd => self.nothing_here(State::PairEnd),
            _ => {
                self.state = State::PairEnd;
                self.node(Place::Flow)
            }
        }
    }

    pub(super) fn pair_end(&mut self) -> Result<Event> {
        self.state = State::FlowItem(false);
        Ok(event(Kind::MappingEnd, empty(self.peek()?.span.start)))
    }
}
