//! Requests and their answers.

use crate::lab::course::probe::Http;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Looks once.
pub(super) fn judge(spec: &Http, scene: &Scene<'_>) -> Judged {
    let _ = (spec, scene);
    Judged::error("there is no such check yet")
}
