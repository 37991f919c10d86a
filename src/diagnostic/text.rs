//! The gate: every text of the program for people goes through here, as names, values and comments of a manifest may be in it.
//!
//! What an input says must neither obey a terminal nor a log viewer, nor end a line, nor look like something else: control
//! characters, line breaks, changes of the direction of writing and characters of no width become U+FFFD, and so does the
//! beginning of what a CI system takes for a command: `::error::`, `##[group]`, `##vso[`, `##teamcity[`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// A message, a label, a help: one line, safe to show wherever it goes. What is said of many objects is kept once: [`Texts`];
/// then a pointer of one word is all that each finding needs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<Box<str>>);

impl Default for Text {
    fn default() -> Self {
        static EMPTY: LazyLock<Arc<Box<str>>> = LazyLock::new(Arc::default);
        Self(Arc::clone(&EMPTY))
    }
}

impl Text {
    /// Makes it one with an equal one from before.
    pub(super) fn share(&mut self, texts: &mut Texts) {
        share(&mut texts.texts, &mut self.0);
    }

    /// A text of several lines, each safe to show. Only the program itself may break lines: what an input says is one.
    pub fn of_lines(text: &str) -> Self {
        Self(Arc::new(lines(text).into()))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::default() } else { Self(Arc::new(line(text).into())) }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        (*text).into()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// Texts that were seen before, so that equal ones are kept once: a rule says the same of a hundred thousand pods.
#[derive(Debug, Default)]
pub struct Texts {
    texts: HashSet<Arc<Box<str>>>,
    edits: HashSet<Arc<str>>,
}

impl Texts {
    /// The most that are remembered. What is no longer equal to anything near it, such as names, must not fill the memory.
    const MOST: usize = 4096;

    /// Makes what an edit writes one with an equal one from before.
    pub(super) fn share_edit(&mut self, text: &mut Arc<str>) {
        share(&mut self.edits, text);
    }
}

fn share<T: Eq + Hash + ?Sized>(known: &mut HashSet<Arc<T>>, text: &mut Arc<T>) {
    if let Some(known) = known.get(text) {
        *text = Arc::clone(known);
        return;
    }
    if known.len() >= Texts::MOST {
        known.clear();
    }
    known.insert(Arc::clone(text));
}

/// Whether a character is not shown as it is.
fn is_odd(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Whether a character has no width, changes the direction of writing, or is no character at all (XML cannot hold such):
/// Unicode's `Default_Ignorable_Code_Point`, without the two that choose how an emoji looks, and the separators of lines.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0D}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}'
            | '\u{FFFF}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// The places in a line that begin what a CI system takes for a command, each one byte: the first colon of GitHub's
/// `::error file=a::`, which has to stand first, and the last `#` of `##[group]`, `##vso[` and `##teamcity[` anywhere.
fn commands(line: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let begin = line.len() - line.trim_start().len();
    if let Some(command) = line.get(begin..).and_then(|line| line.strip_prefix("::")) {
        let rest = command.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        if rest.len() < command.len() && (rest.starts_with("::") || rest.starts_with(char::is_whitespace)) {
            found.push(begin);
        }
    }
    if line.contains("##") {
        let is_command = |at: &usize| {
            let rest = line.get(at + 1..).unwrap_or_default().trim_start_matches(|c: char| c.is_ascii_alphabetic());
            line.get(..*at).is_some_and(|before| before.ends_with('#')) && rest.starts_with('[')
        };
        found.extend(line.match_indices('#').map(|(at, _)| at).filter(is_command));
    }
    found
}

/// A line with something else in place of the beginnings of commands.
fn without_commands<'t>(line: Cow<'t, str>, instead: &str) -> Cow<'t, str> {
    let found = if line.contains("::") || line.contains("##") { commands(&line) } else { Vec::new() };
    if found.is_empty() {
        return line;
    }
    let shown = line.char_indices().fold(String::with_capacity(line.len() + 8), |mut shown, (at, character)| {
        if found.contains(&at) {
            shown.push_str(instead);
        } else {
            shown.push(character);
        }
        shown
    });
    Cow::Owned(shown)
}

/// A text as one line that is safe to show.
pub fn line(text: &str) -> Cow<'_, str> {
    without_commands(replaced(text, is_odd), "\u{FFFD}")
}

