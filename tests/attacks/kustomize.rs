//! Kustomizations that name what is elsewhere: nothing is fetched, nothing runs, and what is checked stays checked.
//!
//! Where kustomize or kubectl is on the PATH, it is the real one that would fetch; without them a canary of that name says
//! whether it was started.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::canary::Canary;
use crate::loopback::Loopback;
use crate::support::{Folder, Ran, program};

/// A pod that breaks one rule.
const BAD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec:\n  containers: [{name: a, image: a, securityContext: {privileged: true}}]\n";
const GOOD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: b}\n";
const FLAGS: [&str; 7] = ["check", "--no-config", "--format", "concise", "--select", "privileged", "."];

/// A folder with a remote reference: its name, and its files. `URL` is an address of the server, `PORT` its port, and the
/// reference is in the file that comes first.
type Attack = (&'static str, &'static [(&'static str, &'static str)]);

/// Each field that kustomize loads, each way to hide it, and each form of an address that reaches the loopback.
const FETCHED: &[Attack] = &[
    ("resources", &[("kustomization.yaml", "resources: ['URL']\n")]),
    ("bases", &[("kustomization.yaml", "bases: ['URL']\n")]),
    ("components", &[("kustomization.yaml", "resources: [good.yaml]\ncomponents: ['me@127.0.0.1:acme/app']\n")]),
    ("crds", &[("kustomization.yaml", "resources: [good.yaml]\ncrds: ['URL']\n")]),
    ("configurations", &[("kustomization.yaml", "resources: [good.yaml]\nconfigurations: ['URL']\n")]),
    ("openapi", &[("kustomization.yaml", "resources: [good.yaml]\nopenapi: {path: 'URL'}\n")]),
    ("generators", &[("kustomization.yaml", "resources: [good.yaml]\ngenerators: ['URL']\n")]),
    ("transformers", &[("kustomization.yaml", "resources: [good.yaml]\ntransformers: ['URL']\n")]),
    ("validators", &[("kustomization.yaml", "resources: [good.yaml]\nvalidators: ['URL']\n")]),
    ("patches", &[("kustomization.yaml", "resources: [good.yaml]\npatches: [{path: 'URL'}]\n")]),
    ("patchesStrategicMerge", &[("kustomization.yaml", "resources: [good.yaml]\npatchesStrategicMerge: ['URL']\n")]),
    (
        "patchesJson6902",
        &[(
            "kustomization.yaml",
            "resources: [good.yaml]\npatchesJson6902: [{path: 'URL', target: {version: v1, kind: ConfigMap, name: good}}]\n",
        )],
    ),
    ("replacements", &[("kustomization.yaml", "resources: [good.yaml]\nreplacements: [{path: 'URL'}]\n")]),
    ("files", &[("kustomization.yaml", "configMapGenerator: [{name: a, files: ['URL']}]\n")]),
    ("files with a key", &[("kustomization.yaml", "configMapGenerator: [{name: a, files: ['a=URL']}]\n")]),
    ("env", &[("kustomization.yaml", "configMapGenerator: [{name: a, env: 'URL'}]\n")]),
    ("envs", &[("kustomization.yaml", "secretGenerator: [{name: a, envs: ['URL']}]\n")]),
    ("secret files", &[("kustomization.yaml", "secretGenerator: [{name: a, files: ['b=URL']}]\n")]),
    ("a key in capitals", &[("kustomization.yaml", "RESOURCES: ['URL']\n")]),
    ("a letter that looks like s", &[("kustomization.yaml", "re\u{17F}ources: ['URL']\n")]),
    ("an alias", &[("kustomization.yaml", "metadata: {annotations: {a: &a 'URL'}}\nresources: [*a]\n")]),
    ("a JSON file", &[("kustomization.yaml", "{\"resources\": [\"\\u0068ttp://127.0.0.1:PORT/a.yaml\"]}\n")]),
    ("a scheme in capitals", &[("kustomization.yaml", "resources: ['HTTP://127.0.0.1:PORT/a.yaml']\n")]),
    ("another file name", &[("Kustomization", "resources: ['URL']\n")]),
    (
        "a transformer's path",
        &[
            ("t.yaml", "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: 'URL'\n"),
            ("kustomization.yaml", "resources: [good.yaml]\ntransformers: [t.yaml]\n"),
        ],
    ),
    (
        "a list of transformers",
        &[
            (
                "t.yaml",
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: t}\n  PATH: 'URL'\n",
            ),
            ("kustomization.yaml", "resources: [good.yaml]\ntransformers: [t.yaml]\n"),
        ],
    ),
    (
        "replacements of a transformer",
        &[
            (
                "t.yaml",
                "apiVersion: builtin\nkind: ReplacementTransformer\nmetadata: {name: t}\nreplacements: [{path: 'URL'}]\n",
            ),
            ("kustomization.yaml", "resources: [good.yaml]\ntransformers: [t.yaml]\n"),
        ],
    ),
    (
        "targets of a transformer",
        &[
            (
                "t.yaml",
                "apiVersion: builtin\nkind: ValueAddTransformer\nmetadata: {name: t}\nvalue: a\ntargetFilePath: 'URL'\n",
            ),
            ("kustomization.yaml", "resources: [good.yaml]\ntransformers: [t.yaml]\n"),
        ],
    ),
    (
        "a generator's files",
        &[
            (
                "g.yaml",
                "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nname: g\nfiles: ['a=URL']\n",
            ),
            ("kustomization.yaml", "generators: [g.yaml]\n"),
        ],
    ),
    (
        "a transformer in the kustomization",
        &[(
            "kustomization.yaml",
            "resources: [good.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: t}\n  path: URL\n",
        )],
    ),
    (
        "a transformer that is patched",
        &[
            (
                "t/kustomization.yaml",
                "resources: [t.yaml]\npatches:\n- target: {kind: PatchTransformer}\n  patch: '[{\"op\": \"replace\", \"path\": \"/path\", \"value\": \"URL\"}]'\n",
            ),
            ("t/t.yaml", "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: a.yaml\n"),
            ("kustomization.yaml", "resources: [good.yaml]\ntransformers: [t]\n"),
        ],
    ),
    ("a base", &[("base/kustomization.yaml", "resources: ['URL']\n"), ("kustomization.yaml", "resources: [base]\n")]),
    (
        "a base in a hidden folder",
        &[(".base/kustomization.yaml", "resources: ['URL']\n"), ("kustomization.yaml", "resources: [.base]\n")],
    ),
    (
        "a component of a base that git ignores",
        &[
            ("out/c/kustomization.yaml", "kind: Component\nconfigMapGenerator: [{name: a, files: ['URL']}]\n"),
            ("out/kustomization.yaml", "resources: [more.yaml]\ncomponents: [c]\n"),
            ("out/more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n"),
            ("kustomization.yaml", "resources: [out]\n"),
            (".gitignore", "out/\n"),
        ],
    ),
    ("a repository by ssh", &[("kustomization.yaml", "resources: ['me@127.0.0.1:acme/app']\n")]),
    ("a repository by ssh, with a scheme", &[("kustomization.yaml", "resources: ['ssh://me@127.0.0.1/acme/app']\n")]),
    ("a repository for an old library", &[("kustomization.yaml", "resources: ['git::ssh://me@127.0.0.1/acme/app']\n")]),
    ("a repository by its ending", &[("kustomization.yaml", "bases: ['http://127.0.0.1:PORT/acme/app.git']\n")]),
    (
        "a repository at a marker",
        &[("kustomization.yaml", "bases: ['http://127.0.0.1:PORT/acme/shop/_git/app/base']\n")],
    ),
];

