//! What a rule says of itself, as Markdown.

use std::fmt::Write as _;

use super::rule::{Category, Rule};

/// Where this program comes from. Who builds it elsewhere says so.
pub const REPOSITORY: &str = match option_env!("TIGHTSHIP_REPOSITORY") {
    Some(url) if !url.is_empty() => url,
    _ => env!("CARGO_PKG_REPOSITORY"),
};

impl Rule {
    /// The page of this version about it.
    pub fn url(&self) -> String {
        format!("{REPOSITORY}/blob/v{}/docs/reference/rules/{}.md", env!("CARGO_PKG_VERSION"), self.id)
    }

    /// Whether it runs without being asked for.
    pub fn is_default(&self) -> bool {
        self.on && self.category != Category::Reliability
    }

    /// What is wrong where it fires, as a sentence.
    pub fn sentence(&self) -> String {
        let mut characters = self.summary.chars();
        let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        first + characters.as_str() + "."
    }

    /// What it maps to: `CIS 1.12: 5.2.2`, ...
    pub fn control_names(&self) -> impl Iterator<Item = String> {
        self.controls.iter().map(|control| format!("{}: {}", control.standard.as_str(), control.item))
    }

    /// The comment that suppresses it.
    pub fn suppression(&self) -> String {
        format!("# tightship: allow[{}] REASON", self.id)
    }

    /// All of its documentation, without a heading.
    pub fn markdown(&self) -> String {
        let default = if self.is_default() { "on" } else { "off" };
        let fix = self.fix.map_or_else(|| "none".to_owned(), |safety| format!("`{}`", safety.flag()));
        let mut page = format!(
            "{}\n\n| severity | category | by default | fix |\n|---|---|---|---|\n| {} | {} | {default} | {fix} |\n\n",
            self.sentence(),
            self.severity.as_str(),
            self.category.as_str(),
        );
        let controls: Vec<String> = self.control_names().collect();
        if !controls.is_empty() {
            let _ = write!(page, "Maps to {}.\n\n", controls.join("; "));
        }
        let _ = write!(page, "{}\n\n**What keeping it prevents.** {}\n\n", self.why.trim(), self.prevents.trim());
        let _ = write!(page, "Breaks the rule:\n\n{}\nKeeps it:\n\n{}", fence(self.bad), fence(self.good));
        page
    }
}

fn fence(manifest: &str) -> String {
    format!("```yaml\n{}\n```\n", manifest.trim_end())
}
