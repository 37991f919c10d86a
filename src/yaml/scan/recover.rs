//! Reading on after an error.

use super::cursor::{is_blank, is_break, is_line_end};
use super::event::Kind;
use super::grammar::{Scanner, State};
use super::token::{Kind as T, Token};
use super::tokens::Tokens;

impl Scanner<'_> {
    /// Goes to the next document, after an error or because nobody wants the rest of this one. Whether there is one.
    pub fn next_document(&mut self) -> bool {
        self.skip_document();
        loop {
            match self.tokens.peek() {
                Ok(token) if token.kind == T::DocumentEnd => self.tokens.skip(),
                Ok(token) => return token.kind != T::StreamEnd,
                Err(problem) => {
                    self.state = State::Broken(problem);
                    return true;
                }
            }
        }
    }

    fn skip_document(&mut self) {
        loop {
            if self.skip_events() {
                return;
            }
            // a directive belongs to the document that follows, which is given up with it
            let in_header = matches!(self.state, State::Start(_) | State::Broken(_)) && self.tokens.in_directives;
            self.tokens.recover();
            self.restart();
            if !in_header || !self.tokens.peek().is_ok_and(|token| token.kind == T::DocumentStart) {
                return;
            }
        }
    }

    /// Reads to the end of the document. `false`: there is an error in it.
    fn skip_events(&mut self) -> bool {
        while !self.has_failed {
            if std::mem::take(&mut self.at_document_end) {
                return true;
            }
            if self.next_event().is_ok_and(|event| event.kind == Kind::StreamEnd) {
                return true;
            }
        }
        false
    }
}

impl Tokens<'_> {
    /// Gives up what is open, and goes to the marker that ends the document or begins the next one.
    fn recover(&mut self) {
        let marker = self.waiting_marker();
        self.reset();
        let token = marker.unwrap_or_else(|| self.find_marker());
        self.restart_at(token);
        if self.cursor.odd().is_some() {
            self.cursor.look_for_odd();
        }
    }

    /// A marker that was read before the error.
    fn waiting_marker(&self) -> Option<Token> {
        let cursor = &self.cursor;
        let is_real = |token: &&Token| match token.kind {
            T::StreamEnd | T::DocumentStart => true,
            // the rest of its line is read with it
            T::DocumentEnd => cursor.line > token.span.start as usize || cursor.is_end() || is_break(cursor.peek()),
            _ => false,
        };
        self.queue.waiting().iter().find(is_real).copied()
    }

    fn find_marker(&mut self) -> Token {
        loop {
            if self.cursor.at == self.cursor.line {
                while self.cursor.starts_with(self.cursor.at, "\u{feff}".as_bytes()) {
                    self.cursor.at += 3;
                    self.cursor.line = self.cursor.at;
                }
                let start = self.cursor.at;
                if self.cursor.is_word(b"---") {
                    self.cursor.at += 3;
                    return Token::new(T::DocumentStart, start, self.cursor.at);
                }
                if self.cursor.is_word(b"...") && self.is_alone(start + 3) {
                    self.cursor.at += 3;
                    self.cursor.skip_line();
                    return Token::new(T::DocumentEnd, start, start + 3);
                }
            }
            self.cursor.skip_line();
            if self.cursor.is_end() {
                return Token::new(T::StreamEnd, self.cursor.at, self.cursor.at);
            }
            self.cursor.skip_break();
        }
    }

    /// Whether only blanks and a comment follow on the line.
    fn is_alone(&self, mut at: usize) -> bool {
        while is_blank(self.cursor.byte(at)) {
            at += 1;
        }
        self.cursor.byte(at) == b'#' || is_line_end(self.cursor.byte(at))
    }
}
