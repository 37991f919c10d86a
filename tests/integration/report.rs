//! What `tightship check` prints in each format, over one folder with what is hard to show: several files, characters of
//! several bytes, Windows lines, a file on one long line, a document that cannot be read.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Folder, Ran};
use serde_json::Value;
use tightship::internals::check::{self, Input, Options, Outcome, Text};
use tightship::internals::diagnostic::{Diagnostic, Location};
use tightship::internals::report::{self, Format};
use tightship::internals::rules;
use tightship::internals::yaml::{FileId, Span};

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: größe
spec:
  template:
    spec:
      containers:
        - name: web
          image: ghcr.io/acme/web:1.2.3
          securityContext:
            privileged: true
        - {name: ünïcode, image: \"ghcr.io/acme/日本:1\", securityContext: {privileged: true}}
        - name: sidecar
          securityContext:
            # a comment between the lines
            privileged: true
        - name: last
          securityContext: {privileged: true}
";

const WINDOWS: &str = "apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: crlf\r\nspec:\r\n  containers:\r\n    - name: a\r\n      securityContext:\r\n        privileged: true\r\n        readOnlyRootFilesystem: true\r\n";

const BROKEN: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: fine}\nspec: {containers: []}\n---\nkind: [Pod\n";

fn long() -> String {
    let padding = "x".repeat(3000);
    format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"long\",\"annotations\":{{\"a\":\"{padding}\"}}}},\
         \"spec\":{{\"containers\":[{{\"name\":\"a\",\"securityContext\":{{\"privileged\":true}}}}]}}}}\n"
    )
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("web.yaml", WEB);
    folder.write("windows.yaml", WINDOWS);
    folder.write("long.json", long());
    folder.write("broken.yaml", BROKEN);
    folder.write(
        "of them/50% ü.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a<b>\\e[31m&\\\"\"}\nspec: {containers: [{name: x}]}\n",
    );
    folder
}

fn check(folder: &Folder, args: &[&str]) -> Ran {
    let select = "--select=privileged,writable-root-filesystem";
    folder.run(&[&["check", "--no-config", "--level", "baseline", select], args].concat())
}

#[track_caller]
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/report"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn json(folder: &Folder, format: &str) -> Value {
    serde_json::from_str(&check(folder, &["--format", format]).exits(2).stdout).unwrap()
}

#[test]
fn text_shows_the_lines_and_sums_up() {
    let ran = check(&folder(), &[]).exits(2);
    snapshot("text", &ran.stdout);
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains('\r'));
}

#[test]
fn a_rule_that_fires_often_is_shown_in_full_only_when_asked() {
    let few = check(&folder(), &[]).stdout;
    let all = check(&folder(), &["--all"]).stdout;
    let count = |text: &str| text.matches("]: container ").count();
    assert_eq!((count(&few), count(&all)), (6, 12), "{few}");
    // those of other containers of one pod are named with the first
    assert!(few.contains("the same in container `ünïcode` (line 14), `sidecar` (line 18), `last` (line 20)"), "{few}");
    assert!(!few.contains("more of the same"), "{few}");
    assert!(!all.contains("more of the same"), "{all}");
    // where to read more is said once
    assert_eq!(all.matches("`tightship explain privileged`").count(), 1);
}

#[test]
fn concise_is_a_line_for_each() {
    let ran = check(&folder(), &["--format", "concise"]).exits(2);
    snapshot("concise", &ran.stdout);
    assert_eq!(ran.stderr, "5 objects in 5 files: 12 findings (6 critical, 6 medium), 1 error\n");
}

#[test]
fn json_fits_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/check-output.schema.json")).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let folder = folder();
    let output = json(&folder, "json");
    let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let text = serde_json::to_string_pretty(&output).unwrap();
    snapshot("json", &text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    let edits = &output["findings"][0]["fix"]["edits"];
    assert!(edits.as_array().is_some_and(|edits| !edits.is_empty()), "no fix was seen");
}

