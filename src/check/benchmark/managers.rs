//! Items about the controller manager and the scheduler.

use super::verdict::{Verdict, is, set, unless};
use crate::apiserver::files::ProgramView;
use crate::rules::facts::Plane;

pub(super) fn pod_gc(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["terminated-pod-gc-threshold"])
}

pub(super) fn profiling(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "profiling", false, true)
}

/// CIS fails only what is set to false; the default is false as well, so that it has to be set here.
pub(super) fn credentials(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "use-service-account-credentials", true, false)
}

pub(super) fn private_key(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["service-account-private-key-file"])
}

pub(super) fn root_ca(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["root-ca-file"])
}

pub(super) fn rotation(_: &Plane, view: &ProgramView) -> Verdict {
    let off = view.list("feature-gates").iter().any(|gate| gate.ends_with("RotateKubeletServerCertificate=false"));
    unless(!off, view, "feature-gates").partial(view)
}

pub(super) fn bind_address(_: &Plane, view: &ProgramView) -> Verdict {
    let is_local = |address: &str| matches!(address, "" | "127.0.0.1" | "::1" | "localhost");
    unless(view.value("bind-address").is_none_or(is_local), view, "bind-address").partial(view)
}
