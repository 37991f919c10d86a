//! What a user sees of a spec that is wrong: every mistake at its place, in one run, and never a secret.

use std::fmt::Write as _;
use std::sync::LazyLock;

use camino::Utf8Path;
use proptest::prelude::*;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use tightship::internals::generate::{self, Options, RenderError};
use tightship::internals::yaml::Source;
use tightship::internals::{diagnostic, spec};

use crate::support::{self, Folder, Printed, Ran, app, data, marked, problems};

/// Renders a spec that must be refused, and checks that it left nothing behind.
fn refused(spec: &str) -> Ran {
    let folder = Folder::with(spec);
    let ran = folder.render(&[]).exits(2);
    assert_eq!(folder.names(), ["tightship.yaml"]);
    assert_eq!(ran.stdout, "");
    ran
}

/// A place, and the parts of the message that is expected there.
type Expected = (String, Vec<String>);

fn fits(problem: &Printed, (place, parts): &Expected) -> bool {
    problem.place == *place && parts.iter().all(|part| problem.text.contains(part))
}

/// What was expected and not said.
fn unsaid(printed: &[Printed], expected: &[Expected]) -> String {
    let missing = expected.iter().filter(|wanted| !printed.iter().any(|problem| fits(problem, wanted)));
    missing.map(|(place, parts)| format!("  not said at {place}: {}\n", parts.join(" | "))).collect()
}

/// What was said and not expected.
fn unexpected(printed: &[Printed], expected: &[Expected]) -> String {
    let extra = printed.iter().filter(|problem| !expected.iter().any(|wanted| fits(problem, wanted)));
    extra.map(|problem| format!("  said, but not expected:\n{}\n", problem.text)).collect()
}

/// Lines of an app, the mistakes marked, each with what is said about it.
const MISTAKES: [(&str, &str); 18] = [
    ("name: «Shop", "`shop` would do"),
    ("image: «ghcr.io/Acme/shop:1", "did you mean `ghcr.io/acme/shop:1`?"),
    ("level: «strict", "expected restricted, baseline"),
    ("target: {kubernetes: «\"1.20\"}", "the releases are 1.33"),
    ("«replcias: 3", "did you mean `replicas`?"),
    ("ports: [{name: http, port: «70000}]", "expected 1 to 65535"),
    ("size: {cpu: 100m, memory: «128m}", "did you mean `128Mi`?"),
    ("writable: [{path: «/etc}, {path: /cache}, {path: «/cache}]", "hides what the container needs"),
    ("", "mount `/cache` is here twice"),
    ("files: [{path: /cfg/a, content: x, mode: «0440}]", "put it in quotes: \"0440\""),
    ("env: {DEBUG: «true, «2FA: \"x\"}", "YAML reads `true` as a boolean"),
    ("", "starts with the digit '2'"),
    ("api: [«{resource: configmaps, verbs: [«lst]}]", "needs `target.apiServer.cidrs`"),
    ("", "did you mean `list`?"),
    ("network: {from: [{app: web, port: «htp}], to: [{«port: 443}]}", "did you mean `http`?"),
    ("", "the peer is missing"),
    ("route: «{host: shop.example.com}", "a route by gateway needs it"),
    ("health: {ready: {tcp: «web}}", "there is no port `web`"),
];

#[test]
fn all_mistakes_are_reported_in_one_run() {
    let lines: Vec<&str> = MISTAKES.iter().map(|(line, _)| *line).filter(|line| !line.is_empty()).collect();
    let (spec, places) = marked(&format!("apiVersion: tightship/v1\nkind: App\n{}\n", lines.join("\n")));
    assert_eq!(places.len(), MISTAKES.len());
    let messages = MISTAKES.iter().map(|(_, message)| vec![(*message).to_owned()]);
    let expected: Vec<Expected> = places.into_iter().zip(messages).collect();
    let ran = refused(&spec);
    assert_eq!(unsaid(&problems(&ran.stderr), &expected), "", "{}", ran.stderr);
    let count = problems(&ran.stderr).len();
    assert!(ran.stderr.ends_with(&format!("{count} errors in tightship.yaml; nothing was written\n")));
    insta::assert_snapshot!("many_mistakes", ran.stderr);
}