#[test]
fn sarif_fits_the_schema_of_the_standard() {
    let mut schema: Value = serde_json::from_str(include_str!("../data/report/sarif-2.1.0-rtm.5.json")).unwrap();
    for holder in ["run", "toolComponent"] {
        // a bracket too many: no regular expression, and not about anything that is written here
        schema["definitions"][holder]["properties"]["language"].as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let validator = jsonschema::draft4::new(&schema).unwrap();
    let mut output = json(&folder(), "sarif");
    let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    // the texts of the rules change more often than the format
    let rules = output["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap();
    for rule in rules {
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("```yaml"), "{rule}");
        for text in ["shortDescription", "fullDescription", "help"] {
            rule[text] = Value::Null;
        }
    }
    let text = serde_json::to_string_pretty(&output).unwrap();
    snapshot("sarif", &text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let prints = |text: String| -> Vec<String> {
        let folder = Folder::new();
        folder.write("web.yaml", text);
        let ran = check(&folder, &["--format", "sarif"]).exits(1);
        let output: Value = serde_json::from_str(&ran.stdout).unwrap();
        let results = output["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|it| it["partialFingerprints"]["tightship/v1"].as_str().unwrap().to_owned()).collect()
    };
    let before = prints(WEB.to_owned());
    assert_eq!(before, prints(format!("# a comment\n\n{}", WEB.replace("kind: Dep", "# another\nkind: Dep"))));
    let different: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!(different.len(), before.len());
    // the same object again is another finding
    let twice = prints(format!("{WEB}---\n{WEB}"));
    assert_eq!(twice[..before.len()], before);
    assert_eq!(twice.last().unwrap(), &before.last().unwrap().replace(":1", ":2"));
}

#[test]
fn github_gets_workflow_commands() {
    let ran = check(&folder(), &["--format", "github"]).exits(2);
    snapshot("github", &ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.starts_with("::")), "{}", ran.stdout);
}

#[test]
fn junit_is_xml_that_adds_up() {
    let ran = check(&folder(), &["--format", "junit"]).exits(2);
    snapshot("junit", &ran.stdout);
    let mut reader = quick_xml::Reader::from_str(&ran.stdout);
    let (mut said, mut cases, mut failed) = (0, 0, 0);
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                "testsuite" => {
                    let tests = tag.try_get_attribute("tests").unwrap().unwrap();
                    said += tests.value.parse::<usize>().unwrap();
                }
                "testcase" => cases += 1,
                "failure" | "error" => failed += 1,
                "testsuites" => {}
                other => panic!("{other:?}"),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((said, cases, failed), (13, 13, 13));
    assert!(!ran.stdout.contains('\u{1b}'), "a control character came through");
}

#[test]
fn what_is_clean_is_said_in_one_line_and_passes() {
    let folder = Folder::new();
    folder.write("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let ran = check(&folder, &[]).exits(0);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", "1 object in 1 file: no findings\n"));
    let ran = check(&folder, &["--format", "junit"]).exits(0);
    assert!(ran.stdout.contains(r#"<testcase name="no findings" classname="a.yaml"/>"#), "{}", ran.stdout);
    let ran = check(&folder, &["--format", "sarif"]).exits(0).says(&[r#""executionSuccessful": true"#]);
    assert!(ran.stdout.contains(r#""results": []"#), "{}", ran.stdout);
    folder.write("a.yaml", "just: a value\n");
    check(&folder, &[]).exits(3).says(&["nothing to check: no Kubernetes object in 1 file"]);
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let folder = folder();
    let run = |args: &[&str], no_color: bool| {
        let mut command = folder.command(&[&["check", "--no-config"], args].concat());
        if !no_color {
            command.env_remove("NO_COLOR");
        }
        Ran::of(command.output().unwrap()).stdout.contains("\x1b[")
    };
    assert!(!run(&[], false), "a pipe is no terminal");
    assert!(run(&["--color", "always"], false));
    assert!(!run(&["--color", "never"], false));
    for format in ["concise", "json", "sarif", "github", "junit", "html"] {
        assert!(!run(&["--color", "always", "--format", format], false), "{format}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = Folder::new();
    // more than a pipe holds
    folder.write("many.yaml", format!("{WEB}---\n").repeat(300));
    for format in ["text", "concise", "json", "sarif", "github", "junit", "html"] {
        let mut command = folder.command(&["check", "--no-config", "--all", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 64];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut first).unwrap();
        drop(out);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), &*said), (Some(0), ""), "{format}");
    }
}

#[test]
fn the_report_goes_to_a_file_as_a_whole() {
    let folder = folder();
    for format in ["text", "json"] {
        let printed = check(&folder, &["--format", format]).stdout;
        let ran = check(&folder, &["--format", format, "-o", "report.out"]).exits(2);
        assert_eq!((folder.read("report.out"), &*ran.stdout), (printed, ""));
        assert!(ran.stderr.contains("12 findings"), "{}", ran.stderr);
    }
    let ran = check(&folder, &["-o", "no/such/folder.txt"]).exits(2);
    assert!(ran.stderr.contains("no/such/folder.txt"), "{}", ran.stderr);
    assert_eq!(folder.names().len(), 6, "{:?}", folder.names());
}

/// The outcome for texts, with one finding of its own.
fn outcome(texts: &[(&str, &str)], finding: impl FnOnce() -> Diagnostic) -> Outcome {
    let input = |(name, text): &(&str, &str)| Input { name: (*name).to_owned(), text: Text::Here((*text).into()) };
    let inputs: Vec<Input> = texts.iter().map(input).collect();
    let mut outcome = check::run(&inputs, &Options::default());
    for (file, (_, text)) in outcome.files.iter_mut().zip(texts) {
        file.text = Some((*text).into());
    }
    outcome.findings = [finding()].into_iter().collect();
    outcome
}

fn printed(outcome: &Outcome, format: Format) -> String {
    let mut out = Vec::new();
    report::write(outcome, format, false, &mut out).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}

fn place(file: u32, text: &str, at: &str, label: &str) -> Location {
    let start = text.find(at).unwrap() as u32;
    Location::new(FileId(file), Span { start, end: start + at.len() as u32 }, label)
}

fn finding(mut places: Vec<Location>, hidden: Vec<Span>) -> Diagnostic {
    let rule = rules::find("privileged").unwrap();
    let first = Diagnostic::new(places.remove(0), "two places that belong together");
    let mut whole = first.related_all(places).help("look at both").hide(hidden);
    (whole.id, whole.severity) = (rule.id, rule.severity);
    whole
}

#[test]
fn a_finding_may_have_places_in_several_files() {
    let role = "kind: Role\nrules:\n  - verbs: [\"*\"]\n";
    let far = "# a line in between\n".repeat(2000);
    let binding = format!("kind: RoleBinding\n{far}subjects: [{{name: you}}]\n");
    let places = || {
        vec![
            place(1, &binding, "kind: RoleBinding", "this binding"),
            place(1, &binding, "{name: you}", "to whom"),
            place(0, role, "[\"*\"]", "grants everything"),
        ]
    };
    let outcome = outcome(&[("role.yaml", role), ("binding.yaml", &binding)], || finding(places(), Vec::new()));
    snapshot("several-files", &printed(&outcome, Format::Text));
    let sarif: Value = serde_json::from_str(&printed(&outcome, Format::Sarif)).unwrap();
    let related = &sarif["runs"][0]["results"][0]["relatedLocations"];
    assert_eq!(related[1]["physicalLocation"]["artifactLocation"]["uri"], "role.yaml");
    assert_eq!(related[1]["message"]["text"], "grants everything");
}

#[test]
fn what_a_rule_hides_is_not_shown_by_any_finding_of_the_file() {
    let text = "env:\n  - {name: PASSWORD, value: hünter2}\n";
    let hidden = place(0, text, "hünter2", "").span;
    let outcome = outcome(&[("a.yaml", text)], || finding(vec![place(0, text, "PASSWORD", "here")], vec![hidden]));
    let others = [Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Junit, Format::Html];
    for format in [Format::Text].into_iter().chain(others) {
        let printed = printed(&outcome, format);
        assert!(!printed.contains("nter2"), "{printed}");
    }
    assert!(printed(&outcome, Format::Text).contains("value: ********}"));
}

#[test]
fn a_secret_that_cannot_be_read_is_not_shown() {
    let folder = Folder::new();
    folder.write("secret.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  password: \"hunter2\n");
    folder.write("next.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  password: hunter2: x\n");
    let ran = check(&folder, &[]).exits(2);
    assert!(ran.stdout.contains("secret.yaml:") && ran.stdout.contains("next.yaml:"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{}", ran.stdout);
}
