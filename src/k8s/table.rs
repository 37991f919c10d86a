//! Reads the tables of `data/`: lines of words, and records of such lines. `build.rs` reads every table with the same
//! functions, so that a bad row ends the build and never comes to be an empty table.

use std::fmt;

use super::version::Version;

/// What is wrong with a table, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    file: &'static str,
    line: usize,
    column: usize,
    problem: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.problem)
    }
}

impl std::error::Error for TableError {}

/// What is read from a table, or what is wrong with it.
pub type Read<T> = Result<T, TableError>;

/// What a table holds. No error is left: `build.rs` has read the same text with the same function.
pub fn checked<T>(read: Read<T>) -> T {
    match read {
        Ok(table) => table,
        #[expect(clippy::panic, reason = "a bad row has ended the build")]
        Err(error) => panic!("{error}"),
    }
}

/// The text of a table.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Its path in the repository.
    pub file: &'static str,
    pub text: &'static str,
}

/// A file of `data/`, as a [`Source`].
macro_rules! source {
    ($path:literal) => {
        $crate::k8s::table::Source {
            file: concat!("data/", $path),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/", $path)),
        }
    };
}
pub(crate) use source;

impl Source {
    /// Every line that is no comment.
    pub fn rows(self) -> impl Iterator<Item = Row> {
        let rows = self.text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        rows.map(move |(at, line)| Row { file: self.file, number: at + 1, line, at: 0, end: line.len() })
    }

    /// That something is nowhere in it.
    pub fn lacks(self, what: &str) -> TableError {
        TableError {
            file: self.file,
            line: self.text.lines().count() + 1,
            column: 1,
            problem: format!("expected {what}"),
        }
    }

    /// Every record: a line, the lines of its keys, and below each of these what goes on, two spaces in. Empty lines are
    /// between records.
    pub fn records(self, begins: &[&str]) -> Read<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        for mut row in self.rows().filter(|row| !row.line.is_empty()) {
            if row.skip("  ") {
                let entry = records.last_mut().and_then(|record| record.entries.last_mut());
                entry.ok_or_else(|| row.bad("expected a key before what belongs to it"))?.more.push(row);
            } else if begins.contains(&row.peek()) {
                records.push(Record { head: row, entries: Vec::new() });
            } else {
                let record = records.last_mut().ok_or_else(|| row.bad(&format!("expected {}", either(begins))))?;
                record.entries.push(Entry { row, more: Vec::new() });
            }
        }
        Ok(records)
    }
}

fn either(words: &[&str]) -> String {
    format!("`{}`", words.join("` or `"))
}

/// A line of a table, read word by word. One space is between words.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    file: &'static str,
    number: usize,
    line: &'static str,
    /// Where what was not read yet begins and ends.
    at: usize,
    end: usize,
}

