//! `writable-root-filesystem`

use super::variables::{CONTAINERS, POD};
use super::{Cel, unless_windows};

pub(super) const CEL: Cel = Cel {
    rule: "writable-root-filesystem",
    reads: &[POD, CONTAINERS],
    broken: |_| {
        unless_windows(
            "\
variables.containers.filter(c, !c.?securityContext.?readOnlyRootFilesystem.orValue(false))
.map(c, 'securityContext.readOnlyRootFilesystem of container ' + c.name)",
        )
    },
};
