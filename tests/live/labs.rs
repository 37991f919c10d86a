//! Labs: every lab in every state, and a learner's way through one of them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use expectrl::{Eof, Expect as _, Session};
use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::Test;
use crate::cluster::nodes;
use crate::hardened::TURN;
use crate::kubectl::{Live, Output, ensure};

/// Last in the list of all tests: it keeps the cluster so busy that policies and pods of others would be late.
pub const LAST: &[Test] = &[("labs::every_lab_is_proved", every_lab_is_proved)];
pub const TESTS: &[Test] = &[
    ("labs::a_learner_goes_through_one", a_learner_goes_through_one),
    ("labs::what_was_started_survives_its_end", what_was_started_survives_its_end),
    ("labs::a_real_looking_cluster_is_refused", a_real_looking_cluster_is_refused),
    ("labs::a_cluster_that_is_gone_is_no_failure", a_cluster_that_is_gone_is_no_failure),
    ("labs::a_proof_that_is_ended_leaves_nothing", a_proof_that_is_ended_leaves_nothing),
    ("labs::a_new_lab_is_proved_and_its_mutants_fail", a_new_lab_is_proved_and_its_mutants_fail),
];

/// A working folder of a learner, on the cluster of the run.
struct Learner {
    folder: TempDir,
    context: String,
    kubeconfig: std::path::PathBuf,
}

impl Learner {
    fn new(live: &Live) -> Result<Self, Failed> {
        let folder = TempDir::new()?;
        // a copy: what the learner does must not change it, and that is compared
        let kubeconfig = folder.path().join("users");
        fs::copy(live.kubeconfig(), &kubeconfig)?;
        let context = live.ok(&["config", "current-context"])?.trim().to_owned();
        Ok(Self { folder, context, kubeconfig })
    }

