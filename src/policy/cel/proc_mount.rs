//! `proc-mount`: user namespaces let it be from 1.35 on.

use super::variables::{CONTAINERS, POD};
use super::{Cel, unless_user_namespace};

pub(super) const CEL: Cel =
    Cel { rule: "proc-mount", reads: &[POD, CONTAINERS], broken: |settings| unless_user_namespace(settings, UNMASKED) };

/// Containers that see more of `/proc`.
pub(super) const UNMASKED: &str = "\
variables.containers.filter(c, c.?securityContext.?procMount.orValue('Default') != 'Default')
.map(c, 'securityContext.procMount of container ' + c.name)";
