//! K3s: the control plane is one process on the machine, so nothing has to be mounted.

use minijinja::Error;

use super::{RenderedFile, Target, rancher};
use crate::generate::baseline::Baseline;

pub(super) struct K3s;

impl Target for K3s {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let cloud = ("disable-cloud-controller", "true");
        rancher::files(
            baseline,
            &rancher::Distribution { name: "k3s", profile: None, keys: &[], has_pods: false, cloud },
        )
    }

    fn apply(&self, _: &Baseline) -> String {
        rancher::apply("k3s", "k3s")
    }

    fn roll_back(&self, _: &Baseline) -> String {
        rancher::roll_back("k3s", "k3s")
    }
}
