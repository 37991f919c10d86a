//! Keys, list items, and the blocks that they open and close.

use super::cursor::{is_blank, is_break, is_flow, is_space};
use super::open::{Indent, MAX_DEPTH, SimpleKey};
use super::problem::{Reason, Result};
use super::token::{Kind, Token};
use super::tokens::Tokens;

/// A key without `?` is no longer than this many characters.
const MAX_KEY: usize = 1024;

impl Tokens<'_> {
    /// What begins here may be a key.
    pub(super) fn save_key(&mut self) {
        if !self.key_allowed {
            return;
        }
        let is_block = self.indents.last().is_some_and(|indent| indent.is_block);
        let required = self.flow.is_empty() && is_block && self.indent == self.cursor.indent();
        let (at, line) = (self.cursor.at, self.cursor.line);
        let key = SimpleKey { possible: true, required, number: self.queue.next_number(), at, line };
        if let Some(last) = self.keys.last_mut() {
            *last = key;
            self.first_key.get_or_insert(self.flow.len());
        }
    }

    /// What was saved last is no key.
    pub(super) fn remove_key(&mut self) -> Result<()> {
        match self.keys.last() {
            Some(key) if key.possible && key.required => self.problem_at(key.at, Reason::Colon),
            _ => {
                self.clear_key();
                Ok(())
            }
        }
    }

    fn clear_key(&mut self) {
        if let Some(last) = self.keys.last_mut() {
            last.possible = false;
        }
        if self.first_key == Some(self.flow.len()) {
            self.first_key = None;
        }
    }

    /// Keys end with their line, and after so many characters, brackets or not.
    pub(super) fn forget_old_keys(&mut self) -> Result<()> {
        while let Some(first) = self.first_key {
            let Some(key) = self.keys.get(first).copied() else { break };
            let is_other_line = self.flow.is_empty() && key.line < self.cursor.line;
            if !is_other_line && !self.is_far(key.at, self.cursor.at) {
                break;
            }
            if key.required {
                return self.problem_at(key.at, Reason::Colon);
            }
            let rest = self.keys.get_mut(first..).unwrap_or_default();
            rest.iter_mut().take(1).for_each(|key| key.possible = false);
            self.first_key = rest.iter().position(|key| key.possible).map(|found| first + found);
        }
        Ok(())
    }

    /// Whether a `:` is too far behind the begin of a key.
    pub(super) fn is_far(&self, key: usize, colon: usize) -> bool {
        colon - key > MAX_KEY && self.cursor.characters(key, colon) > MAX_KEY
    }

    /// Whether the first token of the queue may still turn out to be a key.
    pub(super) fn may_be_key(&mut self) -> Result<bool> {
        self.forget_old_keys()?;
        let first = self.first_key.and_then(|first| self.keys.get(first));
        Ok(first.is_some_and(|key| key.number == self.queue.taken()))
    }

    /// Closes the blocks that are deeper than a column.
    pub(super) fn close_blocks(&mut self, column: isize) {
        while self.flow.is_empty() && self.indent > column {
            let Some(indent) = self.indents.pop() else { break };
            self.indent = indent.outer;
            if indent.is_block {
                self.blocks -= 1;
                self.push(Kind::BlockEnd, self.cursor.at, self.cursor.at);
            }
        }
    }

    /// Opens a block where the column is deeper than that of the block that is open. `number`: before that token.
    fn open_block(&mut self, column: isize, number: usize, kind: Kind, at: usize) -> Result<()> {
        if !self.flow.is_empty() {
            return Ok(());
        }
        if self.indent <= column
            && let Some(place) = self.indents.pop_if(|indent| !indent.is_block)
        {
            self.indent = place.outer;
        }
        if self.indent < column {
            if self.blocks >= MAX_DEPTH {
                return self.problem_at(at, Reason::Depth);
            }
            self.indents.push(Indent { outer: self.indent, is_block: true });
            self.blocks += 1;
            self.indent = column;
            self.queue.insert(number, Token::new(kind, at, at));
        }
        Ok(())
    }

    /// After a key or a dash, what follows on the next lines has to be deeper by a column.
    pub(super) fn open_place(&mut self) {
        if self.flow.is_empty() && self.indents.last().is_some_and(|indent| indent.is_block) {
            self.indents.push(Indent { outer: self.indent, is_block: false });
            self.indent += 1;
        }
    }

    pub(super) fn close_places(&mut self) {
        while let Some(place) = self.indents.pop_if(|indent| !indent.is_block) {
            self.indent = place.outer;
        }
    }

    /// The column of the innermost block.
    fn block_column(&self) -> isize {
        self.indents.last().filter(|indent| !indent.is_block).map_or(self.indent, |indent| indent.outer)
    }

    /// `-`
    pub(super) fn fetch_item(&mut self) -> Result<()> {
        if !self.flow.is_empty() {
            return self.problem(Reason::ItemInBrackets);
        }
        if !self.key_allowed {
            return self.problem(Reason::Item);
        }
        let start = self.cursor.at;
        self.open_block(self.cursor.indent(), self.queue.next_number(), Kind::BlockSequence, start)?;
        self.cursor.at += 1;
        let has_tabs = self.skip_to_line_end()?;
        let (byte, next) = (self.cursor.peek(), self.cursor.next());
        if has_tabs && byte == b'-' && is_space(next) {
            return self.problem(Reason::Tab);
        }
        if is_break(byte) || is_flow(byte) {
            self.open_place();
        }
        self.remove_key()?;
        self.key_allowed = true;
        self.push(Kind::Entry, start, self.cursor.at);
        Ok(())
    }

    /// `?`
    pub(super) fn fetch_key(&mut self) -> Result<()> {
        let start = self.cursor.at;
        if let Some(flow) = self.flow.last_mut() {
            flow.has_mapping = true;
        } else if self.key_allowed {
            self.open_block(self.cursor.indent(), self.queue.next_number(), Kind::BlockMapping, start)?;
        } else {
            return self.problem(Reason::KeyPlace);
        }
        self.remove_key()?;
        self.key_allowed = self.flow.is_empty();
        self.cursor.at += 1;
        self.push(Kind::Key, start, self.cursor.at);
        self.watch_tabs = self.flow.is_empty() && self.skip_after_question()?;
        Ok(())
    }

    /// White space after `?`, and a comment: whether there was one.
    fn skip_after_question(&mut self) -> Result<bool> {
        loop {
            match self.cursor.peek() {
                b' ' => self.cursor.skip_spaces(),
                b'\t' => self.skip_watched_tab()?,
                b'\n' | b'\r' => {
                    self.cursor.skip_break();
                    self.key_allowed = true;
                }
                b'#' => {
                    self.take_comment();
                    return Ok(true);
                }
                _ => return Ok(false),
            }
        }
    }

    /// `:`
    pub(super) fn fetch_value(&mut self) -> Result<()> {
        let start = self.cursor.at;
        let column = self.cursor.indent();
        let key = self.keys.last().copied().unwrap_or_default();
        let is_pair = self.flow.last().is_some_and(|flow| flow.is_sequence && !flow.has_mapping);
        if is_pair && let Some(flow) = self.flow.last_mut() {
            flow.in_pair = true;
        }
        self.cursor.at += 1;
        let comment = self.comments.len();
        let has_tabs = is_blank(self.cursor.peek()) && self.skip_to_line_end()?;
        debug_assert!(self.comments.len() <= comment + 1, "a line has one comment");
        if key.possible {
            self.insert_key(key, start, is_pair)?;
            self.key_allowed = false;
        } else {
            if is_pair {
                self.push(Kind::FlowMapping, start, start);
            }
            if self.flow.is_empty() {
                if !self.key_allowed {
                    return self.problem_at(start, Reason::ColonPlace);
                }
                self.open_block(column, self.queue.next_number(), Kind::BlockMapping, start)?;
            }
            self.open_place();
            self.key_allowed = self.flow.is_empty() && !has_tabs;
        }
        self.push(Kind::Value, start, start);
        Ok(())
    }

    /// What was saved is a key, as a `:` follows it.
    fn insert_key(&mut self, key: SimpleKey, colon: usize, is_pair: bool) -> Result<()> {
        if !self.flow.is_empty() && key.line < self.cursor.line {
            self.check_key_over_lines(key, colon)?;
            if is_pair {
                return self.problem_at(colon, Reason::ColonLine);
            }
        }
        self.queue.insert(key.number, Token::new(Kind::Key, key.at, key.at));
        if is_pair {
            self.queue.insert(key.number, Token::new(Kind::FlowMapping, key.at, key.at));
        }
        let column = self.cursor.column_at(key.line, key.at).cast_signed();
        self.open_block(column, key.number, Kind::BlockMapping, key.at)?;
        self.open_place();
        self.clear_key();
        Ok(())
    }

    /// A key in brackets over several lines has to be deeper than the block around it, with all that belongs to it.
    fn check_key_over_lines(&self, key: SimpleKey, colon: usize) -> Result<()> {
        let block = self.block_column();
        let is_shallow = |line: usize, at: usize| self.cursor.column_at(line, at).cast_signed() <= block;
        let mut wrong = is_shallow(key.line, key.at) || is_shallow(self.cursor.line, colon);
        let tokens = self.queue.waiting().iter().skip(key.number - self.queue.taken());
        for token in tokens {
            let at = token.span.start as usize;
            let line = self.cursor.bytes(0, at).iter().rposition(|byte| is_break(*byte)).map_or(0, |found| found + 1);
            wrong |= is_shallow(line, at);
            if !matches!(token.kind, Kind::Anchor | Kind::Tag) {
                break;
            }
        }
        if wrong { self.problem_at(colon, Reason::ColonLine) } else { Ok(()) }
    }

    /// A plain key and the `:` behind it in block style: what [`Self::fetch_value`] makes of them, without the way back.
    pub(super) fn push_plain_key(&mut self, start: usize, column: isize, colon: usize, scalar: Token) -> Result<()> {
        self.clear_key();
        self.open_block(column, self.queue.next_number(), Kind::BlockMapping, start)?;
        self.push(Kind::Key, start, start);
        self.queue.push(scalar);
        self.open_place();
        self.cursor.at = colon + 1;
        if is_blank(self.cursor.peek()) {
            self.skip_to_line_end()?;
        }
        self.key_allowed = false;
        self.push(Kind::Value, colon, colon);
        Ok(())
    }
}