impl Row {
    /// What was not read yet.
    pub fn rest(&self) -> &'static str {
        self.line.get(self.at..self.end).unwrap_or_default()
    }

    /// The next word, which stays; empty at the end.
    pub fn peek(&self) -> &'static str {
        self.rest().split(' ').next().unwrap_or_default()
    }

    /// Whether the row goes on with this text, which is then read.
    pub fn skip(&mut self, text: &str) -> bool {
        let skips = self.rest().starts_with(text);
        self.at += if skips { text.len() } else { 0 };
        skips
    }

    /// Whether the next word is this one, which is then read.
    pub fn skip_word(&mut self, word: &str) -> bool {
        let skips = self.peek() == word && !self.is_at_end();
        self.at = if skips { (self.at + word.len() + 1).min(self.end) } else { self.at };
        skips
    }

    /// The next word; `what` says what it is.
    pub fn word(&mut self, what: &str) -> Read<&'static str> {
        self.read(what, Some)
    }

    /// The next word, as what it stands for.
    pub fn read<T>(&mut self, what: &str, read: impl FnOnce(&'static str) -> Option<T>) -> Read<T> {
        let word = self.peek();
        let found = Some(word).filter(|word| !word.is_empty()).and_then(read);
        let found = found.ok_or_else(|| self.bad(&format!("expected {what}")))?;
        self.at = (self.at + word.len() + 1).min(self.end);
        Ok(found)
    }

    /// The next word, which has to be this one.
    pub fn expect(&mut self, word: &str) -> Read<()> {
        self.read(&format!("`{word}`"), |found| (found == word).then_some(()))
    }

    /// What is left, which has to be something.
    pub fn text(&mut self, what: &str) -> Read<&'static str> {
        let rest = self.rest();
        if rest.trim().is_empty() {
            return Err(self.bad(&format!("expected {what}")));
        }
        self.at = self.end;
        Ok(rest)
    }

    /// The releases at the end of the row, as `34-37`; `all` without them.
    pub fn releases(mut self, all: Releases) -> Read<Releases> {
        let found = if self.rest().is_empty() { all } else { self.read(RELEASES, releases)? };
        self.finish()?;
        Ok(found)
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// Nothing may be left.
    pub fn finish(self) -> Read<()> {
        if self.is_at_end() { Ok(()) } else { Err(self.bad("expected the end of the row")) }
    }

    /// The row after a text, which ends this one.
    pub fn cut(&mut self, at: &str) -> Option<Self> {
        let found = self.at + self.rest().find(at)?;
        let after = Self { at: found + at.len(), ..*self };
        self.end = found;
        Some(after)
    }

    /// What is wrong with the next word.
    pub fn bad(&self, problem: &str) -> TableError {
        let column = self.line.get(..self.at).unwrap_or_default().chars().count() + 1;
        let found = match self.peek() {
            "" => "nothing".to_owned(),
            word => format!("`{word}`"),
        };
        TableError { file: self.file, line: self.number, column, problem: format!("{problem}, found {found}") }
    }
}

/// The first and the last supported release with something.
pub type Releases = (Version, Version);

/// What [`releases`] reads.
pub const RELEASES: &str = "releases such as `34-37`, the earlier one first";

pub const ALL_RELEASES: Releases = (Version::OLDEST, Version::NEWEST);

/// `34-37`.
pub fn releases(word: &str) -> Option<Releases> {
    let (since, until) = word.split_once('-')?;
    let (since, until) = (release(since)?, release(until)?);
    (since <= until).then_some((since, until))
}

/// A supported release, of the number after `1.`.
fn release(minor: &str) -> Option<Version> {
    let minor: u8 = minor.parse().ok()?;
    Version::all().find(|version| version.minor() == minor)
}

/// A minor release of Kubernetes 1, which may be older than every supported one: `1.16`.
pub fn any_release(word: &str) -> Option<u8> {
    word.strip_prefix("1.")?.parse().ok()
}

/// Rows that belong together.
#[derive(Debug)]
pub struct Record {
    pub head: Row,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    row: Row,
    more: Vec<Row>,
}

impl Record {
    /// The keys of a record, each once at most, and the others not at all.
    pub fn keys<const N: usize>(&self, names: [&str; N]) -> Read<[Option<Value<'_>>; N]> {
        let mut found = [None; N];
        for Entry { row: start, more } in &self.entries {
            let mut row = *start;
            let place = row.read(&either(&names), |word| names.iter().position(|name| *name == word))?;
            let slot = found.get_mut(place).filter(|slot| slot.is_none());
            *slot.ok_or_else(|| start.bad("expected every key once"))? = Some(Value { row, more });
        }
        Ok(found)
    }

    /// A key that has to be there.
    pub fn required<'r>(&self, name: &str, value: Option<Value<'r>>) -> Read<Value<'r>> {
        value.ok_or_else(|| self.head.bad(&format!("expected the key `{name}` in this record")))
    }
}

/// What a key of a record says.
#[derive(Debug, Clone, Copy)]
pub struct Value<'r> {
    row: Row,
    more: &'r [Row],
}

