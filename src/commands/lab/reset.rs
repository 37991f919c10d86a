//! `tightship lab reset`.

use std::rc::Rc;

use super::context::{LabContext, say};
use super::start;
use super::verify::broken;
use crate::cli::lab::LabName;
use crate::cluster::Progress as _;
use crate::commands::progress::Steps;
use crate::lab::course::values::Need;
use crate::lab::run::RunError;

/// Begins a lab anew: new namespaces, new files; those of the learner are kept aside.
pub(super) fn run(mut context: LabContext, name: &LabName) -> anyhow::Result<u8> {
    context.agree()?;
    let _lock = context.lock()?;
    let course = Rc::clone(&context.course);
    let entry = context.lab_of(&course, name.lab.as_deref())?;
    let mut steps = Steps::new();
    let is_own = entry.lab.needs.contains(&Need::OwnCluster);
    let site = match context.site(entry) {
        Ok(site) => site,
        Err(error) if is_own && context.cluster(entry).is_some() => {
            say(&format!("{error:#}"))?;
            start::renew(&mut context, entry, &mut steps)?
        }
        Err(error) => return broken(&error),
    };
    let mut begun = start::begin(&mut context, entry, &site, &mut steps);
    if let Err(error) = &begun
        && matches!(error.downcast_ref(), Some(RunError::Spoiled(_)))
    {
        steps.fail();
        say(&format!("{error:#}"))?;
        let site = start::renew(&mut context, entry, &mut steps)?;
        begun = start::begin(&mut context, entry, &site, &mut steps);
    }
    if let Err(error) = begun {
        steps.fail();
        return broken(&error);
    }
    let seconds = steps.finish();
    say(&format!("{} begins anew, after {:.1} s", entry.lab.id.value, seconds.as_secs_f64()))?;
    start::where_to(&context, entry)
}
