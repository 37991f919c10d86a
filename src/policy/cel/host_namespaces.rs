//! `host-namespaces`

use super::Cel;
use super::variables::POD;

pub(super) const CEL: Cel = Cel {
    rule: "host-namespaces",
    reads: &[POD],
    broken: |_| "['hostNetwork', 'hostPID', 'hostIPC'].filter(f, variables.pod[?f].orValue(false))".to_owned(),
};
