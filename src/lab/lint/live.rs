//! The live proof: every lab on a cluster, in every state that it can get into. Each state is a run of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::mutate::{self, Choice, Tried};
use super::proof::{Phase, Proof, Said};
use super::state;
use crate::client::{Api, kubeconfig::Login};
use crate::lab::check_context::{Names, Snapshots};
use crate::lab::course::values::Need;
use crate::lab::course::{Entry, Lab};
use crate::lab::lab_cluster::CONTEXT;
use crate::lab::node::pristine;
use crate::lab::run::{self, Patience, Proved, RenderedLab, Report, RunError, rollout};
use crate::lab::state::ClusterRecord;
use crate::lab::verdict::Verdict;
use camino::Utf8Path;

/// How often a state is looked at until it is what it should be.
const LOOKS: usize = 3;
/// How many states are tried once more at the same time, in peace.
const AGAIN: usize = 2;

/// A cluster to prove labs on.
pub struct Ground<'g> {
    /// The way to it.
    pub api: &'g dyn Api,
    /// Where it is, and who one is there.
    pub login: &'g Login,
    /// What it is.
    pub record: &'g ClusterRecord,
    /// A folder for what runs need, which somebody removes.
    pub folder: &'g Utf8Path,
}

/// Where states of labs are proved.
pub trait Grounds: Sync {
    /// Lends a cluster for one state of a lab. What is done there says whether the cluster can be used again.
    fn lend(&self, entry: &Entry, act: &mut dyn FnMut(&Ground<'_>) -> bool) -> Result<(), RunError>;
}

/// One cluster for all, as each run has namespaces of its own.
impl Grounds for Ground<'_> {
    fn lend(&self, _: &Entry, act: &mut dyn FnMut(&Ground<'_>) -> bool) -> Result<(), RunError> {
        act(self);
        Ok(())
    }
}

/// What is proved.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Every state that a lab can get into.
    pub states: bool,
    /// Only the state of this name.
    pub only: Option<String>,
    /// Mutants of the solutions.
    pub mutants: bool,
    /// The most mutants of a lab, by its id; none of those that are missing. Without it, all.
    pub sample: Option<BTreeMap<String, usize>>,
}

impl Plan {
    /// What there is to prove of a lab.
    pub fn phases(&self, lab: &Lab) -> Vec<Phase> {
        let mut all = if self.states { phases(lab) } else { Vec::new() };
        all.retain(|phase| self.only.as_ref().is_none_or(|only| phase.name() == *only));
        let solutions = lab.solutions.iter().map(|solution| Phase::Mutants(solution.dir.value.clone()));
        match &self.sample {
            _ if !self.mutants => {}
            None => all.extend(solutions),
            Some(sample) if sample.get(&*lab.id.value.0).is_some_and(|most| *most > 0) => all.extend(solutions.take(1)),
            Some(_) => {}
        }
        all
    }

