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
    /// Seat everybody of a roster on a cluster: namespaces, an account, the labs as they begin, and a code each. What is there
    /// stays, so that it can be said again for late comers.
    #[command(after_help = EXIT_CODES)]
    Up(UpArgs),
    /// Show the seats: who has joined, and what the others have to type.
    #[command(after_help = EXIT_CODES)]
    Seats,
    /// Hand out another code to an attendee. The one before opens nothing any more; who has joined goes on.
    #[command(after_help = EXIT_CODES)]
    Issue(IssueArgs),
    /// End the codes and the tokens of an attendee, also those of accounts that they have made.
    #[command(after_help = EXIT_CODES)]
    Revoke(SeatName),
    /// Verify a lab of an attendee from outside, with your rights, in their namespaces.
    #[command(after_help = EXIT_CODES)]
    Verify(AttemptArgs),
    /// Begin a lab of an attendee anew: what they have in its namespaces is deleted.
    #[command(after_help = EXIT_CODES)]
    Reset(ResetArgs),
    /// Join a workshop as an attendee, with what is on the card: the labs come into this folder. Without a card, look again.
    #[command(after_help = EXIT_CODES)]
    Join(JoinArgs),
    /// The room.
    #[command(flatten)]
    Room(super::room::RoomCommand),
    /// Delete everything of the workshop from the cluster, and list what is left.
    #[command(after_help = EXIT_CODES)]
    Down(DownArgs),
}

/// Arguments of `tightship workshop up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// A line for each attendee: a pseudonym and, behind a comma, who it is. Who is behind a pseudonym stays in the folder.
    #[arg(long, value_name = "FILE")]
    pub roster: Utf8PathBuf,
    /// The context of your kubeconfig; the first time it has to be named.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Use the cluster even if kind did not make it.
    #[arg(long, requires = "context")]
    pub yes_this_cluster: bool,
    /// The labs, by name or number, with commas between them; more can be added later.
    #[arg(long, value_name = "LABS", value_delimiter = ',', num_args = 1..)]
    pub labs: Vec<String>,
    /// The URL of the API server as attendees reach it. Default: as the context says.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// What the workshop is called.
    #[arg(long, value_name = "TEXT", default_value = "Workshop")]
    pub title: String,
    /// For how many hours codes and tokens are good.
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=72))]
    pub hours: u64,
}

/// Which attendee.
#[derive(Debug, Args)]
pub struct SeatName {
    /// The pseudonym.
    pub name: String,
}

/// Arguments of `tightship workshop verify`.
#[derive(Debug, Args)]
pub struct AttemptArgs {
    /// The pseudonym.
    pub name: String,
    /// The lab, by name or number.
    pub lab: String,
    /// As JSON, as `lab verify` has it.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `tightship workshop reset`.
#[derive(Debug, Args)]
pub struct ResetArgs {
    /// The pseudonym.
    pub name: String,
    /// The lab, by name or number.
    pub lab: String,
}

/// Arguments of `tightship workshop issue`.
#[derive(Debug, Args)]
pub struct IssueArgs {
    /// The pseudonym.
    pub name: String,
    /// For how many hours the code and the token are good.
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=72))]
    pub hours: u64,
}

/// Arguments of `tightship workshop join`.
#[derive(Debug, Args)]
pub struct JoinArgs {
    /// The URL of the API server.
    pub server: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The kubeconfig that the instructor has handed out, where there are no codes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["server", "code"])]
    pub kubeconfig: Option<Utf8PathBuf>,
    /// The working folder. Default: the current one.
    #[arg(long, value_name = "DIR")]
    pub into: Option<Utf8PathBuf>,
}

/// Arguments of `tightship workshop down`.
#[derive(Debug, Args)]
pub struct DownArgs {
    /// Begin even if something keeps namespaces from being deleted.
    #[arg(long)]
    pub anyway: bool,
    /// How long is waited for namespaces to be gone.
    #[arg(long, value_name = "COUNT", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub seconds: u64,
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
