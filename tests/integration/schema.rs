//! The schema that editors use, and the texts that come from the command line's definition.

use crate::support::{Folder, data};
use clap::CommandFactory as _;
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(&Folder::new().run(&["schema"]).exits(0).stdout).unwrap()
}

/// The documents of a file as JSON.
fn documents(path: &camino::Utf8Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let stream = tightship::internals::yaml::parse(&text);
    let roots = stream.documents.iter().filter_map(tightship::internals::yaml::Document::root);
    roots.map(|root| root.to_json().unwrap()).filter(|value| !value.is_null()).collect()
}

#[test]
fn the_repository_holds_the_schema() {
    let printed = Folder::new().run(&["schema"]).exits(0).stdout;
    let held = include_str!("../../tightship.schema.json");
    assert!(printed == held, "tightship.schema.json is out of date: `just docs` writes it");
}

#[test]
fn it_is_a_schema() {
    for schema in schemas() {
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The schemas that the program has: that of labs comes with the feature `cluster`.
fn schemas() -> Vec<Value> {
    vec![
        schema(),
        #[cfg(feature = "cluster")]
        lab_schema(),
    ]
}

#[cfg(feature = "cluster")]
fn lab_schema() -> Value {
    serde_json::from_str(&Folder::new().run(&["schema", "lab"]).exits(0).stdout).unwrap()
}

#[cfg(feature = "cluster")]
#[test]
fn the_repository_holds_the_schema_of_labs() {
    let printed = Folder::new().run(&["schema", "lab"]).exits(0).stdout;
    let held = include_str!("../../lab.schema.json");
    assert!(printed == held, "lab.schema.json is out of date: `just docs` writes it");
}

/// Changes of the good lab, after which it is none.
#[cfg(feature = "cluster")]
const BAD_LABS: &[(&str, &str)] = &[
    ("level: core", "level: hard"),
    ("minutes: 15", "minutes: soon"),
    ("format: 1", "format: 2"),
    ("title: ", "titel: "),
    ("story: It", "storey: It"),
    ("rules: [run-as-root]", "rules: [run-as-rot]"),
    ("needs: [network_policy,", "needs: [networks,"),
    ("  ops: {}", "  Ops: {}"),
    ("- id: closed", "- id: Closed"),
    ("expect: blocked", "expect: closed"),
    ("labels: {app: other}", "labels: {app: 1}"),
    ("port: 8080, body", "port: -1, body"),
    ("service: page, port: 8080, body", "srevice: page, port: 8080, body"),
    ("- patch: solution-two", "- ptach: solution-two"),
    ("fails: [closed", "fails: closed #"),
    // exactly one of several keys
    (
        "healthy: {ns: shop, workload: deployment/page}",
        "healthy: {ns: shop, workload: deployment/page}\n    answer: {question: a, sha256: b}",
    ),
    ("    healthy: {ns: shop, workload: deployment/page}\n", ""),
    ("  - id: healthy\n    text", "  - text"),
    ("    why: \"{observed}\"\n    healthy", "    healthy"),
    ("subject: {service_account: shop/bot}", "subject: {}"),
    ("subject: {service_account: shop/bot}", "subject: {service_account: shop/bot, user: jane}"),
    ("subject: {service_account: shop/bot}", "subject: {service_account: shop/bot, groups: [a]}"),
    ("subject: {service_account: shop/bot}", "subject: {anonymous: false}"),
    ("to: {ns: shop, service: page}, port: 8080, expect: blocked", "to: {service: page}, port: 8080, expect: blocked"),
    (
        "to: {ns: shop, service: page}, port: 8080, expect: blocked",
        "to: {ns: shop, ip: 10.0.0.1}, port: 8080, expect: blocked",
    ),
    ("token: {from: {kubeconfig: bot.kubeconfig}", "token: {from: {kubeconfig: bot.kubeconfig, container: a}"),
    ("token: {from: {kubeconfig: bot.kubeconfig}", "token: {from: {kubeconfig: bot.kubeconfig}, absent: true, id: a"),
    ("- apply: start", "- {apply: start, replace: start}"),
    ("- apply: start", "- {}"),
    ("- apply: start", "- {apply: start, save: a}"),
    ("healthy: {ns: shop,", "healthy: {"),
];

#[cfg(feature = "cluster")]
#[test]
fn labs_fit_it_where_the_program_takes_them() {
    let validator = jsonschema::draft202012::new(&lab_schema()).unwrap();
    let good = include_str!("../labs/01-good/lab.yaml");
    let takes = |text: &str| {
        let folder = Folder::new();
        folder.write("course/01-good/lab.yaml", text);
        // the files of the lab are not there, so what is wrong has to be said of the `lab.yaml` itself
        let ran = folder.run(&["lab", "--course", "course", "list"]);
        (ran.code == 0, ran.stderr)
    };
    for (from, to) in [("", "")].iter().chain(BAD_LABS) {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let stream = tightship::internals::yaml::parse(&text);
        let document = stream.documents[0].root().unwrap().to_json().unwrap();
        assert_eq!(validator.is_valid(&document), from == to, "the schema on {to}");
        let (taken, said) = takes(&text);
        assert_eq!(taken, from == to, "the program on {to}: {said}");
        assert!(taken || said.contains("--> course/01-good/lab.yaml:"), "{to}: {said}");
    }
}

#[test]
fn good_specs_fit_it() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, path) in data("good/") {
        for document in documents(&path) {
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}

#[test]
fn wrong_keys_types_and_words_do_not_fit_it() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let mut checked = 0;
    for prefix in ["keys/", "words/", "missing/"] {
        // a merge key is nothing that a schema sees, nor are the defaults of a file, which may say what a document does not
        let beyond =
            ["keys/merge", "missing/app-level", "missing/app-target", "missing/space-level", "missing/space-target"];
        for (name, path) in data(prefix).into_iter().filter(|(name, _)| !beyond.contains(&name.as_str())) {
            checked += 1;
            assert!(documents(&path).iter().any(|document| !validator.is_valid(document)), "{name} fits the schema");
        }
    }
    assert!(checked > 20, "{checked}");
}

/// Configurations of the check, which the program takes.
const GOOD: &[&str] = &[
    "",
    "kubernetes: 1.36\nlevel: baseline\nfailOn: high",
    "select: [all]\nignore: [reliability, image-digest]\nregistries: [ghcr.io/acme]\nexclude: [\"charts/**\"]",
    "severity: {privileged: critical, image-digest: high}\nnoSuppress: [privileged]",
    "suppressions:\n  - {rule: host-ports, kind: DaemonSet, name: \"node-*\", reason: it is the proxy, expires: 2027-03-31}",
    "suppressions:\n  - {rule: privileged, namespace: kube-system, container: \"{init,main}\", reason: see OPS-1}",
];

/// Configurations that the program refuses.
const BAD: &[&str] = &[
    "kubernetes: 1.20",
    "level: strict",
    "failOn: worst",
    "select: all",
    "select: [privilegd]",
    "ignore: [security, hostports]",
    "severity: {privileged: worst}",
    "severity: {priviledged: low}",
    "noSuppress: [security]",
    "exclude: charts",
    "suppresions: []",
    "suppressions: [{rule: privileged}]",
    "suppressions: [{rule: privileged, reason: \"\"}]",
    "suppressions: [{rule: priviledged, reason: why}]",
    "suppressions: [{rule: privileged, reason: why, expires: soon}]",
    "suppressions: [{rule: privileged, reason: why, pod: app}]",
];

fn config(keys: &str) -> String {
    format!("apiVersion: tightship/v1\nkind: Check\n{keys}\n")
}

#[test]
fn configurations_fit_it_where_the_program_takes_them() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let folder = Folder::new();
    folder.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n");
    let takes = |text: &str| {
        folder.write(".tightship.yaml", text);
        let ran = folder.run(&["check", "map.yaml"]);
        assert!([0, 1, 2].contains(&ran.code), "{text}: {}", ran.stderr);
        (ran.code != 2, ran.stderr)
    };
    for (keys, good) in GOOD.iter().map(|keys| (keys, true)).chain(BAD.iter().map(|keys| (keys, false))) {
        let text = config(keys);
        let stream = tightship::internals::yaml::parse(&text);
        let document = stream.documents[0].root().unwrap().to_json().unwrap();
        assert_eq!(validator.is_valid(&document), good, "the schema on\n{text}");
        let (taken, said) = takes(&text);
        assert_eq!(taken, good, "the program on\n{text}\n{said}");
        assert!(good || said.contains("--> .tightship.yaml:"), "{said}");
    }
}