impl Value<'_> {
    /// One text, whose lines have a space between them.
    pub fn text(mut self) -> Read<String> {
        let mut text = self.row.text("a text")?.to_owned();
        for row in self.more {
            text.push(' ');
            text.push_str(row.rest());
        }
        Ok(text)
    }

    /// The lines below the key, as they are.
    pub fn lines(self) -> Read<String> {
        self.row.finish()?;
        if self.more.is_empty() {
            return Err(self.row.bad("expected lines below the key"));
        }
        Ok(self.more.iter().flat_map(|row| [row.rest(), "\n"]).collect())
    }

    /// The words beside the key, each as what it stands for.
    pub fn words<T>(mut self, what: &str, read: impl Fn(&'static str) -> Option<T>) -> Read<Vec<T>> {
        let mut words = vec![self.row.read(what, &read)?];
        while !self.row.is_at_end() {
            words.push(self.row.read(what, &read)?);
        }
        Ok(words)
    }

    /// The one word beside the key.
    pub fn word<T>(mut self, what: &str, read: impl FnOnce(&'static str) -> Option<T>) -> Read<T> {
        let word = self.row.read(what, read)?;
        self.row.finish()?;
        Ok(word)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL_RELEASES, Read, Row, Source, releases};

    const TABLE: Source = Source { file: "data/a.txt", text: "# a table\none two 34-35\n\n" };

    fn row() -> Row {
        TABLE.rows().next().unwrap()
    }

    fn said<T: std::fmt::Debug>(read: Read<T>) -> String {
        read.unwrap_err().to_string()
    }

    #[test]
    fn says_where_a_row_is_bad() {
        let mut row = row();
        assert_eq!(row.word("a number"), Ok("one"));
        assert_eq!(said(row.expect("three")), "data/a.txt:2:5: expected `three`, found `two`");
        assert_eq!(row.expect("two"), Ok(()));
        assert_eq!(said(row.finish()), "data/a.txt:2:9: expected the end of the row, found `34-35`");
        assert_eq!(row.releases(ALL_RELEASES).map(|(since, until)| (since.minor(), until.minor())), Ok((34, 35)));
        assert_eq!(said(TABLE.rows().nth(1).unwrap().word("a word")), "data/a.txt:3:1: expected a word, found nothing");
        for word in ["34", "35-34", "32-34", "34-38", "a-b"] {
            assert_eq!(releases(word), None, "{word}");
        }
    }

    #[test]
    fn a_row_can_be_cut() {
        let mut row = row();
        let mut after = row.cut(" two ").unwrap();
        assert_eq!((row.rest(), after.word("the last")), ("one", Ok("34-35")));
        assert_eq!(said(after.word("more")), "data/a.txt:2:14: expected more, found nothing");
    }

    #[test]
    fn reads_records() {
        let text = "a one\nwhy It is\n  long.\nwrite\n  1\n    2\nin x y\n\na two\nwhy Short.\nwhy Twice.\n";
        let records = Source { file: "data/r.txt", text }.records(&["a"]).unwrap();
        let [first, second] = records.as_slice() else { panic!("{records:?}") };
        let [why, write, words, none] = first.keys(["why", "write", "in", "out"]).unwrap();
        assert_eq!(why.unwrap().text().unwrap(), "It is long.");
        assert_eq!(write.unwrap().lines().unwrap(), "1\n  2\n");
        assert_eq!(words.unwrap().words("a letter", Some).unwrap(), ["x", "y"]);
        assert_eq!(
            said(first.required("out", none)),
            "data/r.txt:1:1: expected the key `out` in this record, found `a`"
        );
        assert_eq!(said(second.keys(["why"])), "data/r.txt:11:1: expected every key once, found `why`");
        assert_eq!(said(second.keys(["in"])), "data/r.txt:10:1: expected `in`, found `why`");
    }
}
