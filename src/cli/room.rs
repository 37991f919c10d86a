//! The arguments of what `tightship workshop` has for the room: the board, the controls, what is printed.

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

const EXIT_CODES: &str = "Exit codes: 0 done, 2 wrong usage or nothing to do, 3 nothing to report or the cluster does not answer, 130 interrupted.";

/// What to do with the room.
#[derive(Debug, Subcommand)]
pub enum RoomCommand {
    /// Open a lab for everybody, with a time box.
    #[command(after_help = EXIT_CODES)]
    Open(OpenArgs),
    /// Close the lab that is open.
    #[command(after_help = EXIT_CODES)]
    Close(CloseArgs),
    /// Give the room more time.
    #[command(after_help = EXIT_CODES)]
    Extend(ExtendArgs),
    /// Give the next hint, to one attendee or to all.
    #[command(after_help = EXIT_CODES)]
    Hint(HintArgs),
    /// Let the projector stand still; what attendees do counts as before.
    #[command(after_help = EXIT_CODES)]
    Freeze(FreezeArgs),
    /// Show a line to everybody.
    #[command(after_help = EXIT_CODES)]
    Banner(BannerArgs),
    /// Raise the hand of an attendee who asks for help, or take it down.
    #[command(after_help = EXIT_CODES)]
    HandUp(HandArgs),
    /// Show the room in a browser, for the projector and for the instructor, and verify everybody's lab meanwhile.
    #[command(after_help = EXIT_CODES)]
    Board(BoardArgs),
    /// Verify everybody's lab from outside, those first who changed something, without a board.
    #[command(after_help = EXIT_CODES)]
    Watch(PaceArgs),
    /// Write the cards to hand out: ten on a sheet of A4, for those who have not joined yet.
    #[command(after_help = EXIT_CODES)]
    Cards(CardsArgs),
    /// Write each lab's page and debrief as slides, to show or to print.
    #[command(after_help = EXIT_CODES)]
    Slides(SlidesArgs),
    /// Say what came of it: who passed what, how long it took, what to explain better.
    #[command(after_help = EXIT_CODES)]
    Report(ReportArgs),
}

/// Whether to ask before something is done.
#[derive(Debug, Args)]
pub struct Sure {
    /// Do it without asking.
    #[arg(short, long)]
    pub yes: bool,
}

/// Arguments of `tightship workshop board`.
#[derive(Debug, Args)]
pub struct BoardArgs {
    /// Where it is served. The projector's view is then for whoever reaches this address; the instructor's is answered on this
    /// machine only.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7443")]
    pub listen: SocketAddr,
    /// Serve only what `workshop watch` finds out elsewhere.
    #[arg(long)]
    pub no_watch: bool,
    /// How hard the cluster is asked.
    #[command(flatten)]
    pub pace: PaceArgs,
    /// Write the board as it is now to this file, and end; `-` is standard output.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv", "listen"])]
    pub html: Option<Utf8PathBuf>,
    /// Print the board as it is now as JSON, and end.
    #[arg(long, conflicts_with_all = ["csv", "listen"])]
    pub json: bool,
    /// Print a line for each attendee as CSV, as the instructor sees them, and end.
    #[arg(long, conflicts_with = "listen")]
    pub csv: bool,
    /// Whose view --html and --json have.
    #[arg(long, value_enum, default_value_t = ViewWord::Projector, value_name = "WHO")]
    pub view: ViewWord,
}

/// Who looks at the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ViewWord {
    /// Everybody in the room: without the name of anybody who is not done.
    Projector,
    /// The instructor: who needs help, and all names.
    Instructor,
}

/// How hard the verifier asks the cluster.
#[derive(Debug, Clone, Args)]
pub struct PaceArgs {
    /// How many labs are verified at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub hands: u8,
    /// How often everybody is verified who has changed nothing, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(10..=3600))]
    pub sweep: u32,
}

/// Arguments of `tightship workshop open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The lab, by name or number.
    pub lab: String,
    /// For how many minutes. Default: as the lab says.
    #[arg(long, value_name = "MINUTES")]
    pub minutes: Option<u32>,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The lab, by name or number. Default: the one that is open.
    pub lab: Option<String>,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop extend`.
#[derive(Debug, Args)]
pub struct ExtendArgs {
    /// By how many minutes.
    pub minutes: u32,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop hint`.
#[derive(Debug, Args)]
pub struct HintArgs {
    /// For whom it is.
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    pub name: Option<String>,
    /// For everybody: it is shown on the projector.
    #[arg(long)]
    pub all: bool,
    /// The task, by name. Default: the one that they are at, or where most are.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop freeze`.
#[derive(Debug, Args)]
pub struct FreezeArgs {
    /// Let it go on.
    #[arg(long)]
    pub off: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop banner`.
#[derive(Debug, Args)]
pub struct BannerArgs {
    /// At most 128 characters. Default: take it away.
    pub text: Option<String>,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop hand-up`.
#[derive(Debug, Args)]
pub struct HandArgs {
    /// Whose.
    pub name: String,
    /// They were helped: take it down.
    #[arg(long)]
    pub down: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub sure: Sure,
}

/// Arguments of `tightship workshop cards`.
#[derive(Debug, Args)]
pub struct CardsArgs {
    /// Only for these, by pseudonym.
    pub names: Vec<String>,
    /// A line at the foot of each card, such as the name of the network.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
    /// Write them to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// Arguments of `tightship workshop slides`.
#[derive(Debug, Args)]
pub struct SlidesArgs {
    /// The labs, by name or number. Default: those of the workshop.
    pub labs: Vec<String>,
    /// What is shown of each.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS", default_values_t = [PartWord::Page, PartWord::Debrief])]
    pub parts: Vec<PartWord>,
    /// Write them to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// What slides show of a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartWord {
    /// The page that attendees have.
    Page,
    /// What happened and why: it contains the solution.
    Debrief,
}

/// Arguments of `tightship workshop report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// How it is written.
    #[arg(long, value_enum, default_value_t = ReportFormat::Markdown, value_name = "FORMAT")]
    pub format: ReportFormat,
    /// With the pseudonyms, and what each passed.
    #[arg(long)]
    pub names: bool,
    /// Write it to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people and repositories.
    Markdown,
    /// A page to look at or print.
    Html,
    /// For programs.
    Json,
}