/// What is known to be elsewhere by its name.
const KNOWN: &[Attack] = &[
    ("a known host", &[("kustomization.yaml", "resources: [github.com/acme/app]\n")]),
    ("a known host in capitals", &[("kustomization.yaml", "resources: ['GitHub.com/acme/app?ref=v1']\n")]),
    ("a known host by ssh", &[("kustomization.yaml", "resources: ['github.com:acme/app']\n")]),
    ("a known host with a user", &[("kustomization.yaml", "components: ['org-1@github.com:acme/app']\n")]),
    ("a short form", &[("kustomization.yaml", "resources: ['gh:acme/app']\n")]),
    ("a merge", &[("kustomization.yaml", "<<: {resources: [github.com/acme/app]}\n")]),
    ("base64", &[("kustomization.yaml", "resources: [!!binary Z2l0aHViLmNvbS9hY21lL2FwcA==]\n")]),
    ("a repository here", &[("kustomization.yaml", "resources: ['file:///acme/app.git']\n")]),
];

fn set_up(attack: Attack, server: &Loopback) -> Folder {
    let folder = Folder::new();
    folder.write("good.yaml", GOOD);
    for (name, text) in attack.1 {
        folder.write(name, fill(text, server));
    }
    folder
}

fn fill(text: &str, server: &Loopback) -> String {
    text.replace("URL", &server.url("a.yaml")).replace("PORT", &server.port().to_string())
}

fn check(folder: &Folder, canary: &Canary, more: &[&str]) -> Ran {
    let mut command = program();
    command.current_dir(folder.path("")).args(FLAGS).args(more);
    Ran::of(canary.shadow(&mut command).output().unwrap())
}

