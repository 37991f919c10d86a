//! `allow-privilege-escalation`

use super::variables::{CONTAINERS, POD};
use super::{Cel, unless_windows};

pub(super) const CEL: Cel = Cel {
    rule: "allow-privilege-escalation",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        unless_windows(
            "\
variables.containers.filter(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true))
.map(c, 'securityContext.allowPrivilegeEscalation of container ' + c.name)",
        )
    },
};
