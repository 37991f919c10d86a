//! Steps on the control-plane node. What they change takes effect together: the programs concerned are restarted once, before
//! the next step of another kind.

use std::collections::BTreeSet;

use super::{RenderedLab, RunError, rollout};
use crate::client::Api;
use crate::lab::course::Action;
use crate::lab::node::{Component, edit, files, restart};

/// Programs that have to be restarted.
pub(super) type Touched = BTreeSet<Component>;

/// Does a step on the node; what has to be restarted for it comes to the rest.
pub(super) fn step(
    stage: &RenderedLab<'_>,
    api: &dyn Api,
    action: &Action,
    touched: &mut Touched,
    tell: &mut dyn FnMut(&str),
) -> Result<(), RunError> {
    // a pod that is just being made would keep the next kubelet waiting; once a manifest is written, this one is at work
    if touched.is_empty() && restart::answers(api) {
        rollout::wait(api, &stage.names, tell)?;
    }
    let path = match action {
        Action::NodePut(put) => {
            files::write(api, &put.to, &stage.text(&put.from)?, Some(&put.mode))?;
            &put.to.value
        }
        Action::NodeEdit(wanted) => {
            let path = &wanted.file.value;
            files::check(path)?;
            let course = |reason: String| RunError::Course(format!("{path} on the node: {reason}"));
            let text = files::read(api, path)?.ok_or_else(|| course("it is not there".to_owned()))?;
            let new = edit::apply(&text, wanted).map_err(course)?;
            if new == text {
                return Ok(());
            }
            files::write(api, path, &new, None)?;
            path
        }
        Action::NodeDelete(path) => {
            files::delete(api, path)?;
            &path.value
        }
        Action::NodeRestart(name) => {
            let unknown = || {
                let names = Component::ALL.map(Component::name).join(", ");
                RunError::Course(format!("`{}` cannot be restarted; these can: {names}", name.value))
            };
            touched.insert(Component::named(name).ok_or_else(unknown)?);
            return Ok(());
        }
        _ => return Ok(()),
    };
    touched.extend(Component::of_manifest(path));
    Ok(())
}

/// Restarts what steps have touched. That it does not come back is no error here: it may be just what is to be learned.
pub(super) fn settle(
    stage: &RenderedLab<'_>,
    api: &dyn Api,
    touched: &mut Touched,
    tell: &mut dyn FnMut(&str),
) -> Result<(), RunError> {
    if !touched.is_empty() {
        restart::restart(api, &stage.names.node, touched, tell)?;
        touched.clear();
    }
    Ok(())
}
