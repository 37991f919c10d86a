//! The fixes of every rule, on its own data: they make it silent where they can be made, and need no second run.

use std::collections::BTreeMap;

use tightship::internals::diagnostic::Safety;
use tightship::internals::rules::{self, Rule};

use crate::support::rule_data::{self, Run, files};
use crate::support::{Folder, program};

/// What breaks a rule: its data, and the example of its documentation.
fn bad(rule: &Rule) -> Vec<String> {
    let folder = rule_data::all().find(|(other, _)| other.id == rule.id).map(|(_, folder)| folder);
    let mut files = folder.map(|folder| files(&folder, "bad")).unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    texts.chain([rule.bad.to_owned()]).collect()
}

fn run(rule: &Rule, text: &str) -> Run {
    Run::new(rule, "bad.yaml", text)
}

fn count(rule: &Rule, text: &str) -> usize {
    run(rule, text).concise().1.lines().count()
}

/// How often each rule has something to say.
fn tally(text: &str) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for finding in Run::select("all", "bad.yaml", text).outcome().findings {
        *tally.entry(finding.id.to_string()).or_default() += 1;
    }
    tally
}

#[test]
fn a_fix_makes_its_rule_silent() {
    for (rule, safety) in rules::all().filter_map(|rule| Some((rule, rule.fix?))) {
        let mut fixed = 0;
        for text in bad(rule) {
            let before = count(rule, &text);
            let once = run(rule, &text).fixed(safety);
            let after = count(rule, &once);
            assert!(after <= before, "{}: {before} findings became {after}:\n{once}", rule.id);
            assert_eq!(once == text, after == before, "{}: a fix left its finding:\n{once}", rule.id);
            fixed += before - after;
            assert_eq!(run(rule, &once).fixed(safety), once, "{}: a second run changes more", rule.id);
        }
        assert!(fixed > 0, "no file of {} was fixed", rule.id);
    }
}

#[test]
fn a_rule_without_fixes_changes_nothing() {
    for rule in rules::all().filter(|rule| rule.fix.is_none()) {
        for text in bad(rule) {
            assert_eq!(run(rule, &text).fixed(Safety::Unsafe), text, "{} says that it has no fixes", rule.id);
        }
    }
}

#[test]
fn a_fix_wakes_no_other_rule() {
    for rule in rules::all().filter(|rule| rule.fix.is_some()) {
        for text in bad(rule) {
            let fixed = Run::select("all", "bad.yaml", &text).fixed(Safety::Unsafe);
            let (before, after) = (tally(&text), tally(&fixed));
            for (other, count) in after {
                let known = before.get(&other).copied().unwrap_or_default();
                assert!(count <= known, "{}: {other} had {known} findings and has {count}:\n{fixed}", rule.id);
            }
        }
    }
}

#[test]
fn the_program_writes_the_same() {
    let has_fix = rule_data::all().filter(|(rule, _)| rule.fix.is_some());
    // one of each group is enough
    let mut of_groups: BTreeMap<_, _> =
        has_fix.map(|(rule, folder)| (folder.parent().unwrap().to_owned(), rule)).collect();
    assert!(of_groups.len() > 5, "{}", of_groups.len());
    for rule in of_groups.values_mut() {
        let safety = rule.fix.unwrap();
        let flag = if safety == Safety::Safe { "--fix=safe" } else { "--fix=unsafe" };
        let folder = Folder::new();
        folder.write("bad.yaml", rule.bad);
        let mut command = program();
        command.current_dir(folder.path("")).args(["check", "--no-config", "--select", rule.id, flag, "bad.yaml"]);
        command.args(rule_data::flags(rule.bad).split_whitespace()).output().unwrap();
        assert_eq!(folder.read("bad.yaml"), run(rule, rule.bad).fixed(safety), "{}", rule.id);
    }
}

#[test]
fn a_fix_that_changes_what_holds_elsewhere_is_followed() {
    let folder = Folder::new();
    let text = "apiVersion: v1\nkind: Namespce\nmetadata:\n  name: flat\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n\
                ---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespac: flat}\nspec:\n  securityContext: \
                {runAsNonRoot: NULLtrue}\n  containers:\n    - {name: web, image: \"ghcr.io/acme/web:1.2.3\"}\n";
    folder.write("all.yaml", text);
    folder.run(&["check", "--no-config", "--fix=unsafe", "all.yaml"]);
    let once = folder.read("all.yaml");
    assert!(once.contains("kind: Namespace") && once.contains("namespace: flat"), "{once}");
    folder.run(&["check", "--no-config", "--fix=unsafe", "all.yaml"]);
    assert_eq!(folder.read("all.yaml"), once, "a second run changes nothing");
}
