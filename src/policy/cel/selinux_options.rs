//! `selinux-options`

use super::variables::{CONTAINERS, CONTEXTS, POD};
use super::{Cel, list};
use crate::rules::pod_security::selinux_options::allowed;

pub(super) const CEL: Cel = Cel {
    rule: "selinux-options",
    reads: &[POD, CONTAINERS, CONTEXTS],
    broken: |settings| {
        let allowed = list(allowed(settings.kubernetes.minor()));
        format!(
            "\
variables.contexts.filter(x,
  !(x.security.?seLinuxOptions.?type.orValue('') in
    {allowed})
  || x.security.?seLinuxOptions.?user.orValue('') != ''
  || x.security.?seLinuxOptions.?role.orValue('') != '')
.map(x, 'securityContext.seLinuxOptions of ' + x.of)"
        )
    },
};
