//! `--fix` and `--diff`.

use anyhow::Context as _;

use super::super::busy::Busy;
use super::super::output;
use crate::check::fix::{self, Fixed};
use crate::check::{self, Input, Options, Outcome, Text};
use crate::diagnostic::{Diagnostic, Safety};

/// The files with their fixes; each is tried, which may take a while.
fn fixed(inputs: &[Input], outcome: &Outcome, options: &Options, safety: Safety) -> Vec<Fixed> {
    let _busy = Busy::new("trying the fixes");
    fix::fix(inputs, outcome, options, safety)
}

/// Writes what can be fixed; gives the number of findings fixed. What came in by a pipe goes out by one, fixed or not.
pub(super) fn apply(
    inputs: &mut [Input],
    outcome: &Outcome,
    options: &Options,
    safety: Safety,
) -> anyhow::Result<usize> {
    let fixed = fixed(inputs, outcome, options, safety);
    for fixed in &fixed {
        if let Some(Text::File(place)) = inputs.get(fixed.file.0 as usize).map(|input| &input.text) {
            // all of them, before any is written
            check::target(place.path()).with_context(|| format!("{} is not fixed", place.path()))?;
        }
    }
    for fixed in &fixed {
        let Some(input) = inputs.get_mut(fixed.file.0 as usize) else { continue };
        match &mut input.text {
            Text::File(place) => {
                let bytes = fixed.after.as_bytes();
                if !place.replace(bytes).with_context(|| place.path().to_string())? {
                    output::replace(&check::target(place.path())?, bytes)?;
                }
            }
            Text::Here(text) => *text = fixed.after.as_str().into(),
            // nothing of it is fixed
            Text::Made { .. } | Text::Failed { .. } | Text::Refused { .. } => {}
        }
    }
    for input in inputs.iter() {
        if let Text::Here(text) = &input.text {
            output::print(text)?;
        }
    }
    say(&fixed, "fixed")
}

/// Shows what would be fixed, without the secrets in the lines around it; gives the number of findings.
pub(super) fn show(inputs: &[Input], outcome: &Outcome, options: &Options, safety: Safety) -> anyhow::Result<usize> {
    let fixed = fixed(inputs, outcome, options, safety);
    for fixed in &fixed {
        let Some(input) = inputs.get(fixed.file.0 as usize) else { continue };
        let (old, new) = (format!("a/{}", input.name), format!("b/{}", input.name));
        let (before, after) = (output::hidden(&fixed.before), output::hidden(&fixed.after));
        output::print(&output::unified(&old, &new, &before, &after))?;
    }
    say(&fixed, "would be fixed")
}

fn say(fixed: &[Fixed], verb: &str) -> anyhow::Result<usize> {
    let count: usize = fixed.iter().map(|fixed| fixed.count).sum();
    if count > 0 {
        output::say(&format!("{} {verb} in {}", output::count(count, "finding"), output::count(fixed.len(), "file")))?;
    }
    Ok(count)
}

/// Removes the fixes that were not applied, and says how many.
pub(super) fn take_back(outcome: &mut Outcome, safety: Safety) -> anyhow::Result<()> {
    let mut count = 0;
    for finding in &mut outcome.findings {
        if finding.fix.take_if(|fix| fix.safety <= safety).is_some() {
            count += 1;
        }
    }
    if count > 0 {
        output::say(&format!("{} left out, as something else would be wrong then", output::count(count, "fix")))?;
    }
    Ok(())
}

/// Removes the fixes from findings in what another program made. The help stays.
pub(super) fn only_where_written(outcome: &mut Outcome, inputs: &[Input]) -> usize {
    let is_written = |finding: &Diagnostic| inputs.get(finding.file().0 as usize).is_none_or(Input::is_written);
    let mut count = 0;
    for finding in outcome.findings.iter_mut().filter(|finding| !is_written(finding)) {
        if let Some(fix) = finding.fix.take() {
            finding.help.get_or_insert(fix.title);
            count += 1;
        }
    }
    count
}
