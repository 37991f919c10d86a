//! `tightship workshop down`.

use std::time::Duration;

use camino::Utf8Path;

use super::site::{opened, say};
use crate::cli::workshop::DownArgs;
use crate::cluster::Progress as _;
use crate::commands::progress::Steps;
use crate::commands::{FINDINGS, OK, interrupt, output};
use crate::workshop::{codes, down};

pub(super) fn run(dir: &Utf8Path, args: &DownArgs) -> anyhow::Result<u8> {
    let (mut workshop, site) = opened(dir)?;
    let blockers = down::blockers(&site.client)?;
    if !blockers.is_empty() {
        say(&format!("no namespace of this cluster can be deleted while this is so:\n  {}", blockers.join("\n  ")))?;
        if !args.anyway {
            say("nothing was deleted; --anyway begins all the same")?;
            return Ok(FINDINGS);
        }
    }
    // halfway through, the next one would find what is left
    interrupt::writing();
    let mut steps = Steps::new();
    let left = down::down(&site.client, &workshop, Duration::from_secs(args.seconds), &mut |step| steps.step(step));
    if left.is_err() {
        steps.fail();
    }
    let seconds = steps.finish();
    let left = left?;
    codes::forget(dir);
    if !left.is_empty() {
        let lines = left.join("\n  ");
        output::error_lines(&format!(
            "still there after {} s:\n  {lines}\n`workshop down` again goes on",
            seconds.as_secs()
        ))?;
        return Ok(FINDINGS);
    }
    for attendee in &mut workshop.attendees {
        attendee.code_hash = None;
    }
    (workshop.uid, workshop.context) = (String::new(), String::new());
    workshop.save(dir)?;
    say(&format!("nothing of the workshop is left on the cluster, after {} s; {dir} stays", seconds.as_secs()))?;
    Ok(OK)
}
