//! `privileged`

use super::Cel;
use super::variables::{CONTAINERS, POD};

pub(super) const CEL: Cel = Cel {
    rule: "privileged",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        "\
variables.containers.filter(c, c.?securityContext.?privileged.orValue(false))
.map(c, 'securityContext.privileged of container ' + c.name)"
            .to_owned()
    },
};
