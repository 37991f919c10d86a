//! `host-probes-and-host-lifecycle`

use super::Cel;
use super::variables::{CONTAINERS, POD};

pub(super) const CEL: Cel = Cel {
    rule: "host-probes-and-host-lifecycle",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        "\
variables.containers.filter(c,
  [c.?livenessProbe, c.?readinessProbe, c.?startupProbe, c.?lifecycle.?postStart, c.?lifecycle.?preStop]
  .exists(h, h.?httpGet.?host.orValue('') != '' || h.?tcpSocket.?host.orValue('') != ''))
.map(c, 'httpGet.host or tcpSocket.host of container ' + c.name)"
            .to_owned()
    },
};