#[test]
fn each_file_says_what_belongs_into_the_other() {
    let folder = Folder::with(&config(""));
    folder.render(&[]).exits(2).says(&[
        "the configuration of the check, `kind: Check`, belongs in `.tightship.yaml`",
        "--> tightship.yaml:2:7",
    ]);
    let folder = Folder::new();
    for kind in ["App", "Space", "ApiServer", "Defaults"] {
        folder.write(".tightship.yaml", crate::support::MINIMAL.replace("App", kind));
        let message = format!("a spec of `kind: {kind}` belongs in `tightship.yaml`");
        folder.run(&["check"]).exits(2).says(&[&message, "--> .tightship.yaml:2:7", "expected `Check`"]);
    }
}

#[test]
fn completions_and_manual_pages() {
    let folder = Folder::new();
    for (shell, part) in [("bash", "complete -F"), ("zsh", "#compdef tightship"), ("fish", "complete -c tightship")] {
        folder.run(&["completions", shell]).exits(0).says(&[part, "render", "layout"]);
    }
    folder.run(&["man"]).exits(0).says(&[".TH tightship 1"]);
    folder.run(&["man", "--out", "man"]).exits(0);
    let pages = folder.names().iter().filter(|name| name.ends_with(".1")).count();
    assert_eq!(pages, commands(&tightship::Cli::command()), "{:?}", folder.names());
}

