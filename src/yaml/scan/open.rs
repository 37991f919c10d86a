//! What is open: blocks, brackets, and what may be a key; and what begins next.

/// Blocks in blocks.
pub(super) const MAX_DEPTH: usize = 200;

/// A block, or the place after a key or dash where one may begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Indent {
    /// The column outside of it.
    pub(super) outer: isize,
    pub(super) is_block: bool,
}

/// What is a key if a `:` follows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// Whether it cannot be anything else, as it stands in the column of the keys.
    pub(super) required: bool,
    /// Of its first token.
    pub(super) number: usize,
    pub(super) at: usize,
    /// The begin of its line.
    pub(super) line: usize,
}

/// An open bracket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub(super) at: usize,
    pub(super) is_sequence: bool,
    /// Whether a mapping is open: always in braces; in brackets after a `?`.
    pub(super) has_mapping: bool,
    /// Whether a mapping of one entry is open, as in `[a: b]`.
    pub(super) in_pair: bool,
}

/// Brackets that hold JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Json {
    /// Its first bracket.
    pub(super) start: u32,
    /// The brackets that are open.
    pub(super) depth: usize,
    /// Whether there is a number or a word in it.
    pub(super) has_plain: bool,
}

/// What begins at a place outside of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    /// A plain key; its end, and the place of its `:`.
    Key(usize, usize),
    /// A plain text; its end on this line, and what follows the blanks behind it.
    Text(usize, usize),
    /// A dash with a space.
    Item,
    Other,
}
