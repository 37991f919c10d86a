//! The arguments of `tightship workshop`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

const EXIT_CODES: &str = "Exit codes: 0 done, 1 it does not fit or something is left, 2 wrong usage, 3 the cluster does not answer, 130 interrupted.";

/// Arguments of `tightship workshop`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct WorkshopArgs {
    /// The folder of the workshop. What is in it says who is behind which pseudonym: it is for nobody else.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "TIGHTSHIP_WORKSHOP",
        hide_env_values = true,
        default_value = "workshop"
    )]
    pub dir: Utf8PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: WorkshopCommand,
}

/// What to do with workshops.
#[derive(Debug, Subcommand)]
pub enum WorkshopCommand {
    /// Say what a workshop takes of a cluster, and whether it fits.
    #[command(after_help = EXIT_CODES)]
    Plan(PlanArgs),
}

/// Arguments of `tightship workshop plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// How many come.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=500))]
    pub attendees: u64,
    /// The labs, by name or number, with commas between them.
    #[arg(long, value_name = "LABS", value_delimiter = ',', required = true, num_args = 1..)]
    pub labs: Vec<String>,
    /// Look at the nodes of the cluster of this context of your kubeconfig. Default: a kind cluster that is yet to be made.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["nodes", "memory"])]
    pub context: Option<String>,
    /// The nodes of the kind cluster.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub nodes: u64,
    /// The memory of the machine that kind is on.
    #[arg(long, value_name = "AMOUNT", default_value = "8Gi")]
    pub memory: String,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}
