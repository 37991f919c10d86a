//! From bytes to tokens.

use super::super::span::{Comment, Span};
use super::cursor::{Cursor, is_blank, is_break, is_line_end, is_space};
use super::open::{Ahead, Flow, Indent, Json, SimpleKey};
use super::problem::{Problem, Reason, Result};
use super::token::{Kind, Queue, Token, offset};

#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(super) struct Tokens<'s> {
    pub(super) cursor: Cursor<'s>,
    pub(super) queue: Queue,
    /// Whether the first token of the queue may be taken.
    is_ready: bool,
    /// The column of the block that is open; -1 outside of all.
    pub(super) indent: isize,
    pub(super) indents: Vec<Indent>,
    /// How many of them are blocks.
    pub(super) blocks: usize,
    /// What may be a key without `?`: one for each open bracket, and one outside of them.
    pub(super) keys: Vec<SimpleKey>,
    /// The outermost of them that is possible.
    pub(super) first_key: Option<usize>,
    pub(super) key_allowed: bool,
    pub(super) flow: Vec<Flow>,
    /// Where a `:` is one without a space after it, because a quote or bracket closed before it.
    pub(super) adjacent: usize,
    /// Between documents.
    pub(super) prefix_allowed: bool,
    pub(super) in_directives: bool,
    /// The comment that ended a plain scalar.
    pub(super) interrupted: Option<usize>,
    /// After `?`, tabs have to be looked at.
    pub(super) watch_tabs: bool,
    pub(super) comments: Vec<Comment>,
    /// What begins at a place that was looked at.
    pub(super) ahead: (usize, Ahead),
    /// What the bracket opens that was read last, if that needs no tokens.
    pub(super) json: Option<Json>,
}

impl<'s> Tokens<'s> {
    pub(super) fn new(cursor: Cursor<'s>) -> Self {
        Self {
            cursor,
            queue: Queue::default(),
            is_ready: false,
            indent: -1,
            indents: Vec::new(),
            blocks: 0,
            keys: vec![SimpleKey::default()],
            first_key: None,
            key_allowed: true,
            flow: Vec::new(),
            adjacent: 0,
            prefix_allowed: true,
            in_directives: false,
            interrupted: None,
            watch_tabs: false,
            comments: Vec::new(),
            ahead: (usize::MAX, Ahead::Other),
            json: None,
        }
    }

    /// The next token.
    pub(super) fn peek(&mut self) -> Result<Token> {
        if !self.is_ready {
            self.fill()?;
        }
        let end = Token::new(Kind::StreamEnd, self.cursor.at, self.cursor.at);
        Ok(self.queue.first().copied().unwrap_or(end))
    }

    pub(super) fn skip(&mut self) {
        self.queue.skip();
        self.is_ready = false;
    }

    /// Reads until it is known that no key stands before the first token of the queue.
    fn fill(&mut self) -> Result<()> {
        loop {
            let needs_more = self.queue.is_empty() || self.first_key.is_some() && self.may_be_key()?;
            let at_marker = |token: &Token| matches!(token.kind, Kind::DocumentStart | Kind::DocumentEnd);
            if !needs_more || self.queue.last().is_some_and(at_marker) {
                break;
            }
            self.fetch()?;
        }
        self.is_ready = true;
        Ok(())
    }

    pub(super) fn problem<T>(&self, reason: Reason) -> Result<T> {
        self.problem_at(self.cursor.at, reason)
    }

    /// What stands in the text is the better reason, if it cannot stand in any text.
    #[cold]
    pub(super) fn problem_at<T>(&self, at: usize, reason: Reason) -> Result<T> {
        match self.cursor.odd() {
            Some(odd) => self.odd(odd),
            None => Err(Problem { at, reason }),
        }
    }

    #[cold]
    fn odd<T>(&self, at: usize) -> Result<T> {
        let text = self.cursor.bytes(at, (at + 4).min(self.cursor.end()));
        let character = text.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        Err(Problem { at, reason: Reason::Character(character.map_or(0, u32::from)) })
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.queue.push(Token::new(kind, start, end));
    }

