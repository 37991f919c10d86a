//! Which rules run.

use crate::diagnostic::nearest;
use crate::rules::{self, Category, Rule};

/// The rules that run.
#[derive(Debug, Clone)]
pub struct Selection {
    rules: Vec<&'static Rule>,
}

impl Default for Selection {
    /// Those that run without being asked for.
    fn default() -> Self {
        Self { rules: rules::all().filter(|rule| rule.on && rule.category != Category::Reliability).collect() }
    }
}

impl Selection {
    /// What `--select` and `--ignore` ask for: words that name a rule, a category, or `all`. Without a word to select, the
    /// default; what is ignored is left out of either.
    pub fn from_words(select: &[String], ignore: &[String]) -> Result<Self, UnknownRule> {
        let mut chosen = if select.is_empty() { Self::default() } else { Self { rules: Vec::new() } };
        for word in select {
            Self::named(word)?.into_iter().for_each(|rule| chosen.add(rule));
        }
        for word in ignore {
            Self::named(word)?.into_iter().for_each(|rule| chosen.remove(rule));
        }
        Ok(chosen)
    }

    /// What a word names: a rule, a category, or `all`.
    pub fn named(word: &str) -> Result<Vec<&'static Rule>, UnknownRule> {
        let matches = |rule: &&Rule| word == "all" || rule.id == word || rule.category.as_str() == word;
        let found: Vec<&'static Rule> = rules::all().filter(matches).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let known = rules::all().map(|rule| rule.id).chain(Category::ALL.map(Category::as_str));
        let help = nearest(word, known)
            .map_or_else(|| ": `tightship rules` lists them".to_owned(), |near| format!("; did you mean `{near}`?"));
        Err(UnknownRule { word: word.to_owned(), help })
    }

    /// Adds one.
    pub fn add(&mut self, rule: &'static Rule) {
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }

    /// Leaves one out.
    pub fn remove(&mut self, rule: &'static Rule) {
        self.rules.retain(|other| *other != rule);
    }

    /// Leaves out what does not fit.
    pub fn retain(&mut self, fits: impl Fn(&Rule) -> bool) {
        self.rules.retain(|rule| fits(rule));
    }

    /// Those that run.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.iter().copied()
    }
}

/// A word that names neither a rule nor a category.
#[derive(Debug, thiserror::Error)]
#[error("there is no rule or category `{word}`{help}")]
pub struct UnknownRule {
    word: String,
    help: String,
}
