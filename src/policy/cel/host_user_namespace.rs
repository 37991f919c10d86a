//! `host-user-namespace`: but for pods that cannot have one of their own.

use super::variables::{CONTAINERS, POD};
use super::{Cel, unless_windows};

pub(super) const CEL: Cel = Cel {
    rule: "host-user-namespace",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        unless_windows(
            "\
['hostNetwork', 'hostPID', 'hostIPC'].exists(f, variables.pod[?f].orValue(false))
  || variables.containers.exists(c, has(c.volumeDevices)) ? [] :
variables.pod.?hostUsers.orValue(true) ? ['hostUsers'] : []",
        )
    },
};
