//! Why a text is no YAML.

/// Where the scanner gave up, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// The byte that the message is about.
    pub at: usize,
    /// What is wrong there.
    pub reason: Reason,
}

pub(super) type Result<T> = std::result::Result<T, Problem>;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Reason {
    #[error("the character U+{0:04X} cannot stand in YAML")]
    Character(u32),
    #[error("no value can begin with `{0}`; put it into quotes")]
    Indicator(char),
    #[error("kubectl takes a `?` in brackets for the begin of a key; put the text into quotes")]
    Question,
    #[error("unclosed quote")]
    Quote,
    #[error("the quoted text is not closed before the end of the document")]
    QuoteAtMarker,
    #[error("something follows the closing quote")]
    AfterQuote,
    #[error("`\\{0}` is no escape; a backslash is written `\\\\`, or use single quotes")]
    Escape(char),
    #[error("an escape needs {0} hexadecimal digits")]
    Hexadecimal(usize),
    #[error("the escape stands for no character")]
    NoCharacter,
    #[error("unclosed bracket '{0}'")]
    Bracket(char),
    #[error("'{0}' closes nothing")]
    Closing(char),
    #[error("'{0}' is closed by '{1}'")]
    Mismatch(char, char),
    #[error("expected `,` or `{0}`")]
    Separator(char),
    #[error("a tab cannot indent; use spaces")]
    Tab,
    #[error("expected a key and a `:`")]
    Key,
    #[error("a `:` is missing after this key")]
    Colon,
    #[error("a key with its `:` cannot stand here; quote the text if it is a value")]
    ColonPlace,
    #[error("the `:` has to stand on the line of its key")]
    ColonLine,
    #[error("a key cannot begin here")]
    KeyPlace,
    #[error("a list item cannot begin here")]
    Item,
    #[error("a list item in brackets has no `-`")]
    ItemInBrackets,
    #[error("expected a list item that begins with `-`")]
    Dash,
    #[error("expected a value")]
    Value,
    #[error("a comment needs a space before its `#`")]
    Comment,
    #[error("a comment cannot interrupt a text over several lines")]
    Interrupted,
    #[error("after `{0}` of a text block only `+`, `-` or a digit from 1 to 9 may stand")]
    Header(char),
    #[error("this line of the text block is indented less than the block")]
    Indent,
    #[error("a name is missing after `{0}`; put it into quotes if it is text")]
    Name(char),
    #[error("kubectl reads only letters, digits, `-` and `_` in the name of an anchor")]
    NameCharacter,
    #[error("unknown anchor")]
    Anchor,
    #[error("this is no tag")]
    Tag,
    #[error("no %TAG directive declares the handle of this tag")]
    Handle,
    #[error("this directive cannot be read")]
    Directive,
    #[error("the directive is there twice")]
    SecondDirective,
    #[error("only YAML 1 is known")]
    Version,
    #[error("a directive has more than 1,024 bytes or 16 parameters")]
    LongDirective,
    #[error("a document has to end with `...` before a directive")]
    LateDirective,
    #[error("expected `---` after the directives")]
    DocumentStart,
    #[error("nothing but a comment may follow `...`")]
    DocumentEnd,
    #[error("nesting deeper than 200 levels")]
    Depth,
}
