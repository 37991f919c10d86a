//! `seccomp-profile-restricted`

use super::variables::{CONTAINERS, CONTEXTS, POD};
use super::{Cel, seccomp_profile_baseline, unless_windows};

pub(super) const CEL: Cel = Cel {
    rule: "seccomp-profile-restricted",
    reads: &[POD, CONTAINERS, CONTEXTS],
    broken: |_| {
        // the pod's own profile counts where a container has none, and must be a good one even where all have one
        unless_windows(&format!(
            "\
{}
+ variables.containers.filter(c, !has(c.securityContext) || !has(c.securityContext.seccompProfile))
  .filter(c, !(variables.pod.?securityContext.?seccompProfile.?type.orValue('') in ['RuntimeDefault', 'Localhost']))
  .map(c, 'securityContext.seccompProfile of container ' + c.name)",
            seccomp_profile_baseline::FORBIDDEN
        ))
    },
};