/// A text as HTML and XML have it, in one line that is safe to show.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in line(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A text that may have several lines and tabs, each line safe to show.
pub fn lines(text: &str) -> Cow<'_, str> {
    let is_odd = |character| is_odd(character) && !matches!(character, '\n' | '\t');
    if text.contains("\r\n") {
        return Cow::Owned(lines(&text.replace("\r\n", "\n")).into_owned());
    }
    let text = replaced(text, is_odd);
    if !text.contains("::") && !text.contains("##") {
        return text;
    }
    let each = text.split_inclusive('\n').map(|line| without_commands(Cow::Borrowed(line), "\u{FFFD}"));
    Cow::Owned(each.collect())
}

/// A text of several lines with colours of the program's own. What an input says in it should be safe before: at most it has
/// colours too.
pub fn styled(text: &str) -> Cow<'_, str> {
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for (at, part) in text.split('\u{1b}').enumerate() {
        if at > 0 {
            shown.push(if is_colour(part) { '\u{1b}' } else { char::REPLACEMENT_CHARACTER });
        }
        shown.push_str(&lines(part));
    }
    // colours may stand in a command, and are taken away where nobody wants them
    let each = shown.split_inclusive('\n').map(|line| {
        let bare = without_colours(line);
        if commands(&bare).is_empty() { Cow::Borrowed(line) } else { without_commands(Cow::Owned(bare), "\u{FFFD}") }
    });
    Cow::Owned(each.collect())
}

/// A line that has no other escape sequences than colours, without them.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |bare, part| bare + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Whether a text begins with a colour whose escape character was taken away: `[1m`, `[0;31m`.
fn is_colour(text: &str) -> bool {
    let is_number = |character: char| character.is_ascii_digit() || character == ';';
    text.strip_prefix('[').is_some_and(|text| text.trim_start_matches(is_number).starts_with('m'))
}

/// JSON that is safe to show: what is odd in its strings is escaped, so that programs read the same as before.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_raw = |character: char| is_odd(character) && !matches!(character, '\n' | '\r' | '\t');
    // only strings may have a `#`
    let text = if text.contains("##") { without_commands(Cow::Borrowed(text), "\\u0023") } else { Cow::Borrowed(text) };
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.contains(is_raw) {
        return text;
    }
    let escaped = text.chars().fold(String::with_capacity(text.len() + 16), |mut escaped, character| {
        if is_raw(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // writing to a string cannot fail
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
        escaped
    });
    Cow::Owned(escaped)
}

fn replaced(text: &str, is_odd: impl Fn(char) -> bool) -> Cow<'_, str> {
    // nearly all texts are plain ASCII
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.contains(&is_odd) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(is_odd, "\u{FFFD}"))
}

/// A text without the characters that nobody sees, if it has any.
pub fn visible_only(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| !is_invisible(*character)).collect())
}

/// Source code, safe to show, with as many bytes as before, so that every span keeps its place. Control characters stay: the
/// renderer shows each as the symbol for it.
pub(super) fn source(text: &str) -> Cow<'_, str> {
    if text.contains("##") {
        let each = text.split_inclusive('\n').map(|line| without_commands(Cow::Borrowed(line), "?"));
        return Cow::Owned(visible(&each.collect::<String>()).into_owned());
    }
    visible(text)
}

fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        match (is_invisible(character), character.len_utf8()) {
            (false, _) => shown.push(character),
            (true, 2) => shown.push_str("??"),
            (true, 4) => shown.push_str("\u{FFFD}?"),
            (true, _) => shown.push('\u{FFFD}'),
        }
        shown
    });
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::{Text, Texts, json, line, lines, source, styled};

    const ODD: [char; 20] = [
        '\u{1b}',
        '\u{7}',
        '\r',
        '\u{85}',
        '\u{AD}',
        '\u{34F}',
        '\u{61C}',
        '\u{115F}',
        '\u{180B}',
        '\u{3164}',
        '\u{FE00}',
        '\u{E0101}',
        '\u{200B}',
        '\u{200F}',
        '\u{2028}',
        '\u{202E}',
        '\u{2066}',
        '\u{FEFF}',
        '\u{FFFE}',
        '\u{E0041}',
    ];

    #[test]
    fn nothing_odd_comes_through() {
        for odd in ODD {
            let text = format!("a{odd}b");
            assert_eq!(line(&text), "a\u{FFFD}b", "{odd:?}");
            assert_eq!(lines(&text), "a\u{FFFD}b", "{odd:?}");
            assert_eq!(&*Text::from(text), "a\u{FFFD}b", "{odd:?}");
        }
        assert_eq!(line("a\tb\nc"), "a\u{FFFD}b\u{FFFD}c");
        assert_eq!(lines("a\tb\nc"), "a\tb\nc");
        assert_eq!(lines("Windows\r\na\rb"), "Windows\na\u{FFFD}b");
    }

    #[test]
    fn what_people_write_stays() {
        for text in [
            "",
            "container `web` has 2 ports",
            "größe → 東京 🙂",
            "שלום",
            "⚠️ careful",
            "::1 and ::ffff:10.0.0.1 are addresses",
            "## a title [with a link]",
            "std::env::var",
        ] {
            assert_eq!((line(text), lines(text), source(text)), (text.into(), text.into(), text.into()));
        }
    }

    #[test]
    fn no_line_is_a_command() {
        for command in [
            "::error::x",
            "  ::error file=a::x",
            "\t::stop-commands::x",
            "\u{3000}::add-mask::x",
            "##[error]x",
            "a ##[group]x",
            "a ###[x]",
            "##vso[task.setvariable variable=x]y",
            "##teamcity[message]",
            "a\n::notice::x",
        ] {
            for text in [
                lines(command),
                styled(&format!("\u{1b}[1m{command}\u{1b}[0m")),
                Text::of_lines(command).to_string().into(),
            ] {
                let bare: String = text.split('\u{1b}').map(|part| part.trim_start_matches("[1m")).collect();
                let runs = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
                assert!(
                    !bare.lines().any(runs) && !bare.contains("##vso[") && !bare.contains("##teamcity["),
                    "{bare:?}"
                );
            }
            assert!(command.contains('\n') || line(command).contains('\u{FFFD}'), "{command:?}");
        }
        let split = "#\u{1b}[1m#[error]x\n:\u{1b}[0m:error::x";
        assert_eq!(styled(split), "#\u{FFFD}[error]x\n\u{FFFD}:error::x");
        assert_eq!(source("ä ##[x]: ##vso[y]"), "ä #?[x]: #?vso[y]");
        assert_eq!(json("{\"a\": \"##[x]\"}"), "{\"a\": \"#\\u0023[x]\"}");
    }

    #[test]
    fn only_colours_come_through_a_styled_text() {
        assert_eq!(styled("\u{1b}[1m\u{1b}[0;91mbold\u{1b}[0m\n\tx"), "\u{1b}[1m\u{1b}[0;91mbold\u{1b}[0m\n\tx");
        let odd = "\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}[\u{1b}\u{202E}\u{1b}[31";
        assert_eq!(styled(odd).matches('\u{FFFD}').count(), 7, "{:?}", styled(odd));
        assert!(!styled(odd).contains('\u{1b}'));
    }

    #[test]
    fn json_says_the_same_in_plain_characters() {
        for odd in ODD {
            let text = format!("a\"ü{odd}b");
            let shown = serde_json::to_string(&text).unwrap();
            let safe = json(&shown);
            assert!(!safe.contains(odd), "{safe:?}");
            assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
        assert_eq!(json("{\n\t\"a\": \"ü\"\n}"), "{\n\t\"a\": \"ü\"\n}");
    }

    #[test]
    fn source_keeps_its_length() {
        for odd in ODD {
            let text = format!("key: ü{odd}b");
            let shown = source(&text);
            assert_eq!(shown.len(), text.len(), "{odd:?}");
            assert!(odd.is_control() || !shown.contains(odd), "{odd:?}");
        }
    }

    #[test]
    fn equal_texts_are_kept_once() {
        let mut texts = Texts::default();
        let [mut first, mut second] = [Text::from("a"), Text::from("a")];
        first.share(&mut texts);
        second.share(&mut texts);
        assert_eq!(first.as_ptr(), second.as_ptr());
        for at in 0..2 * Texts::MOST {
            Text::from(format!("{at}")).share(&mut texts);
        }
        assert!(texts.texts.len() <= Texts::MOST);
    }
}
