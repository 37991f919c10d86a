//! `run-as-user`

use super::variables::{CONTAINERS, CONTEXTS, POD};
use super::{Cel, unless_user_namespace};

pub(super) const CEL: Cel = Cel {
    rule: "run-as-user",
    reads: &[POD, CONTAINERS, CONTEXTS],
    broken: |settings| {
        unless_user_namespace(
            settings,
            "\
variables.contexts.filter(x, x.security.?runAsUser.orValue(1) == 0)
.map(x, 'securityContext.runAsUser of ' + x.of)",
        )
    },
};
