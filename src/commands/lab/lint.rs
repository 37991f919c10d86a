//! `tightship lab lint`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context as _, bail};
use camino::Utf8Path;
use serde::Serialize;
use tempfile::TempDir;

use super::context::{LabContext, say};
use super::verify::broken;
use crate::cli::lab::LintArgs;
use crate::client::Api;
use crate::cluster::create::Borrowed;
use crate::commands::progress::Steps;
use crate::commands::{FINDINGS, OK, interrupt, output};
use crate::diagnostic::nearest;
use crate::lab::check_context::Names;
use crate::lab::course::values::Need;
use crate::lab::course::{Entry, Faults};
use crate::lab::lab_cluster::{self, LabCluster};
use crate::lab::lint::live::{self, Ground, Plan};
use crate::lab::lint::mutate::{self, Outcome, Tried};
use crate::lab::lint::pool::{Pool, Stoppable, temporary};
use crate::lab::lint::{Phase, Proof, offline};

/// The version of the JSON.
const VERSION: u8 = 1;
/// The most clusters of their own that labs have at the same time: each takes a gigabyte, and its start a core.
const OWN: usize = 3;

#[derive(Serialize)]
struct Output<'p> {
    version: u8,
    seconds: f64,
    proofs: &'p [Proof],
}

pub(super) fn run(context: &LabContext, args: &LintArgs) -> anyhow::Result<u8> {
    let labs: Vec<&Entry> = if args.labs.is_empty() {
        context.course.labs.iter().collect()
    } else {
        args.labs.iter().map(|word| context.course.find(word)).collect::<Result<_, _>>()?
    };
    let mut faults = Faults::default();
    for entry in &labs {
        faults.append(offline::check(entry));
    }
    if !faults.is_empty() {
        anstream::eprint!("{}", faults.show());
        say(&format!("{} in {}", output::count(faults.len(), "fault"), output::count(labs.len(), "lab")))?;
        return Ok(FINDINGS);
    }
    // a state alone is on a cluster anyway
    let states = args.live || args.state.is_some();
    if !states && !args.mutate {
        say(&format!("{}: read, and no mistake found", output::count(labs.len(), "lab")))?;
        return Ok(OK);
    }
    let plan = Plan {
        states,
        only: args.state.clone(),
        mutants: args.mutate,
        sample: args.sample.map(|count| sample(&labs, count)),
    };
    known_state(&labs, &plan)?;
    context.agree()?;
    let begun = Instant::now();
    let (own, shared): (Vec<&Entry>, Vec<&Entry>) =
        labs.iter().copied().partition(|entry| entry.lab.needs.contains(&Need::OwnCluster));
    let total: usize = labs.iter().map(|entry| plan.phases(&entry.lab).len()).sum();
    let teller = Teller { total, done: Mutex::new(0) };
    let mut proofs = Vec::new();
    let has_work = |labs: &[&Entry]| labs.iter().any(|entry| !plan.phases(&entry.lab).is_empty());
    if has_work(&shared) {
        let (site, hold) = match ground(args, &shared) {
            Ok(ground) => ground,
            Err(error) => return broken(&error),
        };
        proofs.extend(prove(&site, &hold, args, (&shared, &plan), &teller)?);
        if !hold.let_go() {
            say(&format!("{} could not be deleted: `kind delete cluster --name {0}` does it", site.record.name))?;
        }
    }
    if has_work(&own) {
        match prove_own(args, (&own, &plan), &teller) {
            Ok(proved) => proofs.extend(proved),
            Err(error) => return broken(&error),
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    if args.json {
        output::json(&Output { version: VERSION, seconds, proofs: &proofs })?;
    } else {
        if states {
            output::show(&table(&labs, &proofs, seconds))?;
        }
        if args.mutate {
            output::show(&mutants(&labs, &proofs, seconds))?;
        }
        output::show(&left_out(&labs, &proofs))?;
    }
    Ok(if interrupt::happened() {
        interrupt::CODE
    } else if proofs.iter().all(|proof| proof.faults.is_empty()) {
        OK
    } else {
        FINDINGS
    })
}

/// So many mutants in all, spread over the labs.
fn sample(labs: &[&Entry], count: usize) -> BTreeMap<String, usize> {
    let share = |at: usize| count / labs.len().max(1) + usize::from(at < count % labs.len().max(1));
    labs.iter().enumerate().map(|(at, entry)| (entry.lab.id.value.to_string(), share(at))).collect()
}

/// That there is a state of the name that was asked for.
fn known_state(labs: &[&Entry], plan: &Plan) -> anyhow::Result<()> {
    let Some(only) = &plan.only else { return Ok(()) };
    if labs.iter().any(|entry| !plan.phases(&entry.lab).is_empty()) {
        return Ok(());
    }
    let all = Plan { only: None, ..plan.clone() };
    let mut names: Vec<String> =
        labs.iter().flat_map(|entry| all.phases(&entry.lab)).map(|phase| phase.name()).collect();
    names.sort();
    names.dedup();
    match nearest(only, names.iter().map(String::as_str)) {
        Some(near) => bail!("there is no state `{only}`; did you mean `{near}`?"),
        None => bail!("there is no state `{only}`; there are {}", names.join(", ")),
    }
}

/// What has to go when a cluster is not needed any more, however the program ends; within it is the folder for the runs.
enum Hold {
    /// The cluster itself, with its folder.
    Cluster(Borrowed),
    /// A folder only: the cluster is somebody else's.
    Folder(TempDir),
}

impl Hold {
    fn folder(&self) -> anyhow::Result<&Utf8Path> {
        match self {
            Self::Cluster(cluster) => Ok(cluster.folder()),
            Self::Folder(folder) => Utf8Path::from_path(folder.path()).context("the folder for the runs is not UTF-8"),
        }
    }

    /// Says whether nothing is left.
    fn let_go(self) -> bool {
        match self {
            Self::Cluster(cluster) => cluster.delete(),
            Self::Folder(folder) => folder.close().is_ok(),
        }
    }
}

/// The cluster to prove on.
fn ground(args: &LintArgs, labs: &[&Entry]) -> anyhow::Result<(LabCluster, Hold)> {
    if let Some(context) = &args.cluster.context {
        let hold = Hold::Folder(tempfile::tempdir().context("a folder for the runs")?);
        let site = LabCluster::adopt(context, args.cluster.yes_this_cluster)?;
        return Ok((site, hold));
    }
    let stop = interrupt::writing();
    let entry = labs.first().context("there are no labs")?;
    let wanted = lab_cluster::wanted(entry, args.cluster.image.as_deref())?;
    let name = format!("tightship-lint-{}", Names::for_run(&entry.lab)?.run);
    let mut steps = Steps::new();
    let made = LabCluster::borrow(&temporary()?, &name, &wanted, &mut steps, stop);
    steps.finish();
    let (site, cluster) = made?;
    Ok((site, Hold::Cluster(cluster)))
}

fn prove(
    site: &LabCluster,
    hold: &Hold,
    args: &LintArgs,
    (labs, plan): (&[&Entry], &Plan),
    teller: &Teller,
) -> anyhow::Result<Vec<Proof>> {
    let stop = interrupt::writing();
    // what is done on a cluster that goes may end at once; on somebody else's it is cleaned up
    let ends = Stoppable { api: &site.client, stop };
    let api: &dyn Api = if matches!(hold, Hold::Cluster(_)) { &ends } else { &site.client };
    let ground = Ground { api, login: site.login(), record: &site.record, folder: hold.folder()? };
    Ok(live::prove(labs, plan, &ground, usize::from(args.jobs), stop, &|proof| teller.tell(proof)))
}

/// Proves labs that have a cluster of their own.
fn prove_own(args: &LintArgs, (labs, plan): (&[&Entry], &Plan), teller: &Teller) -> anyhow::Result<Vec<Proof>> {
    let stop = interrupt::writing();
    let pool = Pool::new(args.cluster.image.clone(), stop)?;
    Ok(live::prove(labs, plan, &pool, usize::from(args.jobs).min(OWN), stop, &|proof| teller.tell(proof)))
}

/// Tells of each state as it is proved.
struct Teller {
    total: usize,
    done: Mutex<usize>,
}

impl Teller {
    fn tell(&self, proof: &Proof) {
        let mut done = self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *done += usize::from(proof.attempts == 1);
        let (number, total) = (*done, self.total);
        let word = match proof.left_out {
            Some(_) => "left",
            None if proof.faults.is_empty() => "ok",
            None => "FAULT",
        };
        let again = if proof.attempts > 1 { " (again)" } else { "" };
        let line = format!(
            "{number:>3}/{total} {:>6.1} s  {word:<5} {} {}{again}",
            proof.seconds,
            proof.lab,
            proof.phase.name()
        );
        // who cannot be told is told the end
        let _ = say(&line);
        for fault in &proof.faults {
            let _ = say(&format!("                     {fault}"));
        }
    }
}

/// A line for each lab: its mutants, and by operator how many of them were caught or refused. Then those that pass.
fn mutants(labs: &[&Entry], proofs: &[Proof], seconds: f64) -> String {
    let width = labs.iter().map(|entry| entry.folder.len()).max().unwrap_or_default();
    let mut text = format!("{:<width$}  mutants  caught  refused  pass  by operator\n", "lab");
    let mut passed = Vec::new();
    let mut all = 0;
    for entry in labs {
        let of = proofs.iter().filter(|proof| proof.lab == *entry.lab.id.value.0);
        let tried: Vec<&Tried> = of.flat_map(|proof| &proof.mutants).collect();
        let count = |is: fn(&Outcome) -> bool| tried.iter().filter(|one| is(&one.outcome)).count();
        let by_operator = mutate::OPERATORS.iter().filter_map(|operator| {
            let own: Vec<&&Tried> = tried.iter().filter(|one| one.operator == operator.name).collect();
            let good = own.iter().filter(|one| one.fault().is_none()).count();
            (!own.is_empty()).then(|| format!("{} {good}/{}", operator.name, own.len()))
        });
        let by_operator: Vec<String> = by_operator.collect();
        let _ = writeln!(
            text,
            "{:<width$}  {:>7}  {:>6}  {:>7}  {:>4}  {}",
            entry.folder,
            tried.len(),
            count(|outcome| matches!(outcome, Outcome::Caught(_))),
            count(|outcome| matches!(outcome, Outcome::Refused(_))),
            count(|outcome| matches!(outcome, Outcome::Passed | Outcome::Unclear(_))),
            by_operator.join(", ")
        );
        all += tried.len();
        let faults = tried.iter().filter_map(|one| Some(format!("{}: {}", entry.folder, one.fault()?)));
        passed.extend(faults);
    }
    for line in &passed {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(
        text,
        "{} of {} failed a check or were refused, after {seconds:.0} s",
        all - passed.len(),
        output::count(all, "mutant")
    );
    text
}

/// A line for each lab that the cluster is too old for.
fn left_out(labs: &[&Entry], proofs: &[Proof]) -> String {
    let mut text = String::new();
    for entry in labs {
        let of = proofs.iter().filter(|proof| proof.lab == *entry.lab.id.value.0);
        let left: Vec<&str> = of.filter_map(|proof| proof.left_out.as_deref()).collect();
        if let Some(why) = left.first() {
            let _ =
                writeln!(text, "{}: nothing is proved of {}: {why}", entry.folder, output::count(left.len(), "state"));
        }
    }
    text
}

/// A line for each lab.
fn table(labs: &[&Entry], proofs: &[Proof], seconds: f64) -> String {
    let width = labs.iter().map(|entry| entry.folder.len()).max().unwrap_or_default();
    let mut text = format!("{:<width$}  start  solutions  traps  others  verify s  reset s  total s\n", "lab");
    for entry in labs {
        let is_state = |proof: &&Proof| !matches!(proof.phase, Phase::Mutants(_)) && proof.left_out.is_none();
        let of = proofs.iter().filter(|proof| proof.lab == *entry.lab.id.value.0).filter(is_state);
        let of: Vec<&Proof> = of.collect();
        let ratio = |is: fn(&Phase) -> bool| {
            let all: Vec<&&Proof> = of.iter().filter(|proof| is(&proof.phase)).collect();
            format!("{}/{}", all.iter().filter(|proof| proof.faults.is_empty()).count(), all.len())
        };
        let slowest = |is: fn(&Phase) -> bool| {
            of.iter().filter(|proof| is(&proof.phase)).map(|proof| proof.verify_seconds).fold(0.0_f64, f64::max)
        };
        let total: f64 = of.iter().map(|proof| proof.seconds).fold(0.0, |all, seconds| all + seconds);
        let _ = writeln!(
            text,
            "{:<width$}  {:>5}  {:>9}  {:>5}  {:>6}  {:>8.1}  {:>7.1}  {total:>7.1}",
            entry.folder,
            ratio(|phase| *phase == Phase::Start),
            ratio(|phase| matches!(phase, Phase::Solution(_))),
            ratio(|phase| matches!(phase, Phase::Trap(_))),
            ratio(|phase| matches!(phase, Phase::Mutation(_) | Phase::Reset)),
            slowest(|phase| matches!(phase, Phase::Solution(_))),
            slowest(|phase| *phase == Phase::Reset)
        );
    }
    let states = proofs.iter().filter(|proof| !matches!(proof.phase, Phase::Mutants(_)) && proof.left_out.is_none());
    let proved = states.clone().filter(|proof| proof.faults.is_empty()).count();
    let _ = writeln!(
        text,
        "{} of {} proved, in {} of which each is a run of its own, after {seconds:.0} s",
        proved,
        output::count(states.count(), "state"),
        output::count(labs.len(), "lab")
    );
    text
}
