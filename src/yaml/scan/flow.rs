//! Brackets and braces.

use super::open::{Flow, MAX_DEPTH, SimpleKey};
use super::problem::{Reason, Result};
use super::token::Kind;
use super::tokens::Tokens;

impl Tokens<'_> {
    pub(super) fn open_bracket(&mut self, is_sequence: bool) -> Result<()> {
        let at = self.cursor.at;
        let kind = if is_sequence { Kind::FlowSequence } else { Kind::FlowMapping };
        if let Some(json) = self.find_json() {
            self.json = Some(json);
            self.open_place();
            self.cursor.at += 1;
            self.push(kind, at, self.cursor.at);
            return Ok(());
        }
        self.save_key();
        if self.flow.is_empty() {
            self.open_place();
        }
        if self.flow.len() >= MAX_DEPTH {
            return self.problem(Reason::Depth);
        }
        self.keys.push(SimpleKey::default());
        self.flow.push(Flow { at, is_sequence, has_mapping: !is_sequence, in_pair: false });
        self.key_allowed = true;
        self.cursor.at += 1;
        self.push(kind, at, self.cursor.at);
        self.skip_to_line_end()?;
        Ok(())
    }

    pub(super) fn close_bracket(&mut self, is_sequence: bool) -> Result<()> {
        let at = self.cursor.at;
        let close = if is_sequence { ']' } else { '}' };
        let Some(flow) = self.flow.last().copied() else { return self.problem(Reason::Closing(close)) };
        if flow.is_sequence != is_sequence {
            let open = if flow.is_sequence { '[' } else { '{' };
            return self.problem_at(flow.at, Reason::Mismatch(open, close));
        }
        self.remove_key()?;
        self.close_pair();
        self.flow.pop();
        self.keys.pop();
        self.key_allowed = false;
        self.cursor.at += 1;
        self.push(if is_sequence { Kind::FlowSequenceEnd } else { Kind::FlowMappingEnd }, at, self.cursor.at);
        self.skip_to_line_end()?;
        if !self.flow.is_empty() {
            self.adjacent = self.cursor.at;
        }
        Ok(())
    }

    pub(super) fn fetch_comma(&mut self) -> Result<()> {
        self.remove_key()?;
        self.key_allowed = true;
        self.close_pair();
        if let Some(flow) = self.flow.last_mut().filter(|flow| flow.is_sequence) {
            flow.has_mapping = false;
        }
        let at = self.cursor.at;
        self.cursor.at += 1;
        self.push(Kind::Comma, at, self.cursor.at);
        self.skip_to_line_end()?;
        Ok(())
    }

    /// Ends the mapping of one entry in a list, as in `[a: b]`.
    fn close_pair(&mut self) {
        let Some(flow) = self.flow.last_mut().filter(|flow| flow.in_pair) else { return };
        (flow.in_pair, flow.has_mapping) = (false, false);
        self.push(Kind::FlowMappingEnd, self.cursor.at, self.cursor.at);
    }
}
