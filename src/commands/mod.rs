//! One file per subcommand. They wire the modules together and decide the exit code.

mod add;
mod apiserver;
mod busy;
mod check;
mod cluster;
mod completions;
mod conversation;
mod doctor;
mod drift;
mod exit;
mod explain;
mod graph;
mod interrupt;
#[cfg(feature = "cluster")]
mod lab;
mod man;
mod new;
mod next_step;
mod output;
mod policy;
mod progress;
mod reference;
mod render;
mod rules;
mod schema;
mod start;
mod trail;
#[cfg(feature = "cluster")]
mod workshop;
mod written;

use std::io;

use crate::cli::apiserver::ApiServerCommand;
use crate::cli::{Cli, Command};
use crate::cluster::ClusterError;
use crate::render::writer::WriteError;
use exit::{DRIFT, FINDINGS, NOTHING, OK, Shown, UNUSABLE};

/// Shows help, the version, or what is wrong with the arguments, and gives the exit code.
pub fn refuse(answer: &clap::Error) -> u8 {
    // an argument may be the name of a file that somebody else chose; who cannot be told is told by the exit code
    let _ = output::answer(&answer.render().ansi().to_string(), answer.use_stderr());
    if answer.use_stderr() { UNUSABLE } else { OK }
}

/// Runs a command and gives its exit code.
pub fn run(cli: Cli) -> u8 {
    let Some(command) = cli.command else { return code(start::run(), false) };
    // what these run is not in the terminal's group, and must not outlive an interrupt
    if runs_programs(&command) {
        interrupt::install();
    }
    let tells_of_programs = matches!(command, Command::Cluster(_)) || is_lab(&command);
    let result = match command {
        Command::New(args) => new::run(&args),
        Command::Add(command) => match add::first(&command) {
            Ok(Some(args)) => new::run(&args),
            Ok(None) => add::run(&command),
            Err(error) => Err(error),
        },
        Command::Render(args) => render::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::AuditTrail(args) => trail::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::ApiServer(command) => apiserver::run(&command),
        Command::Cluster(command) => cluster::run(&command),
        #[cfg(feature = "cluster")]
        Command::Lab(args) => lab::run(&args),
        #[cfg(feature = "cluster")]
        Command::Workshop(args) => workshop::run(&args),
        Command::Policy(command) => policy::run(&command),
        Command::Schema { of, out } => schema::run(of, out.as_deref()),
        Command::Doctor => doctor::run(),
        Command::Completions { shell } => completions::run(shell),
        Command::Reference { out } => reference::run(&out),
        Command::Man { out } => man::run(out.as_deref()),
    };
    code(result, tells_of_programs)
}

/// The exit code of a command, after what went wrong was said.
fn code(result: anyhow::Result<u8>, tells_of_programs: bool) -> u8 {
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => OK,
        Err(error) if error.is::<Shown>() => UNUSABLE,
        Err(error) if is_interrupted(&error) => interrupt::CODE,
        Err(error) => {
            // the last resort if even this cannot be written is the exit code
            let text = format!("{error:#}{}", next_step::after(&error));
            let _ = if tells_of_programs { output::error_lines(&text) } else { output::error(&text) };
            UNUSABLE
        }
    }
}

/// Whether other programs may be run for a command.
fn runs_programs(command: &Command) -> bool {
    match command {
        Command::Check(_)
        | Command::Graph(_)
        | Command::AuditTrail(_)
        | Command::Cluster(_)
        | Command::Doctor
        | Command::ApiServer(ApiServerCommand::Adopt(_) | ApiServerCommand::VerifyStage(_)) => true,
        Command::New(args) => args.from_cluster.is_some(),
        command => is_lab(command),
    }
}

fn is_lab(command: &Command) -> bool {
    match command {
        #[cfg(feature = "cluster")]
        Command::Lab(_) | Command::Workshop(_) => true,
        _ => false,
    }
}

/// The user stopped it.
fn is_interrupted(error: &anyhow::Error) -> bool {
    let cluster = error.downcast_ref::<ClusterError>();
    matches!(error.downcast_ref(), Some(WriteError::Interrupted)) || cluster.is_some_and(ClusterError::is_interrupt)
}

/// Whoever reads the output has enough of it.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}
