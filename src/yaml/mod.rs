//! YAML as kubectl reads it: a tree with byte spans and comments, scalars resolved by go-yaml v2's rules, and quoting
//! that survives them.

mod alias;
pub mod base64;
mod build;
pub mod edit;
pub mod emit;
mod fingerprint;
mod json;
mod merge;
pub mod parse;
pub mod quote;
pub mod resolve;
mod scalar;
pub mod scan;
pub mod source;
mod span;
pub mod tree;
mod trivia;
mod typed;

pub use fingerprint::Fingerprint;
pub use parse::{parse, parse_part, split};
pub use resolve::Value;
pub use scalar::Style;
pub use source::{FileId, Source};
pub use tree::{Comment, Document, Kind, Node, Span, Stream};