/// The comments `# expect: LINE:COL part | part` and `# warning: LINE:COL part | part` of a file.
fn expectations(text: &str, word: &str) -> Vec<Expected> {
    let comments = text.lines().filter_map(|line| line.strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(": "));
    comments
        .map(|line| {
            let (place, parts) = line.split_once(' ').unwrap_or((line, ""));
            (place.to_owned(), parts.split(" | ").map(str::to_owned).collect())
        })
        .collect()
}

/// Renders a file of `tests/data/spec`. Gives what differs from its comments, and what was printed.
fn check(out: &Folder, name: &str, path: &Utf8Path) -> (String, String) {
    let text = std::fs::read_to_string(path).unwrap();
    let (errors, warnings) = (expectations(&text, "expect"), expectations(&text, "warning"));
    assert_eq!(errors.is_empty() && warnings.is_empty(), name.starts_with("good/"), "{name}");
    let refused = !errors.is_empty();
    let to = if refused { vec!["--out", name] } else { vec!["--stdout"] };
    let ran = out.render(&[&["--file", path.as_str()], to.as_slice()].concat());
    let (printed_errors, printed_warnings): (Vec<_>, Vec<_>) =
        problems(&ran.stderr).into_iter().partition(|problem| problem.severity == "error");
    let mut wrong = unsaid(&printed_errors, &errors) + &unsaid(&printed_warnings, &warnings);
    wrong += &(unexpected(&printed_errors, &errors) + &unexpected(&printed_warnings, &warnings));
    if ran.code != if refused { 2 } else { 0 } {
        let _ = writeln!(wrong, "  exit code {}\n{}", ran.code, ran.stderr);
    }
    if refused && (!ran.stdout.is_empty() || out.path(name).exists()) {
        wrong.push_str("  something was written\n");
    }
    if !refused && (ran.stdout.is_empty() || printed_warnings.is_empty() && !ran.stderr.is_empty()) {
        let _ = writeln!(wrong, "  no manifests, or a message:\n{}", ran.stderr);
    }
    let heading = if wrong.is_empty() { wrong } else { format!("{name}:\n{wrong}\n") };
    (heading, ran.stderr)
}

/// What each file gave. They are rendered once for all tests.
fn results() -> &'static [(String, String)] {
    static RESULTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let out = Folder::new();
        data("").par_iter().map(|(name, path)| check(&out, name, path)).collect()
    });
    &RESULTS
}

#[test]
fn every_file_is_refused_or_accepted_as_its_comments_say() {
    let wrong: Vec<&str> = results().iter().map(|(wrong, _)| wrong.as_str()).filter(|text| !text.is_empty()).collect();
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), results().len(), wrong.concat());
}

/// The messages that a source file can report: of each the text between what is filled in.
fn messages(source: &str) -> Vec<Vec<String>> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let calls = ["Diagnostic::error(", "Diagnostic::warning(", "Refusal::new("];
    let starts = calls.iter().flat_map(|call| code.match_indices(call).map(|(at, call)| at + call.len()));
    starts.filter_map(|at| literal(&code[at..])).map(|text| parts(&text)).filter(|parts| !parts.is_empty()).collect()
}

/// The first text in quotes before the bracket that is open at the start closes.
fn literal(code: &str) -> Option<String> {
    let mut depth = 1;
    let start = code.find(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        character == '"' || depth == 0
    })?;
    let text = code[start..].strip_prefix('"')?;
    Some(text[..text.find('"')?].to_owned())
}

