//! Values that do not stand in the text as they are: made when somebody asks for them. The scanner has checked how they
//! are written.

use super::cursor::{is_blank, is_break};
use super::event::{Chomping, Form};
use super::quoted::{hexadecimal, simple_escape};

/// The value of a scalar that is written so.
pub fn decode(written: &str, form: Form) -> String {
    let mut value = Value { rest: written, out: String::with_capacity(written.len()) };
    match form {
        Form::Plain => value.folded(&[]),
        Form::Single => value.folded(b"'"),
        Form::Double => value.folded(b"\\"),
        Form::Block { folded, chomping, indent } => value.block(folded, chomping, indent as usize),
    }
    value.out
}

struct Value<'s> {
    /// What is not read yet.
    rest: &'s str,
    out: String,
}

impl<'s> Value<'s> {
    /// Goes behind the bytes that fit, which are whole characters.
    fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'s str {
        let length = self.rest.bytes().position(|byte| !fits(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn peek(&self) -> u8 {
        self.rest.bytes().next().unwrap_or(0)
    }

    fn skip_break(&mut self) {
        self.skip(if self.rest.starts_with("\r\n") { 2 } else { 1 });
    }

    fn push_breaks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n('\n', count));
    }

    /// Lines joined: a single break is a space, of more the first is left out, and blanks around them count for nothing.
    fn folded(&mut self, special: &[u8]) {
        loop {
            let text = self.take_while(|byte| !is_blank(byte) && !is_break(byte) && !special.contains(&byte));
            self.out.push_str(text);
            let Some(&byte) = self.rest.as_bytes().first() else { return };
            match byte {
                b'\'' => {
                    self.out.push('\'');
                    self.skip(2);
                }
                b'\\' => self.escape(),
                _ => self.white_space(),
            }
        }
    }

    /// Blanks, and the line breaks after them.
    fn white_space(&mut self) {
        let blanks = self.take_while(is_blank);
        if !is_break(self.peek()) {
            self.out.push_str(blanks);
            return;
        }
        self.skip_break();
        match self.more_breaks() {
            0 => self.out.push(' '),
            more => self.push_breaks(more),
        }
    }

    /// Goes to the next text: how many line breaks stand before it.
    fn more_breaks(&mut self) -> usize {
        let mut count = 0;
        loop {
            self.take_while(is_blank);
            if !is_break(self.peek()) {
                return count;
            }
            self.skip_break();
            count += 1;
        }
    }

    fn escape(&mut self) {
        let next = self.rest.as_bytes().get(1).copied().unwrap_or(0);
        let digits = match next {
            b'\n' | b'\r' => {
                self.skip(1);
                self.skip_break();
                let more = self.more_breaks();
                self.push_breaks(more);
                return;
            }
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => {
                self.out.extend(simple_escape(next));
                self.skip(2);
                return;
            }
        };
        let code = |from: usize| {
            let digits = self.rest.as_bytes().get(from..from + digits).map(|bytes| hexadecimal(bytes, digits));
            digits.flatten().unwrap_or(0)
        };
        let (first, length) = (code(2), digits + 2);
        let (code, length) = match (digits, first) {
            (4, 0xD800..0xDC00) => (0x10000 + ((first - 0xD800) << 10) + (code(length + 2) & 0x3FF), 2 * length),
            _ => (first, length),
        };
        self.out.extend(char::from_u32(code));
        self.skip(length);
    }

    /// The lines of a block.
    fn block(&mut self, folded: bool, chomping: Chomping, indent: usize) {
        let mut breaks = self.indentation(indent);
        let mut has_text = false;
        let (mut broke, mut was_blank) = (false, false);
        while !self.rest.is_empty() {
            let is_blank_line = is_blank(self.peek());
            if folded && broke && !was_blank && !is_blank_line {
                if breaks == 0 {
                    self.out.push(' ');
                }
            } else if broke {
                self.out.push('\n');
            }
            self.push_breaks(breaks);
            was_blank = is_blank_line;
            let line = self.take_while(|byte| !is_break(byte));
            self.out.push_str(line);
            (has_text, broke, breaks) = (true, !self.rest.is_empty(), 0);
            if broke {
                self.skip_break();
                breaks = self.indentation(indent);
            }
        }
        if chomping != Chomping::Strip && has_text && broke {
            self.out.push('\n');
        }
        if chomping == Chomping::Keep {
            self.push_breaks(breaks);
        }
    }

    /// Goes over empty lines and the indentation of the next one: how many were empty.
    fn indentation(&mut self, indent: usize) -> usize {
        let mut count = 0;
        loop {
            let spaces = self.rest.bytes().take(indent).take_while(|byte| *byte == b' ').count();
            self.skip(spaces);
            if !is_break(self.peek()) {
                return count;
            }
            self.skip_break();
            count += 1;
        }
    }
}