/// Where a program is on the PATH of the tests.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The files that findings are in.
fn places(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().map(|line| line.split(':').next().unwrap()).collect()
}

#[test]
fn no_field_of_a_kustomization_is_fetched() {
    let server = Loopback::start();
    for attack in FETCHED.iter().chain(KNOWN) {
        let canary = Canary::new();
        ["ssh", "git", "kustomize", "kubectl"].iter().for_each(|name| drop(canary.program(name)));
        let folder = set_up(*attack, &server);
        let ran = check(&folder, &canary, &[]);
        assert_eq!((ran.code, &*canary.ran()), (2, ""), "{}: {ran:?}", attack.0);
        // in the file that has the reference, at a line and a column
        let place = ran.stdout.lines().any(|line| {
            let rest = line.strip_prefix(attack.1[0].0).and_then(|rest| rest.strip_prefix(':'));
            let mut numbers = rest.unwrap_or_default().split(':').map(str::parse::<u32>);
            matches!((numbers.next(), numbers.next()), (Some(Ok(1..)), Some(Ok(1..))))
        });
        assert!(place, "{}: {}", attack.0, ran.stdout);
        let mut command = program();
        command.current_dir(folder.path("")).args(["check", "--no-config", "."]);
        Ran::of(canary.shadow(&mut command).output().unwrap()).exits(2).says(&["--allow-remote"]);
    }
    // and not by the real ones
    if installed("kubectl").is_some() || installed("kustomize").is_some() {
        for attack in FETCHED {
            let canary = Canary::new();
            ["ssh", "git"].iter().for_each(|name| drop(canary.program(name)));
            check(&set_up(*attack, &server), &canary, &[]).exits(2);
            assert_eq!(canary.ran(), "", "{}", attack.0);
        }
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn what_the_user_allows_is_fetched() {
    if installed("kubectl").is_none() && installed("kustomize").is_none() {
        eprintln!("left out: neither kustomize nor kubectl is on the PATH");
        return;
    }
    let server = Loopback::start();
    for attack in FETCHED {
        let canary = Canary::new();
        ["ssh", "git"].iter().for_each(|name| drop(canary.program(name)));
        let before = server.requests().len();
        check(&set_up(*attack, &server), &canary, &["--allow-remote"]).exits(2);
        let seen = server.requests().len() > before || !canary.ran().is_empty();
        assert!(seen, "{} is fetched by nobody", attack.0);
    }
    // the program that git starts
    let canary = Canary::new();
    canary.program("ssh");
    let folder = Folder::new();
    folder.write("kustomization.yaml", "resources: ['me@127.0.0.1:acme/app']\n");
    check(&folder, &canary, &["--allow-remote"]).exits(2);
    assert!(canary.ran().contains("ssh"), "{}", canary.ran());
}

#[test]
fn a_base_is_followed_through_links_and_beyond_the_folder() {
    let server = Loopback::start();
    let folder = Folder::new();
    folder.write("elsewhere/base/kustomization.yaml", format!("resources: ['{}']\n", server.url("a.yaml")));
    folder.write("work/a/kustomization.yaml", "resources: [link]\n");
    folder.write("work/b/kustomization.yaml", "resources: [../../elsewhere/base]\n");
    folder.write("work/c/kustomization.yaml", "transformers: [t.yaml]\n");
    folder.write(
        "t.yaml",
        format!("apiVersion: builtin\nkind: PatchTransformer\nmetadata: {{name: t}}\npath: {}\n", server.url("b")),
    );
    std::os::unix::fs::symlink("../../elsewhere/base", folder.path("work/a/link")).unwrap();
    std::os::unix::fs::symlink("../../t.yaml", folder.path("work/c/t.yaml")).unwrap();
    for name in ["a", "b", "c"] {
        let canary = Canary::new();
        canary.program("kustomize");
        let mut command = program();
        command.current_dir(folder.path("work")).args(FLAGS).arg(name);
        let ran = Ran::of(canary.shadow(&mut command).output().unwrap()).exits(2);
        assert!(ran.stdout.contains("would fetch"), "{name}: {ran:?}");
        assert_eq!(canary.ran(), "", "{name}");
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn a_folder_is_never_taken_for_a_repository() {
    let Some(_) = installed("kubectl").or_else(|| installed("kustomize")) else {
        eprintln!("left out: neither kustomize nor kubectl is on the PATH");
        return;
    };
    for name in ["github.com/acme/app", "me@127.0.0.1:acme/app", "-o"] {
        let folder = Folder::new();
        folder.write(&format!("{name}/kustomization.yaml"), "resources: [bad.yaml]\n");
        folder.write(&format!("{name}/bad.yaml"), BAD);
        let canary = Canary::new();
        ["ssh", "git"].iter().for_each(|name| drop(canary.program(name)));
        for more in [&[][..], &["--allow-remote"]] {
            let ran = check(&folder, &canary, more).exits(1);
            assert!(ran.stdout.contains(&format!("{name} (kustomize build):")), "{ran:?}");
        }
        assert_eq!(canary.ran(), "");
    }
}

/// Puts a script in front of all programs.
pub(crate) fn script(folder: &Folder, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = format!("bin/{name}");
    folder.write(&path, format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(folder.path(&path), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder.path("bin")
}

/// With a folder in front of the PATH, and much in the environment that programs heed.
pub(crate) fn in_environment(command: &mut Command, bin: &Path) -> Ran {
    let path = std::env::var("PATH").unwrap_or_default();
    for name in
        ["GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "HELM_PLUGINS", "HELM_REGISTRY_CONFIG", "KUSTOMIZE_PLUGIN_HOME"]
    {
        command.env(name, "/user");
    }
    for name in ["XDG_CONFIG_HOME", "KUBECONFIG", "NO_PROXY", "no_proxy", "HTTP_PROXY", "TOKEN"] {
        command.env(name, "/user");
    }
    command.env("HOME", "/user");
    Ran::of(command.env("PATH", format!("{}:{path}", bin.display())).output().unwrap())
}

/// What a program saw of the environment.
pub(crate) fn assert_closed(environment: &str) {
    let of = |name: &str| environment.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        assert_eq!(of(name), Some("http://127.0.0.1:0"), "{name}");
    }
    assert_eq!((of("NO_PROXY"), of("no_proxy")), (Some(""), Some("")));
    assert!(!environment.contains("/user"), "{environment}");
    let path = of("PATH").unwrap();
    assert!(!path.is_empty() && !path.contains(':') && path.starts_with('/'), "{path}");
    assert!(!Path::new(path).exists(), "the folder is gone with the run");
}

#[test]
fn kustomize_has_no_programs_and_no_environment() {
    let folder = Folder::new();
    folder.write("work/kustomization.yaml", "resources: []\n");
    let log = folder.path("env");
    let bin = script(
        &folder,
        "kustomize",
        &format!("/usr/bin/env >'{0}'; command -v git ssh cat >>'{0}'; pwd >>'{0}'; ls /nothing", log.display()),
    );
    let mut command = program();
    command.current_dir(folder.path("work")).args(FLAGS);
    in_environment(&mut command, &bin).exits(2);
    let environment = folder.read("env");
    assert_closed(&environment);
    for name in ["/git", "/ssh", "/cat", "/work"] {
        assert!(!environment.lines().any(|line| line.ends_with(name)), "{environment}");
    }
    // and what the user allows has all of it
    let mut command = program();
    command.current_dir(folder.path("work")).args(FLAGS).arg("--allow-remote");
    in_environment(&mut command, &bin);
    assert!(folder.read("env").contains("TOKEN=/user"));
}

#[test]
fn a_program_of_the_working_folder_is_not_run() {
    let folder = Folder::new();
    folder.write("kustomization.yaml", "resources: [good.yaml]\n");
    folder.write("good.yaml", GOOD);
    let canary = Canary::new();
    for name in ["kustomize", "kubectl"] {
        std::os::unix::fs::symlink(canary.program(name), folder.path(name)).unwrap();
    }
    let mut command = program();
    Ran::of(command.current_dir(folder.path("")).args(FLAGS).env("PATH", ".::bin").output().unwrap()).exits(0);
    assert_eq!(canary.ran(), "");
}

#[test]
fn no_build_runs_nothing() {
    let folder = Folder::new();
    folder.write("kustomization.yaml", "resources: [bad.yaml, 'https://example.com/a']\npatches: [{path: p.yaml}]\n");
    folder.write("bad.yaml", BAD);
    folder.write("p.yaml", BAD);
    folder.write("web/Chart.yaml", "name: web\nversion: 1.0.0\n");
    folder.write("web/templates/a.yaml", "{{ x }}");
    let canary = Canary::new();
    ["kustomize", "kubectl", "helm", "git", "ssh"].iter().for_each(|name| drop(canary.program(name)));
    let ran = check(&folder, &canary, &["--no-build"]).exits(1);
    let ran = ran.says(&["--no-build: the files of kustomizations are checked as they are"]);
    let ran = ran.says(&["a chart is not checked: --no-build", "left out: 1 template that is not rendered"]);
    assert_eq!((places(&ran), &*canary.ran()), (vec!["bad.yaml", "p.yaml"], ""));
}

/// A kustomize that makes nothing of anything.
fn with_empty_kustomize(files: &[(&str, &str)]) -> Ran {
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(&format!("work/{name}"), text);
    }
    let bin = script(&folder, "kustomize", &format!("echo '{GOOD}'"));
    let mut command = program();
    command.current_dir(folder.path("work")).args(FLAGS);
    let path = std::env::var("PATH").unwrap_or_default();
    Ran::of(command.env("PATH", format!("{}:{path}", bin.display())).output().unwrap())
}

#[test]
fn a_kustomization_hides_no_file_that_is_not_built() {
    for (how, files) in [
        ("any text", &[("kustomization.yaml", "commonAnnotations: {a: bad.yaml}\n"), ("bad.yaml", BAD)][..]),
        ("data", &[("kustomization.yaml", "configMapGenerator: [{name: a, files: [bad.yaml]}]\n"), ("bad.yaml", BAD)]),
        ("configurations", &[("kustomization.yaml", "configurations: [bad.yaml]\n"), ("bad.yaml", BAD)]),
        ("crds", &[("kustomization.yaml", "crds: [bad.yaml]\n"), ("bad.yaml", BAD)]),
        ("a component", &[("c/kustomization.yaml", "kind: Component\nresources: [bad.yaml]\n"), ("c/bad.yaml", BAD)]),
        (
            "a base of a component that nobody uses",
            &[
                ("c/kustomization.yaml", "kind: Component\nresources: [bad.yaml]\ncomponents: [../c]\n"),
                ("c/bad.yaml", BAD),
            ],
        ),
    ] {
        let ran = with_empty_kustomize(files);
        assert!(ran.code == 1 && places(&ran).iter().any(|place| place.ends_with("bad.yaml")), "{how}: {ran:?}");
    }
    // what kustomize would read otherwise than it stands there
    for (how, text) in [
        ("two fields", "resources: [bad.yaml]\nresources: [good.yaml]\n"),
        ("two fields to Go", "resources: [good.yaml]\nResources: [bad.yaml]\n"),
        ("a second document", "resources: [good.yaml]\n---\nresources: [bad.yaml]\n"),
        ("no YAML", "resources: [good.yaml\n"),
        ("a component that is none", "resources: [bad.yaml]\n---\nkind: Component\n"),
    ] {
        let ran = with_empty_kustomize(&[("kustomization.yaml", text), ("good.yaml", GOOD), ("bad.yaml", BAD)]);
        assert_eq!(ran.code, 2, "{how}: {ran:?}");
        assert!(ran.stdout.contains("kustomization.yaml:"), "{how}: {ran:?}");
    }
}

#[test]
fn kustomizations_that_are_parts_of_each_other_are_built() {
    let files = [
        ("a/kustomization.yaml", "resources: [../b, bad.yaml]\n"),
        ("b/kustomization.yaml", "resources: [../a]\n"),
        ("a/bad.yaml", BAD),
    ];
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    let canary = Canary::new();
    canary.program("kustomize");
    let ran = check(&folder, &canary, &[]).exits(2);
    assert!(canary.ran().contains("kustomize build"), "{ran:?}");
}

#[test]
fn what_cannot_be_built_is_an_error_and_the_rest_is_checked() {
    let folder = Folder::new();
    folder.write("a/kustomization.yaml", "resources: ['https://example.com/a.yaml', own.yaml]\n");
    folder.write("a/own.yaml", BAD);
    folder.write("a/other.yaml", BAD);
    folder.write("b/kustomization.yaml", "resources: [nothing.yaml]\n");
    folder.write("c/kustomization.yaml", "configMapGenerator: [{name: a, files: [pipe]}]\n");
    folder.write("d.yaml", BAD);
    Command::new("mkfifo").arg(folder.path("c/pipe")).status().unwrap();
    let canary = Canary::new();
    canary.program("kustomize");
    let ran = check(&folder, &canary, &[]).exits(2);
    let expected = ["a/kustomization.yaml", "a/other.yaml", "b/kustomization.yaml", "c/kustomization.yaml", "d.yaml"];
    let mut found = places(&ran);
    found.sort_unstable();
    assert_eq!(found, expected, "{ran:?}");
    let ran = ran
        .says(&["b/kustomization.yaml:1:13", "there is no file, and no folder with a kustomization, `nothing.yaml`"]);
    ran.says(&["c/kustomization.yaml:1:40", "there is no file `pipe`"]);
    assert_eq!(canary.ran(), "");
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let folder = Folder::new();
    folder.write("kustomization.yaml", "resources: ['https://me:hunter2@example.com/a.yaml']\n");
    let canary = Canary::new();
    canary.program("kustomize");
    for format in ["text", "concise", "json", "sarif", "github"] {
        let mut command = program();
        command.current_dir(folder.path("")).args(["check", "--no-config", "--format", format, "."]);
        let ran = Ran::of(canary.shadow(&mut command).output().unwrap()).exits(2);
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{format}: {ran:?}");
    }
}

/// A pod that kustomize leaves out, and kubectl does not.
const LOCAL: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad, annotations: {config.kubernetes.io/local-config: 'true'}}\nspec:\n  containers: [{name: a, image: a, securityContext: {privileged: true}}]\n";
/// A pod of the same name that breaks no rule.
const FINE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: [{name: a, image: a}]}\n";
/// A part of a pod.
const FRAGMENT: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: [{name: a, securityContext: {privileged: true}}]}\n";
const DELETE: &str = "patches: [{patch: '{apiVersion: v1, kind: Pod, metadata: {name: bad}, $patch: delete}'}]\n";

fn written(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(name, text));
    folder
}

/// Whether kustomize itself can be asked.
fn has_kustomize() -> bool {
    installed("kubectl").is_some() || installed("kustomize").is_some()
}

#[test]
fn what_kustomize_drops_is_checked() {
    if !has_kustomize() {
        eprintln!("left out: neither kustomize nor kubectl is on the PATH");
        return;
    }
    let deleted = format!("resources: [good.yaml, bad.yaml]\n{DELETE}");
    let listed = format!("apiVersion: v1\nkind: List\nitems:\n- {}", BAD.trim_end().replace('\n', "\n  "));
    let behind = format!("{GOOD}---\n{BAD}").replace("good", "other");
    for (how, files) in [
        ("local", &[("kustomization.yaml", "resources: [good.yaml, bad.yaml]\n"), ("bad.yaml", LOCAL)][..]),
        ("deleted", &[("kustomization.yaml", &deleted), ("bad.yaml", BAD)]),
        ("deleted in a list", &[("kustomization.yaml", &deleted), ("bad.yaml", &listed)]),
        ("deleted behind another document", &[("kustomization.yaml", &deleted), ("bad.yaml", &behind)]),
        (
            "a patch of nothing",
            &[
                ("kustomization.yaml", "resources: [good.yaml]\npatches: [{path: bad.yaml, target: {kind: Job}}]\n"),
                ("bad.yaml", BAD),
            ],
        ),
        (
            "a patch of nothing, of a name that is there",
            &[
                (
                    "kustomization.yaml",
                    "resources: [good.yaml, fine.yaml]\npatches: [{path: bad.yaml, target: {kind: Job}}]\n",
                ),
                ("bad.yaml", BAD),
                ("fine.yaml", FINE),
            ],
        ),
        (
            "a patch that deletes, and is whole",
            &[
                ("kustomization.yaml", "resources: [good.yaml, fine.yaml]\npatches: [{path: bad.yaml}]\n"),
                ("bad.yaml", &format!("{BAD}$patch: delete\n")),
                ("fine.yaml", FINE),
            ],
        ),
        (
            "local, of a name that is there",
            &[
                ("kustomization.yaml", "resources: [a, b]\n"),
                ("a/kustomization.yaml", "resources: [bad.yaml]\n"),
                ("a/bad.yaml", LOCAL),
                ("b/kustomization.yaml", "resources: [fine.yaml]\n"),
                ("b/fine.yaml", &FINE.replace("{name: bad}", "{name: bad, namespace: b}")),
            ],
        ),
        (
            "local, of a name that is there twice",
            &[
                ("kustomization.yaml", "resources: [a, b, c]\n"),
                ("a/kustomization.yaml", "resources: [bad.yaml]\n"),
                ("a/bad.yaml", LOCAL),
                ("b/kustomization.yaml", "resources: [../base]\nnamePrefix: b-\n"),
                ("c/kustomization.yaml", "resources: [../base]\nnamePrefix: c-\n"),
                ("base/kustomization.yaml", "resources: [fine.yaml]\n"),
                ("base/fine.yaml", FINE),
            ],
        ),
        (
            "local, of a name that becomes another's",
            &[
                ("kustomization.yaml", "resources: [a, fine.yaml]\n"),
                ("a/kustomization.yaml", "resources: [bad.yaml]\nnamePrefix: x-\n"),
                ("a/bad.yaml", LOCAL),
                ("fine.yaml", &FINE.replace("{name: bad}", "{name: x-bad, namespace: b}")),
            ],
        ),
    ] {
        let folder = written(files);
        folder.write("good.yaml", GOOD);
        let ran = check(&folder, &Canary::new(), &[]).exits(1);
        let [place] = places(&ran)[..] else { panic!("{how}: {ran:?}") };
        assert!(place.ends_with("bad.yaml"), "{how}: {ran:?}");
        let finding = ran.stdout.lines().next().unwrap();
        let line: usize = finding.split(':').nth(1).unwrap().parse().unwrap();
        let text = folder.read(place);
        assert!(text.lines().nth(line - 1).unwrap().contains("privileged: true"), "{how}: {finding}");
        // what is only looked at in part stays as it is
        let fixed = check(&folder, &Canary::new(), &["--fix=unsafe"]);
        assert!(folder.read(place).contains("kind: Pod"), "{how}: {fixed:?}");
    }
}

#[test]
fn what_is_built_is_checked_once() {
    if !has_kustomize() {
        eprintln!("left out: neither kustomize nor kubectl is on the PATH");
        return;
    }
    let sidecar = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec: {template: {spec: {containers: [{name: b, image: b, securityContext: {privileged: true}}]}}}\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a}]}}}\n";
    let both = format!("resources: [bad.yaml, good.yaml]\n{DELETE}");
    for (how, files) in [
        (
            "prefixes and suffixes",
            &[
                ("kustomization.yaml", "resources: [base]\nnamePrefix: a-\nnameSuffix: -z\nnamespace: x\n"),
                ("base/kustomization.yaml", "resources: [bad.yaml, good.yaml]\nNamePrefix: b-\n"),
                ("base/bad.yaml", BAD),
                ("base/good.yaml", GOOD),
            ][..],
        ),
        (
            "a transformer of names",
            &[
                ("kustomization.yaml", "resources: [bad.yaml]\ntransformers: [t.yaml]\n"),
                (
                    "t.yaml",
                    "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: t}\nprefix: t-\nfieldSpecs: [{path: metadata/name}]\n",
                ),
                ("bad.yaml", BAD),
            ],
        ),
        (
            "a component",
            &[
                ("kustomization.yaml", "resources: [bad.yaml]\ncomponents: [c]\n"),
                (
                    "c/kustomization.yaml",
                    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\npatches: [{path: p.yaml}]\n",
                ),
                ("c/p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {hostNetwork: true}\n"),
                ("bad.yaml", BAD),
            ],
        ),
        (
            "a patch that could be an object",
            &[
                ("kustomization.yaml", "resources: [fine.yaml]\npatches: [{path: p.yaml, target: {kind: Pod}}]\n"),
                ("fine.yaml", FINE),
                ("p.yaml", &BAD.replace("{name: bad}", "{name: any}")),
            ],
        ),
        (
            "a sidecar",
            &[
                (
                    "kustomization.yaml",
                    "resources: [web.yaml]\npatches: [{path: p.yaml, target: {kind: Deployment}}]\n",
                ),
                ("web.yaml", deployment),
                ("p.yaml", sidecar),
            ],
        ),
        (
            "what one of two overlays deletes",
            &[
                ("base/kustomization.yaml", "resources: [bad.yaml]\n"),
                ("base/bad.yaml", BAD),
                ("a/kustomization.yaml", "resources: [../base]\n"),
                ("b/kustomization.yaml", "resources: [../base, good.yaml]\npatches: [{path: p.yaml}]\n"),
                ("b/good.yaml", GOOD),
                ("b/p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\n$patch: delete\n"),
            ],
        ),
        (
            "two documents",
            &[
                ("kustomization.yaml", &both.replace(DELETE, "")),
                ("bad.yaml", &format!("{BAD}---\n{FINE}").replace("{name: bad}\nspec: {", "{name: fine}\nspec: {")),
                ("good.yaml", GOOD),
            ],
        ),
        (
            "a hash behind a name",
            &[
                (
                    "kustomization.yaml",
                    "resources: [bad.yaml, good.yaml]\nconfigMapGenerator: [{name: c, files: [a.json]}]\n",
                ),
                (
                    "good.yaml",
                    &GOOD.replace(
                        "{name: good}",
                        "{name: good, annotations: {kustomize.config.k8s.io/needs-hash: 'true'}}",
                    ),
                ),
                ("bad.yaml", BAD),
                ("a.json", "{}"),
            ],
        ),
    ] {
        let ran = check(&written(files), &Canary::new(), &[]).exits(1);
        let [place] = places(&ran)[..] else { panic!("{how}: {ran:?}") };
        assert!(place.ends_with(" (kustomize build)"), "{how}: {ran:?}");
        assert!(!ran.stderr.contains("left out"), "{how}: {ran:?}");
    }
}

