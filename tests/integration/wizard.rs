//! The wizard: at a pseudo-terminal as a person sees it, and without one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use clap::CommandFactory;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect, Session};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, ends_with};
use tempfile::TempDir;
use tightship::Cli;
use tightship::internals::wizard::QUESTIONS;

/// A folder whose name is not yet a good name for an app.
fn folder() -> (TempDir, PathBuf) {
    let temp = TempDir::new().unwrap();
    let folder = temp.path().join("My Shop");
    fs::create_dir(&folder).unwrap();
    (temp, folder)
}

/// The environment of the tests must not answer the questions.
fn without_answers(command: &mut Command) {
    for question in QUESTIONS {
        command.env_remove(variable(question.key));
    }
    command.env_remove("TIGHTSHIP_ANSWERS").env("TERM", "xterm").env("NO_COLOR", "1");
}

fn variable(key: &str) -> String {
    format!("TIGHTSHIP_{}", key.to_uppercase().replace('-', "_"))
}

fn person(folder: &Path, args: &[&str]) -> OsSession {
    let mut command = Command::new(cargo_bin!("tightship"));
    command.arg("new").args(args).current_dir(folder);
    without_answers(&mut command);
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(60)));
    session
}

/// Waits for each question, and answers it.
fn answer(session: &mut OsSession, conversation: &[(&str, &str)]) {
    for (question, answer) in conversation {
        if let Err(error) = session.expect(*question) {
            panic!("no `{question}`: {error}");
        }
        session.send_line(answer).unwrap();
    }
}

fn exit_code(session: &mut OsSession) -> i32 {
    session.expect(Eof).unwrap();
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("it ended with {other:?}"),
    }
}

