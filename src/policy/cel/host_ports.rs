//! `host-ports`

use super::Cel;
use super::variables::{CONTAINERS, POD};

pub(super) const CEL: Cel = Cel {
    rule: "host-ports",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        "\
variables.containers.filter(c, c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0))
.map(c, 'ports.hostPort of container ' + c.name)"
            .to_owned()
    },
};
