//! `seccomp-profile-baseline`

use super::Cel;
use super::variables::{CONTAINERS, CONTEXTS, POD};

pub(super) const CEL: Cel =
    Cel { rule: "seccomp-profile-baseline", reads: &[POD, CONTAINERS, CONTEXTS], broken: |_| FORBIDDEN.to_owned() };

/// Security contexts that set a profile which filters nothing.
pub(super) const FORBIDDEN: &str = "\
variables.contexts.filter(x, has(x.security.seccompProfile)
  && !(x.security.seccompProfile.?type.orValue('') in ['RuntimeDefault', 'Localhost']))
.map(x, 'securityContext.seccompProfile of ' + x.of)";
