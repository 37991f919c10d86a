//! The command line: types and help texts only. Completions and man pages come from them.

pub mod add;
pub mod apiserver;
mod check;
pub mod cluster;
pub mod examples;
mod given;
mod graph;
#[cfg(feature = "cluster")]
pub mod lab;
pub mod policy;
#[cfg(feature = "cluster")]
pub mod room;
mod rules;
mod trail;
#[cfg(feature = "cluster")]
pub mod workshop;

pub use check::{BenchmarkName, CheckArgs, MadeArgs};
pub use given::Given;
pub use graph::{GraphArgs, GraphOf};
pub use rules::{ExplainArgs, RulesArgs, RulesFormat};
pub use trail::{TrailArgs, TrailFormat};

use std::sync::LazyLock;

use camino::Utf8PathBuf;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::k8s::version::Version;
use crate::spec::app::Layout;
use given::EXIT_CODES;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// The version, the commit where the build knows it, and the releases that it is about.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("TIGHTSHIP_COMMIT").filter(|commit| !commit.is_empty());
    let commit = commit.map_or_else(String::new, |commit| format!("\ncommit {commit}"));
    format!("{}{commit}\nKubernetes {} to {}", env!("CARGO_PKG_VERSION"), Version::OLDEST, Version::NEWEST)
});

/// Checks Kubernetes manifests, writes hardened ones from a short spec, and teaches why.
#[derive(Debug, Parser)]
#[command(name = "tightship", version, long_version = LONG_VERSION.as_str(), styles = STYLES, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// What to do. Default: say what can be done in this folder.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Reads the arguments of the program.
    pub fn read() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command().try_get_matches()?)
    }
}

/// The command line with examples, and with a short help that fits on a screen: `--help` has the rest.
pub fn command() -> clap::Command {
    let root = with_help(<Cli as CommandFactory>::command(), "");
    match plugin_name() {
        Some(name) => root.bin_name(name),
        None => root,
    }
}

/// What kubectl calls it, where it is kubectl's plugin.
fn plugin_name() -> Option<&'static str> {
    let program = std::env::args_os().next()?;
    let name = std::path::Path::new(&program).file_stem()?.to_str()?;
    name.starts_with("kubectl-").then_some("kubectl tightship")
}

/// Options that the short help of a command has, where it leaves others out.
const SHORT: [(&str, &[&str]); 5] = [
    (
        "check",
        &[
            "paths",
            "live",
            "namespace",
            "select",
            "ignore",
            "kubernetes",
            "fix",
            "diff",
            "baseline",
            "update_baseline",
            "fail_on",
            "format",
            "output",
            "level",
        ],
    ),
    ("add space", &["space", "file", "level", "kubernetes", "platform", "team", "quota"]),
    (
        "add app",
        &["app", "space", "file", "yes", "full", "name", "image", "port", "level", "from", "to", "secrets", "size"],
    ),
    (
        "add job",
        &["app", "space", "file", "yes", "full", "name", "image", "schedule", "level", "to", "secrets", "size"],
    ),
    ("new", &["dir", "yes", "full", "answers", "goal", "name", "image", "port", "level", "kubernetes", "target"]),
];

fn with_help(mut command: clap::Command, path: &str) -> clap::Command {
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in names {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |inner| with_help(inner, &below));
    }
    let codes = command.get_after_help().map(ToString::to_string);
    if let Some((_, shown)) = SHORT.iter().find(|(of, _)| *of == path) {
        let hidden: Vec<clap::Id> = command
            .get_arguments()
            .map(|arg| arg.get_id().clone())
            .filter(|id| !shown.contains(&id.as_str()))
            .collect();
        for id in hidden {
            command = command.mut_arg(id, |arg| arg.hide_short_help(true));
        }
        let more = "`--help` has all options, and examples.";
        command = command.after_help(codes.as_ref().map_or(more.to_owned(), |codes| format!("{codes}\n{more}")));
    }
    let Some(examples) = examples::of(path) else { return command };
    let text = codes.map_or(examples.clone(), |codes| format!("{examples}\n\n{codes}"));
    command.after_long_help(text)
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The spec, and the configuration of the check.
    Spec,
    /// The `lab.yaml` of a lab.
    #[cfg(feature = "cluster")]
    Lab,
}

