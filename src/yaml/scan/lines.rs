//! Lines of a key and its value, and of list items: most of a manifest. They are read to events at once. What may be anything
//! else is left to the tokens, and until it is left to them nothing changes but what they would change first.

use super::cursor::{is_blank, is_break, is_space, is_word};
use super::event::{Event, Kind, Style};
use super::grammar::{Scanner, State, empty, event};
use super::open::{Ahead, Indent, MAX_DEPTH};
use super::problem::Result;
use super::token::{self, Token, offset};
use super::tokens::Tokens;

impl Tokens<'_> {
    /// Whether no token waits, and nothing that was read before changes what the next lines are.
    pub(super) fn is_settled(&self) -> bool {
        self.queue.is_empty()
            && self.flow.is_empty()
            && self.first_key.is_none()
            && !self.watch_tabs
            && self.cursor.is_clean()
    }

    fn look(&mut self, at: usize) -> Ahead {
        if let (known, ahead) = self.ahead
            && known == at
        {
            return ahead;
        }
        let ahead = match self.cursor.byte(at) {
            byte if is_word(byte) => {
                let (end, next) = self.block_run(at);
                let is_key = self.cursor.byte(next) == b':' && !self.is_far(at, next);
                if is_key { Ahead::Key(end, next) } else { Ahead::Text(end, next) }
            }
            b'-' if self.cursor.byte(at + 1) == b' ' => Ahead::Item,
            _ => Ahead::Other,
        };
        self.ahead = (at, ahead);
        ahead
    }

    /// Goes to the next token.
    fn go_to_token(&mut self) -> Result<()> {
        let byte = self.cursor.peek();
        if is_space(byte) || byte == b'#' { self.skip_to_token() } else { Ok(()) }
    }

    /// Whether a block is open here, and no place behind a key or dash.
    pub(super) fn is_in_block(&self) -> bool {
        self.indents.last().is_some_and(|indent| indent.is_block)
    }

    /// Closes one block, if one is deeper than the column.
    fn close_below(&mut self, column: isize) -> bool {
        while self.indent > column {
            let Some(indent) = self.indents.pop() else { return false };
            self.indent = indent.outer;
            if indent.is_block {
                self.blocks -= 1;
                return true;
            }
        }
        false
    }

    /// Opens a block that is deeper than the one that is open.
    fn open_deeper(&mut self, column: isize) {
        self.close_places();
        self.indents.push(Indent { outer: self.indent, is_block: true });
        self.blocks += 1;
        self.indent = column;
    }

    /// Goes behind the `:` of a key, and to its value or the end of the line.
    fn take_key(&mut self, colon: usize) -> Result<()> {
        (self.in_directives, self.prefix_allowed) = (false, false);
        self.open_place();
        self.cursor.at = colon + 1;
        if is_blank(self.cursor.peek()) {
            self.skip_to_line_end()?;
        }
        self.key_allowed = false;
        Ok(())
    }

    /// A plain text, whose first line is known, to its end.
    fn take_text(&mut self, end: usize, next: usize) -> Result<Token> {
        let start = self.cursor.at;
        self.close_places();
        self.key_allowed = false;
        self.cursor.at = next;
        self.further_lines(start, end)
    }
}

