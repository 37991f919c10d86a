//! What the API server refuses is found, at the field that it names; what it takes is not.
//!
//! `tests/data/verdicts/cases/` has a sample of each kind of mistake; `answers.tsv` says what kube-apiserver answers to them, and
//! `expected.tsv` what has to be found in others. `mutants/` has objects with the answers of two releases in comments before
//! them; `tests/live/verdicts.rs` asks a real API server again.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tightship::internals::diagnostic::Safety;

use crate::support::rule_data::Run;
use crate::support::verdicts::{
    Mutant, REFUSALS, bad_texts, folder, is_about, is_about_change, mutants, refusals, refused_documents, updates,
};
use crate::support::{Folder, Ran, program};

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn object(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

#[test]
fn each_case_is_judged_as_the_api_server_judges_it() {
    let mut wrong = Vec::new();
    let rows = rows("answers.tsv");
    for row in &rows {
        let (name, answer, field) = (&row[0], &row[1], row.get(2).map_or("", String::as_str));
        let file = folder().join("cases").join(name);
        let found = refusals(&mut program(), "1.34", &file);
        let fits = match answer.as_str() {
            "taken" => found.is_empty(),
            "refused" => {
                !found.is_empty() && (field.is_empty() || found.iter().any(|it| is_about(&object(&file), it, field)))
            }
            other => panic!("{name}: {other}"),
        };
        if !fits {
            wrong.push(format!("{name}: {answer} {field}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert_eq!(rows.len(), 38);
}

#[test]
fn what_is_expected_of_a_case_holds() {
    for row in rows("expected.tsv") {
        let (name, expected) = (&row[0], &row[1]);
        let (word, wanted) = match expected.strip_prefix("not ") {
            Some(word) => (word, false),
            None => (expected.as_str(), true),
        };
        let file = folder().join("cases").join(name);
        let mut command = program();
        command.args(["check", "--no-config", "--format", "concise", "--select", word]).arg(file);
        let ran = Ran::of(command.output().unwrap());
        assert!(ran.code <= 1, "{name}: {}", ran.stderr);
        assert_eq!(ran.code == 1, wanted, "{name}: {expected}\n{}", ran.stdout);
    }
}

#[test]
fn mutants_are_judged_as_the_api_server_judges_them() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for file in mutants() {
        for release in ["1.34", "1.37"] {
            let found = refusals(&mut program(), release, &file);
            for mutant in Mutant::all(&file) {
                let Some(answer) = mutant.answers.get(release) else { continue };
                let own: Vec<&Value> = found.iter().filter(|it| mutant.holds(it)).collect();
                *counts.entry((release, answer.is_some())).or_default() += 1;
                let fits = match answer {
                    None => own.is_empty(),
                    // the decoder refuses it, and names no field
                    Some(field) if field.is_empty() => !own.is_empty(),
                    Some(field) => own.iter().any(|it| is_about(&mutant.object, it, field)),
                };
                if !fits {
                    wrong.push(format!("{}:{} {release} {answer:?}\n{own:#?}", file.display(), mutant.first));
                }
            }
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts.len() == 4 && counts.values().all(|count| *count > 50), "{counts:?}");
}

#[test]
fn changes_are_judged_as_the_api_server_judges_them() {
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::<bool, usize>::new());
    let updates = updates();
    for release in ["1.34", "1.37"] {
        let folder = Folder::new();
        for update in &updates {
            folder.write(&format!("old/{}", update.file), update.old.to_string());
            folder.write(&format!("new/{}", update.file), update.new.to_string());
        }
        let select = format!("immutable-field,{}", REFUSALS.join(","));
        let args = ["check", "--no-config", "new", "--against", "old", "--kubernetes", release, "--format", "json"];
        let ran = folder.run(&[&args[..], &["--select", &select]].concat()).exits(1);
        let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
        let mut found: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for finding in printed["findings"].as_array().unwrap() {
            let file = finding["places"][0]["file"].as_str().unwrap().strip_prefix("new/").unwrap();
            found.entry(file).or_default().push(finding);
        }
        for update in &updates {
            let own = found.remove(update.file.as_str()).unwrap_or_default();
            let Some(answer) = update.answers.get(release) else { continue };
            *counts.entry(answer.is_some()).or_default() += 1;
            let fits = match answer {
                None => own.is_empty(),
                Some(field) => own.iter().any(|it| is_about_change(&update.new, it, field)),
            };
            if !fits {
                wrong.push(format!("{} {release} {answer:?}\n{}\n{}\n{own:#?}", update.file, update.old, update.new));
            }
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts.len() == 2 && counts.values().all(|count| *count > 250), "{counts:?}");
}

#[test]
fn fixes_leave_nothing_that_is_refused() {
    let (mut wrong, mut changed) = (Vec::new(), 0);
    for (name, text) in bad_texts() {
        let before = refused_documents(&name, &text);
        for word in ["all", "security"] {
            let fixed = Run::select(word, &name, &text).fixed(Safety::Unsafe);
            if fixed == text {
                continue;
            }
            changed += 1;
            let more: Vec<usize> = refused_documents(&name, &fixed).difference(&before).copied().collect();
            if !more.is_empty() {
                wrong.push(format!("{name}: --select {word}: documents {more:?}\n{fixed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(changed > 200, "{changed} texts were changed");
}

#[test]
fn a_fix_of_one_rule_alone_makes_nothing_that_is_refused() {
    let text = std::fs::read_to_string(folder().join("cases/public-bidi.yaml")).unwrap();
    for word in ["privileged", "all"] {
        let fixed = Run::select(word, "bidi.yaml", &text).fixed(Safety::Unsafe);
        assert!(fixed.contains("privileged: true"), "{word}:\n{fixed}");
        assert_eq!(refused_documents("bidi.yaml", &fixed), refused_documents("bidi.yaml", &text), "{word}");
    }
}

#[test]
fn sources_are_judged_in_part() {
    let pod = |image: &str, more: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: app}}\nspec:\n  containers:\n    - name: app\n      image: {image}\n{more}"
        )
    };
    let template = std::fs::read_to_string(folder().join("cases/public-tpl.yaml")).unwrap();
    let privileged = "      securityContext: {privileged: true}\n";
    for (text, says, others) in [
        (template, "values are filled in", 0),
        (pod("'{{ .Values.image }}'", privileged), "values are filled in", 1),
        (pod("ghcr.io/acme/app:${TAG}", privileged), "values are filled in", 1),
        (pod("ko://example.com/cmd/app", ""), "values are filled in", 0),
        // the default is what counts
        (pod("ghcr.io/acme/app:1.2.3", "      stdin: ${STDIN:-true}\n"), "values are filled in", 0),
        (pod("ghcr.io/acme/app:1.2.3", "      stdin: ${STDIN:-often}\n"), "values are filled in", 1),
        (pod("ghcr.io/acme/app:1.2.3", "sops: {mac: 'ENC[AES256_GCM,data:x]'}\n"), "SOPS decrypts it", 0),
        (
            "apiVersion: zarf.dev/v1alpha1\nkind: ZarfPackageConfig\nmetadata: {name: a, yolo: true}\n".into(),
            "a tool reads it",
            0,
        ),
        // a marker alone changes nothing
        (pod("ghcr.io/acme/app:1.2.3 # {{ .tag }}", privileged), "", 1),
        (pod("ghcr.io/acme/app:1.2.3", "sops: {}\n"), "", 1),
    ] {
        let folder = Folder::new();
        folder.write("app.yaml", &text);
        let ran =
            folder.run(&["check", "--no-config", "--select=correctness,privileged", "--format=concise", "app.yaml"]);
        let (notes, found): (Vec<&str>, Vec<&str>) = ran.stdout.lines().partition(|line| line.contains(": notice: "));
        assert_eq!(found.len(), others, "{text}\n{}", ran.stdout);
        assert_eq!(notes.len(), usize::from(!says.is_empty()), "{text}\n{}", ran.stdout);
        assert!(notes.iter().all(|note| note.contains(says)), "{text}\n{notes:?}");
        assert_eq!(ran.stderr.contains("left out: 1 "), !says.is_empty(), "{text}\n{}", ran.stderr);
    }
}

#[test]
fn a_default_is_judged_and_fixed_where_it_stands() {
    let folder = Folder::new();
    let text = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - {name: DB_PASSWORD, value: \"${DB_PASSWORD:-swordfish}\"}
      securityContext:
        privileged: ${PRIVILEGED:-true}
";
    folder.write("app.yaml", text);
    let args = ["check", "--no-config", "--select=privileged,literal-secret", "app.yaml"];
    let ran = folder.run(&args).exits(1).says(&["11:9", "critical[privileged]", "literal-secret"]);
    assert!(!ran.stdout.contains("swordfish"), "{}", ran.stdout);
    folder.run(&["check", "--no-config", "--select=privileged", "--fix=unsafe", "app.yaml"]).exits(0);
    assert_eq!(folder.read("app.yaml"), text.replace(":-true", ":-false"));
}
