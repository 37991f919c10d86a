//! `windows-host-process`

use super::Cel;
use super::variables::{CONTAINERS, CONTEXTS, POD};

pub(super) const CEL: Cel = Cel {
    rule: "windows-host-process",
    reads: &[POD, CONTAINERS, CONTEXTS],
    broken: |_| {
        "\
variables.contexts.filter(x, x.security.?windowsOptions.?hostProcess.orValue(false))
.map(x, 'securityContext.windowsOptions.hostProcess of ' + x.of)"
            .to_owned()
    },
};
