//! The page of a rule.

use super::layout::{definitions, heading, paragraphs, spaced, verbatim};
use crate::rules::Rule;

/// Everything about a rule.
pub(super) fn page(rule: &Rule) -> String {
    let fix = rule.fix.map_or_else(|| "by hand; see the example".to_owned(), |safety| safety.flag().to_owned());
    let default = if rule.is_default() { "on" } else { "off; --select switches it on" };
    let mut facts = vec![
        ("severity", vec![rule.severity.as_str().to_owned()]),
        ("category", vec![rule.category.as_str().to_owned()]),
        ("by default", vec![default.to_owned()]),
        ("fix", vec![fix]),
    ];
    facts.push(("maps to", rule.control_names().collect()));
    let mut page = heading(&format!("{}: {}", rule.id, rule.summary));
    page += &spaced(&definitions(&facts));
    page += &section("Why", &paragraphs(rule.why));
    page += &section("What keeping it prevents", &paragraphs(rule.prevents));
    page += &section("Breaks the rule", &verbatim(rule.bad));
    page += &section("Keeps it", &verbatim(rule.good));
    let suppress = [
        format!("{}    at, above or behind the place", rule.suppression()),
        format!("tightship/allow.{}: REASON    as an annotation of the object or of its pod template", rule.id),
    ];
    page += &heading("To suppress it");
    page += &verbatim(&suppress.join("\n"));
    page
}

fn section(title: &str, body: &str) -> String {
    format!("{}{body}\n", heading(title))
}
