//! The fixes of every rule, on its own data: they make it silent where they can be made, and need no second run.

use std::path::Path;

use support::{Folder, Ran};
use tightship::internals::diagnostic::Safety;
use tightship::internals::rules::{self, Rule};

/// What breaks a rule: its data, and the example of its documentation.
fn bad(rule: &Rule) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(rule.id);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("bad") && name.ends_with(".yaml")
    });
    files.sort();
    let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    texts.chain([rule.bad.to_owned()]).collect()
}

fn check(folder: &Folder, rule: &Rule, more: &[&str]) -> Ran {
    let text = folder.read("bad.yaml");
    let flags = text.lines().next().and_then(|line| line.strip_prefix("# flags: ")).unwrap_or_default();
    let base = ["check", "--no-config", "--select", rule.id, "--format", "concise"];
    let flags: Vec<&str> = flags.split_whitespace().collect();
    folder.run(&[&base[..], more, &flags, &["bad.yaml"]].concat())
}

fn count(ran: &Ran) -> usize {
    ran.stdout.lines().count()
}

#[test]
fn a_fix_makes_its_rule_silent() {
    for rule in rules::all().filter(|rule| rule.fix.is_some()) {
        let fix = if rule.fix == Some(Safety::Safe) { "--fix=safe" } else { "--fix=unsafe" };
        let mut fixed = 0;
        for text in bad(rule) {
            let folder = Folder::new();
            folder.write("bad.yaml", &text);
            let before = count(&check(&folder, rule, &[]));
            check(&folder, rule, &[fix]);
            let once = folder.read("bad.yaml");
            let after = count(&check(&folder, rule, &[]));
            assert!(after <= before, "{}: {before} findings became {after}:\n{once}", rule.id);
            assert_eq!(once == text, after == before, "{}: a fix left its finding:\n{once}", rule.id);
            fixed += before - after;
            check(&folder, rule, &[fix]);
            assert_eq!(folder.read("bad.yaml"), once, "{}: a second run changes more", rule.id);
        }
        assert!(fixed > 0, "no file of {} was fixed", rule.id);
    }
}

#[test]
fn a_rule_without_fixes_changes_nothing() {
    for rule in rules::all().filter(|rule| rule.fix.is_none()) {
        for text in bad(rule) {
            let folder = Folder::new();
            folder.write("bad.yaml", &text);
            check(&folder, rule, &["--fix=unsafe"]);
            assert_eq!(folder.read("bad.yaml"), text, "{} says that it has no fixes", rule.id);
        }
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
