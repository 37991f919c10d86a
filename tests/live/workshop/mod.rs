//! A workshop on the cluster of the run: attendees are apart, labs are proved in the namespaces of two of them at the same time, and
//! nothing is left.

mod attacks;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::Test;
use crate::hardened::TURN;
use crate::kubectl::{Live, Output, ensure};

pub const TESTS: &[Test] = &[("workshop::attendees_are_apart", attendees_are_apart)];

/// Labs with a trap each, and the checks that it fails. CI has the first; `TIGHTSHIP_WORKSHOP_LABS=all` has all of them.
const LABS: &[(&str, &str, &str, &[&str])] = &[
    ("psa", "04-psa", "trap-warn", &["toolbox-refused", "root-refused", "pinned"]),
    (
        "rbac-least",
        "06-rbac-least",
        "trap-read-everything",
        &["no-secrets", "stolen-token", "no-changes", "nothing-else", "clean"],
    ),
    ("the-hack", "01-the-hack", "trap-user", &[]),
    ("netpol-deny", "12-netpol-deny", "trap-any-api", &[]),
];

/// Pseudonyms of those who come at first, and of one who is late.
const ROSTER: &str = "# pseudonym, who it is\notter, seat by the door\nbadger, first row\nheron\n";

/// The instructor's folder, and the attendees' below it.
struct Room {
    folder: TempDir,
    kubeconfig: PathBuf,
    context: String,
    labs: Vec<&'static (&'static str, &'static str, &'static str, &'static [&'static str])>,
}

impl Room {
    fn new(live: &Live) -> Result<Self, Failed> {
        let folder = TempDir::new()?;
        let kubeconfig = folder.path().join("users");
        fs::copy(live.kubeconfig(), &kubeconfig)?;
        let context = live.ok(&["config", "current-context"])?.trim().to_owned();
        // nobody is on another cluster by chance
        let unset = ["config", "unset", "current-context", "--kubeconfig"];
        Command::new("kubectl").args(unset).arg(&kubeconfig).output()?;
        let all = std::env::var("TIGHTSHIP_WORKSHOP_LABS").is_ok_and(|word| word == "all");
        let labs = LABS.iter().take(if all { LABS.len() } else { 1 }).collect();
        Ok(Self { folder, kubeconfig, context, labs })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str], kubeconfig: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tightship"));
        command.args(args).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIGHTSHIP_")) {
            command.env_remove(name);
        }
        command
            .env("NO_COLOR", "1")
            .env("KUBECONFIG", kubeconfig)
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_STATE_HOME", self.path("state"))
            .stdin(Stdio::null());
        command
    }

    /// Runs a command that must give this exit code, and say all of this.
    fn run(&self, args: &[&str], code: i32, parts: &[&str]) -> Result<String, Failed> {
        self.as_user(args, &self.kubeconfig, code, parts)
    }

    /// The same of an attendee, who has no kubeconfig but what the program gives.
    fn attend(&self, args: &[&str], code: i32, parts: &[&str]) -> Result<String, Failed> {
        self.as_user(args, &self.path("nothing"), code, parts)
    }

    fn as_user(&self, args: &[&str], kubeconfig: &Path, code: i32, parts: &[&str]) -> Result<String, Failed> {
        let output = self.command(args, kubeconfig).output()?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let found = output.status.code();
        ensure(found == Some(code), || format!("{}: exit {found:?}, not {code}\n{said}", args.join(" ")))?;
        for part in parts {
            ensure(said.contains(part), || format!("{}: no `{part}` in\n{said}", args.join(" ")))?;
        }
        Ok(said)
    }

    fn up(&self, parts: &[&str]) -> Result<String, Failed> {
        let labs: Vec<&str> = self.labs.iter().map(|lab| lab.0).collect();
        let labs = labs.join(",");
        let args = ["workshop", "up", "--roster", "roster.csv", "--context", &self.context, "--labs", &labs];
        self.run(&[&args[..], &["--yes-this-cluster"]].concat(), 0, parts)
    }

    /// What an attendee has to type.
    fn card(&self, name: &str) -> Result<Vec<String>, Failed> {
        let seats = self.run(&["workshop", "seats"], 0, &[])?;
        let line =
            seats.lines().find(|line| line.contains(name)).ok_or_else(|| format!("{name} is not in\n{seats}"))?;
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let at = words.iter().position(|word| word == "join").ok_or_else(|| format!("no code: {line}"))?;
        Ok(words[at + 1..].to_vec())
    }

    fn join(&self, name: &str) -> Result<(), Failed> {
        let card = self.card(name)?;
        let args = ["workshop", "join", &card[0], &card[1], "--into", name];
        self.attend(&args, 0, &[&format!("you are {name}"), "export KUBECONFIG="])?;
        // once
        self.attend(&["workshop", "join", &card[0], &card[1], "--into", "thief"], 2, &["was used before"]).map(drop)
    }

    /// kubectl as an attendee has it.
    fn kubectl(&self, name: &str, lab: &str, args: &[&str]) -> Result<Output, Failed> {
        let kubeconfig = self.path(name).join(format!(".tightship/lab/{lab}.kubeconfig"));
        let output = Command::new("kubectl").args(args).arg("--kubeconfig").arg(kubeconfig).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Output { ok: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// The checks that do not pass, as the instructor sees them.
    fn failing(&self, name: &str, lab: &str) -> Result<Vec<String>, Failed> {
        let output = self.command(&["workshop", "verify", name, lab, "--json"], &self.kubeconfig).output()?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let json: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| format!("{name} {lab}: {error}: {told}"))?;
        let checks = json["checks"].as_array().ok_or("no checks")?;
        let wrong = checks.iter().filter(|check| check["status"] != "pass");
        let wrong: Vec<&Value> = wrong.collect();
        ensure(wrong.iter().all(|check| check["status"] != "error"), || format!("{name} {lab}: {wrong:?}"))?;
        Ok(wrong.iter().filter_map(|check| check["id"].as_str().map(str::to_owned)).collect())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.command(&["workshop", "down", "--seconds", "120"], &self.kubeconfig).output();
    }
}