fn spec(folder: &Path) -> String {
    fs::read_to_string(folder.join("tightship.yaml")).unwrap()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn express_asks_seven_questions() {
    let (_temp, folder) = folder();
    let mut session = person(&folder, &[]);
    answer(
        &mut session,
        &[
            ("Name [my-shop]:", ""),
            ("Image:", "ghcr.io/acme/shop:1.2.3"),
            ("Kubernetes release [1.37]:", "1.36"),
            ("Kind of workload", ""),
            ("Port that it listens on (or none) [8080]:", "9000"),
            ("or none: REASON) [tcp]:", "/healthz"),
            ("Host name for the outside world (or none) [none]:", ""),
            ("Write them?", ""),
        ],
    );
    assert_eq!(exit_code(&mut session), 0);
    let spec = spec(&folder);
    for line in ["name: my-shop", "image: ghcr.io/acme/shop:1.2.3", "port: 9000", "http: /healthz"] {
        assert!(spec.contains(line), "{line} in {spec}");
    }
    assert!(folder.join("apps/my-shop/base/deployment.yaml").is_file());
    assert!(folder.join("platform/my-shop/namespace.yaml").is_file());
}

#[test]
fn full_asks_every_question_that_applies_and_explains() {
    let (_temp, folder) = folder();
    let mut session = person(&folder, &["--full"]);
    answer(
        &mut session,
        &[
            ("What to make (app, space, apiserver) [app]:", "?"),
            ("a namespace with", ""),
            ("Name [my-shop]:", "cleanup"),
            ("Image:", "busybox:1.37"),
            ("Pod Security level (restricted, baseline, privileged) [restricted]:", "strict"),
            ("is not a choice", ""),
            ("Kubernetes release [1.37]:", "1.35"),
            ("Platform (generic, kind, openshift) [generic]:", "kind"),
            ("Kind of workload", "cronjob"),
            ("Schedule:", "61 * * * *"),
            ("`61 * * * *`", "0 3 * * *"),
            ("Time zone of the schedule [Etc/UTC]:", "Europe/Berlin"),
            ("Numeric user id [10001]:", "root"),
            ("is not a number", ""),
            ("Folders that it writes to (or none) [/tmp]:", "/tmp, /var/cache"),
            ("Size (s, xs, m, l, xl) [s]:", "xs"),
            ("What it calls (or none) [none]:", "db:5432,internet:443"),
            ("Secrets that it reads", "db=/run/secrets/db"),
            ("Environments with differences (or none) [none]:", "dev,prod"),
            ("Group of users that deploys (or none) [none]:", "devs"),
            ("Quota of the space (s, m, l) [s]:", "m"),
            ("What deploys from the repository (none, flux, argocd) [none]:", ""),
            ("Where the pipeline runs (none, github, gitlab) [none]:", ""),
            ("Layout of the files (kustomize, plain, flux, argocd, helm) [kustomize]:", ""),
            ("Write them?", "yes"),
        ],
    );
    assert_eq!(exit_code(&mut session), 0);
    let cron_job = fs::read_to_string(folder.join("apps/cleanup/base/cron-job.yaml")).unwrap();
    assert!(cron_job.contains("timeZone: Europe/Berlin"), "{cron_job}");
    assert!(folder.join("apps/cleanup/overlays/prod/kustomization.yaml").is_file());
}

#[test]
fn a_control_plane_asks_what_matters_for_one() {
    let (_temp, folder) = folder();
    let mut session = person(&folder, &["apiserver"]);
    answer(
        &mut session,
        &[
            ("Name [cluster]:", "prod"),
            ("Kubernetes release [1.37]:", ""),
            ("What runs the control plane", "?"),
            ("a configuration for it", "kubadm"),
            ("did you mean `kubeadm`?", "k3s"),
            ("Profile (cis, stig, lab) [cis]:", "stig"),
            ("Who encrypts Secrets in etcd (secretbox, kms) [secretbox]:", "kms"),
            ("Socket of the key service:", "http://localhost"),
            ("is not a socket", "unix:///run/kms/kms.sock"),
            ("goes against CIS in places", ""),
        ],
    );
    assert_eq!(exit_code(&mut session), 0);
    let config = fs::read_to_string(folder.join("apiserver/control-plane/prod/config.yaml")).unwrap();
    assert!(config.contains("encryption-provider-config=/etc/rancher/k3s/hardening/encryption.yaml"), "{config}");
    assert!(!config.contains("secrets-encryption"), "{config}");
}

#[test]
fn one_can_go_back_from_a_question_and_from_the_review() {
    let (_temp, folder) = folder();
    let mut session = person(&folder, &["--kubernetes", "1.36", "--workload", "deployment"]);
    answer(
        &mut session,
        &[
            ("Name [my-shop]:", "<"),
            ("this is the first question", ""),
            ("Image:", "ghcr.io/acme/wrong:1"),
            ("Port that it listens on", "<"),
            // what was typed is offered again
            ("Image [ghcr.io/acme/wrong:1]:", "ghcr.io/acme/right:1"),
            ("Port that it listens on", "8081"),
            ("How to probe its health", ""),
            ("Host name for the outside world", "shop.example.com"),
            ("Gateway that takes the requests", "infra/wrong"),
            ("Write them?", "<"),
            ("[infra/wrong]:", "infra/right"),
            ("Write them?", "<"),
            ("[infra/right]:", "<"),
            ("Host name for the outside world (or none) [shop.example.com]:", "<"),
            ("How to probe its health", "<"),
            ("Port that it listens on (or none) [8081]:", ""),
            ("How to probe its health", ""),
            ("[shop.example.com]:", "www.example.com"),
            ("[infra/right]:", ""),
            ("Write them?", "y"),
        ],
    );
    assert_eq!(exit_code(&mut session), 0);
    let spec = spec(&folder);
    assert!(spec.contains("ghcr.io/acme/right:1") && spec.contains("infra/right") && !spec.contains("wrong"), "{spec}");
    assert!(spec.contains("www.example.com") && !spec.contains("shop.example.com"), "{spec}");
    assert!(spec.contains("port: 8081"), "{spec}");
}

#[test]
fn everything_fits_into_forty_columns() {
    let (_temp, folder) = folder();
    let mut session = person(&folder, &["--full"]);
    session.get_process_mut().set_window_size(40, 24).unwrap();
    session.expect("[app]:").unwrap();
    session.send_line("?").unwrap();
    let said = session.expect("[app]:").unwrap();
    let said = String::from_utf8_lossy(said.before()).into_owned();
    session.send(ControlCode::EndOfText).unwrap();
    let plain = console::strip_ansi_codes(&said).into_owned();
    for line in plain.lines().filter(|line| line.starts_with("  ")) {
        assert!(line.trim_end().chars().count() <= 40, "{line:?}");
    }
    assert!(
        plain.contains("app: an application with the") && !plain.contains("namespace it runs in. space: a namespace"),
        "{plain}"
    );
}

#[test]
fn a_folder_named_by_a_dot_names_the_app() {
    let (_temp, folder) = folder();
    tightship(&folder).args([".", "--yes", "--image", "x.example/a:1"]).assert().success();
    assert!(spec(&folder).contains("name: my-shop"), "{}", spec(&folder));
}

/// A kubectl that answers for a cluster of 1.35.
#[cfg(unix)]
#[test]
fn the_release_comes_from_the_cluster_when_asked() {
    use std::os::unix::fs::PermissionsExt;
    let (temp, folder) = folder();
    let kubectl = temp.path().join("kubectl");
    let script =
        "#!/bin/sh\necho \"$@\" >>\"$0.calls\"\necho '{\"serverVersion\": {\"major\": \"1\", \"minor\": \"35+\"}}'\n";
    fs::write(&kubectl, script).unwrap();
    fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", temp.path().display(), std::env::var("PATH").unwrap());
    let new = |args: &[&str]| {
        let mut command = tightship(&folder);
        command.args(["--yes", "--image", "x.example/a:1"]).args(args).env("PATH", &path);
        command.assert()
    };
    new(&["one"]).success();
    assert!(!temp.path().join("kubectl.calls").exists(), "nobody asked for it");
    new(&["two", "--from-cluster"]).success().stderr(contains("the cluster runs Kubernetes 1.35"));
    assert!(spec(&folder.join("two")).contains("kubernetes: \"1.35\""), "{}", spec(&folder.join("two")));
    new(&["three", "--from-cluster=prod"]).success();
    let calls = fs::read_to_string(temp.path().join("kubectl.calls")).unwrap();
    assert!(calls.lines().next().unwrap().starts_with("version ") && calls.contains("--context prod"), "{calls}");
    fs::write(&kubectl, "#!/bin/sh\necho '{}'\necho 'no route' >&2\nexit 1\n").unwrap();
    new(&["four", "--from-cluster"]).code(2).stderr(contains("cannot tell the version of the cluster: no route"));
}

#[test]
fn no_at_the_review_leaves_the_folder_as_it_was() {
    let (_temp, folder) = folder();
    let mut session = person(
        &folder,
        &[
            "--name",
            "shop",
            "--image",
            "x.example/a:1",
            "--port",
            "none",
            "--host",
            "none",
            "--kubernetes",
            "1.36",
            "--workload",
            "deployment",
        ],
    );
    answer(&mut session, &[("Write them?", "perhaps"), ("expected yes or no", "no")]);
    assert_eq!(exit_code(&mut session), 0);
    assert!(is_empty(&folder));
}

#[test]
fn ctrl_c_shows_the_cursor_and_writes_nothing() {
    for at_review in [false, true] {
        let (_temp, folder) = folder();
        let given: &[&str] = if at_review {
            &[
                "--image",
                "x.example/a:1",
                "--name",
                "a",
                "--port",
                "none",
                "--kubernetes",
                "1.36",
                "--workload",
                "deployment",
            ]
        } else {
            &[]
        };
        let mut session = person(&folder, given);
        session.expect(if at_review { "Write them?" } else { "Name [my-shop]:" }).unwrap();
        session.send(ControlCode::EndOfText).unwrap();
        let rest = session.expect(Eof).unwrap();
        let rest = String::from_utf8_lossy(rest.as_bytes()).into_owned();
        let WaitStatus::Exited(_, code) = session.get_process().wait().unwrap() else { panic!("killed") };
        assert_eq!(code, 130);
        assert!(rest.contains("\u{1b}[?25h"), "the cursor is not shown: {rest:?}");
        assert!(is_empty(&folder));
    }
}

fn tightship(folder: &Path) -> assert_cmd::Command {
    let mut command = cargo_bin_cmd!("tightship");
    command.arg("new").current_dir(folder).env("NO_COLOR", "1");
    for question in QUESTIONS {
        command.env_remove(variable(question.key));
    }
    command
}

#[test]
fn every_question_has_a_flag_and_a_variable() {
    let command = Cli::command();
    let new = command.find_subcommand("new").unwrap();
    for question in QUESTIONS {
        let flag = new.get_arguments().find(|argument| argument.get_long() == Some(question.key));
        let flag = flag.unwrap_or_else(|| panic!("no --{}", question.key));
        assert_eq!(flag.get_env().unwrap().to_str().unwrap(), variable(question.key));
        assert!(!question.help.is_empty() && !question.prompt.is_empty() && !question.example.is_empty());
    }
    // those that one answer among others brings up
    let rare = ["schedule", "gateway", "kms", "repository"];
    let express = QUESTIONS.iter().filter(|question| question.express && !rare.contains(&question.key));
    let (server, app): (Vec<_>, Vec<_>) = express.partition(|question| question.needs.contains("goal apiserver"));
    assert_eq!((app.len(), server.len()), (7, 3));
}

#[test]
fn without_a_terminal_the_missing_flag_is_named() {
    let (_temp, folder) = folder();
    tightship(&folder).assert().code(2).stderr(contains("--image ghcr.io/acme/shop:1.2.3"));
    tightship(&folder)
        .args(["--workload", "cronjob", "--yes"])
        .assert()
        .code(2)
        .stderr(contains("--image").and(contains("--schedule")));
    assert!(is_empty(&folder));
}

#[test]
fn a_bad_flag_is_named_with_what_was_expected() {
    let (_temp, folder) = folder();
    for (flag, value, message) in [
        ("--name", "My_Shop", "--name: `My_Shop`"),
        ("--name", "kube-system", "belongs to the platform"),
        ("--image", "Busybox:1", "upper case"),
        ("--image", "busybox", "a tag that does not"),
        ("--image", "busybox:latest", "a tag that does not"),
        ("--port", "70000", "expected 1 to 65535"),
        ("--kubernetes", "1.30", "is not supported"),
        ("--level", "restrictd", "did you mean `restricted`?"),
        ("--user", "1000", "below 10000"),
        ("--to", "db", "has no port"),
        ("--secrets", "db", "has no folder"),
        ("--health", "healthz", "is not a probe"),
        ("--storage", "/data", "has no size"),
        ("--writable", "/etc", "a mount here"),
        ("--writable", "/tmp,/tmp", "has `/tmp` twice"),
        ("--environments", "dev,dev", "has `dev` twice"),
        ("--secrets", "a=/x,b=/x", "has two Secrets at /x"),
        ("--secrets", "a=/tmp", "is mounted at /tmp, as `writable` is already"),
    ] {
        let mut command = tightship(&folder);
        command.args(["--yes", "--image", "x.example/a:1"]).args([flag, value]);
        if flag == "--image" {
            command = tightship(&folder);
            command.args(["--yes", flag, value]);
        }
        command.assert().code(2).stderr(contains(message));
    }
    assert!(is_empty(&folder));
}

#[test]
fn flags_come_before_variables_and_variables_before_the_file() {
    let (_temp, folder) = folder();
    fs::write(
        folder.join("answers.yaml"),
        "name: from-file\nimage: file.example/a:1\nport: 1234\nwritable: [/tmp, /cache]\n",
    )
    .unwrap();
    tightship(&folder)
        .args(["out", "--yes", "--answers", "answers.yaml", "--name", "from-flag"])
        .env("TIGHTSHIP_NAME", "from-variable")
        .env("TIGHTSHIP_IMAGE", "variable.example/a:1")
        .assert()
        .success();
    let spec = spec(&folder.join("out"));
    for line in ["name: from-flag", "image: variable.example/a:1", "port: 1234", "path: /cache"] {
        assert!(spec.contains(line), "{line} in {spec}");
    }
}

#[test]
fn a_bad_answers_file_is_shown_at_its_line() {
    let (_temp, folder) = folder();
    fs::write(folder.join("a.yaml"), "image: x.example/a:1\nprot: 80\n").unwrap();
    let message = contains("--> a.yaml:2:1").and(contains("did you mean `port`?"));
    tightship(&folder).args(["--yes", "--answers", "a.yaml"]).assert().code(2).stderr(message);
    fs::write(folder.join("b.yaml"), "image: x.example/a:1\nport: eighty\n").unwrap();
    tightship(&folder)
        .args(["--yes", "--answers", "b.yaml"])
        .assert()
        .code(2)
        .stderr(contains("b.yaml:2: port: `eighty`"));
}

#[test]
fn a_dockerfile_answers_what_it_can() {
    let (_temp, folder) = folder();
    fs::write(
        folder.join("Dockerfile"),
        "FROM scratch\nEXPOSE 9090\nUSER 20002\nHEALTHCHECK CMD curl http://localhost:9090/up\n",
    )
    .unwrap();
    tightship(&folder)
        .args(["--yes", "--image", "x.example/a:1"])
        .assert()
        .success()
        .stderr(contains("took from the Dockerfile: port 9090 (EXPOSE), user 20002 (USER), health /up (HEALTHCHECK)"));
    let spec = spec(&folder);
    for line in ["port: 9090", "user: 20002", "http: /up"] {
        assert!(spec.contains(line), "{line} in {spec}");
    }
}

#[test]
fn what_a_folder_says_is_taken_only_if_it_can_be_used() {
    let (_temp, folder) = folder();
    let system = folder.join("kube-system");
    fs::create_dir(&system).unwrap();
    tightship(&system).args(["--yes", "--image", "x.example/a:1"]).assert().code(2).stderr(contains("use --name shop"));
    fs::write(
        folder.join("Dockerfile"),
        "FROM build\nUSER root\nEXPOSE 1\nFROM scratch\nEXPOSE 0\nHEALTHCHECK CMD curl http://localhost/$WHERE\n",
    )
    .unwrap();
    let took = contains("took").or(contains("USER"));
    tightship(&folder).args(["--yes", "--image", "x.example/a:1"]).assert().success().stderr(took.not());
    assert!(spec(&folder).contains("port: 8080") && !spec(&folder).contains("health"), "{}", spec(&folder));
}

#[test]
fn the_next_command_applies_what_was_written() {
    let (_temp, folder) = folder();
    for (args, next) in [
        (&["it's", "--name", "its", "--image", "x.example/a:1"][..], "-k 'it'\\''s'"),
        (&["plain", "--image", "x.example/a:1", "--layout", "plain"], "-R -f plain/platform -f plain/apps"),
        (&["space", "--goal", "space", "--layout", "plain"], "-R -f space/platform"),
    ] {
        let next = format!("next: kubectl apply --server-side {next}\n");
        tightship(&folder).arg("--yes").args(args).assert().success().stderr(ends_with(next));
    }
}

#[test]
fn answers_are_held_against_each_other() {
    let (_temp, folder) = folder();
    let stateful = ["--yes", "--image", "x.example/a:1", "--workload", "statefulset"];
    let long = "a".repeat(53);
    for (more, message) in [
        (vec!["--storage", "/tmp=1Gi"], "--storage: `/tmp=1Gi` is mounted at /tmp, as `writable` is already"),
        (vec!["--storage", "/a=1Gi", "--writable", "/a"], "as `writable` is already"),
        (
            vec!["--storage", "/a=1Gi", "--secrets", "db=/a"],
            "--secrets: `db=/a` is mounted at /a, as `storage` is already",
        ),
        (vec!["--name", &long], "--workload: `statefulset` takes names of at most 52 characters, and `name` has 53"),
    ] {
        tightship(&folder).args(stateful).args(&more).assert().code(2).stderr(contains(message));
    }
    assert!(is_empty(&folder));
    tightship(&folder).args(stateful).args(["--storage", "/tmp=1Gi", "--writable", "none"]).assert().success();
    assert!(spec(&folder).contains("writable: []"), "{}", spec(&folder));
}

#[test]
fn answers_that_do_not_go_together_can_be_changed() {
    let (_temp, folder) = folder();
    // the page of the demonstration is a file there
    let mut session = person(
        &folder,
        &[
            "--image",
            "busybox:1.37",
            "--writable",
            "/www/index.html",
            "--kubernetes",
            "1.36",
            "--workload",
            "deployment",
        ],
    );
    answer(
        &mut session,
        &[
            ("Name [my-shop]:", ""),
            ("Port that it listens on", ""),
            ("How to probe its health", ""),
            ("Host name for the outside world", ""),
            ("mount `/www/index.html` is here twice", "<"),
            ("How to probe its health", "<"),
            ("Port that it listens on", "none"),
            ("Write them?", "yes"),
        ],
    );
    assert_eq!(exit_code(&mut session), 0);
    assert!(spec(&folder).contains("path: /www/index.html"));
}

#[test]
fn a_spec_that_is_there_stays() {
    let (_temp, folder) = folder();
    fs::write(folder.join("tightship.yaml"), "mine\n").unwrap();
    tightship(&folder)
        .args(["--yes", "--image", "x.example/a:1"])
        .assert()
        .code(2)
        .stderr(contains("is there already"));
    assert_eq!(spec(&folder), "mine\n");
}

#[test]
fn files_of_others_stay_too() {
    let (_temp, folder) = folder();
    fs::write(folder.join("kustomization.yaml"), "mine\n").unwrap();
    tightship(&folder)
        .args(["--yes", "--image", "x.example/a:1"])
        .assert()
        .code(1)
        .stderr(contains("kustomization.yaml.new"));
    assert_eq!(fs::read_to_string(folder.join("kustomization.yaml")).unwrap(), "mine\n");
}

#[test]
fn a_space_alone_and_the_plain_layout() {
    let (_temp, folder) = folder();
    tightship(&folder)
        .args(["--yes", "--goal", "space", "--name", "team-a", "--team", "devs", "--layout", "plain"])
        .assert()
        .success();
    assert!(folder.join("platform/team-a/00-namespace.yaml").is_file());
    assert!(!folder.join("apps").exists());
}

#[test]
fn an_answer_that_leads_nowhere_is_refused() {
    let (_temp, folder) = folder();
    for (flag, value, needs) in [
        ("--schedule", "0 3 * * *", "this needs workload cronjob"),
        ("--storage", "/data=1Gi", "this needs workload statefulset"),
        ("--gateway", "infra/public", "this needs a host"),
    ] {
        tightship(&folder)
            .args(["--yes", "--image", "x.example/a:1", flag, value])
            .assert()
            .code(2)
            .stderr(contains(needs));
    }
    assert!(is_empty(&folder));
}

#[test]
fn every_combination_of_answers_makes_a_good_spec() {
    let digest = format!("x.example/a@sha256:{}", "0123456789abcdef".repeat(4));
    for workload in ["deployment", "statefulset", "daemonset", "job", "cronjob"] {
        let own: &[&str] = match workload {
            "cronjob" => &["--schedule", "0 3 * * *"],
            "statefulset" => &["--storage", "/data=1Gi"],
            _ => &[],
        };
        for image in ["busybox:1.37", "docker.io/nginxinc/nginx-unprivileged:1.29", &digest] {
            for (port, health) in [("none", "tcp"), ("80", "/up"), ("8080", "none: it is a proxy")] {
                let (_temp, folder) = folder();
                let mut command = tightship(&folder);
                command.args(["--yes", "--image", image, "--workload", workload]).args(own);
                command.args(["--to", "db:5432,other/db:1,internet:443", "--environments", "dev,prod"]);
                if !matches!(workload, "job" | "cronjob") {
                    command.args(["--port", port]);
                    if port != "none" {
                        command.args(["--health", health, "--from", "web,other/api"]);
                        command.args(["--host", "a.example", "--gateway", "infra/public"]);
                    }
                }
                command.assert().success();
            }
        }
    }
}
