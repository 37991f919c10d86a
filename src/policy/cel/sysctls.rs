//! `sysctls`

use super::variables::POD;
use super::{Cel, list};
use crate::rules::pod_security::sysctls::allowed;

pub(super) const CEL: Cel = Cel {
    rule: "sysctls",
    reads: &[POD],
    broken: |settings| {
        let allowed = list(allowed(settings.kubernetes.minor()));
        format!(
            "\
variables.pod.?securityContext.?sysctls.orValue([]).filter(s, !(s.name in
  {allowed}))
.map(s, 'securityContext.sysctls: ' + s.name)"
        )
    },
};
