//! Steps on the control-plane node.

use super::{RunError, Stage};
use crate::cluster::client::Api;
use crate::lab::course::Step;

/// Does a step on the node.
pub(super) fn step(_stage: &Stage<'_>, _api: &dyn Api, _step: &Step) -> Result<(), RunError> {
    Err(RunError::Course("this step does nothing".to_owned()))
}