fn attendees_are_apart(live: &Live) -> Result<(), Failed> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let room = Room::new(live)?;
    fs::write(room.path("roster.csv"), ROSTER)?;
    let no_context = ["workshop", "up", "--roster", "roster.csv", "--labs", "psa"];
    room.run(&no_context, 2, &["which cluster? `--context NAME` names it"])?;
    let begun = Instant::now();
    room.up(&["3 attendees seated, 3 of them new"])?;
    eprintln!("up: {:.1} s", begun.elapsed().as_secs_f64());
    fs::write(room.path("roster.csv"), format!("{ROSTER}wren\n"))?;
    room.up(&["4 attendees seated, 1 of them new"])?;
    for name in ["otter", "badger"] {
        room.join(name)?;
    }
    let begun = Instant::now();
    labs(&room)?;
    eprintln!("labs: {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let count = attacks::refused(&room, live)?;
    eprintln!("{count} attempts refused, {:.1} s", begun.elapsed().as_secs_f64());
    attacks::the_suite_can_fail(&room, live)?;
    revoked(&room)?;
    let begun = Instant::now();
    room.run(&["workshop", "down"], 0, &["nothing of the workshop is left"])?;
    eprintln!("down: {:.1} s", begun.elapsed().as_secs_f64());
    let kinds =
        "namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings";
    let left = live.ok(&["get", kinds, "-l", "tightship/workshop", "-o", "name"])?;
    let codes =
        live.ok(&["-n", "kube-system", "get", "secrets,roles,rolebindings", "-l", "tightship/workshop", "-o", "name"])?;
    ensure(left.trim().is_empty() && codes.trim().is_empty(), || format!("left: {left}{codes}"))
}

/// Every lab in the namespaces of two attendees at the same time: the start fails, a trap fails, and the solution passes, from
/// outside as from inside.
fn labs(room: &Room) -> Result<(), Failed> {
    thread::scope(|scope| {
        let both = ["otter", "badger"]
            .map(|name| scope.spawn(move || goes_through(room, name).map_err(|error| format!("{name}: {error:?}"))));
        for one in both {
            one.join().map_err(|_| "a thread failed")??;
        }
        Ok(())
    })
}

