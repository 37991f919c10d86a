//! The arguments of `tightship lab`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

const EXIT_CODES: &str = "Exit codes: 0 all checks pass, 1 a check fails, 2 wrong usage, 3 it could not be checked (the cluster is gone, an image is missing), 130 interrupted.";

/// Arguments of `tightship lab`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct LabArgs {
    /// The working folder: labs get a folder each in it, and `.tightship/lab` remembers where you are. Default: the current
    /// one, or the nearest above it in which a lab was started.
    #[arg(long, global = true, value_name = "DIR", env = "TIGHTSHIP_LABS", hide_env_values = true)]
    pub dir: Option<Utf8PathBuf>,
    /// A folder with another course.
    #[arg(long, global = true, value_name = "DIR", env = "TIGHTSHIP_COURSE", hide_env_values = true)]
    pub course: Option<Utf8PathBuf>,
    /// Run the course of --course without asking. A course is a program: it runs kubectl and programs in pods, writes into your
    /// working folder, and may make privileged pods.
    #[arg(long, global = true)]
    pub trust: bool,
    /// What to do. Default: say where you are, and what is next.
    #[command(subcommand)]
    pub command: Option<LabCommand>,
}

/// What to do with labs.
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// List the labs: done, begun, and those that this cluster cannot run.
    #[command(after_help = EXIT_CODES)]
    List(ListArgs),
    /// Start a lab; makes a kind cluster where there is none.
    #[command(after_help = EXIT_CODES)]
    Start(StartArgs),
    /// Try the attack again, and say what is right and what is wrong.
    #[command(after_help = EXIT_CODES)]
    Verify(VerifyArgs),
    /// Show the next hint.
    #[command(after_help = EXIT_CODES)]
    Hint(HintArgs),
    /// Verify whenever something changes.
    #[command(after_help = EXIT_CODES)]
    Watch(LabName),
    /// Begin the lab anew, in new namespaces; your files are kept aside.
    #[command(after_help = EXIT_CODES)]
    Reset(LabName),
    /// Show the solution, once the lab is passed or all hints are seen.
    #[command(after_help = EXIT_CODES)]
    Solution(SolutionArgs),
    /// Say what happened and why, once the lab is passed.
    #[command(after_help = EXIT_CODES)]
    Debrief(LabName),
    /// Show the cluster, the lab, its namespaces, and what was done.
    #[command(after_help = EXIT_CODES)]
    Status,
    /// Check whether this machine can run labs.
    #[command(after_help = EXIT_CODES)]
    Doctor(DoctorArgs),
    /// Check a course: its files, and with --live every state that its labs can get into, on a cluster.
    #[command(after_help = EXIT_CODES)]
    Lint(LintArgs),
    /// Write a lab to begin with: it lints, and it proves.
    #[command(after_help = EXIT_CODES)]
    New(NewArgs),
    /// End the labs: delete their namespaces, and the clusters that were made for them.
    #[command(after_help = EXIT_CODES)]
    Down,
}

/// Which lab.
#[derive(Debug, Args)]
pub struct LabName {
    /// The lab, by name or number. Default: the one that you are in.
    pub lab: Option<String>,
}

/// Arguments of `tightship lab list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// As a page for instructors.
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `tightship lab start`.
#[derive(Debug, Args)]
pub struct StartArgs {
    /// The lab, by name or number; `next` is the first that is not passed.
    #[arg(default_value = "next")]
    pub lab: String,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Which cluster labs run on.
#[derive(Debug, Args)]
pub struct ClusterArgs {
    /// The node image of kind, for a cluster that is made.
    #[arg(long, value_name = "IMAGE", env = "TIGHTSHIP_NODE_IMAGE", hide_env_values = true)]
    pub image: Option<String>,
    /// Use the cluster of this context of your kubeconfig instead of making one. The context itself stays as it is.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Use the cluster even if kind did not make it. Labs make a cluster insecure: never on a cluster that others need.
    #[arg(long, requires = "context")]
    pub yes_this_cluster: bool,
}

/// Arguments of `tightship lab verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The lab.
    #[command(flatten)]
    pub lab: LabName,
    /// Only this task, by name or number.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `tightship lab hint`.
#[derive(Debug, Args)]
pub struct HintArgs {
    /// The lab.
    #[command(flatten)]
    pub lab: LabName,
    /// The task, by name or number. Default: the first that is not done.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
}

/// Arguments of `tightship lab solution`.
#[derive(Debug, Args)]
pub struct SolutionArgs {
    /// The lab.
    #[command(flatten)]
    pub lab: LabName,
    /// Which solution, if there are several.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub number: usize,
    /// Apply it to the cluster.
    #[arg(long)]
    pub apply: bool,
}

/// Arguments of `tightship lab doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The node image of kind.
    #[arg(long, value_name = "IMAGE", env = "TIGHTSHIP_NODE_IMAGE", hide_env_values = true)]
    pub image: Option<String>,
}

/// Arguments of `tightship lab new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The lab's id, such as `host-ports`; its folder gets the next number of the course before it. The course is the folder
    /// of --course, or the current one.
    pub id: String,
}

/// Arguments of `tightship lab lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// The labs, by name or number. Default: all.
    pub labs: Vec<String>,
    /// Also on a cluster: starts fail, solutions pass, traps fail what they declare, reset begins anew.
    // 1 is what everybody sets, and not a word that clap takes for a yes by itself
    #[arg(long, env = "TIGHTSHIP_LIVE", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub live: bool,
    /// Only the state of this name, on a cluster: `start`, `reset`, or the folder of a solution or a trap.
    #[arg(long, value_name = "NAME", conflicts_with = "mutate")]
    pub state: Option<String>,
    /// Make wrong answers from each solution, on a cluster, and list those that no check fails.
    #[arg(long)]
    pub mutate: bool,
    /// With --mutate, only so many wrong answers in all: the same ones in every run.
    #[arg(long, value_name = "COUNT", requires = "mutate")]
    pub sample: Option<usize>,
    /// How many states are proved at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}
