//! `tightship apiserver stage`: the files of one stage.

use std::fmt::Write as _;

use super::super::{OK, output, render};
use crate::cli::apiserver::StageArgs;
use crate::generate::baseline::Baseline;
use crate::generate::{self, Options, stage};
use crate::render::writer;

pub(super) fn run(args: &StageArgs) -> anyhow::Result<u8> {
    let source = render::read(&args.file)?;
    let specs = render::load(&source)?;
    anyhow::ensure!(!specs.api_servers.is_empty(), "{} has no ApiServer", source.name());
    let Some(number) = args.number else {
        let mut text = String::new();
        for server in &specs.api_servers {
            // writing to a string cannot fail
            let _ = writeln!(text, "{}", server.name.as_str());
            for (at, stage) in stage::all(&Baseline::new(server)).iter().enumerate() {
                let _ = writeln!(text, "  {}  {:<21} {}", at + 1, stage.name(), stage.summary());
            }
        }
        output::show(&text)?;
        return Ok(OK);
    };
    let options = Options { spec: source.name(), layout: None, comments: None, environment: None };
    let plan = generate::staged(&specs, options, number)?;
    let root = render::folder(&args.file, args.out.as_deref())?;
    let mut comparison = writer::compare(&root, &plan, &source, args.force)?;
    if args.force {
        comparison.force();
    }
    render::write(&comparison)?;
    render::report(&root, &comparison)
}
