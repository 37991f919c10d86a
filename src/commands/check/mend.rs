//! `--fix` and `--diff`.

use super::super::output;
use crate::check::fix::{self, Fixed};
use crate::check::{Input, Options, Outcome, Text};
use crate::rules::Safety;

/// Writes what can be mended, or shows it; gives the number of findings mended.
pub(super) fn mend(
    inputs: &[Input],
    outcome: &Outcome,
    options: &Options,
    safety: Safety,
    only_show: bool,
) -> anyhow::Result<usize> {
    let fixed = fix::fix(inputs, outcome, options, safety);
    let mut files = 0;
    for fixed in &fixed {
        let Some(input) = inputs.get(fixed.file.0 as usize) else { continue };
        match &input.text {
            _ if only_show => output::print(&difference(input, fixed))?,
            Text::File(path) => output::replace(path, fixed.after.as_bytes())?,
            // what came in by a pipe goes out by one
            Text::Here(_) => output::print(&fixed.after)?,
            // nothing of it is mended
            Text::Made { .. } | Text::Failed { .. } => continue,
        }
        files += 1;
    }
    let count: usize = fixed.iter().map(|fixed| fixed.count).sum();
    let verb = if only_show { "would be mended" } else { "mended" };
    if count > 0 {
        output::say(&format!("{} {verb} in {}", output::count(count, "finding"), output::count(files, "file")))?;
    }
    Ok(count)
}

fn difference(input: &Input, fixed: &Fixed) -> String {
    output::unified(&format!("a/{}", input.name), &format!("b/{}", input.name), &fixed.before, &fixed.after)
}
