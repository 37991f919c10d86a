//! `--fix` and `--diff`.

use super::super::output;
use crate::check::fix::{self, Fixed};
use crate::check::{Input, Options, Outcome, Text};
use crate::diagnostic::masked;
use crate::kube::secret;
use crate::rules::Safety;

/// Writes what can be mended; gives the number of findings mended. What came in by a pipe goes out by one, mended or not.
pub(super) fn mend(
    inputs: &mut [Input],
    outcome: &Outcome,
    options: &Options,
    safety: Safety,
) -> anyhow::Result<usize> {
    let fixed = fix::fix(inputs, outcome, options, safety);
    for fixed in &fixed {
        let Some(input) = inputs.get_mut(fixed.file.0 as usize) else { continue };
        match &mut input.text {
            Text::File(path) => output::replace(path, fixed.after.as_bytes())?,
            Text::Here(text) => *text = fixed.after.as_str().into(),
            // nothing of it is mended
            Text::Made { .. } | Text::Failed { .. } => {}
        }
    }
    for input in inputs.iter() {
        if let Text::Here(text) = &input.text {
            output::print(text)?;
        }
    }
    say(&fixed, "mended")
}

/// Shows what would be mended, without the secrets in the lines around it; gives the number of findings.
pub(super) fn show(inputs: &[Input], outcome: &Outcome, options: &Options, safety: Safety) -> anyhow::Result<usize> {
    let fixed = fix::fix(inputs, outcome, options, safety);
    for fixed in &fixed {
        let Some(input) = inputs.get(fixed.file.0 as usize) else { continue };
        let (old, new) = (format!("a/{}", input.name), format!("b/{}", input.name));
        let hidden = |text: &str| secret::places(text, 0..text.len());
        let before = masked(&fixed.before, &hidden(&fixed.before));
        let after = masked(&fixed.after, &hidden(&fixed.after));
        output::print(&output::unified(&old, &new, &before, &after))?;
    }
    say(&fixed, "would be mended")
}

fn say(fixed: &[Fixed], verb: &str) -> anyhow::Result<usize> {
    let count: usize = fixed.iter().map(|fixed| fixed.count).sum();
    if count > 0 {
        output::say(&format!("{} {verb} in {}", output::count(count, "finding"), output::count(fixed.len(), "file")))?;
    }
    Ok(count)
}

/// Takes back the offers that were not taken, and says how many.
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
