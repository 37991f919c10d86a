//! `capabilities-baseline`

use super::variables::{CONTAINERS, POD};
use super::{Cel, list};
use crate::rules::pod_security::capabilities_baseline::ALLOWED;

pub(super) const CEL: Cel = Cel {
    rule: "capabilities-baseline",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        let allowed = list(ALLOWED);
        format!(
            "\
variables.containers.filter(c, c.?securityContext.?capabilities.?add.orValue([]).exists(a, !(a in
  {allowed})))
.map(c, 'securityContext.capabilities.add of container ' + c.name)"
        )
    },
};