    fn fetch(&mut self) -> Result<()> {
        self.skip_to_token()?;
        self.forget_old_keys()?;
        if let Some(odd) = self.cursor.odd() {
            return self.odd(odd);
        }
        if self.flow.is_empty() {
            self.close_blocks(self.cursor.indent());
        }
        if self.cursor.is_end() {
            return self.fetch_end();
        }
        if self.cursor.at != self.cursor.line || !self.fetch_marker()? {
            (self.in_directives, self.prefix_allowed) = (false, false);
            self.fetch_node()?;
        }
        match self.cursor.odd() {
            Some(odd) => self.odd(odd),
            None => Ok(()),
        }
    }

    /// What ends a document or stands before one.
    fn fetch_marker(&mut self) -> Result<bool> {
        let kind = match self.cursor.peek() {
            b'%' => {
                // in brackets it is a mistake of the document that is open
                self.in_directives = self.flow.is_empty();
                self.fetch_directive()?;
                return Ok(true);
            }
            b'-' if self.cursor.is_word(b"---") => Kind::DocumentStart,
            b'.' if self.cursor.is_word(b"...") => Kind::DocumentEnd,
            _ => return Ok(false),
        };
        self.in_directives = false;
        self.end_document()?;
        let start = self.cursor.at;
        self.cursor.at += 3;
        self.prefix_allowed = kind == Kind::DocumentEnd;
        self.push(kind, start, self.cursor.at);
        if kind == Kind::DocumentEnd {
            self.skip_to_line_end()?;
            if !is_line_end(self.cursor.peek()) {
                return self.problem(Reason::DocumentEnd);
            }
        }
        Ok(true)
    }