    fn choice(&self, lab: &Lab, number: usize) -> Choice {
        let most = self.sample.as_ref().map(|sample| sample.get(&*lab.id.value.0).copied().unwrap_or_default());
        Choice { most, is_first: number == 0 }
    }
}

/// The states of a lab.
fn phases(lab: &Lab) -> Vec<Phase> {
    let solutions = lab.solutions.iter().map(|solution| Phase::Solution(solution.dir.value.clone()));
    let traps = lab.traps.iter().map(|trap| Phase::Trap(trap.dir.value.clone()));
    let mutations = tagged(lab).into_iter().map(Phase::Mutation);
    [Phase::Start, Phase::Reset].into_iter().chain(solutions).chain(traps).chain(mutations).collect()
}

/// The tasks that the first solution can leave out.
fn tagged(lab: &Lab) -> Vec<String> {
    let steps = lab.solutions.first().map(|solution| solution.steps.as_slice()).unwrap_or_default();
    let tasks: BTreeSet<&str> = steps.iter().filter_map(|step| Some(&*step.task.as_ref()?.value)).collect();
    if lab.tasks.len() > 1 { tasks.into_iter().map(str::to_owned).collect() } else { Vec::new() }
}

/// Proves labs, several states at the same time; tells of each as it is done.
pub fn prove(
    labs: &[&Entry],
    plan: &Plan,
    grounds: &dyn Grounds,
    hands: usize,
    stop: &AtomicBool,
    tell: &(dyn Fn(&Proof) + Sync),
) -> Vec<Proof> {
    let mut work: Vec<(&Entry, Phase)> =
        labs.iter().flat_map(|entry| plan.phases(&entry.lab).into_iter().map(|phase| (*entry, phase))).collect();
    // the long ones first, so that none is left alone at the end
    work.sort_by_key(|(entry, phase)| {
        let kind = match phase {
            Phase::Mutants(_) => 0,
            Phase::Solution(_) => 1,
            Phase::Trap(_) | Phase::Mutation(_) => 2,
            _ => 3,
        };
        (kind, Reverse(entry.lab.seconds.0))
    });
    let attempt = |attempts: u8, entry: &Entry, phase: &Phase| {
        let proof = Proof { attempts, ..one(entry, phase, plan, grounds, stop) };
        tell(&proof);
        proof
    };
    let first = each(&work, hands, stop, &|entry, phase| attempt(1, entry, phase));
    let (mut proofs, unproved): (Vec<Proof>, Vec<Proof>) = first.into_iter().partition(|proof| proof.faults.is_empty());
    // mutants that pass were looked at twice already
    let is_open = |proof: &Proof, entry: &Entry, phase: &Phase| {
        proof.mutants.is_empty() && proof.is_of(&entry.lab.id.value.0, phase)
    };
    work.retain(|(entry, phase)| unproved.iter().any(|proof| is_open(proof, entry, phase)));
    let again = each(&work, hands.min(AGAIN), stop, &|entry, phase| attempt(2, entry, phase));
    let is_left = |proof: &Proof| !again.iter().any(|other| other.is_of(&proof.lab, &proof.phase));
    proofs.extend(unproved.into_iter().filter(is_left));
    proofs.extend(again);
    let place = |proof: &Proof| labs.iter().position(|entry| *entry.lab.id.value == *proof.lab);
    proofs.sort_by(|a, b| (place(a), &a.phase).cmp(&(place(b), &b.phase)));
    proofs
}

/// Does all of this, several at the same time, until it is done or one shall stop.
fn each(
    work: &[(&Entry, Phase)],
    hands: usize,
    stop: &AtomicBool,
    act: &(dyn Fn(&Entry, &Phase) -> Proof + Sync),
) -> Vec<Proof> {
    let next = AtomicUsize::new(0);
    let proofs = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..hands.max(1) {
            scope.spawn(|| {
                while let Some((entry, phase)) = work.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let proof = act(entry, phase);
                    proofs.lock().unwrap_or_else(PoisonError::into_inner).push(proof);
                }
            });
        }
    });
    proofs.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn one(entry: &Entry, phase: &Phase, plan: &Plan, grounds: &dyn Grounds, stop: &AtomicBool) -> Proof {
    let mut proof = Proof {
        lab: entry.lab.id.value.to_string(),
        phase: phase.clone(),
        faults: Vec::new(),
        left_out: None,
        said: Vec::new(),
        mutants: Vec::new(),
        attempts: 1,
        seconds: 0.0,
        verify_seconds: 0.0,
    };
    let lent = grounds.lend(entry, &mut |ground| {
        let begun = Instant::now();
        let is_clean = on(entry, phase, (plan, stop), ground, &mut proof);
        proof.seconds = begun.elapsed().as_secs_f64();
        is_clean
    });
    proof.faults.extend(lent.err().map(|error| error.to_string()));
    proof
}

/// Proves a state on a cluster; says whether that is clean again.
fn on(
    entry: &Entry,
    phase: &Phase,
    (plan, stop): (&Plan, &AtomicBool),
    ground: &Ground<'_>,
    proof: &mut Proof,
) -> bool {
    if let Some(needed) = ground.record.lacks(&entry.lab) {
        let has = &ground.record.version;
        proof.left_out = Some(format!("it needs Kubernetes {needed} or newer, and the cluster has {has}"));
        return true;
    }
    let mut trial = match Trial::new(entry, ground) {
        Ok(trial) => trial,
        Err(error) => {
            proof.faults.push(error.to_string());
            return true;
        }
    };
    let outcome = trial.run(phase, plan, stop);
    proof.verify_seconds = trial.verify_seconds;
    proof.mutants = std::mem::take(&mut trial.mutants);
    proof.said = std::mem::take(&mut trial.said);
    proof.faults.extend(outcome.unwrap_or_else(|error| vec![error.to_string()]));
    let names = &trial.stage.names;
    if entry.lab.needs.contains(&Need::OwnCluster) {
        // one that cannot be cleaned is deleted
        return run::end_own(ground.api, names, &mut |_| {}).is_ok();
    }
    let ended = run::end(ground.api, names);
    proof.faults.extend(ended.as_ref().err().map(|error| format!("it cannot be cleaned up: {error}")));
    ended.is_ok()
}

/// A run of a lab in a folder that is thrown away.
struct Trial<'t> {
    stage: RenderedLab<'t>,
    entry: &'t Entry,
    ground: &'t Ground<'t>,
    snapshots: Snapshots,
    verify_seconds: f64,
    said: Vec<Said>,
    mutants: Vec<Tried>,
    folder: tempfile::TempDir,
}

