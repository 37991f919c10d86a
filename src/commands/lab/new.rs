//! `tightship lab new`.

use camino::Utf8Path;

use super::consent;
use super::context::say;
use crate::cli::lab::NewArgs;
use crate::commands::OK;
use crate::lab::new_lab;

/// Writes a lab into the course of this folder.
pub(super) fn run(course: Option<&Utf8Path>, args: &NewArgs) -> anyhow::Result<u8> {
    let course = course.unwrap_or_else(|| Utf8Path::new("."));
    let is_own = consent::is_own(course);
    let folder = new_lab::write(course, &args.id)?;
    if is_own {
        consent::agree_to_own(course);
    }
    say(&format!("wrote {folder}"))?;
    say(&format!("  tightship lab --course {course} lint {} says what is wrong with it", args.id))?;
    say(&format!("  tightship lab --course {course} lint {} --live --mutate proves it on a cluster", args.id))?;
    Ok(OK)
}
