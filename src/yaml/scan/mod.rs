//! From bytes to events: YAML as kubectl reads it, which is YAML 1.1 where the parsers of 1.2 agree.
//!
//! `tokens` reads bytes to tokens, with the rules of `keys` for what is a key and which blocks it opens; `grammar` makes
//! events of them, and `decode` values. Most of a manifest is lines of a plain key and a value, so these are read without
//! a way back and without a copy.

mod block;
mod brackets;
mod cursor;
mod decode;
mod directive;
mod entries;
mod event;
mod flow;
mod grammar;
mod json;
mod keys;
mod lines;
mod open;
mod plain;
mod problem;
mod property;
mod quoted;
mod recover;
mod token;
mod tokens;

pub use decode::decode;
pub use event::{Chomping, Event, Form, Kind, Properties, Style, Text};
pub use grammar::Scanner;
pub use problem::{Problem, Reason};
