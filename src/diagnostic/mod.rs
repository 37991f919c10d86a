//! A problem at a place in a text, and how people see it.

mod draw;
mod refusal;

use annotate_snippets::Level;

pub use draw::{Drawing, Mask, Shown, draw, masked};
pub use refusal::{Refusal, refuse, refuse_for};

use crate::yaml::{Source, Span};

/// Whether work can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Worth knowing; work goes on.
    Warning,
}

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether work can go on.
    pub severity: Severity,
    /// One line: what is wrong.
    pub message: String,
    /// The place.
    pub span: Span,
    /// What to say at the place: usually what was expected.
    pub label: String,
    /// A further place that explains the first, with its own label.
    pub other: Option<(Span, String)>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Problem {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), span, label: String::new(), other: None, help: None }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// Says this at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn other(mut self, span: Span, label: impl Into<String>) -> Self {
        self.other = Some((span, label.into()));
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The known word nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    /// As many letters in a row are no chance.
    const PART: usize = 8;
    let lower = word.to_lowercase();
    let likeness = |candidate: &str| {
        let is_part = lower.len() >= PART && candidate.contains(&lower);
        if is_part { 0.95 } else { strsim::jaro_winkler(&lower, candidate) }
    };
    known
        .into_iter()
        .map(|candidate| (likeness(&candidate.to_lowercase()), candidate))
        .filter(|(likeness, candidate)| {
            *likeness > 0.8 || strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()) <= 1
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The problems of one text as compilers show them, in the order of their places. `hidden` are places whose text must not
/// be shown, such as a password; it is replaced by asterisks wherever a line with it is printed.
pub fn render(source: &Source, problems: &[Problem], hidden: &[Span]) -> String {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| (problem.span, problem.message.clone()));
    let shown = |span, label| Shown { source, span, label, mask: Mask::Spans(hidden) };
    sorted
        .into_iter()
        .map(|problem| {
            let other = problem.other.iter().map(|(span, label)| shown(*span, label.as_str()));
            draw(&Drawing {
                level: match problem.severity {
                    Severity::Error => Level::ERROR,
                    Severity::Warning => Level::WARNING,
                },
                id: None,
                message: &problem.message,
                places: std::iter::once(shown(problem.span, &problem.label)).chain(other).collect(),
                footers: problem.help.iter().map(|help| (Level::HELP, help.as_str().into())).collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Problem, nearest, render};
    use crate::yaml::{Source, Span};

    #[test]
    fn shows_the_place_and_hides_secrets() {
        let source = Source::new("tightship.yaml", "name: shop\nenv:\n  PASSWORD: hünter2\n");
        let secret = Span { start: 28, end: 36 };
        let problem = Problem::error(secret, "a secret").label("not here").help("use `secrets`");
        let text = anstream::adapter::strip_str(&render(&source, &[problem], &[secret])).to_string();
        assert!(text.contains("--> tightship.yaml:3:13"), "{text}");
        assert!(text.contains("PASSWORD: ********") && !text.contains("nter2"), "{text}");
        assert!(text.contains("help: use `secrets`"), "{text}");
    }

    #[test]
    fn offers_only_near_words() {
        let known = ["replicas", "image", "ports"];
        assert_eq!(nearest("replcias", known), Some("replicas"));
        assert_eq!(nearest("Image", known), Some("image"));
        assert_eq!(nearest("banana", known), None);
        let rules = ["privileged", "allow-privilege-escalation"];
        assert_eq!(nearest("privilege-escalation", rules), Some("allow-privilege-escalation"));
        assert_eq!(nearest("priviledged", rules), Some("privileged"));
    }
}
