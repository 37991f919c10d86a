//! `capabilities-restricted`

use super::variables::{CONTAINERS, POD};
use super::{Cel, unless_windows};

pub(super) const CEL: Cel = Cel {
    rule: "capabilities-restricted",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        unless_windows(
            "\
variables.containers.filter(c,
  !('ALL' in c.?securityContext.?capabilities.?drop.orValue([]))
  || c.?securityContext.?capabilities.?add.orValue([]).exists(a, a != 'NET_BIND_SERVICE'))
.map(c, 'securityContext.capabilities of container ' + c.name)",
        )
    },
};
