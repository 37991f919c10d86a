//! Scalars without quotes.

use super::cursor::{ends_in_flow, is_blank, is_break, is_flow, is_line_end, is_space};
use super::problem::{Reason, Result};
use super::token::{Token, scalar};
use super::tokens::Tokens;

impl Tokens<'_> {
    pub(super) fn fetch_plain(&mut self) -> Result<()> {
        let start = self.cursor.at;
        if !self.flow.is_empty() && self.cursor.peek() == b'-' && is_flow(self.cursor.next()) {
            return self.problem(Reason::ItemInBrackets);
        }
        let column = self.cursor.indent();
        let may_be_block_key = self.key_allowed && self.flow.is_empty();
        let (end, next) = if self.flow.is_empty() { self.block_run(start) } else { self.flow_run(start) };
        if may_be_block_key && self.cursor.byte(next) == b':' && !self.is_far(start, next) {
            self.close_places();
            return self.push_plain_key(start, column, next, scalar(start, end, false));
        }
        self.save_key();
        self.key_allowed = false;
        self.close_places();
        self.cursor.at = next;
        let scalar = self.further_lines(start, end)?;
        if end == start {
            return self.problem_at(start, Reason::Value);
        }
        self.queue.push(scalar);
        Ok(())
    }

    /// The end of the text that begins here on its line, and of the blanks behind it, outside of brackets.
    pub(super) fn block_run(&self, from: usize) -> (usize, usize) {
        self.run(from, false)
    }

    fn flow_run(&self, from: usize) -> (usize, usize) {
        self.run(from, true)
    }

    #[inline]
    fn run(&self, from: usize, in_flow: bool) -> (usize, usize) {
        let cursor = &self.cursor;
        let mut at = from;
        loop {
            let end = cursor.run_end(at, in_flow);
            let mut next = end;
            while is_blank(cursor.byte(next)) {
                next += 1;
            }
            let byte = cursor.byte(next);
            let ends = match byte {
                // before a comma or bracket it is a part of the text for kubectl
                b':' => is_space(cursor.byte(next + 1)),
                b'#' => next > end,
                _ => is_line_end(byte) || in_flow && ends_in_flow(byte),
            };
            if ends {
                return (end, next);
            }
            // a colon or another character that the text goes on with
            at = next + 1;
        }
    }

    /// The whole scalar, whose first line ends at `end`.
    pub(super) fn further_lines(&mut self, start: usize, mut end: usize) -> Result<Token> {
        let mut is_folded = false;
        loop {
            match self.cursor.peek() {
                b'#' if self.cursor.at > end => {
                    self.interrupted = self.flow.is_empty().then_some(self.cursor.at);
                    break;
                }
                byte if !is_break(byte) => break,
                _ => {}
            }
            self.skip_to_next_line()?;
            self.key_allowed = true;
            if !self.goes_on() {
                break;
            }
            (end, self.cursor.at) = self.run(self.cursor.at, !self.flow.is_empty());
            self.key_allowed = false;
            is_folded = true;
        }
        Ok(scalar(start, end, is_folded))
    }

    /// Goes over line breaks, and the blanks after them.
    fn skip_to_next_line(&mut self) -> Result<()> {
        loop {
            match self.cursor.peek() {
                b'\n' | b'\r' => self.cursor.skip_break(),
                b' ' => self.cursor.skip_spaces(),
                b'\t' if self.cursor.indent() <= self.indent => {
                    let tab = self.cursor.at;
                    self.cursor.skip_blanks();
                    if !is_line_end(self.cursor.peek()) {
                        return self.problem_at(tab, Reason::Tab);
                    }
                }
                b'\t' => self.cursor.at += 1,
                _ => return Ok(()),
            }
        }
    }

    /// Whether the scalar goes on with this line.
    fn goes_on(&self) -> bool {
        let (byte, next) = (self.cursor.peek(), self.cursor.next());
        let in_flow = !self.flow.is_empty();
        let ends = match byte {
            b'#' | 0 => true,
            b':' => is_space(next),
            _ => in_flow && ends_in_flow(byte),
        };
        !ends && (in_flow || self.cursor.indent() > self.indent) && !self.cursor.is_marker()
    }
}