impl Scanner<'_> {
    /// The next key of a mapping, or its end.
    pub(super) fn line_key(&mut self) -> Result<Option<Event>> {
        let tokens = &mut self.tokens;
        tokens.go_to_token()?;
        let (at, column) = (tokens.cursor.at, tokens.cursor.indent());
        if tokens.close_below(column) {
            return Ok(Some(self.close_block(Kind::MappingEnd, empty(offset(at)))));
        }
        match tokens.look(at) {
            Ahead::Key(end, colon) if column == tokens.indent && tokens.key_allowed && tokens.is_in_block() => {
                tokens.take_key(colon)?;
                self.state = State::Colon(offset(colon));
                Ok(Some(text(token::scalar(at, end, false))))
            }
            _ => Ok(None),
        }
    }

    /// The value behind the `:` that was read last.
    pub(super) fn line_value(&mut self) -> Result<Option<Event>> {
        let tokens = &mut self.tokens;
        let byte = tokens.cursor.peek();
        let token = match byte {
            _ if is_word(byte) => {
                let (end, next) = tokens.block_run(tokens.cursor.at);
                tokens.take_text(end, next)?
            }
            b'"' | b'\'' => tokens.quoted(byte)?,
            _ if is_break(byte) => return self.below_key(),
            _ => return Ok(None),
        };
        self.state = State::Key;
        Ok(Some(text(token)))
    }

    /// What begins on a line below its key.
    fn below_key(&mut self) -> Result<Option<Event>> {
        let tokens = &mut self.tokens;
        tokens.skip_to_token()?;
        let (at, column) = (tokens.cursor.at, tokens.cursor.indent());
        if tokens.blocks >= MAX_DEPTH || self.depth >= MAX_DEPTH || !tokens.key_allowed {
            return Ok(None);
        }
        let is_deeper = column >= tokens.indent;
        let (state, kind) = match tokens.look(at) {
            Ahead::Key(..) if is_deeper => (State::Key, Kind::MappingStart(false)),
            Ahead::Item if is_deeper => (State::Item, Kind::SequenceStart(false)),
            Ahead::Item if column + 1 == tokens.indent => (State::ShallowItem, Kind::SequenceStart(false)),
            _ => return Ok(None),
        };
        if is_deeper {
            tokens.open_deeper(column);
        } else {
            tokens.close_places();
        }
        self.state = State::Key;
        Ok(Some(self.open_at(at, state, kind)))
    }

    fn open_at(&mut self, at: usize, state: State, kind: Kind) -> Event {
        self.depth += 1;
        let kind = self.open(state, kind);
        event(kind, empty(offset(at)))
    }

    /// The next item of a list, or its end. `is_shallow`: no deeper than its key.
    pub(super) fn line_item(&mut self, is_shallow: bool) -> Result<Option<Event>> {
        let tokens = &mut self.tokens;
        tokens.go_to_token()?;
        let (at, column) = (tokens.cursor.at, tokens.cursor.indent());
        let is_closed = if is_shallow {
            if tokens.indent > column {
                tokens.close_places();
            }
            tokens.indent > column
        } else {
            tokens.close_below(column)
        };
        let ahead = if is_closed { Ahead::Other } else { tokens.look(at) };
        let is_ours = column == tokens.indent && tokens.is_in_block();
        if is_closed || is_shallow && is_ours && matches!(ahead, Ahead::Key(..)) {
            return Ok(Some(self.close_block(Kind::SequenceEnd, empty(offset(at)))));
        }
        if ahead != Ahead::Item || !is_ours || !tokens.key_allowed {
            return Ok(None);
        }
        self.item_at(at)
    }

    /// The text behind a dash, or the mapping that begins there.
    fn item_at(&mut self, dash: usize) -> Result<Option<Event>> {
        let tokens = &mut self.tokens;
        let mut at = dash + 1;
        while tokens.cursor.byte(at) == b' ' {
            at += 1;
        }
        match tokens.look(at) {
            Ahead::Key(..) if tokens.blocks < MAX_DEPTH && self.depth < MAX_DEPTH => {
                (tokens.in_directives, tokens.prefix_allowed) = (false, false);
                tokens.cursor.at = at;
                tokens.open_deeper(tokens.cursor.indent());
                Ok(Some(self.open_at(at, State::Key, Kind::MappingStart(false))))
            }
            // what does not end with its line may still be a key
            Ahead::Text(end, next) if is_break(tokens.cursor.byte(next)) => {
                (tokens.in_directives, tokens.prefix_allowed) = (false, false);
                tokens.cursor.at = at;
                Ok(Some(text(tokens.take_text(end, next)?)))
            }
            _ => Ok(None),
        }
    }
}

fn text(token: Token) -> Event {
    let kind = match token.kind {
        token::Kind::Scalar(style, text) => Kind::Scalar(style, text),
        _ => Kind::Scalar(Style::Plain, super::event::Text::Source(token.span)),
    };
    event(kind, token.span)
}