/// What stands between the `{}` of a format.
fn parts(format: &str) -> Vec<String> {
    let pieces = format.split('{').map(|piece| piece.rsplit('}').next().unwrap_or_default());
    pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// Whether all parts stand in the line, in their order.
fn has_all(line: &str, parts: &[String]) -> bool {
    parts.iter().try_fold(line, |rest, part| rest.find(part).map(|at| &rest[at + part.len()..])).is_some()
}

#[test]
fn every_message_of_the_source_is_reached_by_a_file() {
    // these have tests of their own below
    const ELSEWHERE: [&str; 2] = ["this looks like ", "the files are "];
    let printed: Vec<&str> = results().iter().flat_map(|(_, stderr)| stderr.lines()).collect();
    let mut sources = Vec::new();
    for folder in ["src/spec", "src/spec/validate"] {
        let entries = std::fs::read_dir(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        sources.extend(files.map(|path| std::fs::read_to_string(path).unwrap()));
    }
    let all: Vec<Vec<String>> = sources.iter().flat_map(|source| messages(source)).collect();
    assert!(all.len() > 80, "only {} messages found", all.len());
    let unreached: Vec<String> = all
        .iter()
        .filter(|parts| !ELSEWHERE.contains(&parts[0].as_str()))
        .filter(|parts| !printed.iter().any(|line| has_all(line, parts)))
        .map(|parts| parts.join("{}"))
        .collect();
    assert!(unreached.is_empty(), "no file of tests/data/spec leads to:\n{}", unreached.join("\n"));
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = Folder::new();
    folder.render(&[]).exits(2).says(&["tightship.yaml", "`tightship new` makes one", "No such file"]);
    folder.render(&["--file", "sub/other.yaml"]).exits(2).says(&["sub/other.yaml", "No such file"]);
    folder.render(&["--file", "."]).exits(2).says(&["Is a directory"]);
    folder.write("tightship.yaml", b"kind: App\nname: caf\xe9\n");
    folder.render(&[]).exits(2).says(&["tightship.yaml:2", "not UTF-8"]);
    folder.write("tightship.yaml", "");
    folder.render(&[]).exits(2).says(&["tightship.yaml:1:1", "there is no document here"]);
    assert_eq!(folder.names(), ["tightship.yaml"]);
}

#[test]
fn a_config_map_holds_a_mebibyte_and_no_more() {
    let spec = |bytes: usize| app(&format!("files: [{{path: /cfg/a, content: {}}}]", "x".repeat(bytes)));
    Folder::with(&spec(1 << 20)).render(&["--stdout"]).exits(0);
    let ran = refused(&spec((1 << 20) + 1));
    let found = problems(&ran.stderr);
    assert_eq!((found.len(), found[0].place.as_str()), (1, "8:33"));
    assert!(found[0].text.contains("the files are 1048577 bytes together, at most 1048576 fit"));
    // a long value does not fill the screen
    assert!(ran.stderr.len() < 2000, "{} bytes", ran.stderr.len());
}

/// A spec in which `§` stands for a secret, and the secret, put together so that no scanner finds one in this file.
struct Leak {
    spec: String,
    secret: String,
}

fn leak(line: &str, secret: &[&str]) -> Leak {
    let secret = secret.concat();
    Leak { spec: app(line).replace('§', &secret), secret }
}

/// Runs a spec with a secret in all ways there are; it must be refused each time, and never shown.
fn never_shown(leaks: &[Leak]) -> Vec<Ran> {
    let mut runs = Vec::new();
    let mut shown = String::new();
    for Leak { spec, secret } in leaks {
        let folder = Folder::with(spec);
        for way in [&[][..], &["--stdout"], &["--check"], &["--diff"], &["--force"]] {
            let ran = folder.render(way).exits(2);
            let output = format!("{}{}", ran.stdout, ran.stderr);
            if secret.lines().any(|line| output.contains(line.trim())) {
                let _ = writeln!(shown, "render {way:?} shows `{secret}`:\n{output}");
                break;
            }
            runs.push(ran);
        }
        assert_eq!(folder.names(), ["tightship.yaml"]);
    }
    assert!(shown.is_empty(), "{shown}");
    runs
}

const PASSWORD: [&str; 2] = ["hun", "ter2!x"];

#[test]
fn secrets_are_refused_and_never_shown() {
    let pem = ["-----BEGIN RSA PRIV", "ATE KEY-----\n    MIIEpAIBAAKCAQEA\n    -----END RSA PRIVATE KEY-----"];
    let jwt = ["eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0In0.", "c2lnbmF0dXJlLW9mLWl0"];
    let github = ["gh", "p_aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3"];
    let aws = ["AK", "IAIOSFODNN7EXAMPLE"];
    let mut leaks = vec![
        leak("env:\n  KEY: |\n    §", &pem),
        leak("files:\n- path: /cfg/key\n  content: |\n    §", &pem),
        leak("env: {HEADER: \"Bearer §\"}", &jwt),
        leak("args: [§]", &github),
        leak("command: [/bin/x, §]", &aws),
        leak("env: {§: x}", &aws),
        leak("owner: §", &aws),
        leak("environments: {prod: {env: {A: §}}}", &aws),
        leak("init: [{name: a, image: a/b:1, args: [§]}]", &github),
        leak("files: [{path: /cfg/a, content: \"[db]\\npassword = §\\n\"}]", &PASSWORD),
        leak("files:\n- path: /cfg/a\n  content: |\n    user: shop\n    password: §\n    port: 1", &PASSWORD),
        leak("env: {DB: \"postgres://shop:§@db:5432/shop\"}", &PASSWORD),
        leak("args: [\"--db-url=postgres://shop:§@db/shop\"]", &PASSWORD),
        leak("args: [\"--password=§\"]", &PASSWORD),
        leak("args: [--password, §]", &PASSWORD),
        leak("sidecars: [{name: a, image: a/b:1, env: {API_KEY: §}}]", &PASSWORD),
        // an error of another kind on the same line shows the line
        leak("env: {PASSWORD: §, 2FA: \"x\"}", &PASSWORD),
        leak("ports: [{name: HTTP, port: 0, password: §}]", &PASSWORD),
    ];
    for name in ["PASSWORD", "DB_PASSWORD", "dbPassword", "db.password", "API_TOKEN", "AWS_SECRET_ACCESS_KEY"] {
        leaks.push(leak(&format!("env: {{{name}: §}}"), &PASSWORD));
    }
    for ran in never_shown(&leaks) {
        ran.says(&["this looks like", "refer to it", "secrets: [{name: NAME, path: /run/secrets/NAME}]"]);
    }
}

#[test]
fn secrets_in_values_that_are_wrong_are_not_shown() {
    never_shown(&[
        leak("env: {PASSWORD: §}", &["1234", "5678"]),
        leak("env: {PASSWORD: §}", &["0x1234", "5678"]),
        leak("secrets: [{name: db, path: §}]", &["AK", "IAIOSFODNN7EXAMPLE"]),
        leak("route: {host: \"https://shop:§@shop.example.com\", gateway: a/b}", &PASSWORD),
        leak("sidecars: [{name: a, image: \"https://shop:§@ghcr.io/acme/a:1\"}]", &PASSWORD),
        leak("health: {ready: {http: \"http://shop:§@localhost/\"}}", &PASSWORD),
        leak("network: {to: [{cidr: \"postgres://shop:§@db\", port: 5432}]}", &PASSWORD),
        leak("replicas: §", &["AK", "IAIOSFODNN7EXAMPLE"]),
        leak("size: §", &["AK", "IAIOSFODNN7EXAMPLE"]),
        leak("§: x", &["AK", "IAIOSFODNN7EXAMPLE"]),
        leak("env: {§: x, §: y}", &["AK", "IAIOSFODNN7EXAMPLE"]),
    ]);
}

#[test]
fn secrets_in_broken_yaml_are_not_shown() {
    never_shown(&[
        leak("env:\n  PASSWORD: @§", &PASSWORD),
        leak("env:\n  PASSWORD: *§", &PASSWORD),
        leak("env:\n  PASSWORD: \"§", &PASSWORD),
        leak("env:\n  PASSWORD: §: x", &PASSWORD),
        leak("env: {PASSWORD: §", &PASSWORD),
        leak("args: [--password=§", &PASSWORD),
        leak("env:\n  KEY: \"§", &["AK", "IAIOSFODNN7EXAMPLE"]),
    ]);
}

#[test]
fn a_small_text_that_stands_for_a_huge_tree_is_read_at_once() {
    let levels = 1..12;
    let bomb: String =
        levels.map(|it| format!("x{it}: &a{it} [{}]\n", vec![format!("*a{}", it - 1); 9].join(","))).collect();
    let spec = app(&format!("x0: &a0 [--password, {}]\n{bomb}env: *a11\nargs: *a11", PASSWORD.concat()));
    let ran = refused(&spec).says(&["this is not YAML", "excessive aliasing"]);
    assert!(!ran.stderr.contains(&PASSWORD.concat()), "{}", ran.stderr);
}

#[test]
fn secrets_behind_anchors_are_not_shown() {
    never_shown(&[
        leak("env: {A: &p §, PASSWORD: *p}", &PASSWORD),
        leak("args: [&p §]\nenv: {PASSWORD: *p}\nreplicas: x", &PASSWORD),
    ]);
}

#[test]
fn problems_of_several_documents_look_well() {
    let spec = r#"apiVersion: tightship/v1
kind: Space
name: shop
level: restricted
target: {kubernetes: "1.36"}
registries: [ghcr.io/acme]
---
apiVersion: tightship/v1
kind: App
name: web
image: docker.io/acme/web:latest
level: baseline
target: {kubernetes: "1.36"}
space: shop
ports:
  - {name: http, port: 8080}
network:
  to:
    - {app: db, port: 5432}
exceptions:
  - {rule: mutable-image-tag, reason: "no versions yet", ticket: SHOP-1, expires: 2025-12-31}
  - {rule: no-cpu-limit, reason: "never needed", ticket: SHOP-2, expires: 2026-12-31}
---
apiVersion: tightship/v1
kind: App
name: db
image: ghcr.io/acme/db:16
level: restricted
target: {kubernetes: "1.36"}
space: shop
workload: statefulset
ports: [{name: pg, port: 5432}]
storage: [{name: data, path: /data, size: 10GB}]
---
apiVersion: tightship/v1
kind: App
name: db
image: ghcr.io/acme/db:17
level: restricted
target: {kubernetes: "1.36"}
space: shop
ports: [{name: pg, port: 5432}]
"#;
    insta::assert_snapshot!("several_documents", refused(spec).stderr);
}

#[test]
fn problems_around_secrets_and_broken_yaml_look_well() {
    let leak = leak("env:\n  LOG: info\n  DB_PASSWORD: §\n---\nkind: App\nname: [a, b\n", &PASSWORD);
    insta::assert_snapshot!("secret_and_broken_yaml", refused(&leak.spec).stderr);
}

/// A slip of the keyboard: where in the text, how much of it goes, and what comes instead.
type Slip = (u16, u8, &'static str);

fn slip() -> impl Strategy<Value = Slip> {
    let typed = prop::sample::select(vec![
        "",
        "ü",
        "\u{1f600}",
        "\t",
        ": ",
        ":",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "*a",
        "&a ",
        "|\n",
        ">",
        "\n",
        "\r\n",
        "- ",
        " #",
        "#",
        "\u{feff}",
        "\0",
        "\u{85}",
        "null",
        "1e3",
        "no",
        "~",
        "-1",
        "? ",
        "!!int ",
        "<<: ",
        ",",
        "---\n",
        "99999999999999",
    ]);
    (any::<u16>(), prop_oneof![Just(0_u8), 1..4_u8, 4..40_u8], typed)
}

/// The text after a slip.
fn slipped(text: &str, (at, gone, typed): Slip) -> String {
    let count = text.chars().count();
    let start = usize::from(at) * (count + 1) / (usize::from(u16::MAX) + 1);
    let mut out: String = text.chars().take(start).collect();
    out.push_str(typed);
    out.extend(text.chars().skip(start + usize::from(gone)));
    out
}

proptest! {
    #![proptest_config(support::random(150))]

    /// Every text gives manifests or problems, each at a place that there is: no panic, and no defect of ours.
    #[test]
    fn no_slip_breaks_the_program(file in any::<prop::sample::Index>(), slips in prop::collection::vec(slip(), 1..4)) {
        static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
            data("").into_iter().map(|(_, path)| std::fs::read_to_string(path).unwrap()).collect()
        });
        let text = slips.into_iter().fold(file.get(&TEXTS).clone(), |text, slip| slipped(&text, slip));
        let source = Source::new("tightship.yaml", text);
        let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
        let shown = problems(&anstream::adapter::strip_str(&diagnostic::render(&source, &outcome.problems, &outcome.hidden)).to_string());
        prop_assert_eq!(shown.len(), outcome.problems.len());
        for problem in &outcome.problems {
            prop_assert!(source.text().get(problem.span().range()).is_some_and(|span| !span.is_empty()), "{:?}", problem);
        }
        match outcome.specs {
            Some(specs) => {
                let options = Options { spec: "tightship.yaml", layout: None, comments: None, environment: None };
                match generate::plan(&specs, options) {
                    Ok(plan) => prop_assert!(!plan.files.is_empty(), "no files for {:?}", source.text()),
                    // what a rule finds fault with is not written
                    Err(RenderError::Finding { .. }) => {}
                    Err(error) => prop_assert!(false, "{error}\n{}", source.text()),
                }
            }
            None => prop_assert!(!shown.is_empty(), "refused without a word:\n{}", source.text()),
        }
    }
}
