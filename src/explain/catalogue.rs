//! All rules at once: the table, the page of the documentation, and JSON.

use std::fmt::Write as _;

use serde_json::json;

use super::layout::heading;
use crate::diagnostic::Safety;
use crate::diagnostic::style::FAINT;
use crate::rules::{self, Rule, Standard};

/// A title and the rules below it.
pub type Group = (&'static str, Vec<&'static Rule>);

/// The rules by group, as far as they are wanted; no group is empty.
pub fn groups(wanted: impl Fn(&Rule) -> bool) -> Vec<Group> {
    let groups = rules::GROUPS.iter().map(|(title, rules)| {
        let rules: Vec<&'static Rule> = rules.iter().copied().filter(|rule| wanted(rule)).collect();
        (*title, rules)
    });
    groups.filter(|(_, rules)| !rules.is_empty()).collect()
}

/// A table for people.
pub fn table(groups: &[Group]) -> String {
    let rows = || groups.iter().flat_map(|(_, rules)| rules.iter().copied());
    let width = rows().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut out = format!("{:<width$}  severity  category     on   fix     what is wrong (controls)\n", "rule");
    for (title, rules) in groups {
        out.push('\n');
        out += &heading(title);
        for rule in rules {
            let on = if rule.is_default() { "on" } else { "off" };
            let fix = rule.fix.map_or("-", |safety| safety.as_str());
            let _ = write!(
                out,
                "{:<width$}  {:<8}  {:<11}  {on:<3}  {fix:<6}  {}",
                rule.id,
                rule.severity.as_str(),
                rule.category.as_str(),
                rule.summary
            );
            let controls = controls(rule);
            if !controls.is_empty() {
                let _ = write!(out, " {FAINT}({controls}){FAINT:#}");
            }
            out.push('\n');
        }
    }
    let on = rows().filter(|rule| rule.is_default()).count();
    let _ = writeln!(out, "\n{} rules, {on} on by default; `tightship explain RULE` says more", rows().count());
    out
}

/// The controls of a rule, as short as they can be told apart.
fn controls(rule: &Rule) -> String {
    let mut short: Vec<String> = Vec::new();
    for control in rule.controls {
        let name = match control.standard {
            Standard::PodSecurity => format!("PSS {}", control.item.split(':').next().unwrap_or_default()),
            Standard::Cis112 => format!("CIS {}", control.item),
            Standard::Nsa => "NSA".to_owned(),
            Standard::Stig => format!("STIG {}", control.item),
        };
        if !short.contains(&name) {
            short.push(name);
        }
    }
    short.join(", ")
}

/// Everything about the rules, for programs.
pub fn json(groups: &[Group]) -> serde_json::Result<String> {
    let rule = |group: &str, rule: &Rule| {
        let controls = rule.controls.iter().map(|it| json!({"standard": it.standard.word(), "item": it.item}));
        json!({
            "id": rule.id,
            "group": group,
            "summary": rule.summary,
            "severity": rule.severity.as_str(),
            "category": rule.category.as_str(),
            "default": rule.is_default(),
            "fix": rule.fix.map(Safety::as_str),
            "controls": controls.collect::<Vec<_>>(),
            "why": rule.why,
            "prevents": rule.prevents,
            "bad": rule.bad,
            "good": rule.good,
        })
    };
    let rules = groups.iter().flat_map(|(group, rules)| rules.iter().map(|it| rule(group, it)));
    let all = json!({"version": 1, "rules": rules.collect::<Vec<_>>()});
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

const HEAD: &str = "\
# Rules

`tightship rules` lists them, `tightship explain RULE` prints one of them. A rule that is on runs without being asked for; `--select` and
`--ignore` take names of rules and categories.

A finding that is intended is suppressed by a comment at, above or behind its place, or by an annotation of the object or of its pod
template, always with a reason, and with a last day where there is one:

```yaml
# tightship: allow[RULE] REASON, until 2027-03-31
tightship/allow.RULE: REASON
```
";

/// All rules on one page: contents, then a section for each.
pub fn markdown(groups: &[Group]) -> String {
    let mut page = contents(groups, |id| format!("#{id}"));
    for (title, rules) in groups {
        let _ = write!(page, "\n## {title}\n");
        for rule in rules {
            let _ = write!(page, "\n### {}\n\n{}", rule.id, rule.markdown());
        }
    }
    page
}

/// How rules are chosen and suppressed, and a table of each group, whose rows lead to what says more.
pub fn contents(groups: &[Group], link: impl Fn(&str) -> String) -> String {
    let mut page = String::from(HEAD);
    for (title, rules) in groups {
        let _ = write!(
            page,
            "\n**{title}**\n\n| rule | severity | category | by default | what is wrong |\n|---|---|---|---|---|\n"
        );
        for rule in rules {
            let on = if rule.is_default() { "on" } else { "off" };
            let (severity, category) = (rule.severity.as_str(), rule.category.as_str());
            let (id, link, summary) = (rule.id, link(rule.id), rule.summary.replace('|', "\\|"));
            let _ = writeln!(page, "| [{id}]({link}) | {severity} | {category} | {on} | {summary} |");
        }
    }
    page
}