    fn command(&self, args: &[&str]) -> Command {
        // whoever runs the tests may ignore signals, as a shell in the background does
        let mut command = Command::new("env");
        command
            .args(["--default-signal", env!("CARGO_BIN_EXE_tightship"), "lab"])
            .args(args)
            .current_dir(self.folder.path());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIGHTSHIP_")) {
            command.env_remove(name);
        }
        command
            .env("NO_COLOR", "1")
            .env("KUBECONFIG", &self.kubeconfig)
            .env("XDG_DATA_HOME", self.data())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .stdin(Stdio::null());
        command
    }

    fn lab(&self, args: &[&str]) -> Result<(i32, String), Failed> {
        let output = self.command(args).output()?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Ok((output.status.code().unwrap_or(-1), said))
    }

    /// Runs a command that must give this exit code, and say all of this.
    fn run(&self, args: &[&str], code: i32, parts: &[&str]) -> Result<String, Failed> {
        let (found, said) = self.lab(args)?;
        ensure(found == code, || format!("lab {}: exit {found}, not {code}\n{said}", args.join(" ")))?;
        for part in parts {
            ensure(said.contains(part), || format!("lab {}: no `{part}` in\n{said}", args.join(" ")))?;
        }
        Ok(said)
    }

    /// Starts a lab on the cluster of the run.
    fn start(&self, lab: &str) -> Result<String, Failed> {
        self.run(&["start", lab, "--context", &self.context], 0, &["export KUBECONFIG="])
    }

    /// kubectl as the learner has it after the line that `lab start` prints.
    fn kubectl(&self, args: &[&str]) -> Result<Output, Failed> {
        let kubeconfig = self.folder.path().join(".tightship/lab/the-hack.kubeconfig");
        let output =
            Command::new("kubectl").args(args).env("KUBECONFIG", kubeconfig).current_dir(&self.folder).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Output { ok: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// Where it is remembered which context the learner has named.
    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn state(&self) -> Result<Value, Failed> {
        Ok(serde_json::from_str(&fs::read_to_string(self.folder.path().join(".tightship/lab/state.json"))?)?)
    }
}

impl Drop for Learner {
    fn drop(&mut self) {
        let _ = self.command(&["down"]).output();
    }
}

/// How many wrong answers the linter makes here; `just test-labs` makes all of them, of all labs.
const MUTANTS: usize = 20;
/// Of these labs, whose checks are quick and of different types.
const MUTATED: [&str; 5] = ["04", "06", "09", "11", "23"];

/// The linter of the course: starts fail, solutions pass, traps and mutants fail, and so on.
fn every_lab_is_proved(live: &Live) -> Result<(), Failed> {
    let learner = Learner::new(live)?;
    let labs: Vec<String> = shared()?;
    let all: Vec<&str> = labs.iter().map(String::as_str).collect();
    let table = proved(&learner, &["--live"], &all)?;
    ensure(all.len() >= 13 && table.lines().count() == all.len() + 2, || table.clone())?;
    let table = proved(&learner, &["--mutate", "--sample", &MUTANTS.to_string()], &MUTATED)?;
    ensure(table.contains(&format!("{MUTANTS} of {MUTANTS} mutants failed a check or were refused")), || table.clone())
}

/// Runs the linter on the cluster of the run, and gives its table; every fault is an error.
fn proved(learner: &Learner, what: &[&str], labs: &[&str]) -> Result<String, Failed> {
    let args = [&["lint", "--context", &learner.context][..], what, labs].concat();
    let output = learner.command(&args).output()?;
    let (table, told) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    eprintln!("{table}");
    let faults: Vec<&str> = told.lines().filter(|line| line.contains("FAULT") || line.starts_with("       ")).collect();
    ensure(output.status.success(), || format!("{table}\n{}\n{told}", faults.join("\n")))?;
    Ok(table)
}

/// The labs of the control plane and of cluster-wide objects: `just test-labs` proves them, as they take longer than all others.
const NIGHTLY: &[&str] = &["08", "10", "15", "16", "17", "18", "19", "20", "21", "24", "26", "27"];

/// The labs that are proved here.
fn shared() -> Result<Vec<String>, Failed> {
    let labs = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("labs");
    let mut names = Vec::new();
    for entry in labs.read_dir_utf8()? {
        let entry = entry?;
        let is_nightly = NIGHTLY.iter().any(|number| entry.file_name().starts_with(number));
        if entry.path().join("lab.yaml").is_file() && !is_nightly {
            names.push(entry.file_name().to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// list, start, verify, hint, a wrong fix, watch, the solution, debrief, reset, down; at a terminal where that matters.
fn a_learner_goes_through_one(live: &Live) -> Result<(), Failed> {
    let learner = Learner::new(live)?;
    let before = fs::read(&learner.kubeconfig)?;
    learner.run(&["list"], 0, &["01 the-hack"])?;
    learner.start("the-hack")?;
    learner.run(&["list"], 0, &["doing   01 the-hack"])?;
    let said = learner.run(&["verify"], 1, &["FAIL", "tightship explain", "tightship lab hint"])?;
    ensure(said.lines().all(|line| line.chars().count() <= 80), || format!("a line is too long:\n{said}"))?;
    let json: Value = serde_json::from_slice(&learner.command(&["verify", "--json"]).output()?.stdout)?;
    let schema: Value = serde_json::from_str(include_str!("../../docs/lab-output.schema.json"))?;
    jsonschema::draft202012::validate(&schema, &json).map_err(|error| format!("{error}: {json}"))?;
    ensure(json["verdict"] == "fail", || json.to_string())?;
    learner.run(&["solution"], 2, &["is available when"])?;
    let mut hints = 0;
    while !learner.run(&["hint"], 0, &["hint "])?.contains("all hints are shown") {
        hints += 1;
        ensure(hints < 20, || "the hints have no end".to_owned())?;
    }

    // at a terminal: it says what is wrong, hears of a change, says that it is passed, and stays
    let mut watch = learner.command(&["watch"]);
    watch.env("TERM", "xterm").stdin(Stdio::inherit());
    let mut session = Session::spawn(watch)?;
    session.set_expect_timeout(Some(Duration::from_secs(60)));
    session.expect("watching")?;
    let applied = learner.run(&["solution", "--apply"], 0, &["passed"]);
    session.expect("passed")?;
    applied?;
    session.expect("q to quit")?;
    session.send("q")?;
    session.expect(Eof)?;

    learner.run(&["debrief"], 0, &["#"])?;
    learner.run(&["list"], 0, &["done    01 the-hack"])?;
    let old = learner.state()?["labs"]["the-hack"]["run"]["ns"].clone();
    learner.run(&["reset"], 0, &["your files are kept in", "begins anew, after"])?;
    learner.run(&["verify"], 1, &["FAIL"])?;
    let new = learner.state()?["labs"]["the-hack"]["run"]["ns"].clone();
    ensure(old != new, || format!("{old} is used again"))?;
    let namespace =
        new["shop"].as_str().or(new.as_object().and_then(|all| all.values().next()?.as_str())).unwrap_or_default();
    let named = learner.kubectl(&["config", "view", "--minify", "-o", "jsonpath={..namespace}"])?;
    ensure(named.stdout == namespace, || named.stdout)?;
    learner.run(&["down"], 0, &["the cluster stays"])?;
    let page = learner.folder.path().join("01-the-hack/page.yaml");
    fs::write(&page, "# worked on\n")?;
    learner.start("the-hack").and_then(|said| {
        ensure(said.contains("your files are kept in"), || said)?;
        let aside = learner.folder.path().join("01-the-hack.before-2/page.yaml");
        ensure(fs::read_to_string(aside)? == "# worked on\n", || "what was worked on is lost".to_owned())
    })?;
    ensure(fs::read(&learner.kubeconfig)? == before, || "the user's kubeconfig was changed".to_owned())
}

/// Killed in the middle of a start, or by Ctrl-C: the next command knows where one is.
fn what_was_started_survives_its_end(live: &Live) -> Result<(), Failed> {
    for signal in ["-KILL", "-INT"] {
        let learner = Learner::new(live)?;
        let mut child = learner
            .command(&["start", "the-hack", "--context", &learner.context])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let state = learner.folder.path().join(".tightship/lab/state.json");
        for _ in 0..3000 {
            if fs::read_to_string(&state).is_ok_and(|text| text.contains("\"ready\"")) {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status()?;
        let code = child.wait()?.code();
        ensure(signal == "-KILL" || code == Some(130), || format!("{code:?}"))?;
        let state = learner.state()?;
        ensure(state["labs"]["the-hack"]["run"]["ready"] == false, || format!("it was too late: {state}"))?;
        learner.run(&["verify"], 2, &["was interrupted", "tightship lab reset the-hack"])?;
        learner.start("the-hack")?;
        learner.run(&["verify"], 1, &["FAIL"])?;
        let old = &state["labs"]["the-hack"]["run"]["ns"];
        ensure(learner.state()?["labs"]["the-hack"]["run"]["ns"] != *old, || old.to_string())?;
    }
    Ok(())
}

/// A context that is not kind's is left alone, until somebody insists.
fn a_real_looking_cluster_is_refused(live: &Live) -> Result<(), Failed> {
    let learner = Learner::new(live)?;
    let rename = ["config", "rename-context", &learner.context, "production", "--kubeconfig"];
    let renamed = Command::new("kubectl").args(rename).arg(&learner.kubeconfig).output()?;
    ensure(renamed.status.success(), || String::from_utf8_lossy(&renamed.stderr).into_owned())?;
    let args = ["start", "seccomp", "--context", "production"];
    learner.run(&args, 3, &["production is not a kind cluster", "--yes-this-cluster"])?;
    ensure(learner.state().is_err(), || "it was taken all the same".to_owned())?;
    learner.run(&["start", "seccomp", "--context", "nowhere"], 3, &["nowhere"])?;
    learner.run(&[&args[..], &["--yes-this-cluster"]].concat(), 0, &["export KUBECONFIG="])?;
    Ok(())
}

/// An API server that does not answer is an error, exit 3, not a wrong answer; when it answers again, all is as before.
fn a_cluster_that_is_gone_is_no_failure(live: &Live) -> Result<(), Failed> {
    let learner = Learner::new(live)?;
    learner.start("the-hack")?;
    // the cluster stops answering: the port that the kubeconfig names is closed
    let adopted =
        fs::read_dir(learner.data().join("tightship/labs"))?.next().ok_or("no context is remembered")??.path();
    let text = fs::read_to_string(&adopted)?;
    let server = learner.state()?["clusters"]["shared"]["server"].as_str().unwrap_or_default().to_owned();
    ensure(text.contains(&server), || format!("{server} is not in {text}"))?;
    fs::write(&adopted, text.replace(&server, "https://127.0.0.1:1"))?;
    learner.run(&["verify"], 3, &["does not answer"])?;
    fs::write(&adopted, text)?;
    learner.run(&["verify"], 1, &["FAIL"])?;
    Ok(())
}

/// What `lab new` writes is a lab: each state alone, and then all with their mutants.
fn a_new_lab_is_proved_and_its_mutants_fail(live: &Live) -> Result<(), Failed> {
    let learner = Learner::new(live)?;
    let course = learner.folder.path().join("course");
    let course = course.to_string_lossy();
    learner.run(&["new", "first-lab", "--course", &course], 0, &["01-first-lab"])?;
    let lint = ["lint", "--course", &course, "--context", &learner.context];
    let state = [&lint[..], &["--state", "trap-only-refused"]].concat();
    learner.run(&state, 0, &["first-lab trap-only-refused", "1 of 1 state proved"])?;
    learner.run(&[&lint[..], &["--live", "--mutate"]].concat(), 0, &["proved", "failed a check or were refused"])?;
    Ok(())
}

/// The linter makes clusters of its own. It is ended while it makes one, by Ctrl-C, and while it proves something there, by
/// SIGKILL, after which it cannot clean up itself.
fn a_proof_that_is_ended_leaves_nothing(live: &Live) -> Result<(), Failed> {
    let image = std::env::var("TIGHTSHIP_NODE_IMAGE")?;
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for (signal, reached) in [("-INT", is_being_made as fn(&Path) -> bool), ("-KILL", is_being_proved)] {
        let learner = Learner::new(live)?;
        let before = fs::read(&learner.kubeconfig)?;
        let temporary = TempDir::new()?;
        let mut child = learner
            .command(&["lint", "anonymous", "--live", "--jobs", "1"])
            .env("TIGHTSHIP_NODE_IMAGE", &image)
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // the folder has the name of the cluster
        let folder = until(180, || fs::read_dir(temporary.path()).ok()?.next()?.ok().map(|entry| entry.path()))?;
        let cluster = Leftover(folder.file_name().unwrap_or_default().to_string_lossy().into_owned());
        let is_reached = until(180, || reached(&folder).then_some(()));
        Command::new("kill").args([signal, &child.id().to_string()]).status()?;
        let code = child.wait()?.code();
        is_reached?;
        if signal == "-INT" {
            ensure(code == Some(130), || format!("{code:?}"))?;
            ensure(nodes(&cluster.0)?.is_empty() && !folder.exists(), || format!("{} is still there", cluster.0))?;
        }
        let is_gone = || {
            (nodes(&cluster.0).ok()?.is_empty() && fs::read_dir(temporary.path()).ok()?.next().is_none()).then_some(())
        };
        until(60, is_gone).map_err(|_| format!("{signal}: {} is still there", cluster.0))?;
        ensure(fs::read(&learner.kubeconfig)? == before, || "the user's kubeconfig was changed".to_owned())?;
    }
    Ok(())
}

fn is_being_made(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    nodes(&name).is_ok_and(|nodes| !nodes.is_empty())
}

/// Runs have folders beside the files of the cluster.
fn is_being_proved(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".tmp")))
    })
}

/// Looks until there is something, so many seconds at most.
fn until<T>(seconds: u64, look: impl Fn() -> Option<T>) -> Result<T, Failed> {
    for _ in 0..seconds * 10 {
        if let Some(found) = look() {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(format!("nothing came of it within {seconds} seconds").into())
}

/// A cluster that should be gone; it is, when this is dropped.
struct Leftover(String);

impl Drop for Leftover {
    fn drop(&mut self) {
        if nodes(&self.0).is_ok_and(|nodes| !nodes.is_empty()) {
            let _ = Command::new("kind").args(["delete", "cluster", "--name", &self.0]).output();
        }
    }
}