#[test]
fn a_patch_that_nobody_applies_is_checked_or_counted() {
    let component =
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\npatches: [{path: ../app/bad.yaml}]\n";
    let several = format!("{FRAGMENT}---\n{BAD}");
    let words = "left out: 1 patch that nothing here applies";
    for (text, is_found) in [(BAD, true), (FRAGMENT, false), (&several, true), ("- {op: remove, path: /spec}\n", false)]
    {
        let folder = written(&[("k/kustomization.yaml", component), ("app/bad.yaml", text), ("ok.yaml", GOOD)]);
        for args in [&[][..], &["--no-build"]] {
            let ran = check(&folder, &Canary::new(), args).exits(i32::from(is_found));
            assert_eq!(places(&ran), if is_found { vec!["app/bad.yaml"] } else { vec![] }, "{text}");
            assert_eq!(ran.stderr.contains(words), !is_found, "{text}: {ran:?}");
        }
        for format in ["text", "json", "sarif", "junit", "github"] {
            let ran = folder.run(&["check", "--no-config", "--select", "privileged", "--format", format]);
            let word = if format == "json" { "\"patch\": 1" } else { "1 patch that nothing here applies" };
            let said = if format == "text" { ran.stdout.clone() + &ran.stderr } else { ran.stdout.clone() };
            assert_eq!(said.contains(word), !is_found, "{format}: {ran:?}");
        }
    }
    // what a component has besides
    for (name, text) in [
        ("resources", "kind: Component\nresources: [bad.txt]\n"),
        ("a pod that calls itself one", &format!("{BAD}---\nkind: Component\n")),
        ("a pod behind it", &format!("kind: Component\n---\n{BAD}")),
    ] {
        let folder = written(&[("k/kustomization.yaml", text), ("k/bad.txt", BAD), ("ok.yaml", GOOD)]);
        let ran = check(&folder, &Canary::new(), &[]);
        assert_ne!(ran.code, 0, "{name}: {ran:?}");
    }
}

