//! Why a text is not what it should be.

use std::fmt;

/// What is wrong with a text, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, as the rest of a sentence about the text: `has a space`.
    pub reason: String,
    /// Valid texts near the wrong one, likeliest first.
    pub suggestions: Vec<String>,
    /// What to do instead, in words.
    pub help: Option<String>,
}

impl Refusal {
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), suggestions: Vec::new(), help: None }
    }

    /// Offers texts that may be meant.
    #[must_use]
    pub fn suggest(mut self, suggestions: impl IntoIterator<Item = String>) -> Self {
        self.suggestions.extend(suggestions);
        self
    }

    /// Says what to do instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        if !self.suggestions.is_empty() {
            write!(f, "; did you mean `{}`?", self.suggestions.join("` or `"))?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// Refuses a text for a reason.
pub fn refuse<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(reason))
}

/// Refuses a text for a reason, and offers texts that may be meant.
pub fn refuse_for<T>(reason: impl Into<String>, suggestions: impl IntoIterator<Item = String>) -> Result<T, Refusal> {
    Err(Refusal::new(reason).suggest(suggestions))
}
