//! `host-path-volumes`

use super::Cel;
use super::variables::POD;

pub(super) const CEL: Cel = Cel {
    rule: "host-path-volumes",
    reads: &[POD],
    broken: |_| {
        "\
variables.pod.?volumes.orValue([]).filter(v, has(v.hostPath))
.map(v, 'hostPath of volume ' + v.name)"
            .to_owned()
    },
};
