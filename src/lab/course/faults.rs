//! What is wrong with the files of a course.

use std::fmt;

use crate::diagnostic::text::line;
use crate::diagnostic::{Diagnostic, Location, Mask, Sources, draw};
use crate::k8s::secret;
use crate::yaml::{self, FileId, Source, Span};

/// Everything that is wrong, and the texts of the files that it is in.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    sources: Vec<Source>,
    diagnostics: Vec<Diagnostic>,
}

impl Faults {
    /// One problem of a file.
    pub fn one(source: &Source, diagnostic: Diagnostic) -> Self {
        let mut faults = Self::default();
        faults.add(source, [diagnostic]);
        faults
    }

    /// A problem of a file as a whole.
    pub fn of_file(source: &Source, message: impl Into<String>) -> Self {
        Self::one(source, Diagnostic::error(Span::default(), message.into()))
    }

    /// A problem of a file that could not be read, or is not there.
    pub fn of_path(path: &str, message: impl Into<String>) -> Self {
        Self::of_file(&Source::new(path, ""), message)
    }

    /// Adds the problems of a file.
    pub fn add(&mut self, source: &Source, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        let file = self.file(source);
        self.diagnostics.extend(diagnostics.into_iter().map(|diagnostic| diagnostic.in_file(file)));
    }

    /// Adds a problem of a file, unless it is there already.
    pub fn add_once(&mut self, source: &Source, diagnostic: Diagnostic) {
        let diagnostic = diagnostic.in_file(self.file(source));
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub fn append(&mut self, other: Self) {
        for diagnostic in other.diagnostics {
            if let Some(source) = other.sources.get(diagnostic.file().0 as usize) {
                self.add(source, [diagnostic]);
            }
        }
    }

    fn file(&mut self, source: &Source) -> FileId {
        let is_same = |known: &Source| known.name() == source.name() && known.text() == source.text();
        let at = self.sources.iter().position(is_same).unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        });
        FileId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    fn of(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }

    fn name(&self, diagnostic: &Diagnostic) -> &str {
        self.of(diagnostic.file()).map_or("", Source::name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Each in one line, with its file, line and column, and its label in brackets.
    pub fn each(&self) -> impl Iterator<Item = String> + '_ {
        self.diagnostics.iter().map(|diagnostic| {
            let start = diagnostic.span().range().start;
            let (number, column) = self.of(diagnostic.file()).map_or((1, 1), |source| source.position(start));
            let label = &diagnostic.location.label;
            let label = if label.is_empty() { String::new() } else { format!(" ({label})") };
            format!("{}:{number}:{column}: {}{label}", line(self.name(diagnostic)), diagnostic.message)
        })
    }

    /// As compilers show them: by file and place.
    pub fn show(&self) -> String {
        let mut sorted: Vec<&Diagnostic> = self.diagnostics.iter().collect();
        sorted.sort_by_key(|diagnostic| (self.name(diagnostic), diagnostic.span()));
        let texts = Texts { faults: self, hidden: self.sources.iter().map(Hidden::of).collect() };
        sorted.into_iter().map(|diagnostic| draw(diagnostic, &texts, None)).collect()
    }
}

/// The texts that are shown, without the secrets in them.
struct Texts<'f> {
    faults: &'f Faults,
    hidden: Vec<Hidden>,
}

/// What is not shown of a text.
struct Hidden {
    places: Vec<Span>,
    /// Whether no value may be shown: it may hold a Secret, and without a tree nobody knows what a line belongs to.
    values: bool,
}

impl Hidden {
    fn of(source: &Source) -> Self {
        let text = source.text();
        let values = text.contains("Secret") && !yaml::parse(text).errors.is_empty();
        Self { places: secret::places(text, 0..text.len()), values }
    }
}

impl Sources for Texts<'_> {
    fn source(&self, location: &Location) -> Option<(&Source, Mask<'_>)> {
        let hidden = self.hidden.get(location.file.0 as usize)?;
        let mask = if hidden.values { Mask::Values(&hidden.places) } else { Mask::Spans(&hidden.places) };
        Some((self.faults.of(location.file)?, mask))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.each().collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}
