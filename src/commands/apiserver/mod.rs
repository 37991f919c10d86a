//! `tightship apiserver`.

mod adopt;
mod stage;
mod verify;

use std::fmt::Write as _;

use super::{OK, output};
use crate::apiserver::catalogue::{Flag, catalogue};
use crate::apiserver::explain;
use crate::cli::apiserver::{ApiServerCommand, ExplainArgs, FlagsArgs};
use crate::diagnostic::style::{FAINT, styled};

/// Runs one of its commands.
pub(super) fn run(command: &ApiServerCommand) -> anyhow::Result<u8> {
    match command {
        ApiServerCommand::Explain(args) => explain(args),
        ApiServerCommand::Flags(args) => flags(args),
        ApiServerCommand::Adopt(args) => adopt::run(args),
        ApiServerCommand::Stage(args) => stage::run(args),
        ApiServerCommand::VerifyStage(args) => verify::run(args),
    }
}

fn explain(args: &ExplainArgs) -> anyhow::Result<u8> {
    let text = match args.name.as_deref() {
        Some(name) => explain::explain(name, args.kubernetes, args.component)?,
        None => explain::explain_slides(args.kubernetes),
    };
    output::show(&text)?;
    Ok(OK)
}

fn flags(args: &FlagsArgs) -> anyhow::Result<u8> {
    let mut text = String::new();
    for flag in catalogue().flags(args.component, args.kubernetes) {
        let _ = writeln!(text, "{}", line(flag).trim_end());
    }
    output::show(&text)?;
    Ok(OK)
}

/// Name, type, and default or why not to use it, in 80 columns.
fn line(flag: &Flag) -> String {
    let name = if flag.is_field() { flag.name.to_owned() } else { format!("--{}", flag.name) };
    let default = short(flag.default.unwrap_or_default(), 20);
    let state = if flag.deprecated.is_some() { styled(FAINT, "deprecated") } else { default };
    format!("{name:<46} {:<12} {state}", short(flag.ty.word(), 12))
}

/// The text, or its beginning with an ellipsis.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => format!("{}…", text.chars().take(most - 1).collect::<String>()),
        None => text.to_owned(),
    }
}
