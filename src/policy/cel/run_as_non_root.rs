//! `run-as-non-root`

use super::variables::{CONTAINERS, CONTEXTS, POD};
use super::{Cel, unless_user_namespace};

pub(super) const CEL: Cel = Cel {
    rule: "run-as-non-root",
    reads: &[POD, CONTAINERS, CONTEXTS],
    broken: |settings| {
        // what the pod says counts where a container is silent, and must not be `false` even where none is
        unless_user_namespace(
            settings,
            "\
variables.contexts.filter(x, !x.security.?runAsNonRoot.orValue(
  x.of == 'the pod' || variables.pod.?securityContext.?runAsNonRoot.orValue(false)))
.map(x, 'securityContext.runAsNonRoot of ' + x.of)",
        )
    },
};
