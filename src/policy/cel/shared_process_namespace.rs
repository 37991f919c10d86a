//! `shared-process-namespace`

use super::Cel;
use super::variables::POD;

pub(super) const CEL: Cel = Cel {
    rule: "shared-process-namespace",
    reads: &[POD],
    broken: |_| "variables.pod.?shareProcessNamespace.orValue(false) ? ['shareProcessNamespace'] : []".to_owned(),
};