    /// Closes all that is open.
    pub(super) fn end_document(&mut self) -> Result<()> {
        self.expect_closed()?;
        self.close_blocks(-1);
        self.remove_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn expect_closed(&self) -> Result<()> {
        match self.flow.last() {
            Some(flow) => self.problem_at(flow.at, Reason::Bracket(if flow.is_sequence { '[' } else { '{' })),
            None => Ok(()),
        }
    }

    fn fetch_end(&mut self) -> Result<()> {
        self.end_document()?;
        self.first_key = None;
        self.push(Kind::StreamEnd, self.cursor.at, self.cursor.at);
        Ok(())
    }

    fn fetch_node(&mut self) -> Result<()> {
        let (byte, next) = (self.cursor.peek(), self.cursor.next());
        match byte {
            b'[' | b'{' => self.open_bracket(byte == b'['),
            b']' | b'}' => self.close_bracket(byte == b']'),
            b',' => self.fetch_comma(),
            b'-' if is_space(next) => self.fetch_item(),
            b'?' if is_space(next) => self.fetch_key(),
            b':' if is_space(next) => self.fetch_value(),
            b':' if !self.flow.is_empty() && self.cursor.at == self.adjacent => self.fetch_value(),
            // kubectl takes both for indicators, whatever follows
            b':' if !self.flow.is_empty() => self.problem(Reason::Indicator(':')),
            b'?' if !self.flow.is_empty() => self.problem(Reason::Question),
            b'*' => self.fetch_name(Kind::Alias),
            b'&' => self.fetch_name(Kind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if self.flow.is_empty() => self.fetch_block(byte == b'>'),
            b'\'' | b'"' => self.fetch_quoted(byte),
            b'|' | b'>' | b'%' | b'@' | b'`' => self.problem(Reason::Indicator(char::from(byte))),
            _ => self.fetch_plain(),
        }
    }

    /// Goes to the next token. Whether a comment stood before it.
    pub(super) fn skip_to_token(&mut self) -> Result<()> {
        while self.skip_to_token_or_comment()? {}
        Ok(())
    }

    /// Goes to the next token, or behind the next comment: whether it was one.
    pub(super) fn skip_to_token_or_comment(&mut self) -> Result<bool> {
        loop {
            let byte = self.cursor.peek();
            if self.watch_tabs {
                match byte {
                    b'\t' => {
                        self.skip_watched_tab()?;
                        continue;
                    }
                    b' ' | b'\n' | b'\r' | b'#' => {}
                    _ => self.watch_tabs = false,
                }
            }
            match byte {
                b' ' => self.cursor.skip_spaces(),
                b'\n' | b'\r' => self.skip_break(),
                b'\t' => self.skip_tab()?,
                b'#' => {
                    self.take_comment();
                    if is_break(self.cursor.peek()) {
                        self.skip_break();
                    }
                    return Ok(true);
                }
                0xEF if self.is_prefix_mark() => {
                    self.cursor.at += '\u{feff}'.len_utf8();
                    self.cursor.line = self.cursor.at;
                }
                _ => break,
            }
        }
        match self.interrupted.take() {
            Some(comment) => self.check_interrupted(comment).map(|()| false),
            None => Ok(false),
        }
    }

    fn skip_break(&mut self) {
        self.cursor.skip_break();
        if self.flow.is_empty() {
            self.key_allowed = true;
        }
    }

    /// A byte order mark before a document.
    fn is_prefix_mark(&self) -> bool {
        self.prefix_allowed
            && self.flow.is_empty()
            && self.cursor.at == self.cursor.line
            && self.cursor.starts_with(self.cursor.at, "\u{feff}".as_bytes())
    }

    fn is_indentation(&self) -> bool {
        self.cursor.bytes(self.cursor.line, self.cursor.at).iter().all(|&byte| is_blank(byte))
    }

    /// A tab separates, but cannot indent.
    fn skip_tab(&mut self) -> Result<()> {
        if self.indents.is_empty() || self.cursor.indent() >= self.indent || !self.is_indentation() {
            self.cursor.at += 1;
            return Ok(());
        }
        let tab = self.cursor.at;
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            byte if byte == b'#' || is_line_end(byte) => Ok(()),
            _ => self.problem_at(tab, Reason::Tab),
        }
    }

    /// After `?` no list and no mapping may begin behind a tab.
    pub(super) fn skip_watched_tab(&mut self) -> Result<()> {
        if self.is_indentation() && self.cursor.indent() <= self.indent {
            let tab = self.cursor.at;
            self.cursor.skip_blanks();
            if self.cursor.peek() != b'#' && !is_line_end(self.cursor.peek()) {
                return self.problem_at(tab, Reason::Tab);
            }
        } else {
            self.cursor.at += 1;
        }
        self.key_allowed = false;
        Ok(())
    }

    /// A comment ends a plain scalar; a line that would go on with it is an error.
    fn check_interrupted(&self, comment: usize) -> Result<()> {
        let mut line = comment;
        while !is_line_end(self.cursor.byte(line)) {
            line += 1;
        }
        line += if self.cursor.starts_with(line, b"\r\n") { 2 } else { 1 };
        let goes_on = self.flow.is_empty()
            && line == self.cursor.line
            && self.cursor.indent() > self.indent
            && !self.cursor.is_end()
            && !self.cursor.is_marker()
            && !(self.cursor.peek() == b':' && is_space(self.cursor.next()));
        if goes_on { self.problem_at(comment, Reason::Interrupted) } else { Ok(()) }
    }

    pub(super) fn take_comment(&mut self) {
        let start = self.cursor.at;
        self.cursor.skip_line();
        // only blanks and byte order marks may stand before a comment that has its line for itself
        let mut before = self.cursor.bytes(self.cursor.line, start);
        while let [rest @ .., b' ' | b'\t'] | [rest @ .., 0xEF, 0xBB, 0xBF] = before {
            before = rest;
        }
        let span = Span { start: offset(start), end: offset(self.cursor.at) };
        self.comments.push(Comment { span, trailing: !before.is_empty() });
    }

    /// Goes over blanks, and a comment after them, to the end of the line or the next token: whether there were tabs.
    pub(super) fn skip_to_line_end(&mut self) -> Result<bool> {
        let start = self.cursor.at;
        self.cursor.skip_blanks();
        if self.cursor.at == start {
            return if self.cursor.peek() == b'#' { self.problem(Reason::Comment) } else { Ok(false) };
        }
        let has_tabs = self.cursor.bytes(start, self.cursor.at).contains(&b'\t');
        if self.cursor.peek() == b'#' {
            self.take_comment();
        }
        Ok(has_tabs)
    }

    /// As before the first token; the place stays.
    pub(super) fn reset(&mut self) {
        self.queue.clear();
        self.is_ready = false;
        self.indent = -1;
        self.indents.clear();
        self.blocks = 0;
        self.keys.clear();
        self.keys.push(SimpleKey::default());
        self.first_key = None;
        self.flow.clear();
        self.adjacent = 0;
        self.in_directives = false;
        self.interrupted = None;
        self.watch_tabs = false;
        self.key_allowed = false;
        self.json = None;
    }

    /// The marker after which reading goes on.
    pub(super) fn restart_at(&mut self, token: Token) {
        self.prefix_allowed = token.kind == Kind::DocumentEnd;
        self.queue.push(token);
        self.is_ready = true;
    }
}
