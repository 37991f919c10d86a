//! `tightship lab lint`.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context as _;
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
use crate::lab::check_context::Names;
use crate::lab::course::values::Need;
use crate::lab::course::{Entry, Faults};
use crate::lab::lab_cluster::{self, LabCluster};
use crate::lab::lint::live::{self, Ground};
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
    if !args.live {
        say(&format!("{}: read, and no mistake found", output::count(labs.len(), "lab")))?;
        return Ok(OK);
    }
    context.agree()?;
    let begun = Instant::now();
    let (own, shared): (Vec<&Entry>, Vec<&Entry>) =
        labs.iter().copied().partition(|entry| entry.lab.needs.contains(&Need::OwnCluster));
    let total: usize = labs.iter().map(|entry| live::phases(&entry.lab).len()).sum();
    let teller = Teller { total, done: Mutex::new(0) };
    let mut proofs = Vec::new();
    if !shared.is_empty() {
        let (site, hold) = match ground(args, &shared) {
            Ok(ground) => ground,
            Err(error) => return broken(&error),
        };
        proofs.extend(prove(&site, &hold, args, &shared, &teller)?);
        if !hold.let_go() {
            say(&format!("{} could not be deleted: `kind delete cluster --name {0}` does it", site.record.name))?;
        }
    }
    if !own.is_empty() {
        match prove_own(args, &own, &teller) {
            Ok(proved) => proofs.extend(proved),
            Err(error) => return broken(&error),
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    if args.json {
        output::json(&Output { version: VERSION, seconds, proofs: &proofs })?;
    } else {
        output::show(&table(&labs, &proofs, seconds))?;
    }
    Ok(if interrupt::happened() {
        interrupt::CODE
    } else if proofs.iter().all(|proof| proof.faults.is_empty()) {
        OK
    } else {
        FINDINGS
    })
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
    labs: &[&Entry],
    teller: &Teller,
) -> anyhow::Result<Vec<Proof>> {
    let stop = interrupt::writing();
    // what is done on a cluster that goes may end at once; on somebody else's it is cleaned up
    let ends = Stoppable { api: &site.client, stop };
    let api: &dyn Api = if matches!(hold, Hold::Cluster(_)) { &ends } else { &site.client };
    let ground = Ground { api, login: site.login(), node: &site.record.node, folder: hold.folder()? };
    Ok(live::prove(labs, &ground, usize::from(args.jobs), stop, &|proof| teller.tell(proof)))
}

/// Proves labs that have a cluster of their own.
fn prove_own(args: &LintArgs, labs: &[&Entry], teller: &Teller) -> anyhow::Result<Vec<Proof>> {
    let stop = interrupt::writing();
    let pool = Pool::new(args.cluster.image.clone(), stop)?;
    Ok(live::prove(labs, &pool, usize::from(args.jobs).min(OWN), stop, &|proof| teller.tell(proof)))
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
        let word = if proof.faults.is_empty() { "ok" } else { "FAULT" };
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

/// A line for each lab.
fn table(labs: &[&Entry], proofs: &[Proof], seconds: f64) -> String {
    let width = labs.iter().map(|entry| entry.folder.len()).max().unwrap_or_default();
    let mut text = format!("{:<width$}  start  solutions  traps  others  verify s  reset s  total s\n", "lab");
    for entry in labs {
        let of: Vec<&Proof> = proofs.iter().filter(|proof| proof.lab == *entry.lab.id.value.0).collect();
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
    let proved = proofs.iter().filter(|proof| proof.faults.is_empty()).count();
    let _ = writeln!(
        text,
        "{} of {} proved, in {} of which each is a run of its own, after {seconds:.0} s",
        proved,
        output::count(proofs.len(), "state"),
        output::count(labs.len(), "lab")
    );
    text
}