/// A command, and all that are below it, without those that the program keeps to itself.
fn commands(command: &clap::Command) -> usize {
    1 + command.get_subcommands().filter(|below| !below.is_hide_set()).map(commands).sum::<usize>()
}

#[test]
fn help_fits_the_screen() {
    let folder = Folder::new();
    for command in ["new", "render", "check", "rules", "explain", "apiserver", "policy", "schema", "completions", "man"]
    {
        let help = folder.command(&[command, "--help"]).env("COLUMNS", "100").output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        assert!(help.contains("Usage: tightship"));
    }
    folder.run(&["--version"]).exits(0).says(&[env!("CARGO_PKG_VERSION")]);
    folder.run(&["rendr"]).exits(2).says(&["'render'"]);
}

#[test]
fn wrong_types_do_not_fit_it() {
    // what only YAML knows: a tag, a NUL, a key that is a list
    const BEYOND: [&str; 3] = ["types/tag", "types/args-nul", "types/key-list"];
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, path) in data("types/").into_iter().filter(|(name, _)| !BEYOND.contains(&name.as_str())) {
        assert!(documents(&path).iter().any(|document| !validator.is_valid(document)), "{name} fits the schema");
    }
}

#[test]
fn help_lists_every_flag() {
    let folder = Folder::new();
    let program = tightship::Cli::command();
    let commands: Vec<_> = program.get_subcommands().collect();
    assert!(commands.len() >= 5);
    for command in commands {
        let help = folder.run(&[command.get_name(), "--help"]).exits(0).stdout;
        for flag in command.get_arguments().filter_map(|argument| argument.get_long()).chain(["color", "help"]) {
            assert!(help.contains(&format!("--{flag}")), "{} --help has no --{flag}:\n{help}", command.get_name());
        }
        let exit_codes = ["new", "render"].contains(&command.get_name());
        assert!(!exit_codes || help.contains("Exit codes: 0 done"), "{help}");
    }
}

/// Every key of a schema's records, with whether it is required, and its schema.
fn keys(schema: &Value) -> Vec<(String, bool, Value)> {
    let mut found = Vec::new();
    for (name, record) in schema["$defs"].as_object().unwrap() {
        let required: Vec<&str> =
            record["required"].as_array().into_iter().flatten().map(|key| key.as_str().unwrap()).collect();
        // one of the keys of a sum is there, and no other stands for it
        let ways: Vec<&str> =
            record["oneOf"].as_array().into_iter().flatten().filter_map(|way| way["required"][0].as_str()).collect();
        let required = [required, ways].concat();
        for (key, value) in record["properties"].as_object().into_iter().flatten() {
            found.push((format!("{name}.{key}"), required.contains(&key.as_str()), value.clone()));
        }
    }
    found
}

