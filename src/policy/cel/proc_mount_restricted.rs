//! `proc-mount-restricted`

use super::variables::{CONTAINERS, POD};
use super::{Cel, proc_mount};

pub(super) const CEL: Cel =
    Cel { rule: "proc-mount-restricted", reads: &[POD, CONTAINERS], broken: |_| proc_mount::UNMASKED.to_owned() };