impl<'t> Trial<'t> {
    fn new(entry: &'t Entry, ground: &'t Ground<'t>) -> Result<Self, RunError> {
        let folder = tempfile::tempdir_in(ground.folder).map_err(RunError::at(ground.folder))?;
        let stage = stage(entry, ground, folder.path())?;
        Ok(Self {
            stage,
            entry,
            ground,
            snapshots: Snapshots::new(),
            verify_seconds: 0.0,
            said: Vec::new(),
            mutants: Vec::new(),
            folder,
        })
    }

    fn begin(&mut self, is_proved: Proved) -> Result<(), RunError> {
        self.stage.write_files()?;
        let begun = run::begin(&mut self.stage, self.ground.api, is_proved, &mut |_| {})?;
        self.snapshots = begun.snapshots;
        Ok(())
    }

    /// Verifies, and again if that is not what it should be: a busy cluster takes its time, and what is really wrong stays so.
    fn verify(&mut self, wrong: impl Fn(&RenderedLab<'_>, &Report) -> Vec<String>) -> Vec<String> {
        let mut faults = Vec::new();
        for _ in 0..LOOKS {
            let report =
                self.stage.verify(self.ground.api, &self.snapshots, None, Patience::Learner(None), &mut |_| {});
            self.verify_seconds = report.seconds;
            self.said = said(&report);
            faults = wrong(&self.stage, &report);
            if faults.is_empty() {
                break;
            }
        }
        faults
    }

    /// Gets into a state; says what is not as it should be.
    fn run(&mut self, phase: &Phase, plan: &Plan, stop: &AtomicBool) -> Result<Vec<String>, RunError> {
        self.begin(if *phase == Phase::Start { Proved::Now } else { Proved::Elsewhere })?;
        match phase {
            Phase::Start => self.start(),
            Phase::Reset => self.reset(),
            Phase::Solution(dir) => self.solution(dir),
            Phase::Trap(dir) => self.trap(dir),
            Phase::Mutation(task) => self.mutation(task),
            Phase::Mutants(dir) => {
                let number = self.number(dir);
                let choice = plan.choice(&self.entry.lab, number);
                self.mutants(number, choice, stop)
            }
        }
    }

    /// The place of a solution.
    fn number(&self, dir: &str) -> usize {
        self.stage.lab.solutions.iter().position(|solution| *solution.dir.value == *dir).unwrap_or_default()
    }

    /// Wrong answers that are made from a right one.
    fn mutants(&mut self, number: usize, choice: Choice, stop: &AtomicBool) -> Result<Vec<String>, RunError> {
        let (tried, left) = mutate::run(&mut self.stage, self.ground.api, &self.snapshots, number, choice, stop)?;
        self.mutants = tried;
        Ok(self.mutants.iter().filter_map(Tried::fault).chain(left).collect())
    }

    /// As a learner who verifies at once: what began settled has to stay so.
    /// Then its workloads are deleted, as somebody might who wants to be done.
    fn start(&mut self) -> Result<Vec<String>, RunError> {
        let odd = self.verify(run::unexpected);
        if !odd.is_empty() {
            return Ok(odd);
        }
        if !state::has_pods(self.ground.api, &self.stage.names)? {
            return Ok(Vec::new());
        }
        state::delete_workloads(self.ground.api, &self.stage.names)?;
        Ok(self.verify(|_, report| {
            let mut faults = errors(report);
            let kept = report.checks.iter().filter(|check| check.task.is_none());
            if kept.clone().count() > 0 && kept.clone().all(|check| check.status == Verdict::Pass) {
                faults.push("everything in `keep` passes without the workloads".to_owned());
            }
            faults
        }))
    }

    fn solution(&mut self, dir: &str) -> Result<Vec<String>, RunError> {
        self.stage.apply_solution(self.ground.api, self.number(dir), None, &mut |_| {})?;
        let mut faults = self.verify(|_, report| not_passing(report));
        let seconds = self.verify_seconds;
        let slowness = state::slowness(self.ground.api, &self.stage.names)?;
        let limit = f64::from(self.stage.lab.seconds.0) * slowness;
        if seconds > limit {
            faults.push(format!(
                "verifying took {seconds:.1} s, more than {limit:.0} s: the lab's `seconds`, on a machine that is slower \
                 by {slowness:.1}"
            ));
        }
        if !faults.is_empty() {
            return Ok(faults);
        }
        state::restart_pods(self.ground.api, &self.stage.names)?;
        rollout::wait(self.ground.api, &self.stage.names, &mut |_| {})?;
        let again = self.verify(|_, report| not_passing(report));
        self.verify_seconds = seconds;
        Ok(again.into_iter().map(|fault| format!("with new pods: {fault}")).collect())
    }

    fn trap(&mut self, dir: &str) -> Result<Vec<String>, RunError> {
        let Some(number) = self.stage.lab.traps.iter().position(|trap| *trap.dir.value == *dir) else {
            return Ok(Vec::new());
        };
        self.stage.apply_trap(self.ground.api, number, &mut |_| {})?;
        let fails = self.stage.lab.traps.get(number).map(|trap| trap.value.fails.clone()).unwrap_or_default();
        let declared: BTreeSet<&str> = fails.iter().map(|id| &*id.value.0).collect();
        Ok(self.verify(|_, report| {
            let failing: BTreeSet<&str> = report.failing().into_iter().collect();
            let seen = |id: &str| {
                report.checks.iter().find(|check| check.id == id).map_or("", |check| check.observed.as_str())
            };
            let mut faults = errors(report);
            faults.extend(declared.difference(&failing).map(|id| format!("{id} passes: {}", seen(id))));
            faults.extend(failing.difference(&declared).map(|id| format!("{id} fails too: {}", seen(id))));
            faults
        }))
    }

    fn mutation(&mut self, task: &str) -> Result<Vec<String>, RunError> {
        self.stage.apply_solution(self.ground.api, 0, Some(task), &mut |_| {})?;
        Ok(self.verify(|stage, report| {
            let mut faults = errors(report);
            let fails_at_start = |id: &str| stage.lab.check(id).is_some_and(|check| !check.passes_at_start(true));
            let of_task = report.checks.iter().filter(|check| check.task.as_deref() == Some(task));
            // what another task closes too may be closed already, but not all of it
            let mut of_task = of_task.filter(|check| fails_at_start(&check.id));
            if of_task.all(|check| check.status == Verdict::Pass) {
                faults.push(format!("every check of {task} passes though it was left out"));
            }
            faults
        }))
    }

    /// A second run of the same lab has the same objects, but for its names.
    fn reset(&mut self) -> Result<Vec<String>, RunError> {
        let first = self.everything()?;
        run::end(self.ground.api, &self.stage.names)?;
        self.stage = stage(self.entry, self.ground, self.folder.path())?;
        let begun = Instant::now();
        self.begin(Proved::Now)?;
        self.verify_seconds = begun.elapsed().as_secs_f64();
        let second = self.everything()?;
        let missing = first.difference(&second).map(|object| format!("only in the first run: {object}"));
        let added = second.difference(&first).map(|object| format!("only in the second run: {object}"));
        Ok(missing.chain(added).collect())
    }
}

impl Trial<'_> {
    /// What the run has made: objects, and on an own cluster the files of the control plane.
    fn everything(&self) -> Result<BTreeSet<String>, RunError> {
        let mut all = state::objects(self.ground.api, &self.stage.names)?;
        if self.entry.lab.needs.contains(&Need::OwnCluster) {
            all.extend(pristine::files(self.ground.api)?);
        }
        Ok(all)
    }
}

