//! Texts over several lines, after `|` or `>`.

use super::super::span::Span;
use super::cursor::{is_break, is_line_end};
use super::event::{Chomping, Form, Style, Text};
use super::problem::{Reason, Result};
use super::token::{Kind, Token, offset};
use super::tokens::Tokens;

impl Tokens<'_> {
    pub(super) fn fetch_block(&mut self, folded: bool) -> Result<()> {
        self.save_key();
        self.key_allowed = true;
        let start = self.cursor.at;
        self.cursor.at += 1;
        self.close_places();
        let (chomping, digit) = self.block_header(start)?;
        let header_end = self.cursor.at;
        self.skip_to_line_end()?;
        if !is_line_end(self.cursor.peek()) {
            return self.problem(Reason::Header(if folded { '>' } else { '|' }));
        }
        if is_break(self.cursor.peek()) {
            self.cursor.skip_break();
        }
        if self.cursor.peek() == b'\t' {
            return self.problem(Reason::Tab);
        }
        let lines = self.cursor.at;
        let indent = match digit {
            Some(digit) => {
                let indent = self.indent.max(0).cast_unsigned() + digit;
                self.skip_indent(indent);
                indent
            }
            None => self.find_indent(),
        };
        let has_lines = self.block_lines(indent)?;
        let form = Form::Block { folded, chomping, indent: offset(indent) };
        let written = Span { start: offset(lines), end: offset(self.cursor.at) };
        let end = self.block_end(start, header_end, chomping, has_lines);
        let style = if folded { Style::Folded } else { Style::Literal };
        self.queue.push(Token::new(Kind::Scalar(style, Text::Written(written, form)), start, end));
        Ok(())
    }

    /// What stands after `|` or `>`: a sign and a digit, in either order.
    fn block_header(&mut self, start: usize) -> Result<(Chomping, Option<usize>)> {
        let mut chomping = None;
        let mut digit = None;
        loop {
            match self.cursor.peek() {
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                b'0' if digit.is_none() => {
                    let header = char::from(self.cursor.byte(start));
                    return self.problem(Reason::Header(header));
                }
                byte @ b'1'..=b'9' if digit.is_none() => digit = Some(usize::from(byte - b'0')),
                _ => return Ok((chomping.unwrap_or(Chomping::Clip), digit)),
            }
            self.cursor.at += 1;
        }
    }

    /// Goes to the first character of the text, which gives its indentation.
    fn find_indent(&mut self) -> usize {
        let mut deepest = 0;
        loop {
            self.cursor.skip_spaces();
            deepest = deepest.max(self.cursor.at - self.cursor.line);
            if !is_break(self.cursor.peek()) {
                return deepest.max((self.indent + 1).max(0).cast_unsigned());
            }
            self.cursor.skip_break();
        }
    }

    /// Goes over empty lines and the indentation of the next one.
    fn skip_indent(&mut self, indent: usize) {
        loop {
            while self.cursor.peek() == b' ' && self.cursor.at - self.cursor.line < indent {
                self.cursor.at += 1;
            }
            if !is_break(self.cursor.peek()) {
                return;
            }
            self.cursor.skip_break();
        }
    }

    /// Goes behind the lines of the text. Whether there are any.
    fn block_lines(&mut self, indent: usize) -> Result<bool> {
        if self.cursor.is_end() {
            return Ok(false);
        }
        let column = self.cursor.at - self.cursor.line;
        if column < indent && column.cast_signed() > self.indent {
            let ends = self.indent < 0 && column == 0 && (self.cursor.is_marker() || self.cursor.peek() == b'#');
            if !ends {
                return self.problem(Reason::Indent);
            }
        }
        let mut has_lines = false;
        while self.cursor.at - self.cursor.line == indent && !self.cursor.is_end() {
            if indent == 0 && self.cursor.is_marker() {
                break;
            }
            has_lines = true;
            self.cursor.skip_line();
            if self.cursor.is_end() {
                break;
            }
            self.cursor.skip_break();
            self.skip_indent(indent);
        }
        Ok(has_lines)
    }

    /// Where the last line ends that counts, without its line break.
    fn block_end(&self, start: usize, header_end: usize, chomping: Chomping, has_lines: bool) -> usize {
        // the place may be behind the indentation of the next line
        let at = if self.cursor.is_end() { self.cursor.at } else { self.cursor.line };
        let written = self.cursor.bytes(start, at);
        let length = match written {
            [rest @ .., b'\r', b'\n'] | [rest @ .., b'\n' | b'\r'] if chomping == Chomping::Keep => rest.len(),
            _ if chomping == Chomping::Keep => written.len(),
            _ if !has_lines => 0,
            _ => written.iter().rposition(|byte| !is_break(*byte)).map_or(0, |last| last + 1),
        };
        (start + length).max(header_end)
    }
}