#[test]
fn without_kustomize_every_resource_is_read() {
    let overlay = "resources: [../base, more]\npatches: [{path: patch.txt}]\n";
    let folder = written(&[
        ("base/kustomization.yaml", "resources: [bad.txt, none]\n"),
        ("base/bad.txt", BAD),
        ("base/none", "not an object\n"),
        ("base/other.txt", BAD),
        ("prod/kustomization.yaml", overlay),
        ("prod/more", BAD),
        ("prod/patch.txt", FRAGMENT),
        ("hidden/bad.yaml", BAD),
        ("hidden/kustomization.yaml", "resources: [bad.yaml, ../../out.yaml]\n"),
        (".gitignore", "hidden/bad.yaml\n"),
    ]);
    folder.repository();
    let words = "1 patch that nothing here applies";
    let ran = check(&folder, &Canary::new(), &["--no-build"]).exits(1).says(&[words]);
    assert_eq!(places(&ran), ["base/bad.txt", "hidden/bad.yaml", "prod/more"]);
    let mut command = program();
    let ran = Ran::of(command.current_dir(folder.path("")).args(FLAGS).env("PATH", "").output().unwrap());
    assert_eq!(places(&ran.says(&[words])), ["base/bad.txt", "hidden/bad.yaml", "prod/more"]);
    // from a folder whose base is beside it
    let mut command = program();
    let ran = Ran::of(command.current_dir(folder.path("prod")).args(FLAGS).arg("--no-build").output().unwrap());
    assert!(places(&ran).contains(&"more") && places(&ran).len() == 2, "{ran:?}");
}

#[test]
fn data_that_cannot_be_read_may_hold_an_object() {
    let kustomization = "resources: [good.yaml]\nconfigMapGenerator: [{name: a, files: [bad.yaml]}]\n";
    let encoded = BAD.replace("apiVersion", "!!binary YXBpVmVyc2lvbg==").replace("kind", "!!binary a2luZA==");
    for (text, code) in [
        (&*format!("{BAD}\nx: [\n"), 2),
        (&format!("{BAD}---\nx: [\n"), 2),
        (&format!("x: [\n---\n{BAD}"), 2),
        ("template: {{ x }}: [\n", 0),
        ("server {\n  kind a;\n}\n", 0),
    ] {
        let ran =
            with_empty_kustomize(&[("kustomization.yaml", kustomization), ("good.yaml", GOOD), ("bad.yaml", text)]);
        assert_eq!(ran.code, code, "{text}: {ran:?}");
    }
    let ran =
        with_empty_kustomize(&[("kustomization.yaml", kustomization), ("good.yaml", GOOD), ("bad.yaml", &encoded)]);
    assert!(ran.stderr.contains("in 2 files"), "{ran:?}");
}
