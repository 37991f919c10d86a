//! `tightship rules`.

use super::{OK, UNUSABLE, output};
use crate::cli::{RulesArgs, RulesFormat};
use crate::explain::catalogue;
use crate::rules::Rule;

/// Lists the rules that the filters leave.
pub(super) fn run(args: &RulesArgs) -> anyhow::Result<u8> {
    let wanted = |rule: &Rule| {
        args.category.is_none_or(|category| rule.category == category)
            && args.severity.is_none_or(|severity| rule.severity == severity)
            && args.standard.is_none_or(|standard| rule.controls.iter().any(|control| control.standard == standard))
    };
    let groups = catalogue::groups(wanted);
    if groups.is_empty() {
        output::error("no rule is all of that")?;
        return Ok(UNUSABLE);
    }
    output::show(&match args.format {
        RulesFormat::Text => catalogue::table(&groups),
        RulesFormat::Json => catalogue::json(&groups)?,
        RulesFormat::Markdown => catalogue::markdown(&groups),
    })?;
    Ok(OK)
}