fn goes_through(room: &Room, name: &str) -> Result<(), Failed> {
    for (lab, folder, trap, fails) in &room.labs {
        let at_start = room.failing(name, lab)?;
        ensure(!at_start.is_empty(), || format!("{lab} passes at its start"))?;
        apply(room, name, lab, &format!("{folder}/{trap}"))?;
        let trapped = room.failing(name, lab)?;
        let is_right = if fails.is_empty() { !trapped.is_empty() } else { trapped == *fails };
        ensure(is_right, || format!("{lab} {trap}: {trapped:?}, and not {fails:?}"))?;
        room.attend(&["lab", "--dir", name, "reset", lab], 0, &["begins anew"])?;
        ensure(room.failing(name, lab)? == at_start, || format!("{lab} is not as at its start after a reset"))?;
        while !room.attend(&["lab", "--dir", name, "hint", lab], 0, &[])?.contains("all hints are shown") {}
        let output =
            room.command(&["lab", "--dir", name, "solution", lab, "--apply"], &room.path("nothing")).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let wrong = room.failing(name, lab)?;
        ensure(wrong.is_empty(), || format!("{lab}: {wrong:?} after its solution\n{said}"))?;
    }
    Ok(())
}

/// Applies manifests of the course as the attendee.
fn apply(room: &Room, name: &str, lab: &str, dir: &str) -> Result<(), Failed> {
    let state: Value = serde_json::from_slice(&fs::read(room.path(name).join(".tightship/lab/state.json"))?)?;
    let run = &state["labs"][lab]["run"];
    let mut words = vec![("image".to_owned(), "busybox:1.37".to_owned()), ("run".to_owned(), format!("w-{name}"))];
    for (prefix, key) in [("ns", "ns"), ("random", "random")] {
        for (word, value) in run[key].as_object().into_iter().flatten() {
            words.push((format!("{prefix}.{word}"), value.as_str().unwrap_or_default().to_owned()));
        }
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("labs").join(dir))? {
        let text = fs::read_to_string(entry?.path())?;
        let text = words.iter().fold(text, |text, (word, value)| text.replace(&format!("{{{{ {word} }}}}"), value));
        let file = room.path(&format!("{name}-trap.yaml"));
        fs::write(&file, text)?;
        let applied = room.kubectl(name, lab, &["apply", "-f", file.to_str().ok_or("UTF-8")?])?;
        ensure(applied.ok, || format!("{dir}: {}", applied.stderr))?;
    }
    Ok(())
}

/// Who is sent out is out within ten seconds, with every account that they have made; another code lets them in again.
fn revoked(room: &Room) -> Result<(), Failed> {
    let lab = room.labs[0].0;
    let namespace = format!("ts-{lab}-web-w-badger");
    let ask = |args: &[&str]| room.kubectl("badger", lab, args);
    for args in [
        &["create", "serviceaccount", "second"][..],
        &["create", "rolebinding", "second", "--clusterrole=admin", &format!("--serviceaccount={namespace}:second")],
    ] {
        let made = ask(args)?;
        ensure(made.ok, || made.stderr)?;
    }
    let second = ask(&["create", "token", "second", "--duration=8h"])?;
    ensure(second.ok, || second.stderr.clone())?;
    let stolen = room.path("stolen");
    let server = ask(&["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"])?.stdout;
    fs::write(
        &stolen,
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: c, cluster: {{server: '{server}', insecure-skip-tls-verify: true}}}}]\nusers: [{{name: c, user: {{token: {}}}}}]\ncontexts: [{{name: c, context: {{cluster: c, user: c, namespace: {namespace}}}}}]\n",
            second.stdout.trim()
        ),
    )?;
    let by_second = || Command::new("kubectl").args(["get", "pods", "--kubeconfig"]).arg(&stolen).output();
    ensure(by_second()?.status.success(), || "the second account does not work".to_owned())?;
    room.run(&["workshop", "revoke", "badger"], 0, &["codes withdrawn"])?;
    let begun = Instant::now();
    let is_out = |stderr: &str| stderr.contains("Unauthorized") || stderr.contains("must be logged in");
    loop {
        let (first, other) = (ask(&["get", "pods"])?, by_second()?);
        let other = String::from_utf8_lossy(&other.stderr).into_owned();
        if is_out(&first.stderr) && is_out(&other) {
            break;
        }
        ensure(begun.elapsed() < Duration::from_secs(12), || {
            format!("still in: {}{} {other}", first.stdout, first.stderr)
        })?;
        thread::sleep(Duration::from_millis(500));
    }
    eprintln!("revoked: {:.1} s", begun.elapsed().as_secs_f64());
    let line = room.run(&["workshop", "issue", "badger"], 0, &["tightship workshop join"])?;
    let card: Vec<&str> = line.split_whitespace().skip(3).collect();
    room.attend(&["workshop", "join", card[0], card[1], "--into", "badger"], 0, &["you are badger"])?;
    let back = ask(&["get", "pods"])?;
    ensure(back.ok, || back.stderr)
}
