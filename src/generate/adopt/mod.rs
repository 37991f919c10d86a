//! From a control plane that runs to the spec that keeps its wiring, and to a plan of what would change. Nothing is changed by it.

mod ask;
mod cluster;
mod keys;
mod ledger;
mod plan;
mod running;

pub use ask::{AdoptError, Ask};
pub use cluster::{Cluster, inside};
pub use ledger::{Entry, Fate};

use crate::generate::baseline::Baseline;
use crate::rules::facts::Plane;
use ask::load;
use running::Running;

/// What is made of a control plane.
#[derive(Debug)]
pub struct Adopted {
    /// The spec: `tightship.yaml`.
    pub spec: String,
    /// The plan: `PLAN.md`.
    pub plan: String,
    /// What becomes of each flag that runs.
    pub entries: Vec<Entry>,
}

/// The spec and the plan of what runs.
pub fn adopt(plane: &Plane, cluster: &Cluster, ask: &Ask) -> Result<Adopted, AdoptError> {
    let running = Running::of(plane).ok_or(AdoptError::Nothing)?;
    let form = ask.platform.unwrap_or_else(|| running.form());
    let release = ask.kubernetes.or(cluster.release).or_else(|| running.release()).ok_or(AdoptError::NoRelease)?;
    let said = keys::Keys { running: &running, plane, cluster, ask, form, release };
    // once without flags of its own, to see what is left; then with them
    let first = said.spec(&[]);
    let server = load(&first)?;
    let entries = ledger::entries(&running, form, &Baseline::new(&server));
    let text = said.spec(&entries);
    let server = load(&text)?;
    let baseline = Baseline::new(&server);
    let plan = plan::text(&plan::Scene {
        running: &running,
        plane,
        baseline: &baseline,
        entries: &entries,
        notes: &said.notes(),
        form,
    });
    Ok(Adopted { spec: text, plan, entries })
}