#[test]
fn defaults_are_in_it_and_fit_it() {
    let mut count = 0;
    for schema in schemas() {
        for (key, required, property) in keys(&schema) {
            let description = property["description"].as_str().unwrap_or_default();
            let Some(default) = property.get("default") else {
                // whether something is so, or one of some words: one of them holds where nothing is written
                let decides = property["type"] == "boolean" || property.get("enum").is_some();
                assert!(!decides || required || description.contains(" Default: "), "{key} has no default");
                continue;
            };
            count += 1;
            assert!(!required, "{key} is required, and has a default");
            assert_eq!(description.matches("Default: ").count(), 1, "{key}: {description}");
            let mut with = property.clone();
            with["$defs"] = schema["$defs"].clone();
            let validator = jsonschema::draft202012::new(&with).unwrap();
            assert!(validator.is_valid(default), "{key}: {default}");
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn no_comment_repeats_a_default() {
    let root = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src/spec", "src/check", "src/lab/course"] {
        for file in root.join(folder).read_dir_utf8().unwrap().map(Result::unwrap).filter(|file| file.path().is_file())
        {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let repeats = text.lines().find(|line| line.trim_start().starts_with("///") && line.contains("Default:"));
            assert_eq!(repeats, None, "{}: a default stands behind `=`, in words behind `=>`", file.path());
        }
    }
}

#[test]
fn editors_find_the_schema_beside_a_new_spec() {
    let folder = Folder::new();
    for (goal, kinds) in [("app", &["App", "Space"][..]), ("space", &["Space"]), ("apiserver", &["ApiServer"])] {
        let image = if goal == "app" { &["--image", "ghcr.io/acme/web:1.2.3"][..] } else { &[] };
        folder.run(&[&["new", goal, "--yes", "--goal", goal, "--name", "web"], image].concat()).exits(0);
        let spec = folder.read(&format!("{goal}/tightship.yaml"));
        // each document by itself, as editors look for it
        let documents: Vec<&str> = spec.split("\n---\n").collect();
        assert_eq!(documents.len(), kinds.len(), "{spec}");
        for document in documents {
            let comment = document.lines().next().unwrap();
            let path = comment.strip_prefix("# yaml-language-server: $schema=").unwrap();
            let schema: Value = serde_json::from_str(&folder.read(&format!("{goal}/{path}"))).unwrap();
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            let stream = tightship::internals::yaml::parse(document);
            let document = stream.documents[0].root().unwrap().to_json().unwrap();
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty() && kinds.contains(&document["kind"].as_str().unwrap()), "{errors:?}");
        }
        // it is tightship's: kept up to date, and not looked at as a manifest
        let file = format!("{goal}/tightship.yaml");
        let render = |more: &[&str]| folder.run(&[&["render", "--file", &file], more].concat());
        render(&["--check"]).exits(0);
        std::fs::remove_file(folder.path(&format!("{goal}/tightship.schema.json"))).unwrap();
        render(&["--check"]).exits(1).says(&["tightship.schema.json: is missing"]);
        render(&["--out", "elsewhere", "--force"]).exits(0);
        assert!(!folder.path("elsewhere/tightship.schema.json").exists());
        render(&["--out", goal]).exits(0);
        render(&["--check"]).exits(0);
        if goal != "apiserver" {
            folder.run(&["check", goal]).exits(0);
        }
        // who takes the comment out wants no schema
        folder.write(&file, spec.replace("# yaml-language-server", "# not for"));
        render(&[]).exits(0);
        assert!(!folder.path(&format!("{goal}/tightship.schema.json")).exists());
    }
}

#[test]
fn a_schema_is_written_where_it_is_asked_for() {
    let folder = Folder::new();
    let ran = folder.run(&["schema", "--out", "spec.json"]).exits(0);
    assert_eq!(folder.read("spec.json"), include_str!("../../tightship.schema.json"));
    ran.says(&["# yaml-language-server: $schema=spec.json"]);
    folder.run(&["schema", "--out", "none/spec.json"]).exits(2).says(&["none/spec.json"]);
}
