//! The arguments of `tightship add`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::given::{EXIT_CODES, Given};

/// What is added to a spec.
#[derive(Debug, Subcommand)]
pub enum AddCommand {
    /// Add an app, and let in and out what it is to talk to.
    #[command(after_help = EXIT_CODES)]
    App(Box<AddAppArgs>),
    /// Add an app that runs to its end: a job, or with --schedule a cronjob.
    #[command(after_help = EXIT_CODES)]
    Job(Box<AddAppArgs>),
    /// Add a space: a namespace with its guard rails.
    #[command(after_help = EXIT_CODES)]
    Space(Box<AddSpaceArgs>),
    /// Add an environment to apps, to fill in what differs there.
    #[command(after_help = EXIT_CODES)]
    Environment(AddEnvironmentArgs),
    /// Add a route from the outside world to an app.
    #[command(after_help = EXIT_CODES)]
    Route(AddRouteArgs),
    /// Add a pipeline that renders, checks and compares, and a configuration of Renovate: yours from then on.
    #[command(after_help = EXIT_CODES)]
    Ci(AddCiArgs),
}

/// The spec that is added to.
#[derive(Debug, Clone, Args)]
pub struct SpecFile {
    /// The spec; it is made if it is not there.
    #[arg(short, long, value_name = "FILE", default_value = "tightship.yaml", env = "TIGHTSHIP_FILE")]
    pub file: Utf8PathBuf,
}

/// Arguments of `tightship add app` and `tightship add job`.
#[derive(Debug, Args)]
pub struct AddAppArgs {
    /// The name of the app.
    #[arg(value_name = "NAME")]
    pub app: Option<String>,
    /// The space that it is in. Default: that of the spec, if it has one.
    #[arg(long, value_name = "SPACE")]
    pub space: Option<String>,
    #[command(flatten)]
    pub spec: SpecFile,
    /// Take the default of every question that no flag answers, and ask nothing.
    #[arg(short, long)]
    pub yes: bool,
    /// Ask every question, not only those that matter most.
    #[arg(long, conflicts_with = "yes")]
    pub full: bool,
    /// A YAML file with answers; its keys are the names of the flags.
    #[arg(long, value_name = "FILE", env = "TIGHTSHIP_ANSWERS")]
    pub answers: Option<Utf8PathBuf>,
    /// The answers.
    #[command(flatten)]
    pub given: Given,
}

/// Arguments of `tightship add space`.
#[derive(Debug, Args)]
pub struct AddSpaceArgs {
    /// The name of the space.
    #[arg(value_name = "NAME")]
    pub space: String,
    #[command(flatten)]
    pub spec: SpecFile,
    /// The answers: level, kubernetes, platform, team, quota, layout.
    #[command(flatten)]
    pub given: Given,
}

/// Arguments of `tightship add environment`.
#[derive(Debug, Args)]
pub struct AddEnvironmentArgs {
    /// The name of the environment.
    #[arg(value_name = "NAME")]
    pub environment: String,
    /// Only this app, as `app` or `space/app`. Default: all apps of the spec.
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    #[command(flatten)]
    pub spec: SpecFile,
}

/// Arguments of `tightship add route`.
#[derive(Debug, Args)]
pub struct AddRouteArgs {
    /// The host name.
    #[arg(value_name = "HOST")]
    pub host: String,
    /// The Gateway that takes the requests, as namespace/name.
    #[arg(long, value_name = "NS/NAME")]
    pub gateway: String,
    /// The app, as `app` or `space/app`. Default: that of the spec, if it has one.
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    #[command(flatten)]
    pub spec: SpecFile,
}

/// Arguments of `tightship add ci`.
#[derive(Debug, Args)]
pub struct AddCiArgs {
    /// Where the pipeline runs.
    #[arg(value_name = "SYSTEM", value_parser = ["github", "gitlab"])]
    pub system: String,
    #[command(flatten)]
    pub spec: SpecFile,
}
