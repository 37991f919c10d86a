//! What is wrong with the files of a course.

use std::fmt;

use crate::diagnostic::{self, Problem};
use crate::yaml::{Source, Span};

/// A problem, and the file that it is in.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The file.
    pub source: Source,
    /// The problem.
    pub problem: Problem,
}

impl Fault {
    /// A problem of a file as a whole.
    pub fn of_file(source: &Source, message: impl Into<String>) -> Self {
        Self { source: source.clone(), problem: Problem::error(Span::default(), message) }
    }

    /// A problem of a file that could not be read, or is not there.
    pub fn of_path(path: &str, message: impl Into<String>) -> Self {
        Self::of_file(&Source::new(path, ""), message)
    }

    /// Line and column, from 1.
    pub fn position(&self) -> (usize, usize) {
        self.source.position(self.problem.span.range().start)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        write!(formatter, "{}:{line}:{column}: {}", self.source.name(), self.problem.message)?;
        if self.problem.label.is_empty() { Ok(()) } else { write!(formatter, " ({})", self.problem.label) }
    }
}

impl std::error::Error for Fault {}

/// Everything that is wrong.
#[derive(Debug, Clone, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// One problem of a file.
    pub fn one(source: &Source, problem: Problem) -> Self {
        Self(vec![Fault { source: source.clone(), problem }])
    }

    /// Adds the problems of a file.
    pub fn add(&mut self, source: &Source, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems.into_iter().map(|problem| Fault { source: source.clone(), problem }));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As compilers show them: by file and place.
    pub fn show(&self) -> String {
        let mut sorted: Vec<&Fault> = self.0.iter().collect();
        sorted.sort_by(|a, b| (a.source.name(), a.problem.span).cmp(&(b.source.name(), b.problem.span)));
        sorted
            .into_iter()
            .map(|fault| diagnostic::render(&fault.source, std::slice::from_ref(&fault.problem), &[]))
            .collect()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(formatter, "{end}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