fn stage<'t>(entry: &'t Entry, ground: &Ground<'_>, folder: &std::path::Path) -> Result<RenderedLab<'t>, RunError> {
    let unnamed = |_| RunError::Course("there are no random numbers".to_owned());
    let folder = Utf8Path::from_path(folder).ok_or_else(|| RunError::Course("the folder is not UTF-8".to_owned()))?;
    let mut names = Names::for_run(&entry.lab).map_err(unnamed)?;
    let work = folder.join(&names.run);
    names.kubeconfig = folder.join(format!("{}.kubeconfig", names.run));
    ground.record.node.clone_into(&mut names.node);
    ground.login.server().clone_into(&mut names.server);
    let kubeconfig = ground.login.kubeconfig(CONTEXT, names.home());
    fs::write(&names.kubeconfig, kubeconfig).map_err(RunError::at(&names.kubeconfig))?;
    RenderedLab::new(entry, names, &work)
}

fn said(report: &Report) -> Vec<Said> {
    let of = |check: &run::Checked| Some(Said { check: check.id.clone(), why: check.why.clone()? });
    report.checks.iter().filter_map(of).collect()
}

fn errors(report: &Report) -> Vec<String> {
    let errors = report.checks.iter().filter(|check| check.status == Verdict::Error);
    errors.map(|check| format!("{} is an error: {}", check.id, check.observed)).collect()
}

fn not_passing(report: &Report) -> Vec<String> {
    let wrong = report.checks.iter().filter(|check| check.status != Verdict::Pass);
    wrong.map(|check| format!("{} says {}: {}", check.id, check.status.as_str(), check.observed)).collect()
}