impl Color {
    /// Makes this the choice for everything that is printed.
    pub fn write_global(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask a few questions, or take the answers from flags, and write a spec and its manifests.
    New(Box<NewArgs>),
    /// Add an app, a job, a space, an environment or a route to a spec, and write its manifests.
    #[command(subcommand)]
    Add(add::AddCommand),
    /// Write the manifests of a spec.
    Render(RenderArgs),
    /// Check manifests: what the API server would refuse, and what it should.
    Check(Box<CheckArgs>),
    /// Draw who reaches whom, or who may do what, as the manifests say.
    Graph(Box<GraphArgs>),
    /// Tell from the history of a repository what was weakened, by whom, when, why and until when.
    AuditTrail(TrailArgs),
    /// List the rules.
    Rules(RulesArgs),
    /// Explain a rule, a kind, a field (its type, where it belongs, the rules that speak of it), or a flag of the control plane.
    Explain(ExplainArgs),
    /// Explain and list what the programs of the control plane take.
    #[command(name = "apiserver", subcommand)]
    ApiServer(apiserver::ApiServerCommand),
    /// Make, look at and delete kind clusters on this machine, hardened or not.
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// Learn on a live cluster: labs with a flaw, an attack that works, and a task, verified by trying the attack again.
    #[cfg(feature = "cluster")]
    Lab(lab::LabArgs),
    /// Give a workshop: many attendees with their labs on one cluster, each in namespaces of their own.
    #[cfg(feature = "cluster")]
    Workshop(workshop::WorkshopArgs),
    /// Make policies of rules, which the API server itself then holds everybody to.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Print the JSON Schema of the files that people write for tightship.
    Schema {
        /// Of which.
        #[arg(value_enum, default_value_t = SchemaOf::Spec, value_name = "WHAT")]
        of: SchemaOf,
        /// Write it to this file instead.
        #[arg(long, value_name = "FILE")]
        out: Option<Utf8PathBuf>,
    },
    /// Show which programs this machine has that tightship can use, with their versions.
    Doctor,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command into a folder.
    Man {
        /// The folder to write to.
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
    },
    /// Write the part of tightship's own documentation that comes from the program.
    #[command(hide = true)]
    Reference {
        /// The folder of the documentation.
        #[arg(long, value_name = "DIR", default_value = "docs")]
        out: Utf8PathBuf,
    },
}

/// Arguments of `tightship render`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct RenderArgs {
    /// The spec; `-` is standard input.
    #[arg(short, long, value_name = "FILE", default_value = "tightship.yaml", env = "TIGHTSHIP_FILE")]
    pub file: Utf8PathBuf,
    /// The folder to write to. Default: the one that the spec is in.
    #[arg(long, value_name = "DIR")]
    pub out: Option<Utf8PathBuf>,
    /// Write nothing; exit 1 and name the files if they are not as the spec says.
    #[arg(long, conflicts_with = "stdout")]
    pub check: bool,
    /// Write nothing; show what would change, and exit 1 if anything would.
    #[arg(long, conflicts_with = "stdout")]
    pub diff: bool,
    /// Write nothing; print all manifests as one stream, for `kubectl apply -f -`.
    #[arg(long)]
    pub stdout: bool,
    /// How the files are arranged, whatever the spec says.
    #[arg(long, value_parser = layout, value_name = "LAYOUT")]
    pub layout: Option<Layout>,
    /// Write nothing; print the commands that delete what the files have now and the spec has no more.
    #[arg(long, conflicts_with_all = ["check", "diff", "stdout", "force"])]
    pub prune_list: bool,
    /// The environment, for the plain layout and --stdout.
    #[arg(long = "env", value_name = "NAME")]
    pub environment: Option<String>,
    /// Leave out the comments that explain the hardening.
    #[arg(long)]
    pub no_comments: bool,
    /// Overwrite files that were edited by hand.
    #[arg(long, conflicts_with_all = ["check", "diff", "stdout"])]
    pub force: bool,
}

fn layout(word: &str) -> Result<Layout, String> {
    Layout::from_word(word).ok_or_else(|| format!("expected one of {}", Layout::WORDS.join(", ")))
}

/// Arguments of `tightship new`. Every question of the wizard has a flag, an environment variable, and a key in the answers
/// file.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct NewArgs {
    /// The folder to make; one named `apiserver` gets a control plane. Default: the current one.
    pub dir: Option<Utf8PathBuf>,
    /// Take the default of every question that no flag answers, and ask nothing.
    #[arg(short, long)]
    pub yes: bool,
    /// Ask every question, not only the seven that matter most.
    #[arg(long, conflicts_with = "yes")]
    pub full: bool,
    /// Take the release of the cluster that kubectl talks to, or of the one of this context.
    #[arg(long, value_name = "CONTEXT", num_args = 0..=1, default_missing_value = "", require_equals = true, conflicts_with = "kubernetes")]
    pub from_cluster: Option<String>,
    /// A YAML file with answers; its keys are the names of the flags.
    #[arg(long, value_name = "FILE", env = "TIGHTSHIP_ANSWERS")]
    pub answers: Option<Utf8PathBuf>,
    /// The answers.
    #[command(flatten)]
    pub given: Given,
}
